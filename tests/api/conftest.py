"""A ledger behind its GraphQL door, and clients with keys of every role."""

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from ledger.api.keys import Gate, create_key
from ledger.api.view import graphql_app
from ledger.commands.ledger import Ledger
from ledger.projector.projection import ensure
from ledger.settings import Settings
from ledger.store.books import Books


@pytest.fixture
def ledger(database, tmp_path):
    """A ledger over a fresh database, its projections built and empty."""
    ensure(database)
    books = Books(database)
    yield Ledger(database, books, Settings(home=tmp_path))
    books.close()


class Door:
    """GraphQL over ASGI, on an event loop of its own, with a key per role."""

    def __init__(self, ledger, portal):
        self.ledger = ledger
        self.portal = portal
        self.app = graphql_app(ledger, Gate(ledger.db))
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


@pytest.fixture
def door(ledger):
    """The door of the ledger."""
    with start_blocking_portal() as portal:
        yield Door(ledger, portal)
        portal.call(ledger.db.aclose)
