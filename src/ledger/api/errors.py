"""What a caller is told when something goes wrong, and what never leaves the house.

Refusals and access errors carry their code in ``extensions.code``; errors of GraphQL itself say
what is wrong with the document; everything else is a bug, logged here and answered as INTERNAL.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import structlog
from graphql import GraphQLError
from psycopg import DataError

from ledger.errors import LedgerError, Refusal, StoreUnavailable

ERRORS_MAX: Final = 5
_HINT: Final = re.compile(r" Did you mean .*", re.DOTALL)  # names that nobody asked for

log = structlog.get_logger(__name__)


class BadCursor(Refusal):
    """The cursor does not belong to this list with these filters; start again without it."""


class AccountMissing(Refusal):
    """Only a portal key has an account of its own; name the account that you ask about."""


class BadPage(Refusal):
    """A page has 1 to {limit} rows; ask for fewer and follow the cursor."""


class UnusableText(Refusal):
    """A text holds a character that no text may, or a number is out of range; correct it."""


class TooCostly(Refusal):
    """The query costs {cost} and {limit} are allowed; ask for fewer rows at a time."""


def shown(errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
    """Return at most five errors as the caller may see them; the others are counted in the log."""
    if len(errors) > ERRORS_MAX:
        log.info("graphql_errors_cut", count=len(errors))
    return [_shown(error) for error in errors[:ERRORS_MAX]]


def _shown(error: GraphQLError) -> dict[str, Any]:
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if cause is None:
        return {**error.formatted, "message": _HINT.sub("", error.message)}
    formatted = {key: part for key, part in error.formatted.items() if key != "extensions"}
    if isinstance(cause, DataError):
        cause = UnusableText()
    if isinstance(cause, Refusal | StoreUnavailable):
        extensions = {"code": cause.code} | ({"field": cause.field} if cause.field else {})
        return {**formatted, "message": cause.message, "extensions": extensions}
    log.error("graphql_bug", path=error.path, exc_info=cause)
    code = cause.code if isinstance(cause, LedgerError) else "INTERNAL"
    return {**formatted, "message": "Something went wrong here.", "extensions": {"code": code}}
