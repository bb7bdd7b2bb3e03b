"""Facts of a batch with the journal entries that they make, and the periods posted into."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ledger.catalog.exchange import convert
from ledger.commands.engine.batches import Work
from ledger.commands.engine.ground import Ground
from ledger.commands.engine.open_periods import period_guard
from ledger.events.billing import UsageRated
from ledger.events.charges import ItemCharged
from ledger.events.credit import CreditDrawn, CreditExpired
from ledger.events.fact import Fact
from ledger.events.journal import JournalPosted
from ledger.periods import instant
from ledger.posting.accruals import accrual
from ledger.posting.credits import breakage
from ledger.rating.booking import in_books, posts
from ledger.store.append import Guard

Posting = UsageRated | ItemCharged | CreditDrawn | CreditExpired


def entries(made: Iterable[Fact], ground: Ground) -> list[Fact]:
    """Return facts as the books take them, each with the journal entry that it makes."""
    facts: list[Fact] = []
    for each in made:
        if not isinstance(each, Posting):
            facts.append(each)
            continue
        fact = _booked(each, ground)
        at = instant(fact.posted_on, ground.entity(fact.entity).time_zone)
        entry = _entry(fact, at)
        facts += [fact] if entry is None else [fact, entry]
    return facts


def periods_of(facts: Mapping[str, Sequence[Fact]]) -> list[Guard]:
    """Return the periods that are posted into."""
    posted = {
        period_guard(fact.entity, fact.on)
        for found in facts.values()
        for fact in found
        if isinstance(fact, JournalPosted)
    }
    return [*sorted(posted)]


def all_facts(works: Mapping[str, Work]) -> list[Fact]:
    """Return the facts of all accounts that are left of a batch."""
    return [fact for work in works.values() for fact in work.facts]


def _booked(fact: Posting, ground: Ground) -> Posting:
    """Return a fact converted where its account has another currency than the entity."""
    entity = ground.entity(fact.entity)
    if fact.currency == entity.currency:
        return fact
    if isinstance(fact, UsageRated | ItemCharged):
        if not posts(fact):
            return fact
        exchange = ground.exchange_on(fact.currency, entity.currency, fact.posted_on)
        return in_books(fact, exchange, entity.rounding)
    if fact.exchange is not None or not fact.posted:
        return fact  # of a grant that has an exchange, everything is said
    exchange = ground.exchange_on(fact.currency, entity.currency, fact.posted_on)
    worth = convert(fact.posted, exchange, entity.rounding)
    return replace(fact, exchange=exchange, booked=worth)


def _entry(fact: Posting, at: datetime) -> JournalPosted | None:
    if isinstance(fact, UsageRated | ItemCharged):
        return accrual(fact, fact.posted_on, at)
    return breakage(fact, fact.posted_on, at)
