"""What a run says of the grants that it drew: draws, expiry, breakage, the next of a series."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from ledger.commands.engine.ground import Ground
from ledger.commands.rating.carrying import exchange_of
from ledger.commands.rating.crediting import Credited
from ledger.credits.account import Standing, Told, next_facts
from ledger.credits.draws import Draw, used_by
from ledger.credits.top_up import next_of, wants_next
from ledger.events.billing import UsageRated
from ledger.events.catalog import AccountCredited
from ledger.events.charges import ItemCharged
from ledger.events.credit import CreditDrawn, CreditExpired, CreditGranted
from ledger.events.fact import Cause
from ledger.events.streams import stream
from ledger.money import ZERO
from ledger.periods import posting_date
from ledger.rating.charge import Run

CreditFact = CreditDrawn | CreditExpired | CreditGranted | AccountCredited


def drawn(
    has: Credited,
    draws: Sequence[Draw],
    charges: Iterable[UsageRated | ItemCharged],
    run: Run,
    ground: Ground,
) -> list[CreditFact]:
    """Return the facts about an account's grants; ``charges`` are those made of it in this run."""
    used = used_by(draws)
    drew = _drew(charges)
    facts: list[CreditFact] = []
    for standing in has.grants:
        grant = standing.granted
        size, cost = used.get(grant.grant, (ZERO, ZERO))
        if not size and not standing.used and run.through < grant.starts_on:
            continue
        told = _told(standing, run, ground)
        facts += next_facts(standing, size, cost, told, tuple(drew.get(grant.grant, ())))
    return [*facts, *_topped_up(has, {name: size for name, (size, _) in used.items()}, run, ground)]


def _drew(charges: Iterable[UsageRated | ItemCharged]) -> dict[str, list[Cause]]:
    """Return the charges of this run that drew each grant, as causes."""
    found: dict[str, list[Cause]] = {}
    for charge in charges:
        for each in charge.adjustments:
            if each.kind != "discount":
                found.setdefault(each.id, []).append(charge.cause)
    return found


def _told(standing: Standing, run: Run, ground: Ground) -> Told:
    grant = standing.granted
    last = min(run.through, grant.expires_on or run.through)
    return Told(
        through=run.through,
        policy=ground.entity(run.entity).policies.get("breakage", "at_expiry"),
        rounding=run.rounding,
        at=run.at,
        drawn_on=posting_date(last, run.first_period, run.closed),
        expired_on=posting_date(grant.expires_on or last, run.first_period, run.closed),
        exchange=exchange_of(standing, ground),
    )


def _topped_up(
    has: Credited, used: Mapping[str, Decimal], run: Run, ground: Ground
) -> Iterator[CreditGranted | AccountCredited]:
    """Yield the next grant of every series whose last one has too little left."""
    last = {grant.series: grant for grant in sorted(has.granted, key=lambda g: g.number)}
    last.pop(None, None)
    version = 0
    for grant in last.values():
        if not wants_next(grant, used.get(grant.grant, ZERO), run.through):
            continue
        version = version or ground.version("account", run.account)
        number = grant.number + 1
        while ground.version("grant", f"{grant.series}/{number}"):
            number += 1
        granted = next_of(grant, number, run.through, run.at)
        version += 1
        yield granted
        yield AccountCredited(
            originator_id=stream("account", run.account),
            originator_version=version,
            timestamp=run.at,
            causes=(granted.cause,),
            account=run.account,
            grant=granted.grant,
        )
