"""Exchange over GraphQL: rates, exposures, realised gains; and periods."""

from itertools import count

import pytest

from ledger.commands.registry import execute
from ledger.projector.follower import catch_up

RATES = (("1.10", "2026-10-01"), ("1.12", "2026-10-20"), ("1.15", "2026-10-31"))


@pytest.fixture
def foreign(door):
    """1,000.00 EUR at 1.10 in American books, of which 400.00 were paid at 1.12."""
    keys = count()

    def do(command, **fields):
        body = {"command": command, "key": f"k-{next(keys)}", **fields}
        body = {name.rstrip("_"): value for name, value in body.items()}
        answer = execute(door.ledger, body, "tester")
        assert answer.status == "accepted", answer
        catch_up(door.ledger.db)

    do("register_entity", entity="US", name="US", currency="USD", country="US", time_zone="UTC",
       first_period="2026-01")  # fmt: skip
    for rate, on in RATES:
        do("set_exchange_rate", base="EUR", quote="USD", rate=rate, on=on, source="ECB")
    item = {"item": "app", "kind": "one_time", "amount": "1000.00"}
    do("publish_plan", plan="app", currency="EUR", from_="2026-01-01", items=[item])
    do("open_account", account="acme", entity="US", name="Acme", currency="EUR")
    do("start_subscription", subscription="s", account="acme", plan="app", from_="2026-10-01")
    do("issue_invoices", through="2026-10-01", on="2026-10-01")
    do("capture_payment", payment="p-1", account="acme", amount="400.00", currency="EUR",
       on="2026-10-20", via="bank")  # fmt: skip
    do("soft_close_period", entity="US", period="2026-01")
    door.do = do
    return door


EXPOSURES = """query ($on: Date) { exposures(entity: "US", on: $on) { on balances { account
    amount { amount currency } carried { amount currency }
    exchange { rate inverted on source } closing unrealised posted due } } }"""


def test_exposures_before_and_after_a_revaluation(foreign):
    report = foreign.data(EXPOSURES, "auditor", on="2026-10-31")["exposures"]
    assert report == {
        "on": "2026-10-31",
        "balances": [
            {
                "account": "1100",
                "amount": {"amount": "600.00", "currency": "EUR"},
                "carried": {"amount": "660.00", "currency": "USD"},
                "exchange": {"rate": "1.15", "inverted": False, "on": "2026-10-31",
                             "source": "ECB"},
                "closing": "690.00",
                "unrealised": "30.00",
                "posted": "0",
                "due": "30.00",
            }
        ],
    }  # fmt: skip
    foreign.do("revalue", entity="US", on="2026-10-31")
    (one,) = foreign.data(EXPOSURES, "auditor", on="2026-10-31")["exposures"]["balances"]
    assert (one["posted"], one["due"]) == ("30.00", "0.00")
    earlier = foreign.data(EXPOSURES, "auditor", on="2026-09-30")["exposures"]
    assert earlier["balances"] == []


def test_what_was_realised_names_its_payment(foreign):
    query = """{ realisedExchange(from: "2026-10-01", to: "2026-10-31", entity: "US") {
        nodes { entry document customer gain { amount currency } } totalCount { value } } }"""
    found = foreign.data(query, "auditor")["realisedExchange"]
    assert found["totalCount"]["value"] == 1
    assert found["nodes"] == [
        {"entry": "payment/p-1", "document": "p-1", "customer": "acme",
         "gain": {"amount": "8.00", "currency": "USD"}}
    ]  # fmt: skip


def test_rates_go_page_by_page(foreign):
    query = """query ($after: String) { exchangeRates(base: "EUR", first: 2, after: $after) {
        nodes { startsOn rate } pageInfo { hasNextPage endCursor } } }"""
    first = foreign.data(query, "auditor")["exchangeRates"]
    after = first["pageInfo"]["endCursor"]
    second = foreign.data(query, "auditor", after=after)["exchangeRates"]
    assert [one["startsOn"] for one in first["nodes"] + second["nodes"]] == [on for _, on in RATES]
    assert not second["pageInfo"]["hasNextPage"]


def test_periods_and_all_of_it_need_the_scope_of_an_auditor(foreign):
    query = '{ periods(entity: "US") { period state digest } }'
    assert foreign.data(query, "auditor")["periods"] == [
        {"period": "2026-01", "state": "soft_closed", "digest": None}
    ]
    for asked in (query, EXPOSURES, "{ exchangeRates { nodes { rate } } }"):
        refused = foreign.ask(asked, "portal", account="acme")
        assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
