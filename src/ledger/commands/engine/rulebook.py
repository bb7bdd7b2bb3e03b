"""Entries about to be appended, as the posting rules in force post them.

The one place where the rulebook meets an entry: every decision and every batch of a run passes
here. Its stream is guarded, so that a change that races a posting makes it decide anew.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.events.fact import Fact
from ledger.events.journal import JournalPosted
from ledger.events.streams import stream
from ledger.posting.rulebook import Rulebook, applied, rulebook_of

RULEBOOK = stream("posting_rules")

Asked = TypeVar("Asked")
Read = Callable[[UUID], Sequence[Fact]]


def by_the_rulebook(
    decide: Callable[[Asked, Context], Decision],
) -> Callable[[Asked, Context], Decision]:
    """Return how a command is decided when its entries go by the rules in force."""

    def decided(command: Asked, context: Context) -> Decision:
        decision = decide(command, context)
        if not posts(decision.facts):
            return decision
        facts = in_force(decision.facts, context.history)
        return replace(decision, facts=facts, guards=[*decision.guards, RULEBOOK])

    return decided


def posts(facts: Iterable[Fact]) -> bool:
    """Say whether there is a journal entry among facts."""
    return any(isinstance(fact, JournalPosted) for fact in facts)


def in_force(facts: Sequence[Fact], read: Read) -> Sequence[Fact]:
    """Return facts with their entries by the rules in force, unchanged while no rule was."""
    rulebook = rulebook_of(read(RULEBOOK))
    if not rulebook.changes:
        return facts
    made: dict[str, JournalPosted] = {}
    found: list[Fact] = []
    for fact in facts:
        if isinstance(fact, JournalPosted):
            fact = made[fact.entry] = applied(fact, rulebook, _reversed(fact, rulebook, made, read))
        found.append(fact)
    return found


def _reversed(
    entry: JournalPosted, rulebook: Rulebook, made: dict[str, JournalPosted], read: Read
) -> JournalPosted | None:
    """Return the entry that this one takes back: made just before, or long ago."""
    if entry.reverses is None or entry.rule.partition("@")[0] not in rulebook.changes:
        return None
    if entry.reverses in made:
        return made[entry.reverses]
    (before,) = read(stream("journal", entry.reverses))
    assert isinstance(before, JournalPosted), before
    return before
