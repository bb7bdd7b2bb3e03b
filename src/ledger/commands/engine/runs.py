"""A run: a command over many accounts that commits in batches and survives being killed.

The first batch appends ``command.started``, the end is ``command.accepted``; every fact of the run
names the key in its meta. Whoever comes again with the key goes on: what is done already shows in
the facts, so nothing is done twice, and two at once meet in the streams they append to.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.commands.engine import keys
from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.rulebook import RULEBOOK, in_force, posts
from ledger.commands.engine.shell import Asked
from ledger.commands.form.answer import Answer
from ledger.errors import Refusal, VersionConflict
from ledger.events.command import CommandAccepted, CommandStarted, Looked
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.store.append import Guard


def running(work: "Callable[[Run, Any], None]") -> Callable[[Ledger, Asked], Answer]:
    """Return how a run is carried out: do its work, then end it; once, however often it comes."""

    def carry_out(ledger: Ledger, asked: Asked) -> Answer:
        try:
            run = Run(ledger, asked, ledger.clock())
            work(run, asked.command)
            run.refuse_left_out()
            return run.finish()
        except Finished as done:
            return keys.first_answer(ledger, done.accepted)

    return carry_out


class Finished(Exception):
    """The run was ended under this key before."""

    def __init__(self, accepted: CommandAccepted) -> None:
        super().__init__(accepted.key)
        self.accepted = accepted


@dataclass
class Run:
    """One process's part in a run: whether its start is recorded, and how to append to it.

    ``among`` limits it to some accounts: so do the runs that follow a command in a dry run.
    ``looked`` is what a rating will have looked at when it ends. ``left_out`` are those for whom
    something was missing; the key goes on with them once it is there.
    """

    ledger: Ledger
    asked: Asked
    now: datetime
    started: bool = False
    among: Collection[str] | None = None
    looked: Looked | None = None
    left_out: dict[str, Refusal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.look()

    @property
    def key(self) -> str:
        """The key of the run."""
        return self.asked.command.key

    def concerns(self, account: str) -> bool:
        """Say whether the run is about an account, and has not left it out."""
        return (self.among is None or account in self.among) and account not in self.left_out

    def look(self) -> None:
        """Find out how far the run is; raise ``Finished`` when it was ended."""
        for fact in keys.history(self.ledger, self.key, self.asked.digest):
            if isinstance(fact, CommandAccepted):
                raise Finished(fact)
            self.started = True

    def append(self, facts: Iterable[Fact], read_at: int, guards: Sequence[Guard]) -> int:
        """Append one batch, with the start of the run before the first; return its last position.

        Entries go by the posting rules in force. Raises ``VersionConflict`` or ``GuardMoved`` for
        what other writers did meanwhile.
        """
        batch = list(facts)
        if posts(batch):
            batch = list(in_force(batch, self.ledger.books.read_stream))
            guards = [*guards, RULEBOOK]
        try:
            last = self._save(batch if self.started else [self._start(), *batch], read_at, guards)
        except VersionConflict as error:
            if self._stream not in error.facts["streams"] or self.started:
                raise
            self.look()
            last = self._save(batch, read_at, guards)
        self.started = True
        return last

    def refuse_left_out(self) -> None:
        """Refuse to end while somebody is left out, with what the first of them lacks."""
        if self.left_out:
            first = next(iter(self.left_out.values()))
            raise first.leaving_out([*self.left_out])

    def finish(self) -> Answer:
        """Record that the run is accepted, and answer with all of its facts."""
        facts = keys.run_facts(self.ledger, self.key)
        counts = dict(Counter(fact.type for fact in facts))
        try:
            self._save([self._accepted(counts)], self.ledger.books.head(), ())
        except VersionConflict:
            self.look()
            return self.finish()
        return Answer(self.key, "accepted", facts)

    @property
    def _stream(self) -> UUID:
        return stream("command", self.key)

    def _start(self) -> CommandStarted:
        return CommandStarted(
            originator_id=self._stream,
            originator_version=1,
            timestamp=self.now,
            key=self.key,
            command=self.asked.command.command,
            digest=self.asked.digest,
        )

    def _accepted(self, counts: dict[str, int]) -> CommandAccepted:
        return CommandAccepted(
            originator_id=self._stream,
            originator_version=2 if self.started else 1,
            timestamp=self.now,
            key=self.key,
            command=self.asked.command.command,
            digest=self.asked.digest,
            counts=counts,
            looked=self.looked,
        )

    def _save(self, facts: Sequence[Fact], read_at: int, guards: Sequence[Guard]) -> int:
        meta = self.asked.meta(run=True)
        saved = self.ledger.books.save(*facts, read_at=read_at, guards=guards, meta=meta)
        return saved.positions[-1][1]
