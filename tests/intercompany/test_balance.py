"""What is left of a charge, and what a part of it carries on either side."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ledger.events.intercompany import IntercompanyCharged, IntercompanySettled, Leg
from ledger.events.streams import stream
from ledger.intercompany.balance import balance_of

DAY = date(2026, 11, 2)


def fact(made, version, amount, payer, payee):
    return made(
        originator_id=stream("intercompany", "r"),
        originator_version=version,
        timestamp=datetime(2026, 11, 2, tzinfo=UTC),
        reference="r",
        currency="JPY",
        amount=Decimal(amount),
        on=DAY,
        payer=Leg("US", "USD", DAY, Decimal(payer)),
        payee=Leg("EU", "EUR", DAY, Decimal(payee)),
    )


def test_a_reference_that_was_never_charged_has_no_balance():
    assert balance_of([]) is None


def test_parts_carry_their_share_and_the_last_one_the_rest():
    charge = fact(IntercompanyCharged, 1, "1000", "6.67", "6.25")
    balance = balance_of([charge])
    assert balance.part(Decimal(333)) == (Decimal("2.22"), Decimal("2.08"))
    balance = balance_of([charge, fact(IntercompanySettled, 2, "333", "2.22", "2.08")])
    assert (balance.version, balance.open) == (2, Decimal(667))
    assert balance.part(Decimal(667)) == (Decimal("4.45"), Decimal("4.17"))
