"""The group as the auditor reads it: charges within it, and all books in one currency."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from ledger.api.scalars import CurrencyCode
from ledger.api.types.as_of import AsOf
from ledger.api.types.fields import about


@strawberry.type(description="A charge of one entity to another, as the books of both show it.")
class IntercompanyReference:
    """One reference; amounts are in the currency agreed unless they are carried."""

    reference: strawberry.ID = about("The charge, by the name that both entities use.")
    payer: str = about("The entity that owes.")
    payee: str = about("The entity that charges.")
    currency: CurrencyCode = about("The currency agreed.")
    charged_on: date = about("The day of the charge.")
    charged: Decimal = about("What was charged.")
    credited: Decimal = about("What of it was taken back.")
    settled: Decimal = about("What of it was paid.")
    payer_open: Decimal = about("What is open in the payer's books (2300).")
    payee_open: Decimal = about("What is open in the payee's books (1300).")
    difference: Decimal = about("The payee's open amount less the payer's.")
    payer_cost: Decimal = about("What the payer's books have as cost (5200).")
    payee_revenue: Decimal = about("What the payee's books have as revenue (4200).")
    result_difference: Decimal = about("The payee's revenue less the payer's cost.")
    payer_currency: CurrencyCode = about("The currency of the payer's books.")
    payer_carried: Decimal = about("What 2300 carries there, revaluation apart.")
    payee_currency: CurrencyCode = about("The currency of the payee's books.")
    payee_carried: Decimal = about("What 1300 carries there, revaluation apart.")
    state: str = about("open or settled; unmatched where the two books differ.")


@strawberry.type(description="The rate by which the balances of an entity are translated.")
class ClosingRate:
    """A rate of the closing day or the last one before it."""

    rate: Decimal = about("The rate.")
    inverted: bool = about("True: 1 of the currency presented = rate of the entity's.")
    on: date = about("The day of the rate.")
    source: str = about("Where it is from.")


@strawberry.type(description="An account of one entity in both currencies.")
class TranslatedAccount:
    """One line of an entity."""

    account: str = about("The account of the chart.")
    balance: Decimal = about("Its balance in the books, debit positive.")
    translated: Decimal = about("The same in the currency presented.")


@strawberry.type(description="One entity of the group.")
class TranslatedBooks:
    """The trial balance of an entity, translated."""

    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of its books.")
    rate: ClosingRate | None = about("The closing rate; null in the currency presented.")
    accounts: list[TranslatedAccount] = about("The accounts, in order.")
    translation_difference: Decimal = about("What is missing to zero after translation.")


@strawberry.type(description="An amount of the group on an account.")
class GroupAmount:
    """One line of the group."""

    account: str = about("The account of the chart.")
    amount: Decimal = about("Debit positive, in the currency presented.")


@strawberry.type(description="All entities in one currency; everything together is zero.")
class Consolidation:
    """The statement of the group."""

    on: date = about("The closing day.")
    currency: CurrencyCode = about("The currency presented.")
    entities: list[TranslatedBooks] = about("The entities, in order.")
    eliminations: list[GroupAmount] = about("What goes out because it is owed within the group.")
    totals: list[GroupAmount] = about("The group, by account.")
    translation_difference: Decimal = about("What translation made of all entities.")
    elimination_difference: Decimal = about("What the two sides of charges are carried apart.")
    total: Decimal = about("Totals and both differences: zero.")
    unmatched: list[IntercompanyReference] = about("Charges of which the two books differ.")
    as_of: AsOf | None = about("What this answer knows of the books.")


def consolidation(found: Any, seen: AsOf | None) -> Consolidation:
    """Return a group's statement in the shape of the schema."""
    statement = found.statement
    return Consolidation(
        on=found.as_of,
        currency=statement.currency,
        entities=[_books(books) for books in statement.books],
        eliminations=_amounts(statement.eliminations),
        totals=_amounts(statement.totals),
        translation_difference=statement.translation_difference,
        elimination_difference=statement.elimination_difference,
        total=statement.total,
        unmatched=list(found.unmatched),
        as_of=seen,
    )


def _books(books: Any) -> TranslatedBooks:
    return TranslatedBooks(
        entity=books.entity,
        currency=books.currency,
        rate=books.rate,
        accounts=list(books.accounts),
        translation_difference=books.difference,
    )


def _amounts(amounts: Any) -> list[GroupAmount]:
    return [GroupAmount(account=account, amount=amount) for account, amount in amounts.items()]
