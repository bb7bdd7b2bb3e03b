"""Clients that nobody here wrote: gql with decimals there and back, and Schemathesis at random."""

import asyncio
import contextlib
import threading
import time
from decimal import Decimal

import httpx
import pytest
import schemathesis
import uvicorn
from gql import Client, gql
from gql.transport.httpx import HTTPXAsyncTransport
from gql.utilities import update_schema_scalar
from graphql import GraphQLScalarType
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes
from starlette.applications import Starlette
from starlette.routing import Route

from ledger.api.feed import feed_routes
from ledger.api.keys import Gate
from ledger.api.schema import print_schema
from ledger.api.view import graphql_app
from ledger.projector.follower import catch_up


@pytest.fixture(scope="module")
def url(own_october):
    """The address of a real server in front of the month."""
    ledger = own_october.ledger

    @contextlib.asynccontextmanager
    async def lifespan(_):
        yield
        await ledger.db.aclose()

    gate = Gate(ledger.db)
    routes = [Route("/graphql", graphql_app(ledger, gate)), *feed_routes(ledger, gate)]
    app = Starlette(routes=routes, lifespan=lifespan)
    config = uvicorn.Config(app, port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def test_decimals_go_there_and_back_exactly(own_october, url):
    """gql learns the schema by introspection, and sends and reads decimals as Decimal."""
    headers = {"authorization": f"Bearer {own_october.key('admin')}"}
    exact = Decimal("0.123456789012")

    async def story():
        transport = HTTPXAsyncTransport(url=f"{url}/graphql", headers=headers)
        async with Client(
            transport=transport,
            fetch_schema_from_transport=True,
            serialize_variables=True,
            parse_results=True,
        ) as session:
            update_schema_scalar(session.client.schema, "Decimal", DECIMAL)
            document = gql(
                """mutation ($input: SetTaxRateInput!) { setTaxRate(input: $input) {
                     ... on CommandAccepted { key } ... on UserError { code message } } }"""
            )
            document.variable_values = {
                "input": {
                    "key": "exact",
                    "code": "exact",
                    "rate": exact,
                    "from": "2026-01-01",
                    "category": "S",
                }
            }
            sent = await session.execute(document)
            assert sent["setTaxRate"] == {"key": "exact"}
            return await session.execute(gql('{ trialBalance(entity: "US") { total } }'))

    total = asyncio.run(story())["trialBalance"]["total"]
    assert isinstance(total, Decimal)
    catch_up(own_october.ledger.db)
    rates = own_october.data("{ taxRates { code rate } }")["taxRates"]
    assert {rate["code"]: rate["rate"] for rate in rates}["exact"] == str(exact)


DECIMAL = GraphQLScalarType(
    "Decimal", serialize=lambda value: format(value, "f"), parse_value=Decimal
)

TIMES = st.datetimes().map(lambda at: nodes.String(at.isoformat() + "Z"))
DECIMALS = st.decimals(allow_nan=True, allow_infinity=True).map(str)
schemathesis.graphql.scalar("Decimal", (DECIMALS | st.just("1.50")).map(nodes.String))
schemathesis.graphql.scalar("DateTime", TIMES)
schemathesis.graphql.scalar("Date", st.dates().map(lambda day: nodes.String(day.isoformat())))
schemathesis.graphql.scalar(
    "CurrencyCode", st.sampled_from(["USD", "XXX", "usd"]).map(nodes.String)
)
schemathesis.graphql.scalar("Long", st.integers(-5, 2**65).map(lambda n: nodes.String(str(n))))
schemathesis.graphql.scalar("JSON", st.text(max_size=9).map(nodes.String))

SCHEMA = schemathesis.graphql.from_file(print_schema())
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=QUIET)
@given(case=SCHEMA.as_strategy(), role=st.sampled_from(["admin", "auditor", "erp", "portal"]))
def test_no_document_at_random_finds_a_bug(own_october, url, case, role):
    account = "acme" if role == "portal" else None
    headers = {
        "authorization": f"Bearer {own_october.key(role, account)}",
        "accept": "application/graphql-response+json",
    }
    answer = httpx.post(f"{url}/graphql", json={"query": case.body}, headers=headers, timeout=60)
    assert answer.status_code in (200, 400), answer.text
    told = answer.json()
    codes = {error.get("extensions", {}).get("code") for error in told.get("errors", [])}
    assert "INTERNAL" not in codes, (case.body, told)
    assert ("data" in told) == (answer.status_code == 200)
