"""The shape of plan items and negotiated prices as a command carries them.

Shape only: fields, decimals, counts. What makes sense together is judged by ``ledger.catalog``.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ledger.commands.catalog.price_models import PriceModel
from ledger.commands.form.command import Record
from ledger.commands.form.types import Id, Number

Interval = Literal["month", "quarter", "year"]


def _list(value: Any) -> Any:
    """One name is a list of one, as GraphQL has it."""
    return [value] if isinstance(value, str) else value


class Part(Record):
    """A part of a bundle, with the price at which it is sold alone."""

    item: Id
    standalone: Number


class Recurring(Record):
    """A fee per interval and unit."""

    item: Id
    kind: Literal["recurring"]
    amount: Number
    interval: Interval
    timing: Literal["in_advance", "in_arrears"]
    proration: Literal["day", "none"] | None = None
    allocate: list[Part] | None = None
    tax: Id | None = None
    revenue_account: Id | None = None


class Usage(Record):
    """The usage of a meter at a price."""

    item: Id
    kind: Literal["usage"]
    meter: Id
    model: PriceModel
    interval: Interval
    filter: dict[Id, str] | None = None
    group_by: Annotated[list[Id] | None, BeforeValidator(_list)] = None
    minimum: Number | None = None
    maximum: Number | None = None
    discount_percent: Number | None = None
    tax: Id | None = None
    revenue_account: Id | None = None


class Commitment(Record):
    """The least that usage comes to per interval."""

    item: Id
    kind: Literal["commitment"]
    amount: Number
    interval: Interval
    policy: Literal["as_billed", "straight_line"] | None = None
    tax: Id | None = None
    revenue_account: Id | None = None


class OneTime(Record):
    """A fee at the start of a subscription."""

    item: Id
    kind: Literal["one_time"]
    amount: Number
    tax: Id | None = None
    revenue_account: Id | None = None


class Entitlement(Record):
    """How much of a meter is included per interval."""

    item: Id
    kind: Literal["entitlement"]
    meter: Id
    limit: Number
    interval: Interval
    notify_at: list[Number] | None = None
    block: bool | None = None
    tax: Id | None = None
    revenue_account: Id | None = None


Item = Annotated[
    Recurring | Usage | Commitment | OneTime | Entitlement, Field(discriminator="kind")
]


class Override(Record):
    """A negotiated price of one item of the plan: a model for usage, or an amount."""

    item: Id
    model: PriceModel | None = None
    amount: Number | None = None


def plain(record: Record) -> dict[str, Any]:
    """Return a record as it stands in a fact: strings for decimals, nothing that is absent."""
    return record.model_dump(mode="json", by_alias=True, exclude_none=True)
