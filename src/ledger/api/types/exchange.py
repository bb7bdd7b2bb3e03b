"""Exchange as the auditor reads it: rates, what is held in other currencies, gains and losses."""

from datetime import date
from decimal import Decimal
from typing import Any

import strawberry

from ledger.api.scalars import CurrencyCode, Long
from ledger.api.types.as_of import AsOf
from ledger.api.types.fields import Money, about, derived, money


@strawberry.type(description="What a unit of one currency is worth in another from a day on.")
class ExchangeRate:
    """A rate as it was set."""

    base: CurrencyCode = about("The currency of which one unit is priced.")
    quote: CurrencyCode = about("The currency in which it is priced.")
    version: int = about("Its place among the rates of the pair; of one day the later one holds.")
    starts_on: date = about("The first day it holds.")
    rate: Decimal = about("How many units of quote one unit of base is.")
    source: str = about("Where it comes from, such as ECB.")
    position: Long = about("The position of its fact in the books.")


@strawberry.type(description="The rate by which a balance closes.")
class DayRate:
    """A rate as it is used: of the pair, or inverted where only the other direction is known."""

    rate: Decimal = about("The rate as it was set.")
    inverted: bool = about("Whether it is of the other direction, which divides.")
    on: date = about("The day for which it was set.")
    source: str = about("Where it comes from.")


def _amount(root: Any) -> Money:
    return Money(amount=root.amount, currency=root.foreign_currency)


def _unrealised(root: Any) -> Decimal | None:
    return None if root.closing is None else root.closing - root.carried


@strawberry.type(description="What one account holds in another currency at the end of a day.")
class Exposure:
    """A balance that a revaluation brings to the rate of the day; debit positive."""

    account: str = about("The account of the chart.")
    amount: Money = derived(_amount, "The balance in its own currency.")
    carried: Money = money("carried", "What the books say it is worth, without revaluations.")
    exchange: DayRate | None = about("The rate of the day; null where none is known.")
    closing: Decimal | None = about("What it is worth by that rate, position by position.")
    unrealised: Decimal | None = derived(_unrealised, "Closing less carried.")
    posted: Decimal = about("What of the difference revaluations of the day posted.")
    due: Decimal | None = about("What of it is not posted.")


@strawberry.type(description="What an entity holds in other currencies, and what rates make of it.")
class ExposureReport:
    """Balances in other currencies, by currency and account."""

    entity: str = about("The legal entity.")
    on: date = about("At the end of this day.")
    balances: list[Exposure] = about("By currency and account.")
    as_of: AsOf | None = about("What this answer knows of the books.")


def _id(root: Any) -> strawberry.ID:
    return strawberry.ID(root.id)


def _gain(root: Any) -> Money:
    return Money(amount=-root.amount, currency=root.currency)


@strawberry.type(description="What a journal entry gained or lost by exchange rates.")
class RealisedExchange:
    """A gain or loss on account 7000."""

    id: strawberry.ID = derived(_id, "The journal line.")
    entry: str = about("The journal entry.")
    entity: str = about("The legal entity.")
    posted_on: date = about("The posting date.")
    rule: str = about("The posting rule and its version.")
    text: str = about("What the entry says.")
    document: str | None = about("The document or payment.")
    customer: str | None = about("The customer account.")
    gain: Money = derived(_gain, "The gain; a loss is negative.")
