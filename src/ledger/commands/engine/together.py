"""Commands carried out together: they read in sets, decide one after the other, append at once.

Every command of a group decides as if those before it were appended. The facts and guards of all go
into one append, so either everything is in the log or nothing, and nobody is answered before. Where
another writer was faster, the group reads and decides anew, in halves; one that is left alone goes
the way of every command.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ledger.commands.engine import keys
from ledger.commands.engine.ahead import read_ahead
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.engine.drafts import Drafts
from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.shell import Asked, accepted_of
from ledger.commands.form.answer import Answer, FactAt, refused
from ledger.commands.form.command import Command
from ledger.errors import ProjectionOutdated, ProjectionStopped, Refusal, StoreConflict
from ledger.events.command import CommandAccepted
from ledger.events.fact import Fact
from ledger.store.append import Guard
from ledger.store.meta import Meta

GROUP_MAX = 256

Decide = Callable[[Any, Context], Decision]


@dataclass(frozen=True)
class _Decided:
    """A command whose facts are ``count`` of those the group appends, from ``first`` on."""

    key: str
    first: int
    count: int


@dataclass
class _Group:
    """What a group appends: facts with their meta, and guards; and what it answers.

    A command that was accepted before is held by that fact until all are answered.
    """

    facts: list[Fact] = field(default_factory=list)
    metas: list[Meta] = field(default_factory=list)
    guards: set[Guard] = field(default_factory=set)
    answers: list[Answer | CommandAccepted | _Decided] = field(default_factory=list)


class Together:
    """Carries out commands in groups as large as other writers let them be."""

    def __init__(
        self,
        ledger: Ledger,
        decides: Mapping[type[Command], Decide],
        alone: Callable[[Asked], Answer],
        *,
        stop_on_refusal: bool = False,
    ) -> None:
        """``decides`` are the commands that may go together; ``alone`` carries out a single one."""
        self._ledger = ledger
        self._decides = decides
        self._alone = alone
        self._stop = stop_on_refusal
        self._size = GROUP_MAX

    def takes(self, asked: Asked) -> bool:
        """Tell whether a command may be one of a group: it appends to the books, and no more."""
        return type(asked.command) in self._decides and not asked.command.dry_run

    def carry_out(self, group: Sequence[Asked]) -> Iterator[Answer]:
        """Yield the answers of commands with different keys, in their order.

        After a refusal the rest is left undone where that was asked for.
        """
        done = 0
        while done < len(group):
            for answer in self._next(group[done : done + self._size]):
                done += 1
                yield answer
                if self._stop and answer.status == "refused":
                    return

    def _next(self, group: Sequence[Asked]) -> list[Answer]:
        """Carry out a group, or fewer of it; nobody is slowed down for long by a race lost."""
        while len(group) > 1:
            try:
                answers = self._attempt(group)
            except StoreConflict:
                group = group[: len(group) // 2]
                self._size = len(group)
            else:
                self._size = min(2 * self._size, GROUP_MAX)
                return answers
        self._size = 2
        return [self._alone(group[0])]

    def _attempt(self, asked: Sequence[Asked]) -> list[Answer]:
        read_at = self._ledger.books.head()
        drafts = Drafts(self._ledger)
        read_ahead(self._ledger, drafts, [each.command for each in asked])
        group = _Group()
        for each in asked:
            answer = self._decided(each, read_at, drafts, group)
            group.answers.append(answer)
            if self._stop and isinstance(answer, Answer):
                break  # it is a refusal
        return self._append(group, read_at, drafts)

    def _decided(
        self, asked: Asked, read_at: int, drafts: Drafts, group: _Group
    ) -> Answer | CommandAccepted | _Decided:
        """Decide one command and add its facts to the group, unless it was or is refused."""
        ledger, command = self._ledger, asked.command
        try:
            before = drafts.facts_of([asked.stream])[asked.stream]
            for fact in keys.checked(before, command.key, asked.digest):
                if isinstance(fact, CommandAccepted):
                    return fact
            context = Context(ledger, asked.meta(), read_at, ledger.clock(), b"", drafts)
            decision = self._decides[type(command)](command, context)
        except Refusal as error:
            if not before and keys.history(ledger, command.key, asked.digest):
                raise StoreConflict from None  # the same command, racing, has just been accepted
            return refused(command.key, error)
        except (ProjectionOutdated, ProjectionStopped) as error:
            return refused(command.key, error)
        facts = [*decision.facts, accepted_of(asked, context, decision)]
        drafts.add(facts)
        decided = _Decided(command.key, len(group.facts), len(decision.facts))
        group.facts += facts
        group.metas += [context.meta] * len(facts)
        group.guards |= set(decision.guards)
        return decided

    def _append(self, group: _Group, read_at: int, drafts: Drafts) -> list[Answer]:
        """Append what was decided, and answer."""
        books = self._ledger.books
        places: list[FactAt] = []
        if group.facts:
            saved = books.save(
                *group.facts, read_at=read_at, guards=list(group.guards), meta=group.metas
            )
            drafts.appended()
            pairs = zip(saved.positions, group.facts, strict=True)
            places = [FactAt(*place, fact.TYPE) for place, fact in pairs]
        named = [fact for fact in group.answers if isinstance(fact, CommandAccepted)]
        causes = [cause for fact in named for cause in fact.result]
        known = iter(keys.named_facts(self._ledger, causes))
        return [_answer(each, places, known) for each in group.answers]


def _answer(
    each: Answer | CommandAccepted | _Decided, places: Sequence[FactAt], known: Iterator[FactAt]
) -> Answer:
    """Answer a command: with places of the group, or the next of those that were known before."""
    match each:
        case CommandAccepted():
            return Answer(each.key, "duplicate", list(islice(known, len(each.result))))
        case _Decided():
            facts = places[each.first : each.first + each.count]
            return Answer(each.key, "accepted", facts)
    return each
