"""Entities: registered once, with policies whose defaults stand in the fact."""

from ledger.events.catalog import EntityRegistered
from ledger.events.streams import stream

EU = {
    "entity": "EU", "name": "Example GmbH", "currency": "EUR", "country": "DE",
    "time_zone": "Europe/Berlin", "first_period": "2026-01",
}  # fmt: skip


def test_an_entity_is_registered_with_every_field(ask, ledger):
    answer = ask("register_entity", **EU, rounding="half_even", vat_id="DE136695976",
                 address="Berlin", policies={"breakage": "proportional"},
                 on="2026-10-01")  # fmt: skip
    assert answer.status == "accepted", answer
    fact = ledger.books.latest(stream("entity", "EU"))
    assert isinstance(fact, EntityRegistered)
    assert (fact.rounding, fact.vat_id, fact.address) == ("half_even", "DE136695976", "Berlin")
    assert fact.policies == {
        "revenue_schedule": "daily",
        "breakage": "proportional",
        "chargeback": "loss",
        "tax_relief_on_write_off": False,
        "revalue_tax_payable": True,
    }
    assert fact.timestamp.isoformat() == "2026-09-30T22:00:00+00:00"


def test_an_entity_is_registered_once(ask):
    assert ask("register_entity", **EU).status == "accepted"
    answer = ask("register_entity", **EU)
    assert (answer.error.code, answer.error.field) == ("ALREADY_EXISTS", "entity")


def test_a_vat_id_that_cannot_be_is_refused(ask):
    answer = ask("register_entity", **EU, vat_id="DE136695977")
    assert (answer.error.code, answer.error.field) == ("BAD_VALUE", "vat_id")
