"""States kept between commands: right at every version, and never too many."""

from decimal import Decimal

import pytest

from ledger.commands.engine.folded import payers
from ledger.events.streams import stream
from ledger.receivables.allowance import allowance
from ledger.receivables.state import Receivables, fold

WHERE = stream("receivables", "acme")
PAY = {"account": "acme", "currency": "USD", "on": "2026-11-10", "via": "bank"}


@pytest.fixture
def pay(world):
    """Take a payment of 1.00 in."""
    return lambda name: world("capture_payment", payment=name, amount="1.00", **PAY)


def test_only_what_came_later_is_read(ledger, pay, monkeypatch):
    folded = payers()
    pay("p-1")
    assert folded.states(ledger.books, [WHERE])[WHERE].unapplied == 1
    asked = []
    read = ledger.books.facts_after

    def spy(known):
        asked.append(dict(known))
        return read(known)

    monkeypatch.setattr(ledger.books, "facts_after", spy)
    pay("p-2")
    asked.clear()
    state = folded.states(ledger.books, [WHERE])[WHERE]
    assert asked == [{WHERE: 1}]
    assert state == fold(ledger.books.read_stream(WHERE))


def test_an_older_state_never_takes_the_place_of_a_newer_one(ledger, pay):
    folded = payers()
    pay("p-1")
    old = folded.states(ledger.books, [WHERE])
    pay("p-2")
    new = folded.states(ledger.books, [WHERE])
    folded.keep(old)
    assert folded.states(ledger.books, [WHERE]) == new


def test_a_payer_of_whom_nothing_is_known_owes_nothing(ledger):
    assert payers().states(ledger.books, [WHERE]) == {WHERE: Receivables()}


def test_what_was_asked_for_longest_ago_makes_room(ledger):
    folded = payers(rows_max=3)
    names = [stream("receivables", str(n)) for n in range(5)]
    for where in names:
        folded.keep({where: Receivables(unapplied=Decimal(1), version=1)})
    kept = folded.states(ledger.books, names)
    assert [kept[where].version for where in names] == [0, 0, 1, 1, 1]


def test_what_a_dry_run_folds_is_forgotten(ledger, world, pay):
    pay("p-1")
    body = {"payment": "p-2", "amount": "5.00", **PAY}
    assert world("capture_payment", dry_run=True, **body).status == "would_accept"
    assert ledger.payers.states(ledger.books, [WHERE])[WHERE].unapplied == 1


def test_a_payer_larger_than_all_the_room_is_kept_alone(ledger):
    folded = payers(rows_max=0)
    names = [stream("receivables", str(n)) for n in range(2)]
    for where in names:
        folded.keep({where: Receivables(version=1)})
    kept = folded.states(ledger.books, names)
    assert [kept[where].version for where in names] == [0, 1]


def test_an_allowance_is_folded_once_too(ledger, world):
    where = stream("allowance", "US")
    for amount in ("30.00", "-10.00"):
        assert world("adjust_allowance", entity="US", amount=amount).status == "accepted"
        state = ledger.entities.states(ledger.books, [where])[where]
        assert state == allowance(ledger.books.read_stream(where))
    assert state.of(None) == 20
