"""What a grant costs is one charge, to be billed into the liability."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ledger.credits.purchase import purchase
from ledger.events.credit import CreditGranted
from ledger.events.streams import stream
from ledger.rating.charge import Run

AT = datetime(2026, 11, 30, tzinfo=UTC)
RUN = Run("US", "acme", "USD", "half_up", date(2026, 11, 30), AT, "2026-01")


def granted(price, starts="2026-11-05"):
    return CreditGranted(
        originator_id=stream("grant", "pack"),
        originator_version=1,
        timestamp=AT,
        grant="pack",
        account="acme",
        entity="US",
        currency="USD",
        kind="prepaid" if price else "promotional",
        starts_on=date.fromisoformat(starts),
        amount=Decimal(1000),
        price=price,
        tax_code="vat",
    )


def test_a_grant_is_charged_on_its_first_day():
    made = purchase(granted(Decimal("899.99")), RUN)
    assert (made.charge, made.clears) == ("grant:pack/grant/2026-11-05/1", "2110")
    assert (made.due, made.accrued, made.posted) == (Decimal("899.99"), Decimal("899.99"), 0)
    assert (made.period_from, made.period_to) == (date(2026, 11, 5), date(2026, 11, 6))
    assert (made.kind, made.tax_code, made.posted_on) == ("grant", "vat", date(2026, 11, 5))


def test_a_gift_and_what_begins_later_is_not():
    assert purchase(granted(None), RUN) is None
    assert purchase(granted(Decimal(5), "2026-12-01"), RUN) is None
