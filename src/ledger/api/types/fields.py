"""How fields of rows are declared: attributes with a sentence, or pure functions of the row."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar, cast

import strawberry

from ledger.api.executor import DERIVED
from ledger.api.scalars import CurrencyCode

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def resolved(description: str) -> Callable[[Resolver], Resolver]:
    """Return the decorator of a field that has to be loaded or counted."""
    made = strawberry.field(description=description)
    return cast("Callable[[Resolver], Resolver]", made)


def about(description: str, **options: Any) -> Any:
    """Return a field that is the attribute of its name, described."""
    return strawberry.field(description=description, **options)


def derived(function: Callable[[Any], Any], description: str) -> Any:
    """Return a field that ``function`` makes of its row, annotated and without side effects."""
    return strawberry.field(
        resolver=function, description=description, metadata={DERIVED: function}
    )


@strawberry.type(description="An exact amount in a currency.")
class Money:
    """An amount with its currency; documents round to minor units, charges do not."""

    amount: Decimal = about("The amount; its sign is told where it is used.")
    currency: CurrencyCode = about("The currency.")


def money(attribute: str, description: str) -> Any:
    """Return a field with the amount of an attribute in the currency of its row."""

    def derive(root: Any) -> Money:
        return Money(amount=getattr(root, attribute), currency=root.currency)

    return derived(derive, description)
