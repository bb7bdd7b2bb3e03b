"""Reads of what moved control accounts, rule by rule; the classes of rules are in posting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.posting.movements import REVALUATIONS
from ledger.reads.queries import query
from ledger.reads.span import Span
from ledger.reads.subledgers import Balance
from ledger.store.database import Query

START = ("", "")


@dataclass(frozen=True)
class Moved:
    """What a rule did to an account on one side."""

    account: str
    rule: str
    debit: bool
    amount: Decimal


@dataclass(frozen=True)
class Netted:
    """Contract assets and contract liabilities, of which a customer has one or the other."""

    assets: Decimal
    liabilities: Decimal


@dataclass(frozen=True)
class ItemMoved:
    """What a rule did to an item on one side, before a span and in it."""

    account: str
    item: str
    rule: str
    debit: bool
    before: Decimal
    amount: Decimal


def movements(span: Span, accounts: Sequence[str]) -> Query[Moved]:
    """What each rule did to some accounts in a span, debits and credits apart."""
    return query("journal", "movements", Moved, accounts=list(accounts), **vars(span))


def carried(span: Span, accounts: Sequence[str], day: date) -> Query[Balance]:
    """What some accounts hold at the end of a day."""
    return query("journal", "carried", Balance, accounts=list(accounts), day=day, **vars(span))


def revalued(span: Span, accounts: Sequence[str], day: date) -> Query[Balance]:
    """What of some accounts is a revaluation at the end of a day."""
    return query(
        "journal",
        "revalued",
        Balance,
        accounts=list(accounts),
        rules=list(REVALUATIONS),
        day=day,
        **vars(span),
    )


def recognised_from_opening(
    span: Span, accounts: Sequence[str], rules: Sequence[str]
) -> Query[Balance]:
    """How much of the revenue by some rules in a span was in the opening balance."""
    return query(
        "journal",
        "recognised_from_opening",
        Balance,
        accounts=list(accounts),
        rules=list(rules),
        **vars(span),
    )


def netted(span: Span, accounts: Sequence[str], day: date) -> Query[Netted]:
    """Contract assets and liabilities at the end of a day, netted per customer."""
    return query("journal", "netted", Netted, accounts=list(accounts), day=day, **vars(span))


def item_movements(
    span: Span,
    accounts: Sequence[str],
    *,
    after: tuple[str, str] = START,
    limit: int | None = 1_000,
) -> Query[ItemMoved]:
    """A page of the items of the span's customer, with what moved each."""
    params = {"after_account": after[0], "after_item": after[1], "limit": limit}
    return query(
        "journal", "item_movements", ItemMoved, accounts=list(accounts), **params, **vars(span)
    )
