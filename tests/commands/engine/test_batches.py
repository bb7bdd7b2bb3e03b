"""Batches: what is prepared ahead comes in order, and an error anywhere ends it all."""

from threading import current_thread, main_thread

import pytest

from ledger.commands.engine.batches import ahead, until_done
from ledger.errors import Contention


def test_the_next_is_prepared_beside_the_caller_and_comes_in_order():
    threads = []

    def double(number: int) -> int:
        threads.append(current_thread())
        return 2 * number

    assert list(ahead(double, range(5))) == [0, 2, 4, 6, 8]
    assert main_thread() not in threads


def test_an_error_while_preparing_reaches_the_caller():
    def fail(number: int) -> int:
        if number == 2:
            raise ValueError(number)
        return number

    seen = []
    with pytest.raises(ValueError, match="2"):
        seen.extend(ahead(fail, range(5)))
    assert current_thread() is main_thread()


def test_who_was_dropped_comes_again_until_it_is_done(monkeypatch):
    monkeypatch.setattr("ledger.commands.engine.shell.PAUSE_SECONDS", 0)
    tries: dict[str, int] = {}

    def again(name: str) -> bool:
        tries[name] = tries.get(name, 0) + 1
        return tries[name] == len(name)

    until_done(again, ["a", "ccc", "a"])
    assert tries == {"a": 1, "ccc": 3}
    with pytest.raises(Contention):
        until_done(lambda _: False, ["a"])
