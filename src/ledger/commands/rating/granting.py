"""What grants cost, and what becomes of those that nothing can draw: both runs begin with it.

An account may have credit before it has a subscription, so these are batches of their own.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from ledger.commands.engine.batches import PAGE_NAMES, Batch, Work, in_batches
from ledger.commands.engine.ground import Ground
from ledger.commands.engine.runs import Run
from ledger.commands.rating.apart import Apart
from ledger.commands.rating.carrying import exchange_of, rates_fixed
from ledger.commands.rating.crediting import Credited, credited
from ledger.commands.rating.drawing import CreditFact, drawn
from ledger.commands.rating.entries import all_facts, entries, periods_of
from ledger.commands.rating.run_terms import run_of
from ledger.credits.purchase import purchase
from ledger.events.charges import ItemCharged
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.reads import credit as reads
from ledger.reads.subscriptions import Account, accounts
from ledger.store.database import Role

BATCH_ACCOUNTS = 200


def grant_pages(
    run: Run,
    through: date,
    *,
    entity: str | None = None,
    account: str | None = None,
    payer: str | None = None,
    billing: bool = False,
) -> Iterator[list[str]]:
    """Yield the accounts with a grant to charge, or one that expired with nothing to draw it.

    A run that is ``billing`` is about payers.
    """

    def unsettled(after: str) -> list[reads.Named]:
        query = reads.unsettled_accounts(
            through, entity=entity, account=account, payer=payer, after=after, limit=PAGE_NAMES
        )
        with run.ledger.db.transaction(Role.READER) as tx:
            return tx.all(query)

    for rows in in_batches(unsettled, lambda row: row.account, BATCH_ACCOUNTS):
        named = [(row.account, row.payer if billing else row.account) for row in rows]
        if concerned := [account for account, name in named if run.concerns(name)]:
            yield concerned


def grant_batch(names: Sequence[str], through: date, ground: Ground) -> Batch:
    """Return the charges of these accounts' grants, and what expired of those never drawn.

    An account is left out where a rate is missing at which its grants are carried or posted.
    """
    known = ground.read(accounts(names))
    ground.load("entity", {row.entity for row in known})
    has = credited(names, ground)
    idle = {row.account for row in ground.read(reads.idle_accounts(names, through))}
    apart, facts = Apart(), dict[str, list[Fact]]()
    for row in known:
        if row.account not in has:
            continue
        with apart.of(row.account):
            made: list[Fact] = [*_purchases(row, has[row.account], through, ground)]
            if row.account in idle:
                made += _expired(row, has[row.account], through, ground)
            facts[row.account] = entries(made, ground)
    works = {
        name: Work(found, [stream("account", name), *rates_fixed(found)])
        for name, found in facts.items()
        if found
    }
    return Batch(ground.read_at, works, periods_of(facts), all_facts, apart.left_out)


def _purchases(row: Account, has: Credited, through: date, ground: Ground) -> Iterator[ItemCharged]:
    run = run_of(row, through, ground)
    for standing in has.grants:
        if standing.charged or through < standing.granted.starts_on:
            continue
        if found := purchase(standing.granted, run, exchange_of(standing, ground)):
            yield found


def _expired(row: Account, has: Credited, through: date, ground: Ground) -> list[CreditFact]:
    untouched = Credited([standing for standing in has.grants if not standing.used])
    return [
        fact
        for fact in drawn(untouched, (), (), run_of(row, through, ground), ground)
        if isinstance(fact, CreditFact)
    ]
