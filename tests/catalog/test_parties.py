"""What holds of an entity or an account on a day, of all that was said about it."""

from datetime import UTC, date, datetime
from itertools import permutations
from uuid import UUID

from ledger.catalog.parties import account_on, entity_on
from ledger.events.catalog import AccountChanged, AccountOpened, EntityChanged, EntityRegistered

ENVELOPE = {"originator_id": UUID(int=1), "timestamp": datetime(2026, 1, 1, tzinfo=UTC)}
OPENED = AccountOpened(
    **ENVELOPE, originator_version=1, account="acme", entity="US", currency="USD", lane=1,
    person="a", has_vat_id=False, time_zone="UTC", tax="old",
)  # fmt: skip
US = EntityRegistered(
    **ENVELOPE, originator_version=1, entity="US", name="Old Inc", currency="USD", country="US",
    time_zone="UTC", first_period="2026-01",
    policies={"breakage": "at_expiry", "chargeback": "loss"},
)  # fmt: skip


def changed(version, day, **fields):
    return AccountChanged(
        **ENVELOPE, originator_version=version, account="acme", starts_on=day, **fields
    )


def test_a_field_holds_from_its_day_and_the_others_stay():
    change = changed(2, date(2026, 11, 1), tax="new", payment_terms_days=14)
    before = account_on(OPENED, [change], date(2026, 10, 31))
    after = account_on(OPENED, [change], date(2026, 11, 1))
    assert before == OPENED
    assert (after.tax, after.payment_terms_days, after.person) == ("new", 14, "a")


def test_what_starts_later_holds_later_whenever_it_was_said():
    changes = [
        changed(2, date(2026, 12, 1), tax="december"),
        changed(3, date(2026, 11, 1), tax="november"),
        changed(4, date(2026, 11, 1), tax="november, again"),
    ]
    for order in permutations(changes):
        assert account_on(OPENED, order, date(2026, 11, 30)).tax == "november, again"
        assert account_on(OPENED, order, date(2026, 12, 1)).tax == "december"


def test_policies_are_changed_one_by_one():
    change = EntityChanged(
        **ENVELOPE, originator_version=2, entity="US", starts_on=date(2026, 11, 1), name="New Inc",
        policies={"breakage": "proportional"},
    )  # fmt: skip
    after = entity_on(US, [change], date(2026, 11, 1))
    assert after.policies == {"breakage": "proportional", "chargeback": "loss"}
    assert (after.name, after.currency) == ("New Inc", "USD")
    assert entity_on(US, [change], date(2026, 10, 31)) == US
