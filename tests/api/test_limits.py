"""The limits of documents, each also through fragments and against circular ones."""

import pytest
from graphql import build_schema, get_introspection_query, parse, validate

from ledger.api.limits import (
    ALIASES_MAX,
    DEPTH_MAX,
    DIRECTIVES_MAX,
    FIELDS_MAX,
    ROOT_FIELDS_MAX,
    Limits,
)

SCHEMA = build_schema("type Query { a: Query  b: Int }")


def refusals(document):
    """Return what the limits say to a document."""
    return [error.message for error in validate(SCHEMA, parse(document), [Limits])]


def deep(levels):
    return "{ a " * (levels - 1) + "{ b }" + " }" * (levels - 1)


def many(what, count):
    return " ".join(what.format(n=number) for number in range(count))


def in_braces(what, count):
    return f"{{ {many(what, count)} }}"


def wrapped(what, count):
    return f"{{ a {in_braces(what, count)} }}"


AT_THE_LIMIT = {
    "levels": deep(DEPTH_MAX),
    "aliases": wrapped("x{n}: b", ALIASES_MAX),
    "directives": wrapped("b @skip(if: false)", DIRECTIVES_MAX),
    "root fields": in_braces("b", ROOT_FIELDS_MAX),
    "fields": wrapped("b", FIELDS_MAX - 1),
}
BEYOND = {
    "levels": deep(DEPTH_MAX + 1),
    "aliases": wrapped("x{n}: b", ALIASES_MAX + 1),
    "directives": wrapped("b @skip(if: false)", DIRECTIVES_MAX + 1),
    "root fields": in_braces("b", ROOT_FIELDS_MAX + 1),
    "fields": wrapped("b", FIELDS_MAX),
}


@pytest.mark.parametrize("what", AT_THE_LIMIT)
def test_a_document_at_the_limit_passes(what):
    assert refusals(AT_THE_LIMIT[what]) == []


@pytest.mark.parametrize("what", BEYOND)
def test_a_document_beyond_it_does_not(what):
    (message,) = refusals(BEYOND[what])
    assert f" {what} " in message


@pytest.mark.parametrize("what", BEYOND)
def test_fragments_hide_nothing(what):
    (message,) = refusals("{ ...F } fragment F on Query " + BEYOND[what])
    assert f" {what} " in message
    (message,) = refusals(f"{{ ... on Query {BEYOND[what]} }}")
    assert f" {what} " in message


def test_aliases_add_up_over_spreads():
    fragment = "fragment F on Query " + in_braces("x{n}: b", 4)
    (message,) = refusals("{ a { ...F } a { ...F } a { ...F } a { ...F } } " + fragment)
    assert " aliases " in message


def test_the_usual_introspection_query_passes_and_no_other_query_is_as_deep():
    assert refusals(get_introspection_query()) == []
    (message,) = refusals("{ __typename " + deep(DEPTH_MAX + 1)[1:])
    assert " levels " in message


def test_circular_fragments_end():
    document = "{ ...A } fragment A on Query { a { ...B } } fragment B on Query { a { ...A } }"
    assert refusals(document) == []


def test_fragments_that_double_each_time_are_stopped_early():
    doubling = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    (message,) = refusals(f"{{ ...F0 }} {doubling} fragment F60 on Query {{ b }}")
    assert "not allowed" in message
