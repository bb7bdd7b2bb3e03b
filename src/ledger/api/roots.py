"""How a root field is declared: always with the scope that it needs, always with a description."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import strawberry
from strawberry.extensions import FieldExtension

from ledger.api.access import Scope
from ledger.api.context import Info

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


class RequireScope(FieldExtension):
    """Refuses a root field to a principal without its scope, before the resolver runs."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def resolve_async(  # type: ignore[override]  # a field may have an argument "source"
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, /, **kwargs: Any
    ) -> Any:
        """Check the scope, then resolve."""
        info.context.principal.require(self.scope)
        return await next_(source, info, **kwargs)


def root(scope: Scope, description: str) -> Callable[[Resolver], Resolver]:
    """Return the decorator that makes a resolver a root field behind this scope."""
    described = f"{description} Scope: `{scope.value}`."
    made = strawberry.field(description=described, extensions=[RequireScope(scope)])
    return cast("Callable[[Resolver], Resolver]", made)


def root_mutation(scope: Scope, description: str) -> Callable[[Resolver], Resolver]:
    """Return the decorator that makes a resolver a mutation behind this scope."""
    described = f"{description} Scope: `{scope.value}`."
    made = strawberry.mutation(description=described, extensions=[RequireScope(scope)])
    return cast("Callable[[Resolver], Resolver]", made)
