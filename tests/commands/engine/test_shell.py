"""The shell: attempts are retried as long as somebody else is faster, and then given up."""

import pytest

from ledger.commands.engine import shell
from ledger.errors import Contention, GuardMoved


def test_a_stale_attempt_is_made_anew(monkeypatch):
    monkeypatch.setattr(shell, "PAUSE_SECONDS", 0)
    tries = iter([True, True, False])

    def attempt() -> str:
        if next(tries):
            raise GuardMoved(what="a price", guards=[])
        return "done"

    assert shell.retrying(attempt) == "done"


def test_attempts_are_bounded(monkeypatch):
    monkeypatch.setattr(shell, "PAUSE_SECONDS", 0)
    made = []

    def attempt() -> None:
        made.append(1)
        raise GuardMoved(what="a price", guards=[])

    with pytest.raises(Contention):
        shell.retrying(attempt)
    assert len(made) == shell.ATTEMPTS
