"""The reports of the group on the command line."""

import json

import pytest

STEPS = [
    {"command": "register_entity", "entity": "US", "name": "US Inc", "currency": "USD",
     "country": "US", "time_zone": "UTC", "first_period": "2026-01"},
    {"command": "register_entity", "entity": "EU", "name": "EU SE", "currency": "EUR",
     "country": "DE", "time_zone": "UTC", "first_period": "2026-01"},
    {"command": "set_exchange_rate", "base": "EUR", "quote": "USD", "rate": "1.10",
     "on": "2026-10-01", "source": "ECB"},
    {"command": "set_exchange_rate", "base": "EUR", "quote": "USD", "rate": "1.20",
     "on": "2026-10-31", "source": "ECB"},
    {"command": "charge_intercompany", "reference": "r-1", "payer": "EU", "payee": "US",
     "amount": "110.00", "currency": "USD", "on": "2026-10-05"},
    {"command": "settle_intercompany", "reference": "r-1", "payer": "EU", "payee": "US",
     "amount": "60.00", "currency": "USD", "on": "2026-10-31"},
]  # fmt: skip


@pytest.fixture(scope="module")
def charged(run):
    """EU owes US 110.00 USD (100.00 EUR) and has paid 60.00 USD, for 50.00 EUR."""
    lines = "".join(json.dumps({"key": f"k-{n}", **step}) + "\n" for n, step in enumerate(STEPS))
    assert run("apply", "-", stdin=lines).code == 0
    return run


def test_both_sides_of_a_reference(charged):
    (row,) = charged("report", "intercompany", "--format", "json").json
    assert row == {
        "reference": "r-1",
        "payer": "EU",
        "payee": "US",
        "charged_on": "2026-10-05",
        "charged": "110.00",
        "credited": "0.00",
        "settled": "60.00",
        "payer_open": "50.00",
        "payee_open": "50.00",
        "difference": "0.00",
        "currency": "USD",
        "state": "open",
        "payer_carried": "45.45",
        "payer_currency": "EUR",
        "payee_carried": "50.00",
        "payee_currency": "USD",
    }
    before = charged("report", "intercompany", "--as-of", "2026-10-30", "--format", "json").json
    assert [before[0][name] for name in ("payer_open", "settled")] == ["110.00", "0.00"]
    assert charged("report", "intercompany", "--entity", "XX", "--format", "json").json == []


def test_the_group_in_one_currency(charged):
    asked = ("report", "consolidation", "--as-of", "2026-10-31", "--currency", "EUR")
    shape = charged(*asked, "--format", "json").json
    assert shape["entities"]["EU"] == {
        "currency": "EUR",
        "rate": None,
        "accounts": {
            "1000": {"balance": "-50.00", "translated": "-50.00"},
            "2300": {"balance": "-45.45", "translated": "-45.45"},
            "5200": {"balance": "100.00", "translated": "100.00"},
            "7000": {"balance": "-4.55", "translated": "-4.55"},
        },
        "translation_difference": "0.00",
    }
    assert shape["entities"]["US"]["rate"] == {
        "rate": "1.20",
        "inverted": True,
        "on": "2026-10-31",
        "source": "ECB",
    }
    assert shape["entities"]["US"]["accounts"]["4200"] == {
        "balance": "-110.00",
        "translated": "-100.00",
    }
    assert shape["eliminations"] == {
        "1300": "-41.67",
        "2300": "45.45",
        "4200": "100.00",
        "5200": "-100.00",
    }
    assert shape["totals"] == {"7000": "-4.55"}  # the two banks moved 50.00 EUR and 60.00 USD
    assert (shape["translation_difference"], shape["elimination_difference"]) == ("8.33", "-3.78")
    assert (shape["total"], shape["unmatched"]) == ("0.00", [])


def test_the_table_shows_entities_side_by_side(charged):
    asked = ("report", "consolidation", "--as-of", "2026-10-31", "--currency", "EUR")
    head, *rows = charged(*asked).out.splitlines()
    assert head.split() == ["account", "name", "EU", "US", "eliminations", "total"]
    assert rows[-3].split() == ["Translation", "difference", "0.00", "8.33", "0.00", "8.33"]
    assert rows[-1].split() == ["Total", "0.00", "0.00", "0.00", "0.00"]


def test_a_currency_without_a_rate_is_refused(charged):
    done = charged("report", "consolidation", "--currency", "JPY")
    assert (done.code, "There is no exchange rate from EUR to JPY" in done.err) == (1, True)
    done = charged("report", "consolidation", "--currency", "nope")
    assert (done.code, "is not a currency" in done.err) == (1, True)
