"""Reads of who has to be looked at: by a rating, or before billing for what needs no usage."""

from dataclasses import dataclass
from datetime import date

from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True)
class Look:
    """A rating that looked at everything of its scope, by the position at which it ended."""

    position: int


@dataclass(frozen=True)
class ToCharge:
    """An account of which something may have to be charged."""

    account: str


def last_look(
    through: date, *, entity: str | None = None, account: str | None = None
) -> Query[Look]:
    """The rating that looked at all of a scope last, rather one that went as far as a day."""
    return query("charges", "last_look", Look, through=through, entity=entity, account=account)


def accounts_to_rate(
    through: date,
    look: Look | None,
    *,
    entity: str | None = None,
    account: str | None = None,
    after: str = "",
    limit: int = 500,
) -> Query[ToCharge]:
    """A page of the accounts of which a rating may come to something else than at the last look."""
    return query(
        "charges",
        "accounts_to_rate",
        ToCharge,
        through=through,
        look=look.position if look else None,
        entity=entity,
        account=account,
        after=after,
        limit=limit,
    )


def accounts_with_fees(
    through: date,
    *,
    entity: str | None = None,
    account: str | None = None,
    payer: str | None = None,
    after: str = "",
    limit: int = 500,
) -> Query[ToCharge]:
    """A page of the accounts that may owe something without usage."""
    return query(
        "charges",
        "accounts_with_fees",
        ToCharge,
        through=through,
        entity=entity,
        account=account,
        payer=payer,
        after=after,
        limit=limit,
    )
