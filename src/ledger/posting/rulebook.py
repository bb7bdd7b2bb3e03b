"""Which version of a posting rule is in force, and an entry as that version posts it.

Rules post to the accounts they were built with; an entry is brought to the version in force on its
date at one place, when it is about to be appended. The amounts never change, so what balances goes
on to, and control accounts are never touched, so sub-ledgers go on to add up.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from ledger.events.chart import PostingRuleChanged
from ledger.events.fact import Fact
from ledger.events.journal import JournalPosted


@dataclass(frozen=True)
class Rulebook:
    """Every version of every rule that was changed, in the order in which they win."""

    changes: dict[str, list[PostingRuleChanged]] = field(default_factory=dict)

    def in_force(self, rule: str, entity: str | None, day: date) -> PostingRuleChanged | None:
        """Return the version of a rule on a day in an entity's books; None as it was built.

        The one that starts last by then; of two with the same start, the one recorded later. One
        for all entities holds for each; without an entity only those are looked at.
        """
        for change in self.changes.get(rule, ()):
            if change.starts_on <= day and change.entity in (None, entity):
                return change
        return None

    def places_of(self, account: str) -> set[str]:
        """Return an account and all that stand in its place in some version of some rule."""
        every = (change.accounts for found in self.changes.values() for change in found)
        return {account, *(places[account] for places in every if account in places)}

    def version(self, rule: str, number: int) -> PostingRuleChanged | None:
        """Return a version of a rule by its number; None for the one it was built with."""
        found = (change for change in self.changes.get(rule, ()) if change.version == number)
        return next(found, None)


def rulebook_of(facts: Iterable[Fact]) -> Rulebook:
    """Return the rulebook that the facts of its stream make."""
    changes: dict[str, list[PostingRuleChanged]] = {}
    for fact in facts:
        assert isinstance(fact, PostingRuleChanged), fact
        changes.setdefault(fact.rule, []).append(fact)
    for found in changes.values():
        found.sort(key=lambda change: (change.starts_on, change.version), reverse=True)
    return Rulebook(changes)


def applied(
    entry: JournalPosted, rulebook: Rulebook, reverses: JournalPosted | None = None
) -> JournalPosted:
    """Return an entry as the version in force posts it, named in ``rule`` and among its causes.

    What ``reverses`` another entry of its rule takes that one's version: the two add up to nothing.
    """
    rule, _, _ = entry.rule.partition("@")
    change = rulebook.in_force(rule, entry.entity, entry.on)
    if reverses is not None and reverses.rule.partition("@")[0] == rule:
        change = rulebook.version(rule, int(reverses.rule.rpartition("@")[2]))
    if change is None:
        return entry
    places = change.accounts
    lines = (replace(one, account=places.get(one.account, one.account)) for one in entry.lines)
    return replace(
        entry,
        rule=f"{rule}@{change.version}",
        lines=tuple(lines),
        causes=(*entry.causes, change.cause),
    )
