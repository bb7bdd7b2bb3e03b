"""The reports of exchange: rates, balances in other currencies, what they close at, what is due."""

import json

import pytest

COMMANDS = [
    {"command": "register_entity", "entity": "US", "name": "Example Inc", "currency": "USD",
     "country": "US", "time_zone": "UTC", "first_period": "2026-01"},
    {"command": "set_exchange_rate", "base": "EUR", "quote": "USD", "rate": "1.10",
     "on": "2026-10-01", "source": "ECB"},
    {"command": "set_exchange_rate", "base": "USD", "quote": "EUR", "rate": "0.80",
     "on": "2026-09-01", "source": "desk"},
    {"command": "publish_plan", "plan": "app", "currency": "EUR", "from": "2026-01-01",
     "items": [{"item": "app", "kind": "one_time", "amount": "1000.00"}]},
    {"command": "open_account", "account": "acme", "entity": "US", "name": "Acme",
     "currency": "EUR"},
    {"command": "start_subscription", "subscription": "s", "account": "acme", "plan": "app",
     "from": "2026-10-01"},
    {"command": "issue_invoices", "through": "2026-10-01", "on": "2026-10-01"},
    {"command": "set_exchange_rate", "base": "EUR", "quote": "USD", "rate": "1.12",
     "on": "2026-10-20", "source": "ECB"},
    {"command": "capture_payment", "payment": "p-1", "account": "acme", "amount": "400.00",
     "currency": "EUR", "on": "2026-10-20", "via": "bank"},
    {"command": "set_exchange_rate", "base": "EUR", "quote": "USD", "rate": "1.15",
     "on": "2026-10-31", "source": "ECB"},
]  # fmt: skip
REVALUE = {"command": "revalue", "key": "october", "entity": "US", "on": "2026-10-31"}


@pytest.fixture(scope="module")
def foreign(run):
    """1,000.00 EUR at 1.10, of which 400.00 were paid at 1.12; 1.15 at the end of October."""
    body = "".join(json.dumps({"key": str(n), **one}) + "\n" for n, one in enumerate(COMMANDS))
    assert run("apply", "-", stdin=body).code == 0
    return run


def fx(run, *words):
    return run("report", "fx", "--as-of", "2026-10-31", "--format", "json", *words).json


def test_what_is_due_before_and_posted_after_a_revaluation(foreign):
    before = fx(foreign)
    assert before == {
        "US": {
            "balances": [
                {
                    "account": "1100",
                    "currency": "EUR",
                    "amount": "600.00",
                    "carried": "660.00",
                    "rate": {"rate": "1.15", "inverted": False, "on": "2026-10-31",
                             "source": "ECB"},
                    "closing": "690.00",
                    "unrealised": "30.00",
                    "posted": "0.00",
                    "due": "30.00",
                }
            ],
            "currency": "USD",
            "as_of": "2026-10-31",
            "realised": [
                {
                    "line": before["US"]["realised"][0]["line"],
                    "entry": "payment/p-1",
                    "on": "2026-10-20",
                    "document": "p-1",
                    "customer": "acme",
                    "text": "Payment p-1 from acme",
                    "amount": "8.00",
                }
            ],
            "realised_total": "8.00",
        }
    }  # fmt: skip
    done = foreign("apply", "-", stdin=json.dumps(REVALUE))
    position = str(json.loads(done.out)["facts"][0]["position"])
    (after,) = fx(foreign)["US"]["balances"]
    assert (after["carried"], after["posted"], after["due"]) == ("660.00", "30.00", "0.00")
    assert fx(foreign, "--at-position", str(int(position) - 1)) == before
    assert fx(foreign, "--entity", "EU") == {}


def test_on_a_day_with_the_other_direction_alone_the_rate_divides(foreign):
    done = foreign("report", "fx", "--as-of", "2026-11-30", "--format", "json").json["US"]
    assert done["realised"] == []
    assert done["balances"][0]["rate"]["inverted"] is False
    table = foreign("report", "fx", "--as-of", "2026-10-31").out
    assert "1.15" in table
    assert "payment" not in table
    assert "p-1" in table
    csv = foreign("report", "fx", "--as-of", "2026-10-31", "--format", "csv").out
    assert csv.splitlines()[0].startswith("entity,account,name,currency,foreign,rate,rate_on")


def test_rates_are_listed_up_to_a_day(foreign):
    rows = foreign("report", "exchange-rates", "--as-of", "2026-10-20", "--format", "json").json
    assert [(row["base"], row["on"], row["rate"]) for row in rows] == [
        ("EUR", "2026-10-01", "1.10"), ("EUR", "2026-10-20", "1.12"), ("USD", "2026-09-01", "0.80"),
    ]  # fmt: skip
