"""The statement of the group: all trial balances in one currency, without what is owed within.

Each figure is rounded once, by itself, so that a reader can compute it again; the two computed
lines are what is missing to zero:

    translation difference    of each entity: its balance sheet is at the closing rate, its results
                              at those of their days, and figures were rounded
    elimination difference    of all: both sides of a charge are carried by rates of their own

Of a charge that only one side has posted yet nothing is eliminated, of a settlement likewise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ledger.consolidation.translation import Held, Presented, translated
from ledger.events.exchange import Exchange
from ledger.money import ZERO, digits, exactly, round_fraction
from ledger.posting.chart import INTERCOMPANY_PAYABLE, INTERCOMPANY_RECEIVABLE

OWED = (INTERCOMPANY_RECEIVABLE, INTERCOMPANY_PAYABLE)


@dataclass(frozen=True)
class Within(Held):
    """What an account holds of charges within the group: both sides have ``common`` of ``own``."""

    reference: str | None
    common: Decimal
    own: Decimal

    @property
    def share(self) -> Fraction:
        """The part of it that the other side has, too."""
        return Fraction(self.common) / Fraction(self.own)


@dataclass(frozen=True)
class Account:
    """An account of one entity: in the currency of its books, and translated."""

    account: str
    balance: Decimal
    translated: Decimal


@dataclass(frozen=True)
class Books:
    """One entity; ``rate`` is the closing rate, None in the currency presented."""

    entity: str
    currency: str
    rate: Exchange | None
    accounts: tuple[Account, ...]
    difference: Decimal


@dataclass(frozen=True)
class Consolidation:
    """All of it; ``eliminations`` and ``totals`` are by account, and zero is left out."""

    currency: str
    books: tuple[Books, ...]
    eliminations: Mapping[str, Decimal]
    elimination_difference: Decimal
    totals: Mapping[str, Decimal]

    @property
    def translation_difference(self) -> Decimal:
        """What translation made of all entities."""
        return sum((one.difference for one in self.books), ZERO)

    @property
    def total(self) -> Decimal:
        """Everything together: zero."""
        lines = sum(self.totals.values(), ZERO)
        return lines + self.translation_difference + self.elimination_difference


@exactly
def consolidated(
    held: Iterable[Held], within: Iterable[Within], presented: Presented
) -> Consolidation:
    """Return the statement of the group from what its journals and charges hold."""
    held, within = list(held), list(within)
    places = digits(presented.currency)
    worth = _rounded(translated(held, presented), places)
    books = _books(held, worth, presented)
    gone = _rounded(_eliminated(held, within, presented), places)
    eliminations = _by_account({key: -amount for key, amount in gone.items()})
    totals = _by_account(worth)
    for account, amount in eliminations.items():
        totals[account] = totals.get(account, ZERO) + amount
    return Consolidation(
        currency=presented.currency,
        books=books,
        eliminations=_kept(eliminations),
        elimination_difference=-sum(eliminations.values(), ZERO),
        totals=_kept(totals),
    )


def _eliminated(
    held: list[Held], within: list[Within], presented: Presented
) -> dict[tuple[str, str], Fraction]:
    """Return what goes out of each account: the common part, and what revaluation made of it."""
    found: dict[tuple[str, str], Fraction] = {}
    for each in within:
        key = each.entity, each.account
        found[key] = found.get(key, Fraction()) + presented.worth(each) * each.share
    owed = translated((each for each in held if each.account in OWED), presented)
    explained = translated((each for each in within if each.account in OWED), presented)
    for key, amount in owed.items():
        found[key] = found.get(key, Fraction()) + amount - explained.get(key, Fraction())
    return found


def _books(
    held: list[Held], worth: Mapping[tuple[str, str], Decimal], presented: Presented
) -> tuple[Books, ...]:
    balances: dict[tuple[str, str], Decimal] = {}
    for each in held:
        key = each.entity, each.account
        balances[key] = balances.get(key, ZERO) + each.amount
    currencies = {each.entity: each.currency for each in held}
    return tuple(
        Books(
            entity=entity,
            currency=currency,
            rate=presented.rate(currency),
            accounts=tuple(
                Account(account, balance, worth[entity, account])
                for (owner, account), balance in sorted(balances.items())
                if owner == entity and (balance or worth[entity, account])
            ),
            difference=-sum((each for key, each in worth.items() if key[0] == entity), ZERO),
        )
        for entity, currency in sorted(currencies.items())
    )


def _rounded(
    exact: Mapping[tuple[str, str], Fraction], places: int
) -> dict[tuple[str, str], Decimal]:
    return {key: round_fraction(amount, places) for key, amount in exact.items()}


def _by_account(amounts: Mapping[tuple[str, str], Decimal]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for (_, account), amount in sorted(amounts.items(), key=lambda each: each[0][1]):
        found[account] = found.get(account, ZERO) + amount
    return found


def _kept(amounts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {account: amount for account, amount in sorted(amounts.items()) if amount}
