"""Commands about accounts, subscriptions and payments go through the eventsourcing library.

They load an aggregate with ``Repository.get`` and save with ``Application.save``, over our
recorder; nothing in the commands appends to the log past it.
"""

import ast
from pathlib import Path

import pytest
from eventsourcing.application import Application, Repository

from ledger.store.books import Books
from ledger.store.recorder import LedgerRecorder

COMMANDS = sorted((Path(__file__).parents[2] / "src/ledger/commands").rglob("*.py"))
ASKED = {
    "open_account": ("account", "acme-2"),
    "start_subscription": ("subscription", "s-2"),
    "capture_payment": ("payment", "p-1"),
}


def test_the_books_are_the_librarys_application_over_our_recorder(ledger):
    assert isinstance(ledger.books, Books)
    assert issubclass(Books, Application)
    assert isinstance(ledger.books.repository, Repository)
    assert isinstance(ledger.books.recorder, LedgerRecorder)


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.name)
def test_no_command_appends_past_the_books(path):
    """``append`` of the store is for the books and the flush; a command asks ``Books.save``."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ledger.store"):
            taken = {name.name for name in node.names}
            assert not taken & {"append", "append_packed", "write", "lock", "LedgerRecorder"}, (
                "save through ledger.books.save"
            )


@pytest.mark.parametrize("command", ASKED)
def test_a_command_loads_and_saves_through_the_library(world, ledger, monkeypatch, command):
    """Given spies on the library's own load and save, a command passes both for its stream."""
    from ledger.events.streams import stream

    loaded, saved = set(), []
    get, save = Repository.get, Application.save

    def spy_get(self, aggregate_id, **kwargs):
        loaded.add(aggregate_id)
        return get(self, aggregate_id, **kwargs)

    def spy_save(self, *objects, **kwargs):
        saved.extend(fact for each in objects for fact in each.collect_events())
        return save(self, *objects, **kwargs)

    world("open_account", account="acme-1", entity="US", name="A", currency="USD")
    monkeypatch.setattr(Repository, "get", spy_get)
    monkeypatch.setattr(Application, "save", spy_save)
    bodies = {
        "open_account": {"account": "acme-2", "entity": "US", "name": "B", "currency": "USD"},
        "start_subscription": {"subscription": "s-2", "account": "acme-1", "plan": "basic",
                               "from": "2026-10-01"},
        "capture_payment": {"payment": "p-1", "account": "acme", "amount": "1", "currency": "USD",
                            "via": "bank", "on": "2026-11-01"},
    }  # fmt: skip
    assert world(command, **bodies[command]).status == "accepted"
    where = stream(*ASKED[command])
    assert where in loaded, "load the aggregate with Books.get"
    assert where in {fact.originator_id for fact in saved}, "save its facts with Books.save"
