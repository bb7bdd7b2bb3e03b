"""Master data from a day on: what may change, what may not, and what documents show of it."""

from datetime import date

import pytest

from ledger.printing.parties import buyer, seller
from ledger.projector.follower import catch_up
from ledger.reads.invoices import invoices
from ledger.reads.subscriptions import accounts, entities
from ledger.store import personal
from ledger.store.database import Role

USE = {"source": "shop", "id": "1", "account": "acme", "meter": "api",
       "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "1000"}}  # fmt: skip


def read(ledger, query):
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        return tx.all(query)


def test_an_account_is_billed_as_it_is_on_the_day_of_the_document(world, ledger):
    world("change_account", account="acme", from_="2026-11-01", tax="sales", payment_terms_days=10)
    world("record_usage", events=[USE, {**USE, "id": "2", "time": "2026-09-30T23:00:00Z"}])
    world("rate_usage", through="2026-10-31")
    tried = [
        world("issue_invoices", through="2026-10-31", on=on, dry_run=True).effect.documents[0]
        for on in ("2026-10-31", "2026-11-01")
    ]
    assert [(str(one.tax), (one.due_on - one.issued_on).days) for one in tried] == [
        ("0.00", 30), ("0.89", 10),
    ]  # fmt: skip
    assert [
        read(ledger, accounts(["acme"], on=day))[0].payment_terms_days
        for day in (date(2026, 10, 31), date(2026, 11, 1))
    ] == [30, 10]


def test_a_document_shows_the_names_of_its_day(world, ledger):
    world("record_usage", events=[USE])
    world("rate_usage", through="2026-10-31")
    world("issue_invoices", through="2026-10-31", on="2026-11-01")
    world("change_entity", entity="US", from_="2026-12-01", name="Other Inc", address="2 Road")
    world("change_account", account="acme", from_="2026-12-01", name="Acme Ltd")
    (invoice,) = read(ledger, invoices("acme"))
    with ledger.db.transaction(Role.READER) as tx:
        assert seller(tx, "US", invoice.issued_on).name == "Example Inc"
        assert seller(tx, "US", date(2026, 12, 1)).name == "Other Inc"
        assert buyer(tx, "acme", invoice.issued_on, invoice.recorded_at).name == "Acme"
        (now,) = tx.all(personal.latest(["acme"]))
    assert (now.name, now.version) == ("Acme Ltd", 3)  # its subscription is the second fact


def test_policies_change_from_a_day(world, ledger):
    world("change_entity", entity="US", from_="2026-12-01", policies={"breakage": "proportional"})
    found = [read(ledger, entities("US", on=date(2026, month, 1)))[0] for month in (11, 12)]
    assert [one.policies["breakage"] for one in found] == ["at_expiry", "proportional"]
    assert found[1].policies["chargeback"] == "loss"


@pytest.mark.parametrize(
    ("command", "fields", "code", "field"),
    [
        ("change_account", {"account": "acme"}, "BAD_VALUE", None),
        ("change_account", {"account": "nobody", "name": "x"}, "UNKNOWN_ACCOUNT", "account"),
        ("change_account", {"account": "acme", "currency": "EUR"}, "UNKNOWN_FIELD", "currency"),
        ("change_account", {"account": "acme", "entity": "EU"}, "UNKNOWN_FIELD", "entity"),
        ("change_account", {"account": "acme", "parent": "acme"}, "UNKNOWN_FIELD", "parent"),
        ("change_account", {"account": "acme", "tax": "none"}, "UNKNOWN_TAX_CODE", "tax"),
        ("change_account", {"account": "acme", "tax": "reverse"}, "VAT_ID_MISSING", "vat_id"),
        ("change_account", {"account": "acme", "time_zone": "Asia/Tokyo"}, "TIME_ZONE_IN_USE",
         "time_zone"),
        ("change_account", {"account": "acme", "country": "DE", "vat_id": "DE1"}, "BAD_VALUE",
         "vat_id"),
        ("change_entity", {"entity": "XX", "name": "x"}, "UNKNOWN_ENTITY", "entity"),
        ("change_entity", {"entity": "US", "currency": "EUR"}, "UNKNOWN_FIELD", "currency"),
        ("change_entity", {"entity": "US", "rounding": "half_even"}, "UNKNOWN_FIELD", "rounding"),
        ("change_entity", {"entity": "US", "policies": {"breakage": "x"}}, "BAD_VALUE",
         "policies.breakage"),
    ],
)  # fmt: skip
def test_what_may_not_change_is_refused(world, command, fields, code, field):
    world("set_tax_rate", code="reverse", rate="0", from_="2026-01-01", category="AE",
          exemption_reason="reverse charge")  # fmt: skip
    answer = world(command, from_="2026-11-01", **fields)
    assert (answer.error.code, answer.error.field) == (code, field)


def test_a_reverse_charge_may_come_with_the_vat_ids_it_needs(world):
    world("set_tax_rate", code="reverse", rate="0", from_="2026-01-01", category="AE",
          exemption_reason="reverse charge")  # fmt: skip
    world("change_entity", entity="US", from_="2026-12-01", vat_id="US-1")
    early = world("change_account", account="acme", from_="2026-11-01", tax="reverse", vat_id="1")
    assert early.error.code == "VAT_ID_MISSING"
    later = world("change_account", account="acme", from_="2026-12-01", tax="reverse", vat_id="1")
    assert later.status == "accepted"


def test_an_account_without_subscriptions_may_move(world, ledger):
    world("open_account", account="new", entity="US", name="New", currency="USD")
    world("change_account", account="new", from_="2026-11-01", time_zone="Asia/Tokyo")
    assert read(ledger, accounts(["new"], on=date(2026, 11, 1)))[0].time_zone == "Asia/Tokyo"


def test_names_come_in_the_order_of_their_days(world):
    world("change_account", account="acme", from_="2026-12-01", name="December")
    early = world("change_account", account="acme", from_="2026-11-30", address="1 Road")
    assert (early.error.code, early.error.field) == ("BAD_VALUE", "from")
    assert world("change_account", account="acme", from_="2026-11-30", tax="sales").error is None


def test_an_account_is_erased_once_nothing_of_it_is_open(world, ledger):
    def blocked() -> str:
        answer = world("erase_account", account="acme")
        assert answer.error.code == "ERASURE_BLOCKED", answer
        return answer.error.message.partition(": ")[2]

    assert blocked().startswith("a subscription")
    world("record_usage", events=[USE])
    world("end_subscription", subscription="s-1", on="2026-11-01")
    world("rate_usage", through="2026-10-31")
    assert blocked().startswith("charges are not billed")
    world("issue_invoices", through="2026-10-31", on="2026-11-01")
    assert blocked().startswith("invoices, cash or credit are open")
    world("capture_payment", payment="p", account="acme", amount="10.00", currency="USD",
          via="bank", on="2026-11-03")  # fmt: skip
    answer = world("erase_account", account="acme")
    assert [fact.type for fact in answer.facts] == ["account.erased/1"]
    with ledger.db.transaction(Role.WRITER) as tx:
        assert tx.all(personal.latest(["acme"])) == []
        assert tx.all(personal.keys(["acme"])) == []
    (invoice,) = read(ledger, invoices("acme"))
    with ledger.db.transaction(Role.READER) as tx:
        assert buyer(tx, "acme", invoice.issued_on, invoice.recorded_at).erased
    again = world("erase_account", account="acme")
    changed = world("change_account", account="acme", from_="2026-12-01", name="Acme")
    assert again.error.code == changed.error.code == "ACCOUNT_ERASED"
