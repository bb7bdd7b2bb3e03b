"""The schema: what we promise to callers, printed to ``graphql/schema.graphql``."""

from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    ValidationCache,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from ledger.api.cost import RequestChecks
from ledger.api.executor import FastExecutor
from ledger.api.limits import RULES, TOKENS_MAX
from ledger.api.mutation.commands import command_fields
from ledger.api.mutation.projections import ProjectionMutation
from ledger.api.query import Query
from ledger.api.scalars import SCALARS

DOCUMENTS_CACHED: Final = 512


def _mutation() -> Any:
    """Return the root of all changes: every command of the registry, and projections."""
    made = type("Mutation", (ProjectionMutation,), command_fields())
    return strawberry.type(
        made, description="Everything that may be changed; each field names the scope it needs."
    )


class Schema(strawberry.Schema):
    """Strawberry's schema; errors are told and logged once, where they leave the house."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here: a caller's mistakes are not ours, and ``errors`` logs our own."""


def make_schema(executor: Any = FastExecutor) -> Schema:
    """Return the schema; the extensions are made anew for each request, the rules never."""
    return Schema(
        Query,
        _mutation(),
        config=StrawberryConfig(disable_field_suggestions=True, scalar_map=SCALARS),
        execution_context_class=executor,
        extensions=[
            lambda: MaxTokensLimiter(TOKENS_MAX),
            lambda: AddValidationRules(RULES),
            lambda: ParserCache(DOCUMENTS_CACHED),
            lambda: ValidationCache(DOCUMENTS_CACHED),
            RequestChecks,
        ],
    )


schema: Final = make_schema()


def print_schema() -> str:
    """Return the schema in SDL, as it is committed."""
    return schema.as_str() + "\n"
