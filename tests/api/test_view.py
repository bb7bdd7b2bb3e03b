"""The hardened view: who gets in, which statuses, and what never leaks."""

import pytest
from strawberry.extensions.parser_cache import _get_parse_cache
from strawberry.extensions.validation_cache import _get_validate_cache

from ledger.api.schema import DOCUMENTS_CACHED

MODERN = "application/graphql-response+json"


@pytest.fixture
def door(october):
    """These tests only read, or are refused: they share one ledger."""
    return october


def test_nobody_gets_in_without_a_key_and_nothing_is_parsed(door):
    for headers in ({}, {"authorization": "Bearer lgr_admin_x"}, {"authorization": "Basic x"}):
        answer = door.send(role=None, headers=headers, content=b"{not json")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_query_is_answered(door):
    assert door.data("{ viewer { role scopes } }", "portal", "acme") == {
        "viewer": {
            "role": "portal",
            "scopes": ["billing:read", "entitlement:read", "usage:read", "viewer:read"],
        }
    }


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"json": {"query": "{ __typename }"}}, 200),
        ({"json": {"query": "{ __typename"}}, 400),
        ({"json": {"query": "{ nothing }"}}, 400),
        ({"json": {"query": "query ($a: Int!) { __typename @skip(if: false) }"}}, 400),
        ({"json": {"query": "query A { __typename } query B { __typename }"}}, 400),
        ({"json": {"query": "{ viewer { role } }", "operationName": "Other"}}, 400),
        ({"json": {"query": ""}}, 400),
        ({"json": {"query": 1}}, 400),
        ({"json": {"query": "{ __typename }", "variables": [1]}}, 400),
        ({"json": {"query": "{ __typename }", "operationName": 1}}, 400),
        ({"json": ["{ __typename }"]}, 400),
        ({"json": "x"}, 400),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ({"content": b'{"query": NaN}', "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"\xff", "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"query={a}", "headers": {"content-type": "text/plain"}}, 415),
        ({"data": {"query": "{ __typename }"}}, 415),
        ({"json": {"query": "#" + "x" * 300_000}}, 413),
    ],
)
def test_statuses_follow_graphql_over_http(door, request_, status):
    headers = {"accept": MODERN, **request_.pop("headers", {})}
    answer = door.send(headers=headers, **request_)
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.headers["content-type"].startswith(MODERN)


def test_an_old_client_gets_200_and_its_media_type(door):
    answer = door.send(json={"query": "{ nothing }"}, headers={"accept": "application/json"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert "data" not in answer.json()


def test_unknown_media_types_are_not_acceptable(door):
    answer = door.send(json={"query": "{ __typename }"}, headers={"accept": "text/csv"})
    assert answer.status_code == 406


def test_a_query_without_accept_is_answered_as_json(door):
    answer = door.send(json={"query": "{ __typename }"}, headers={"accept": "*/*"})
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_only_post_is_served(door, method):
    answer = door.send(method, params={"query": "{ __typename }"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_bugs_are_masked_and_at_most_five_errors_are_told(door, monkeypatch):
    def broken(*_):
        raise RuntimeError("secret internals")

    monkeypatch.setattr("ledger.reads.subscriptions.meters", broken)
    fields = " ".join(f"m{number}: meters {{ id }}" for number in range(8))
    answer = door.ask(f"{{ {fields} }}")
    assert 1 <= len(answer["errors"]) <= 5
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"INTERNAL"}
    assert "secret" not in str(answer)


@pytest.mark.parametrize(
    "query",
    [
        "query ($text: ID!) { invoice(number: $text) { number } }",
        "query ($text: ID!) { chargeUsage(charge: $text) { count } }",
        "query ($text: ID!) { exportDocument(target: $text, externalId: $text) { state } }",
    ],
)
def test_a_character_that_no_text_may_hold_is_the_callers_mistake(door, query):
    answer = door.ask(query, text="\x00")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNUSABLE_TEXT"]


def test_a_document_is_parsed_and_validated_once(door):
    caches = _get_parse_cache(DOCUMENTS_CACHED), _get_validate_cache(DOCUMENTS_CACHED)
    before = [cache.cache_info() for cache in caches]
    for _ in range(5):
        door.data("query OnceOnly { viewer { role } }")
    after = [cache.cache_info() for cache in caches]
    assert [b.misses + 1 for b in before] == [a.misses for a in after]
    assert all(a.hits >= b.hits + 4 for b, a in zip(before, after, strict=True))


def test_the_answer_tells_what_it_cost(door):
    answer = door.ask("{ accounts(first: 100) { nodes { id currency } } }")
    assert answer["extensions"]["cost"]["requested"] > 100


def test_the_cost_is_judged_with_the_variables_of_each_request(door):
    document = """
        query ($whose: ID!, $first: Int!) {
            a: invoices(account: $whose, first: $first) { ...Both }
            b: invoices(account: $whose, first: $first) { ...Both }
            c: invoices(account: $whose, first: $first) { ...Both }
        }
        fragment Both on InvoiceConnection { nodes { lines { line } taxes { rate } } }
    """
    for first, refused in ((10, False), (200, False), (10, False)):
        answer = door.ask(document, whose="acme", first=first)
        assert ("errors" in answer) == refused, answer
    wide = document.replace(
        "taxes { rate }", "taxes { rate } more: lines { line } m: lines { tax }"
    )
    assert "errors" not in door.ask(wide, whose="acme", first=10)
    refused = door.ask(wide, whose="acme", first=200)
    assert refused["errors"][0]["extensions"]["code"] == "TOO_COSTLY"


def test_introspection_needs_a_scope_and_verdicts_are_not_shared(door):
    query = "{ __schema { queryType { name } } }"
    hidden = 'query Q { ...R } fragment R on Query { __type(name: "Query") { name } }'
    for document in (query, hidden):
        assert "errors" not in door.ask(document, "auditor")
        refused = door.ask(document, "portal", "acme")
        assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert "errors" not in door.ask(document, "auditor")


def test_numbers_for_decimals_are_refused_with_the_code(door):
    document = """mutation ($rate: Decimal!) { setTaxRate(input: {
        key: "k", code: "c", rate: $rate, from: "2026-01-01", category: "S"
    }) { __typename } }"""
    for rate in (1, 1.5, "NaN", "1e3", "1_0", " 1 "):
        answer = door.ask(document, rate=rate)
        assert "data" not in answer
        assert answer["errors"][0]["extensions"]["code"] == "BAD_DECIMAL", answer
