"""Versions of posting rules: which is in force, and an entry as it posts."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledger.events.chart import PostingRuleChanged
from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.streams import stream
from ledger.posting.chart import CHART
from ledger.posting.rulebook import Rulebook, applied, rulebook_of
from ledger.posting.rules import RULES

AT = datetime(2026, 1, 1, tzinfo=UTC)
JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def book(*changes):
    """A rulebook of payout_settled: (from, accounts, entity), versions from 2 on."""
    return rulebook_of(
        PostingRuleChanged(
            originator_id=stream("posting_rules"), originator_version=number, timestamp=AT,
            rule="payout_settled", version=number + 1, starts_on=day, accounts=accounts,
            entity=entity,
        )
        for number, (day, accounts, entity) in enumerate(changes, start=1)
    )  # fmt: skip


def entry(*lines, on=MAR, entity="US", rule="payout_settled@1", reverses=None):
    return JournalPosted(
        originator_id=stream("journal", "e"), originator_version=1, timestamp=AT, entry="e",
        entity=entity, currency="USD", on=on, period=f"{on:%Y-%m}", rule=rule, text="",
        lines=tuple(JournalLine(code, Decimal(amount)) for code, amount in lines),
        reverses=reverses,
    )  # fmt: skip


PAYOUT = (("1000", "96"), ("5000", "4"), ("1010", "-100"))


def codes(entry):
    return [line.account for line in entry.lines]


def test_without_changes_an_entry_is_the_same_object():
    made = entry(*PAYOUT)
    assert applied(made, Rulebook()) is made
    assert applied(entry(*PAYOUT, rule="refund_paid@1"), book((JAN, {"5000": "5005"}, None))).rule \
        == "refund_paid@1"  # fmt: skip


def test_the_version_of_the_entrys_date_stands_on_it_and_is_a_cause():
    rulebook = book((FEB, {"5000": "5005"}, None), (MAR, {}, None))
    jan, feb, mar = (applied(entry(*PAYOUT, on=day), rulebook) for day in (JAN, FEB, MAR))
    assert [one.rule for one in (jan, feb, mar)] == [
        "payout_settled@1", "payout_settled@2", "payout_settled@3",
    ]  # fmt: skip
    assert [codes(one)[1] for one in (jan, feb, mar)] == ["5000", "5005", "5000"]
    assert (jan.causes, [cause.version for cause in feb.causes]) == ((), [1])


def test_one_entitys_version_is_nobody_elses_and_a_later_one_for_all_holds_there_too():
    rulebook = book((FEB, {"1000": "1005"}, "US"), (MAR, {"5000": "5005"}, None))
    assert codes(applied(entry(*PAYOUT, on=FEB), rulebook)) == ["1005", "5000", "1010"]
    assert codes(applied(entry(*PAYOUT, on=FEB, entity="EU"), rulebook)) == ["1000", "5000", "1010"]
    assert codes(applied(entry(*PAYOUT), rulebook)) == ["1000", "5005", "1010"]
    assert rulebook.in_force("payout_settled", None, FEB) is None


def test_of_two_versions_of_one_day_the_later_one_holds():
    rulebook = book((FEB, {"5000": "5005"}, None), (FEB, {"5000": "5006"}, None))
    assert codes(applied(entry(*PAYOUT), rulebook))[1] == "5006"


def test_a_reversal_takes_the_version_of_what_it_takes_back():
    rulebook = book((MAR, {"5000": "5005"}, None))
    before = applied(entry(*PAYOUT, on=FEB), rulebook)
    turned = [(code, str(-Decimal(amount))) for code, amount in PAYOUT]
    back = applied(entry(*turned, reverses="e"), rulebook, before)
    assert (back.rule, codes(back)) == ("payout_settled@1", codes(before))
    later = applied(entry(*PAYOUT), rulebook)
    again = applied(entry(*turned, on=date(2026, 4, 1), reverses="e"), rulebook, later)
    assert (again.rule, codes(again)) == ("payout_settled@2", ["1000", "5005", "1010"])


def test_an_account_has_all_the_places_that_it_ever_had():
    rulebook = book((FEB, {"1000": "1005", "5000": "5005"}, "US"), (MAR, {"1000": "1006"}, None))
    assert rulebook.places_of("1000") == {"1000", "1005", "1006"}
    assert rulebook.places_of("1010") == {"1010"}


replaceable = sorted({code for roles in RULES.values() for code in roles.values()})
others = ["1005", "1015", "4095", "5005", "5015", "7005"]
days = st.sampled_from([JAN, FEB, MAR])
changes = st.lists(
    st.tuples(days, st.dictionaries(st.sampled_from(replaceable), st.sampled_from(others)),
              st.sampled_from([None, "US", "EU"])),
    max_size=6,
)  # fmt: skip
amounts = st.lists(
    st.tuples(st.sampled_from(sorted(CHART)), st.integers(1, 10**9)), min_size=1, max_size=8
)


@given(changes, amounts, days, st.sampled_from(["US", "EU"]))
def test_whatever_changes_entries_balance_and_control_accounts_hold(found, given_, day, entity):
    lines = [(code, str(Decimal(cents).scaleb(-2))) for code, cents in given_]
    total = sum(Decimal(amount) for _, amount in lines)
    made = entry(*lines, ("1150", str(-total)), on=day, entity=entity)
    after = applied(made, book(*found))
    assert [line.amount for line in after.lines] == [line.amount for line in made.lines]
    moved = [(one, two) for one, two in zip(made.lines, after.lines, strict=True) if one != two]
    assert all(not CHART[one.account].control for one, _ in moved)
    assert all(two.account in others for _, two in moved)
