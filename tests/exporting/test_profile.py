"""Export profiles: one class per entry, the most specific word of the profile wins."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import combinations
from uuid import UUID

import pytest

from ledger.errors import BadValue, UnknownAccountClass
from ledger.events.journal import JournalLine, JournalPosted
from ledger.exporting.profile import CLASSES, Leading, check_profile, leading, profile_of
from ledger.posting.accounts import RELEASE
from ledger.posting.chart import CHART


def entry(*accounts):
    """An entry over these accounts, the last one balancing it."""
    ones = [JournalLine(account, Decimal(1)) for account in accounts[:-1]]
    last = JournalLine(accounts[-1], Decimal(1 - len(accounts)))
    return JournalPosted(
        originator_id=UUID(int=1),
        originator_version=1,
        timestamp=datetime(2026, 10, 31, tzinfo=UTC),
        entry="e",
        entity="US",
        currency="USD",
        on=date(2026, 10, 31),
        period="2026-10",
        rule="test@1",
        text="",
        lines=(*ones, last),
    )


@pytest.mark.parametrize(
    ("accounts", "account_class", "account"),
    [
        (("1150", "4010"), "accruals", "1150"),
        (("1100", "1150", "2200"), "receivables", "1100"),
        (("1010", "1100", "2130"), "receivables", "1100"),
        (("1010", "2130"), "cash", "1010"),
        (("1000", "5000", "1010"), "cash", "1000"),
        (("1150", "2200", "2120"), "balances", "2120"),
        (("2100", "4000"), "deferrals", "2100"),
        (("2300", "5200"), "intercompany", "2300"),
        (("7010", "2200"), "fx", "7010"),
        (("5100", "4090"), "other", "4090"),
    ],
)
def test_an_entry_has_one_class_by_its_leading_account(accounts, account_class, account):
    assert leading(entry(*accounts)) == Leading(account_class, account)
    assert leading(entry(*reversed(accounts))) == Leading(account_class, account)


def test_no_account_leads_two_classes():
    for one, other in combinations(CLASSES.values(), 2):
        assert not set(one) & set(other)
    assert {account for members in CLASSES.values() for account in members} <= set(CHART)


def test_without_a_profile_what_somebody_else_has_too_goes_one_by_one_and_the_rest_daily():
    ways = {
        name: profile_of(Leading(name, members[0]), {}, RELEASE)
        for name, members in CLASSES.items()
    }
    assert {name for name, way in ways.items() if way == "document"} == {
        "receivables",
        "cash",
        "balances",
    }
    assert {name for name, way in ways.items() if way == "journal_detail"} == {"intercompany"}
    assert set(ways.values()) == {"document", "journal_detail", "journal_daily"}


def test_the_most_specific_word_wins():
    lead = Leading("accruals", "1150")
    profile = {"default": "document"}
    assert profile_of(lead, profile, RELEASE) == "document"
    profile["ASSETS"] = "journal_detail"
    assert profile_of(lead, profile, RELEASE) == "journal_detail"
    profile["Accruals"] = "journal_period"
    assert profile_of(lead, profile, RELEASE) == "journal_period"
    profile["1150"] = "journal_daily"
    assert profile_of(lead, profile, RELEASE) == "journal_daily"
    assert profile_of(Leading("accruals", "1160"), profile, RELEASE) == "journal_period"
    assert profile_of(Leading("balances", "2120"), profile, RELEASE) == "document"


def test_a_sound_profile_passes():
    check_profile(
        {"receivables": "document", "1150": "journal_period", "Assets": "document"}, RELEASE
    )
    check_profile({"default": "journal_detail", "other": "journal_daily"}, RELEASE)


@pytest.mark.parametrize("key", ["1151", "debts", ""])
def test_a_class_that_means_nothing_is_refused(key):
    with pytest.raises(UnknownAccountClass) as refused:
        check_profile({key: "document"}, RELEASE)
    assert (refused.value.field, refused.value.facts) == ("profile", {"id": key})


@pytest.mark.parametrize(
    "profile", [{"1100": "weekly"}, {"Assets": "document", "assets": "journal_daily"}]
)
def test_a_way_that_means_nothing_or_a_class_named_twice_is_refused(profile):
    with pytest.raises(BadValue):
        check_profile(profile, RELEASE)
