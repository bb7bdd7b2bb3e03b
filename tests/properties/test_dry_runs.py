"""What a dry run says is what then happens, step by step, whatever the history.

Every command of a history is tried before it is done. Where the dry run goes on to rate and bill,
the same accounts are rated and billed for real afterwards, by commands that anybody could send.
"""

import re
import runpy
from pathlib import Path
from typing import Any

from hypothesis import given

from ledger.commands.aftermath import AFTERMATH
from ledger.commands.form.answer import Answer
from ledger.commands.form.effect import effect_of
from ledger.projector.follower import catch_up
from ledger.reads.charges import rated_through
from ledger.reads.subscriptions import accounts
from ledger.store.database import Role
from ledger.store.mapper import decode

HISTORIES = runpy.run_path(str(Path(__file__).with_name("test_histories.py")))
TODAY = "2026-11-23"
READ = """
select type, data, stream, version, occurred_at from ledger.log
where (lane, position) in (
    select * from unnest(%(lanes)s::int[], %(positions)s::bigint[]))
order by lane, position"""


class Rehearsed:
    """A player who tries every command before doing it, and compares."""

    def __init__(self, play: Any) -> None:
        self.play = play
        self.real = play.ask
        self.followed = 0

    def ask(self, command: str, **fields: Any) -> Answer:
        """Try, do, and compare."""
        key = f"dry-{command}-{id(fields)}"
        tried = self.real(command, **fields, key=key, dry_run=True)
        answer = self.real(command, **fields)
        if answer.status != "accepted":
            assert (tried.status, tried.error) == (answer.status, answer.error)
            return answer
        assert tried.status == "would_accept", (command, fields, tried)
        assert [fact.type for fact in tried.facts] == [fact.type for fact in answer.facts]
        facts = self.facts(answer)
        made = self.after(command, facts) if command in AFTERMATH else []
        assert shape(tried.effect) == shape(effect_of([*facts, *made])), (command, fields)
        return answer

    def after(self, command: str, facts: list[Any]) -> list[Any]:
        """Rate and bill whom the command reached, by commands."""
        ledger = self.play.ledger
        catch_up(ledger.db)
        reached = AFTERMATH[command](ledger, facts)
        made: list[Any] = []
        with ledger.db.transaction(Role.READER) as tx:
            rows = tx.all(rated_through(reached))
            payers = {row.account: row.payer for row in tx.all(accounts(reached))}
        for through in sorted({row.through for row in rows}):
            day = through.isoformat()
            names = [row.account for row in rows if row.through == through]
            for name in names:
                made += self.facts(self.real("rate_usage", through=day, account=name))
            for payer in sorted({payers[name] for name in names}):
                made += self.facts(
                    self.real("issue_invoices", through=day, on=max(day, TODAY), account=payer)
                )
        self.followed += bool(made)
        return made

    def facts(self, answer: Answer) -> list[Any]:
        """Return the facts of an answer."""
        assert answer.status == "accepted", answer
        params = {"lanes": [fact.lane for fact in answer.facts],
                  "positions": [fact.position for fact in answer.facts]}  # fmt: skip
        with self.play.ledger.db.transaction(Role.READER) as tx:
            rows = tx.execute(READ, params).fetchall()
        return [decode(*row) for row in rows]


def shape(effect: Any) -> dict[str, Any]:
    """Return an effect in an order of its own, without the numbers that documents drew."""
    told = effect.to_dict()
    for part in ("documents", "charges", "journal"):
        told[part] = sorted(re.sub(r"-\d{6}\b", "", str(row)) for row in told[part])
    return told


@HISTORIES["SETTINGS"]
@given(history=HISTORIES["histories"])
def test_a_dry_run_says_what_then_happens(playing, monkeypatch, history):
    monkeypatch.setattr("ledger.commands.form.effect.DETAILS", 1_000_000)
    with playing(history["entities"]) as play:
        play.begin(history["plans"])
        rehearsed = Rehearsed(play)
        play.ask = rehearsed.ask
        for step in history["steps"]:
            HISTORIES["perform"](play, step)
        play.do("rate_usage", through="2026-12-31")
        play.do("issue_invoices", through="2026-12-31", on="2027-01-01")
