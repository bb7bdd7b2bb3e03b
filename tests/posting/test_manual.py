"""What people enter by hand: the lines as they stand, and who agreed to them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ledger.events.journal import EnteredLine, JournalEntered, JournalLine, Unbalanced
from ledger.events.streams import stream
from ledger.posting.chart import CHART, takes_manual
from ledger.posting.manual import manual_journal


def entered(*lines, reverses=None):
    return JournalEntered(
        originator_id=stream("manual_journal", "US"), originator_version=7,
        timestamp=datetime(2026, 11, 30, tzinfo=UTC), entry="manual/US/7", number=7, entity="US",
        currency="USD", on=date(2026, 11, 30), reason="bank charges", approved_by="boss",
        lines=tuple(EnteredLine(account, Decimal(amount), who) for account, amount, who in lines),
        reverses=reverses,
    )  # fmt: skip


def test_the_entry_says_what_was_approved():
    entry = manual_journal(entered(("5000", "4.00", "acme"), ("1000", "-4.00", None)))
    assert entry.lines == (JournalLine("5000", Decimal("4.00"), "acme"),
                           JournalLine("1000", Decimal("-4.00")))  # fmt: skip
    assert (entry.rule, entry.text, entry.approved_by) == (
        "manual_journal@1", "bank charges", "boss",
    )  # fmt: skip
    assert (entry.entry, entry.reverses, entry.period) == ("manual/US/7", None, "2026-11")


def test_a_reversal_names_what_it_takes_back():
    lines = (("5000", "-4.00", None), ("1000", "4.00", None))
    assert manual_journal(entered(*lines, reverses="manual/US/6")).reverses == "manual/US/6"


def test_what_does_not_balance_cannot_be_posted():
    with pytest.raises(Unbalanced):
        manual_journal(entered(("5000", "4.00", None), ("1000", "-3.00", None)))


def test_people_may_post_to_cash_and_to_profit_and_loss_but_not_to_7090():
    open_to_people = "1000 1010 4000 4010 4020 4030 4090 4200 5000 5010 5100 5200 7000 7010"
    assert " ".join(code for code, one in CHART.items() if takes_manual(one)) == open_to_people
