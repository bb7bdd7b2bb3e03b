"""Exchange rates: set, superseded, and found by the day."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.commands.engine.ground import Ground
from ledger.errors import NoExchangeRate


def test_the_latest_rate_on_or_before_a_day_holds_and_the_same_day_again_supersedes(ask, ledger):
    for on, rate in (("2026-11-01", "1.10"), ("2026-10-01", "1.05"), ("2026-11-01", "1.12")):
        answer = ask("set_exchange_rate", base="EUR", quote="USD", rate=rate, on=on, source="ECB")
        assert [fact.type for fact in answer.facts] == ["exchange_rate.set/1"]
    ground = Ground.take(ledger, ["subscriptions"])
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2027, 1, 1)]
    found = [ground.exchange_on("EUR", "USD", day).rate for day in days]
    assert found == [Decimal("1.05"), Decimal("1.12"), Decimal("1.12")]
    other = ground.exchange_on("USD", "EUR", days[0])
    assert (other.rate, other.inverted) == (Decimal("1.05"), True)
    with pytest.raises(NoExchangeRate, match="2026-09-30"):
        ground.exchange_on("EUR", "USD", date(2026, 9, 30))


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"quote": "EUR"}, "BAD_VALUE", "quote"),
        ({"rate": "0"}, "BAD_VALUE", "rate"),
        ({"rate": "-1"}, "BAD_VALUE", "rate"),
        ({"rate": "1e2"}, "BAD_DECIMAL", "rate"),
        ({"on": None}, "MISSING_FIELD", "on"),
        ({"quote": "XAU"}, "BAD_CURRENCY", "quote"),
    ],
)
def test_a_rate_that_is_none_is_refused(ask, change, code, field):
    fields = {"base": "EUR", "quote": "USD", "rate": "1.1", "on": "2026-11-01", "source": "ECB"}
    answer = ask("set_exchange_rate", **{**fields, **change})
    assert (answer.error.code, answer.error.field) == (code, field)
