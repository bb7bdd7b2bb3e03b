"""A ledger behind its GraphQL door, and clients with keys of every role."""

from contextlib import contextmanager
from itertools import count

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from starlette.applications import Starlette
from starlette.routing import Route

from ledger.api.keys import Gate, create_key
from ledger.api.view import graphql_app
from ledger.commands.engine.ledger import Ledger
from ledger.commands.registry import execute
from ledger.projector.follower import catch_up
from ledger.settings import Settings
from ledger.store.books import Books


@contextmanager
def opened(database, home):
    """A ledger over a fresh database."""
    books = Books(database)
    yield Ledger(database, books, Settings(home=home))
    books.close()


@contextmanager
def answered(ledger):
    """The door of a ledger, on an event loop of its own."""
    with start_blocking_portal() as portal:
        yield Door(ledger, portal)
        portal.call(ledger.db.aclose)


@pytest.fixture
def ledger(database, tmp_path):
    """A ledger of this test alone."""
    with opened(database, tmp_path) as ledger:
        yield ledger


@pytest.fixture
def door(ledger):
    """The door of the ledger."""
    with answered(ledger) as door:
        yield door


@contextmanager
def a_month(server, home):
    """The door of a ledger of its own with the month in it."""
    with server.database() as database, opened(database, home) as ledger, answered(ledger) as door:
        bring_in_the_month(carrier(ledger))
        yield door


@pytest.fixture(scope="session")
def october(server, tmp_path_factory):
    """The month, for all the tests that only read."""
    with a_month(server, tmp_path_factory.mktemp("october")) as door:
        yield door


@pytest.fixture(scope="module")
def own_october(server, tmp_path_factory):
    """The month, for a module whose tests also write."""
    with a_month(server, tmp_path_factory.mktemp("own")) as door:
        yield door


class Door:
    """GraphQL over ASGI, on an event loop of its own, with a key per role."""

    def __init__(self, ledger, portal):
        self.ledger = ledger
        self.portal = portal
        self.app = Starlette(routes=[Route("/graphql", graphql_app(ledger, Gate(ledger.db)))])
        self._keys = {}

    def key(self, role, account=None):
        """Return a key of this role, made on first use."""
        if (role, account) not in self._keys:
            self._keys[role, account] = create_key(self.ledger.db, role, account, "test").key
        return self._keys[role, account]

    def send(self, method="POST", *, role="admin", account=None, headers=None, **request):
        """Send a request as this role; ``role=None`` sends no key."""
        known = {"authorization": f"Bearer {self.key(role, account)}"} if role else {}
        merged = {**known, **(headers or {})}
        return self.portal.call(self._send, method, merged, request)

    def ask(self, query, role="admin", account=None, **variables):
        """Return the JSON answer to a query."""
        body = {"query": query, "variables": variables}
        return self.send(role=role, account=account, json=body).json()

    def data(self, query, role="admin", account=None, **variables):
        """Return the data of an answer that has no errors."""
        answer = self.ask(query, role, account, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def _send(self, method, headers, request):
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
            return await client.request(method, "/graphql", headers=headers, **request)


MONTH = [
    {
        "command": "register_entity",
        "entity": "US",
        "name": "Example Inc.",
        "currency": "USD",
        "country": "US",
        "time_zone": "America/New_York",
        "first_period": "2026-01",
    },
    {
        "command": "set_tax_rate",
        "code": "us-ny",
        "rate": "8.875",
        "from": "2026-01-01",
        "category": "S",
    },
    {
        "command": "define_meter",
        "meter": "api",
        "aggregation": "sum",
        "unit": "call",
        "dimensions": ["region"],
    },
    {
        "command": "publish_plan",
        "plan": "pro",
        "currency": "USD",
        "from": "2026-01-01",
        "items": [
            {
                "item": "api",
                "kind": "usage",
                "meter": "api",
                "interval": "month",
                "model": {
                    "type": "graduated",
                    "tiers": [{"up_to": "100", "unit": "0.10"}, {"unit": "0.05"}],
                },
            }
        ],
    },
]


def of_account(account):
    """Return the commands of one account: opened, subscribed, and ten events of 30.5 each."""
    events = [
        {
            "source": "gateway",
            "id": f"{account}-{number}",
            "account": account,
            "meter": "api",
            "time": f"2026-10-{number + 1:02d}T12:00:00Z",
            "properties": {"quantity": "30.5", "region": "eu" if number % 2 else "us"},
        }
        for number in range(10)
    ]
    return [
        {
            "command": "open_account",
            "account": account,
            "entity": "US",
            "name": account,
            "currency": "USD",
            "country": "US",
            "tax": "us-ny",
        },
        {
            "command": "start_subscription",
            "subscription": f"{account}-1",
            "account": account,
            "plan": "pro",
            "from": "2026-10-01",
        },
        {
            "command": "grant_credit",
            "grant": f"{account}-gift",
            "account": account,
            "kind": "promotional",
            "amount": "5.00",
            "from": "2027-01-01",
        },
        {
            "command": "add_discount",
            "discount": f"{account}-less",
            "account": account,
            "percent": "10",
            "from": "2027-01-01",
        },
        {"command": "record_usage", "events": events},
    ]


USED = [*MONTH, *of_account("acme"), *of_account("other")]
BILLED = [
    {"command": "rate_usage", "through": "2026-10-31"},
    {"command": "issue_invoices", "through": "2026-10-31", "on": "2026-10-31"},
    {
        "command": "capture_payment",
        "payment": "pay-1",
        "account": "acme",
        "amount": "10.00",
        "currency": "USD",
        "on": "2026-11-02",
        "via": "bank",
    },
    *(
        {
            "command": "map_account",
            "target": "netsuite",
            "entity": "US",
            "account": account,
            "erp_account": f"{account}0",
            "from": "2026-01-01",
        }
        for account in ("1000", "1100", "1150", "2120", "2130", "2200", "4010")
    ),
    {
        "command": "set_export_profile",
        "target": "netsuite",
        "entity": "US",
        "profile": {"default": "document"},
    },
    {"command": "seal_exports", "target": "netsuite", "through": "2026-11-30"},
]


def carrier(ledger):
    """Return what carries out commands, each of which has to be accepted, and folds the rest."""
    counter = count()

    def carry_out(*bodies):
        for body in bodies:
            answer = execute(ledger, {"key": f"key-{next(counter)}", **body}, "test")
            assert answer.status == "accepted", (body, answer)
        catch_up(ledger.db)

    return carry_out


def bring_in_the_month(carry_out):
    """October of two accounts, acme and other: used, rated, invoiced, partly paid, sealed."""
    carry_out(*USED)
    carry_out(*BILLED)


@pytest.fixture
def the_month():
    """The commands of the month: until it is used, and from then on."""
    return USED, BILLED


@pytest.fixture
def carry_out(ledger):
    """Carry out commands on the ledger of this test."""
    return carrier(ledger)


@pytest.fixture
def month(carry_out):
    """The month, in the ledger of this test."""
    bring_in_the_month(carry_out)
