"""A line between entities leads to the deal, and a settlement on to the charge that it pays."""

from ledger.lineage.down import down
from ledger.projector.follower import catch_up
from ledger.store.database import Role

LINES = """
select position, line, rule, entity from journal_lines where account in ('1300', '2300')
order by 1, 2"""


def test_both_entries_lead_to_the_deal(world, ledger):
    eu = {"name": "EU SE", "currency": "USD", "country": "DE", "time_zone": "Europe/Berlin"}
    deal = {"reference": "ic-1", "payer": "EU", "payee": "US", "currency": "USD"}
    for command, fields in (
        ("register_entity", {"entity": "EU", "first_period": "2026-01", **eu}),
        ("charge_intercompany", {"amount": "100.00", "on": "2026-11-20", **deal}),
        ("settle_intercompany", {"amount": "40.00", "on": "2026-11-21", **deal}),
        ("charge_intercompany", {"amount": "60.00", "on": "2026-11-22", "credit": True, **deal}),
    ):
        assert world(command, **fields).status == "accepted", command
    catch_up(ledger.db)
    found = []
    with ledger.db.transaction(Role.READER) as tx:
        for position, line, rule, entity in tx.execute(LINES).fetchall():
            root = down(tx, f"{position}.{line}")
            (entry,) = root.links
            (fact,) = entry.links
            told = (root.detail["counterparty"], root.detail["reference"], fact.kind)
            found.append((rule, entity, *told, [below.kind for below in fact.links]))
    charge = ["intercompany_charge"]
    assert found == [
        ("intercompany_charged@1", "EU", "US", "ic-1", "intercompany_charge", []),
        ("intercompany_charged@1", "US", "EU", "ic-1", "intercompany_charge", []),
        ("intercompany_settled@1", "EU", "US", "ic-1", "intercompany_settlement", charge),
        ("intercompany_settled@1", "US", "EU", "ic-1", "intercompany_settlement", charge),
        ("intercompany_credited@1", "EU", "US", "ic-1", "intercompany_credit", charge),
        ("intercompany_credited@1", "US", "EU", "ic-1", "intercompany_credit", charge),
    ]
