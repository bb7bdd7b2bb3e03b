"""A batch of subscriptions as work to append: their charges, each with the entry it makes."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from uuid import UUID

from ledger.commands.engine.batches import PAGE_NAMES, Batch, Work, in_batches
from ledger.commands.engine.ground import Ground
from ledger.commands.engine.runs import Run
from ledger.commands.rating.apart import Apart
from ledger.commands.rating.carrying import rates_fixed
from ledger.commands.rating.charging import charges_of
from ledger.commands.rating.entries import all_facts, entries, periods_of
from ledger.commands.rating.restored import agreement_of
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.reads import looks as reads
from ledger.reads.looks import ToCharge
from ledger.reads.subscriptions import LiveSubscription, live_subscriptions
from ledger.store.append import Guard
from ledger.store.database import Query, Role

BATCH_ACCOUNTS = 200


def to_rate(
    run: Run, through: date, *, entity: str | None = None, account: str | None = None
) -> Iterator[list[LiveSubscription]]:
    """Yield the subscriptions that may have to be charged, ``BATCH_ACCOUNTS`` accounts at a time.

    What an earlier rating looked at, and nothing changed of, is passed over.
    """
    with run.ledger.db.transaction(Role.READER) as tx:
        look = tx.one(reads.last_look(through, entity=entity, account=account))

    def page(after: str) -> Query[ToCharge]:
        return reads.accounts_to_rate(
            through, look, entity=entity, account=account, after=after, limit=PAGE_NAMES
        )

    yield from _pages(run, through, page)


def with_fees(
    run: Run,
    through: date,
    *,
    entity: str | None = None,
    account: str | None = None,
    payer: str | None = None,
) -> Iterator[list[LiveSubscription]]:
    """Yield the same of accounts that may owe something without usage; it concerns who pays."""

    def page(after: str) -> Query[ToCharge]:
        return reads.accounts_with_fees(
            through, entity=entity, account=account, payer=payer, after=after, limit=PAGE_NAMES
        )

    yield from _pages(run, through, page, billing=True)


def _pages(
    run: Run, through: date, page: Callable[[str], Query[ToCharge]], *, billing: bool = False
) -> Iterator[list[LiveSubscription]]:
    def accounts_after(after: str) -> list[str]:
        with run.ledger.db.transaction(Role.READER) as tx:
            return [row.account for row in tx.all(page(after))]

    for names in in_batches(accounts_after, str, BATCH_ACCOUNTS):
        with run.ledger.db.transaction(Role.READER) as tx:
            rows = tx.all(live_subscriptions(through, names))
        told = [(row, row.payer if billing else row.account) for row in rows]
        if concerned := [row for row, name in told if run.concerns(name)]:
            yield concerned


def charge_batch(
    rows: Sequence[LiveSubscription], through: date, ground: Ground, *, usage: bool = True
) -> Batch:
    """Return the charges of some accounts with the entries of what they change.

    An account whose subscriptions, discounts or credit moved meanwhile is refused alone; one for
    whom an exchange or tax rate is missing is left out.
    """
    apart = Apart()
    made = charges_of(rows, through, ground, apart, usage=usage)
    agreed = _agreed(rows)
    facts: dict[str, list[Fact]] = {}
    for account in sorted({*made.charges, *made.credit}):
        with apart.of(account):
            found = [*made.charges.get(account, ()), *made.credit.get(account, ())]
            facts[account] = entries(found, ground)
    works = {
        account: Work(found, [*agreed[account], *rates_fixed(found)])
        for account, found in facts.items()
        if found
    }
    shared = [*_prices(rows, ground), *periods_of(facts)]
    return Batch(ground.read_at, works, shared, all_facts, apart.left_out)


def _agreed(rows: Sequence[LiveSubscription]) -> dict[str, list[UUID]]:
    """Return, by account, the streams in which it is agreed what is charged."""
    found: dict[str, list[UUID]] = {}
    for row in rows:
        streams = found.setdefault(row.account, [stream("account", row.account)])
        streams.append(row.stream)
    return found


def _prices(rows: Sequence[LiveSubscription], ground: Ground) -> list[Guard]:
    """Return the prices that were read, and the tax rates within them."""
    plans = {plan for row in rows for plan in agreement_of(row).plans}
    versions = [version for plan in plans for version in ground.plan(plan)]
    inclusive = [version for version in versions if version.tax_inclusive]
    codes = {item.tax for version in inclusive for item in version.items}
    codes |= {row.tax for row in rows} if inclusive else set()
    guards = {stream("plan", plan) for plan in plans}
    guards |= {stream("tax", code) for code in codes if code is not None}
    return [*sorted(guards)]
