"""Lineage and trace on the command line: a tree for people, JSON for programs."""

import pytest


@pytest.fixture
def receivable(books) -> str:
    rows = books("report", "journal", "--format", "json").json
    return next(row["line"] for row in rows if row["account"] == "1100")


def test_the_tree_shows_every_floor(books, receivable):
    shown = books("lineage", receivable).out
    floors = ["journal line", "journal entry", "invoice line", "charge", "usage set", "usage event"]
    places = [shown.index(floor) for floor in floors]
    assert places == sorted(places)
    assert "proven yes" in shown
    assert "count 2" in shown


def test_a_page_ends_with_the_cursor_of_the_next(books, receivable):
    first = books("lineage", receivable, "--first", "1").out
    assert "usage event app e-1" in first
    assert "e-2" not in first
    cursor = first.split("--after ")[1].split()[0]
    assert "usage event app e-2" in books("lineage", receivable, "--after", cursor).out


def test_proof_may_be_left_out(books, receivable):
    assert "proven not asked" in books("lineage", receivable, "--no-prove").out


def test_a_trace_ends_at_journal_lines(books, receivable):
    shown = books("trace", "app", "e-1").out
    assert shown.startswith("usage event e-1")
    assert f"journal line {receivable}" in shown


def test_a_trace_as_json(books):
    tree = books("trace", "app", "e-2", "--format", "json").json
    assert (tree["kind"], tree["source"], tree["id"]) == ("usage_event", "app", "e-2")
    assert [effect["kind"] for effect in tree["effects"]] == ["charge"]


def test_an_unknown_event_is_refused(books):
    done = books("trace", "app", "nope")
    assert (done.code, done.err.split(":")[0]) == (1, "UNKNOWN_USAGE")
