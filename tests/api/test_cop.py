"""The thirteen checks of graphql-cop, each as a test of our own."""

import pytest

QUERY = {"query": "query cop { __typename }"}


@pytest.fixture
def door(october):
    """These tests only read, or are refused: they share one ledger."""
    return october


def codes(answer):
    return {error.get("extensions", {}).get("code") for error in answer.json().get("errors", [])}


def test_1_alias_overloading(door):
    aliases = " ".join(f"alias{number}: __typename" for number in range(101))
    answer = door.send(json={"query": f"query cop {{ {aliases} }}"})
    assert "data" not in answer.json()
    assert codes(answer) == {"TOO_COSTLY"}


def test_2_array_based_batching(door):
    answer = door.send(json=[QUERY] * 10)
    assert answer.status_code == 400
    assert not isinstance(answer.json(), list)


def test_3_field_duplication(door):
    answer = door.send(json={"query": f"query cop {{ viewer {{ {'role ' * 500} }} }}"})
    assert "data" not in answer.json()


def test_4_directive_overloading(door):
    answer = door.send(json={"query": f"query cop {{ __typename {'@aa' * 10} }}"})
    assert "data" not in answer.json()
    assert len(answer.json()["errors"]) <= 5
    known = "@include(if: true) " * 10
    assert "data" not in door.send(json={"query": f"query cop {{ __typename {known} }}"}).json()


def test_5_circular_introspection(door):
    types = "fields { type { fields { type { fields { type { fields { type { name } } } } } } } }"
    answer = door.send(json={"query": f"query cop {{ __schema {{ types {{ {types} }} }} }}"})
    assert "data" not in answer.json()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_6_queries_over_get(door, method):
    assert door.send(method, params=QUERY).status_code == 405


def test_7_mutations_over_get(door):
    assert door.send("GET", params={"query": "mutation cop { __typename }"}).status_code == 405


@pytest.mark.parametrize("kind", ["data", "files"])
def test_8_urlencoded_and_multipart_posts(door, kind):
    sent = {"data": QUERY} if kind == "data" else {"files": {"query": b"{ __typename }"}}
    answer = door.send(**sent)
    assert answer.status_code == 415
    assert "data" not in answer.json()


def test_9_field_suggestions(door):
    answer = door.send(json={"query": "query cop { invoicez }"})
    assert "did you mean" not in answer.text.lower()
    answer = door.send(json={"query": 'query cop { invoice(numbr: "x") { number } }'})
    assert "did you mean" not in answer.text.lower()


@pytest.mark.parametrize("path", ["", "?query={__typename}"])
def test_10_no_ide(door, path):
    answer = door.send("GET", headers={"accept": "text/html"}, params=path.strip("?"))
    assert answer.status_code == 405
    assert "graphiql" not in answer.text.lower()


def test_11_no_tracing(door):
    answer = door.send(json=QUERY)
    assert set(answer.json().get("extensions", {})) <= {"cost"}


def test_12_unhandled_errors(door):
    answer = door.send(json={"query": "qwerty cop { abc }"})
    assert "traceback" not in answer.text.lower()
    assert "exception" not in answer.text.lower()


def test_13_introspection(door):
    answer = door.send(role="portal", account="a", json={"query": "{ __schema { description } }"})
    assert "data" not in answer.json()
    assert codes(answer) == {"FORBIDDEN"}
