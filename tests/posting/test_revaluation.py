"""Revaluations and reversals as entries, and which accounts take part."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ledger.events.exchange import Exchange
from ledger.events.revaluation import ReceivableRevalued, Revalued
from ledger.events.streams import stream
from ledger.posting.revaluation import revaluation, revalued_accounts, reversal

ON, BACK = date(2026, 10, 31), date(2026, 11, 1)
AT = datetime(2026, 10, 31, tzinfo=UTC)


def fact(*positions):
    return ReceivableRevalued(
        originator_id=stream("revaluation", "US"),
        originator_version=3,
        timestamp=AT,
        entity="US",
        currency="EUR",
        exchange=Exchange("USD", Decimal("1.15"), ON, "ECB"),
        on=ON,
        reversed_on=BACK,
        revalued=positions,
    )


def position(account, posted, customer="acme", **more):
    zero = Decimal(0)
    return Revalued(account, zero, zero, zero, Decimal(posted), customer, **more)


def lines(entry):
    return [(line.account, str(line.amount), line.customer, line.invoice) for line in entry.lines]


def test_each_position_has_a_line_and_each_account_its_gain():
    of = fact(
        position("1100", "50.00", invoice="US-1"),
        position("1100", "-20.00", "beta", invoice="US-2"),
        position("2130", "-7.00"),
    )
    entry, back = revaluation(of, ON, AT), reversal(of, BACK, AT)
    assert lines(entry) == [
        ("1100", "50.00", "acme", "US-1"),
        ("1100", "-20.00", "beta", "US-2"),
        ("2130", "-7.00", "acme", None),
        ("7010", "-30.00", None, None),
        ("7010", "7.00", None, None),
    ]
    assert [(line.account, -line.amount) for line in back.lines] == [
        (line.account, line.amount) for line in entry.lines
    ]
    assert (entry.entry, back.reverses) == ("revaluation/US/3",) * 2
    assert (entry.period, back.period, back.on) == ("2026-10", "2026-11", BACK)
    assert {line.foreign and str(line.foreign.amount) for line in entry.lines} == {"0", None}


def test_what_gains_as_much_as_it_loses_needs_no_line_of_7010():
    of = fact(position("1100", "5.00", invoice="US-1"), position("1100", "-5.00", invoice="US-2"))
    assert [line[0] for line in lines(revaluation(of, ON, AT))] == ["1100", "1100"]


def test_cash_and_contract_liabilities_never_take_part_and_tax_by_policy():
    every = ["1100", "1110", "1120", "1150", "1160", "1300", "2120", "2130", "2200", "2300"]
    assert revalued_accounts({}) == every
    without = [one for one in every if one != "2200"]
    assert revalued_accounts({"revalue_tax_payable": False}) == without
