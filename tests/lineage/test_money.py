"""Lines of cash lead to what moved it, and on to the invoice that they are about."""

from ledger.lineage.down import down
from ledger.projector.follower import catch_up
from ledger.store.database import Role

INVOICE = "US-2026-000001"
LINES = """
select position, line, rule from journal_lines where account in ('1100', '1110') order by 1, 2"""
PAY = {"account": "acme", "currency": "USD", "on": "2026-11-10", "via": "bank"}


def causes(world, ledger):
    """Return, per entry on 1100 or 1110, the kinds of nodes below its line."""
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        lines = tx.execute(LINES).fetchall()
        found = {}
        for position, line, rule in lines:
            (entry,) = down(tx, f"{position}.{line}").links
            found[rule.partition("@")[0]] = [
                (cause.kind, [below.kind for below in cause.links]) for cause in entry.links
            ]
    return found


def test_every_entry_of_cash_names_what_moved_it(world, ledger):
    event = {"source": "shop", "id": "u-1", "account": "acme", "meter": "api",
             "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "10000"}}  # fmt: skip
    steps = [
        ("record_usage", {"events": [event]}),
        ("rate_usage", {"through": "2026-10-31"}),
        ("issue_invoices", {"through": "2026-10-31", "on": "2026-11-01"}),
        ("capture_payment", {"payment": "p-1", "amount": "130.00", **PAY}),
        ("return_payment", {"payment": "p-1", "amount": "60.00", "code": "R01"}),
        ("open_dispute", {"dispute": "d-1", "payment": "p-1", "amount": "50.00", "fee": "0"}),
        ("close_dispute", {"dispute": "d-1", "outcome": "lost"}),
        ("write_off", {"invoice": INVOICE}),
        ("recover_write_off", {"invoice": INVOICE, "amount": "10.00"}),
    ]
    for command, fields in steps:
        assert world(command, **{"on": "2026-11-20", **fields}).status == "accepted", command
    about = ["invoice"]
    assert {rule: found for rule, found in causes(world, ledger).items() if "inv" not in rule} == {
        "payment_captured": [("payment", about)],
        "payment_returned": [("return", about)],
        "dispute_opened": [("dispute", about)],
        "dispute_lost": [("dispute", about)],
        "receivable_written_off": [("write_off", about)],
        "write_off_recovered": [("recovery", about)],
    }
