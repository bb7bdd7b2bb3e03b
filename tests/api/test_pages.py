"""Pages of the real schema are answered by plans, and sizes outside the limits are refused."""

import pytest
from graphql import GraphQLScalarType, get_named_type, is_leaf_type
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from ledger.api.executor import ROWS_MIN
from ledger.api.schema import schema

USAGE = 'account: "acme", meter: "api", from: "2026-10-01T00:00:00Z", to: "2026-11-01T00:00:00Z"'
LISTS = {
    "JournalLine": "journalLines(first: 100) { nodes { %s } edges { cursor node { %s } } }",
    "Fact": "facts(first: 100) { nodes { %s } edges { cursor node { %s } } }",
    "ExportRevision": 'exportDocuments(target: "netsuite") { nodes { %s } edges { node { %s } } }',
    "UsageEvent": f"usageEvents({USAGE}) {{ nodes {{ %s }} edges {{ node {{ %s }} }} }}",
    "UsagePoint": f"usage({USAGE}) {{ points {{ %s }} more: points {{ %s }} }}",
    "LineageEvent": """trace(source: "gateway", id: "acme-1") { nodes { ref } }
        chargeUsage(charge: "acme-1/api/2026-10-01/1") { events { %s } more: events { %s } }""",
}


def leaves(type_name):
    """Return every field of a type that is a leaf or money."""
    for name, field in schema._schema.type_map[type_name].fields.items():
        named = get_named_type(field.type)
        if is_leaf_type(named):
            yield name
        elif named.name == "Money":
            yield f"{name} {{ amount currency }}"
        else:
            assert not isinstance(named, GraphQLScalarType)


@pytest.mark.parametrize("type_name", LISTS)
def test_every_leaf_of_a_long_list_is_answered_by_the_plan(october, type_name, monkeypatch):
    fields = " ".join(leaves(type_name))
    stock, long = StrawberryGraphQLCoreExecutionContext.complete_list_value, []

    def watched(self, type_, details, info, path, result, context):
        if len(result) >= ROWS_MIN:
            long.append(str(type_))
        return stock(self, type_, details, info, path, result, context)

    monkeypatch.setattr(StrawberryGraphQLCoreExecutionContext, "complete_list_value", watched)
    data = october.data(f"{{ {LISTS[type_name] % (fields, fields)} }}")
    assert len(str(data)) > 1_000
    assert long == []


@pytest.mark.parametrize("first", [0, -1, 201, 2**31 - 1])
def test_a_page_of_another_size_is_refused(october, first):
    query = "query ($first: Int!) { accounts(first: $first) { nodes { id } } }"
    answer = october.ask(query, first=first)
    assert answer["errors"][0]["extensions"] == {"code": "BAD_PAGE", "field": "first"}


def test_counts_stop_at_their_limit(october, monkeypatch):
    monkeypatch.setattr("ledger.api.connection.COUNT_MAX", 3)
    query = "{ facts { totalCount { value precision } } }"
    assert october.data(query)["facts"]["totalCount"] == {"value": 3, "precision": "AT_LEAST"}


def test_nothing_is_counted_unless_asked_for(october, monkeypatch):
    def never(*_):
        raise AssertionError("counted")

    monkeypatch.setattr("ledger.api.connection._counted", never)
    assert october.data("{ facts(first: 1) { nodes { type } } }")
