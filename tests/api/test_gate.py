"""The gate: one small answer, right by its plan, its zone and its spend limit, for who may ask."""

from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from starlette.applications import Starlette

from ledger.api.gate import gate_routes
from ledger.api.keys import Gate
from ledger.commands.registry import execute
from ledger.projector.follower import catch_up

ITEMS = [
    {"item": "included", "kind": "entitlement", "meter": "api", "limit": "1000",
     "interval": "month", "notify_at": ["80"], "block": True},
    {"item": "people", "kind": "entitlement", "meter": "users", "limit": "2", "interval": "year"},
    {"item": "calls", "kind": "usage", "meter": "api", "interval": "month",
     "model": {"type": "per_unit", "unit": "0.01"}},
]  # fmt: skip
COMMANDS = [
    {"command": "register_entity", "entity": "US", "name": "US", "currency": "USD",
     "country": "US", "time_zone": "Asia/Kolkata", "first_period": "2020-01"},
    {"command": "define_meter", "meter": "api", "aggregation": "sum"},
    {"command": "define_meter", "meter": "users", "aggregation": "unique_count", "value": "user"},
    {"command": "publish_plan", "plan": "pro", "currency": "USD", "from": "2020-01-01",
     "items": ITEMS},
    {"command": "open_account", "account": "acme", "entity": "US", "name": "Acme",
     "currency": "USD"},
    {"command": "open_account", "account": "beta", "entity": "US", "name": "Beta",
     "currency": "USD"},
    {"command": "start_subscription", "subscription": "s-1", "account": "acme", "plan": "pro",
     "from": "2020-01-01"},
]  # fmt: skip


@pytest.fixture
def asked(door):
    """A plan that includes things; returns how to carry out one more command."""

    def ask(body):
        answer = execute(door.ledger, {"key": str(uuid4()), **body}, "tester")
        assert answer.status == "accepted", answer
        catch_up(door.ledger.db)

    for body in COMMANDS:
        ask(body)
    return ask


@pytest.fixture
def gate(door, asked):
    """Ask the gate as a role; the whole response."""
    app = Starlette(routes=gate_routes(door.ledger, Gate(door.ledger.db)))

    async def send(path, key):
        transport = httpx.ASGITransport(app=app)
        headers = {"authorization": f"Bearer {key}"} if key else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
            return await client.get(path, headers=headers)

    def get(account, meter, role="ingest", whose=None):
        key = door.key(role, whose) if role else None
        return door.portal.call(send, f"/v1/entitlements/{quote(account)}/{quote(meter)}", key)

    return get


def today_in_the_entity(door):
    return door.ledger.clock().astimezone(ZoneInfo("Asia/Kolkata")).date().isoformat()


def used(door, asked, event, quantity):
    now = door.ledger.clock().isoformat()
    properties = {"quantity": quantity}
    asked({"command": "record_usage", "events": [
        {"source": "app", "id": event, "account": "acme", "meter": "api", "time": now,
         "properties": properties}]})  # fmt: skip


def test_the_answer_says_what_is_left_and_until_when(door, asked, gate):
    used(door, asked, "a", "400")
    answer = gate("acme", "api")
    told = answer.json()

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert (told["limit"], told["used"], told["remaining"]) == ("1000", "400", "600")
    assert (told["blocked"], told["subscription"], told["item"]) == (False, "s-1", "included")
    assert told["resets_at"].endswith("T18:30:00Z")  # a month begins in Kolkata
    assert told["spending"] is None
    assert told["known"]["position"] == 1
    assert told["known"]["recorded_at"] is not None


def test_the_last_unit_blocks_and_a_correction_opens_again(door, asked, gate):
    used(door, asked, "a", "1000")
    assert gate("acme", "api").json()["blocked"] is True
    used(door, asked, "b", "200")
    told = gate("acme", "api").json()
    assert (told["remaining"], told["blocked"]) == ("-200", True)

    asked({"command": "correct_usage", "source": "app", "id": "a", "void": True, "reason": "r"})
    assert gate("acme", "api").json()["blocked"] is False


def test_a_spend_limit_blocks_every_meter(door, asked, gate):
    used(door, asked, "a", "500")
    today = today_in_the_entity(door)
    asked({"command": "rate_usage", "through": today})
    asked({"command": "set_spend_limit", "account": "acme", "from": "2020-01-01",
           "amount": "5.00", "block": True})  # fmt: skip
    told = gate("acme", "users").json()
    assert told["blocked"] is True
    assert told["spending"]["limit"] == "5.00"
    assert (told["spending"]["spent"], told["spending"]["remaining"]) == ("5.00", "0.00")
    assert told["spending"]["resets_at"].endswith("T18:30:00Z")


def test_what_no_plan_includes_has_no_limit(gate):
    told = gate("acme", "storage").json()
    assert (told["limit"], told["used"], told["blocked"]) == (None, None, False)
    assert gate("beta", "api").json()["limit"] is None


def test_only_keys_with_the_scope_ask_and_portals_for_their_own_account(gate):
    assert gate("acme", "api", role=None).status_code == 401
    assert gate("acme", "api", role="erp").status_code == 403
    assert gate("acme", "api", role="portal", whose="acme").status_code == 200
    assert gate("beta", "api", role="portal", whose="acme").status_code == 404
    assert gate("nobody", "api").status_code == 404
    assert gate("\0", "api").status_code == 400


QUERY = """query E($account: ID, $meter: ID, $at: DateTime) {
  entitlements(account: $account, meter: $meter, at: $at) {
    account blocked position lane recordedAt
    entitlements { subscription item meter limit used remaining percent blocked periodFrom }
    spending { limit spent }
  }
}"""


def test_graphql_tells_the_same(door, asked):
    used(door, asked, "a", "850")
    told = door.data(QUERY, role="portal", account="acme")["entitlements"]
    calls, people = told["entitlements"]
    assert (calls["item"], calls["used"], calls["remaining"]) == ("included", "850", "150")
    assert (calls["percent"], calls["blocked"]) == ("85.00", False)
    assert (people["item"], people["used"], people["limit"]) == ("people", "0", "2")

    one = door.ask(QUERY, "portal", "acme", meter="users")["data"]
    assert [each["item"] for each in one["entitlements"]["entitlements"]] == ["people"]
    then = door.ask(QUERY, "portal", "acme", at="2020-03-31T20:00:00Z")
    first, _ = then["data"]["entitlements"]["entitlements"]
    assert (first["periodFrom"], first["used"]) == ("2020-04-01", "0")  # April in Kolkata
    assert door.data(QUERY, role="portal", account="beta")["entitlements"]["entitlements"] == []
    others = '{ entitlements(account: "acme") { account } }'
    assert door.data(others, role="portal", account="beta") == {"entitlements": None}
    assert door.data(others, role="ingest") == {"entitlements": {"account": "acme"}}


def test_thresholds_are_a_feed(door, asked):
    used(door, asked, "a", "850")
    today = today_in_the_entity(door)
    asked({"command": "rate_usage", "through": today})
    query = """query T($after: String, $account: ID) { thresholds(first: 1, after: $after,
      account: $account) { nodes { kind percent quantity } pageInfo { endCursor } } }"""
    page = door.data(query)["thresholds"]
    assert page["nodes"] == [{"kind": "entitlement", "percent": "80", "quantity": "850"}]
    after = page["pageInfo"]["endCursor"]
    assert door.ask(query, "admin", None, after=after)["data"]["thresholds"]["nodes"] == []
    assert len(door.data(query, role="portal", account="acme")["thresholds"]["nodes"]) == 1
    assert door.data(query, role="portal", account="beta")["thresholds"]["nodes"] == []
