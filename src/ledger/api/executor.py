"""Answers lists of plain rows column by column, with the very bytes of the stock executor.

A selection whose fields are all plain attributes is compiled once per list into a plan: one column
per field, written in one go. Anything that the plan does not know (a resolver, an argument, an
abstract type, a value of another type, null where none may be) ends the plan, and the stock
executor answers the whole list. Reading attributes has no effects, so nothing happens twice.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    Undefined,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.field import StrawberryField

from ledger.api.scalars import write_time

DERIVED: Final = "derived"  # the metadata key of a field that is a pure function of its row
ROWS_MIN: Final = 4

Column = Callable[[Sequence[Any]], list[Any]]


class Surprise(Exception):
    """The plan met something that only the stock executor can answer."""


class FastExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor with a short cut for lists of plain rows."""

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Answer by a plan where one fits, else as the stock executor does."""
        if type(result) in (list, tuple) and len(result) >= ROWS_MIN:
            try:
                return self._items(return_type.of_type, field_details_list)(result)
            except Surprise:
                pass
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _items(self, item_type: GraphQLOutputType, details: Any) -> Column:
        """Return the function from the values of this type to what is answered for them."""
        if isinstance(item_type, GraphQLNonNull):
            return _without_nulls(self._some(item_type.of_type, details))
        return _with_nulls(self._some(item_type, details))

    def _some(self, type_: Any, details: Any) -> Column:
        if isinstance(type_, GraphQLObjectType) and not type_.is_type_of:
            return self._rows(type_, details)
        if isinstance(type_, GraphQLList):
            items = self._items(type_.of_type, details)
            return lambda values: [items(_listed(value)) for value in values]
        if isinstance(type_, GraphQLScalarType | GraphQLEnumType):
            return _leaves(type_)
        raise Surprise

    def _rows(self, type_: GraphQLObjectType, details: Any) -> Column:
        """Compile the selection on an object type: one column per response key."""
        selected, new_defers, _ = self.collect_subfields(type_, details)
        if new_defers:
            raise Surprise
        columns = {key: self._column(type_, fields) for key, fields in selected.items()}
        if not columns:  # every field was skipped by a variable
            return lambda rows: [{} for _ in rows]
        gather = _gatherer(tuple(columns))
        makers = tuple(columns.values())
        return lambda rows: gather([make(rows) for make in makers])

    def _column(self, type_: GraphQLObjectType, details: Any) -> Column:
        node = details[0].node
        name = node.name.value
        if name == "__typename":
            return lambda rows: [type_.name] * len(rows)
        field = type_.fields.get(name)
        if field is None or field.args or node.arguments:
            raise Surprise
        read = _reader(field)
        write = self._items(field.type, details)
        return lambda rows: write(_read(read, rows))


@lru_cache(maxsize=512)
def _gatherer(keys: tuple[str, ...]) -> Column:
    """Compile ``[{"a": v0, "b": v1} for v0, v1 in zip(*columns)]``, a third of the time of a loop.

    Response keys are names of GraphQL, so nothing but letters, digits and underscores gets here.
    """
    assert all(key.isascii() and key.isidentifier() for key in keys), keys
    names = [f"v{number}" for number in range(len(keys))]
    pairs = ", ".join(f"{key!r}: {name}" for key, name in zip(keys, names, strict=True))
    source = f"lambda columns: [{{{pairs}}} for {', '.join(names)}, in zip(*columns)]"
    return eval(source, {"__builtins__": {"zip": zip}})  # type: ignore[no-any-return]  # noqa: S307


def _reader(field: GraphQLField) -> Callable[[Any], Any]:
    """Return how a plain field is read from its row; refuse a field that needs a resolver."""
    definition = field.extensions.get("strawberry-definition")
    if not isinstance(definition, StrawberryField) or definition.extensions:
        raise Surprise
    derived = definition.metadata.get(DERIVED)
    if derived is not None:
        return derived  # type: ignore[no-any-return]
    if definition.base_resolver is not None or definition.permission_classes:
        raise Surprise
    return attrgetter(definition.python_name)


def _read(read: Callable[[Any], Any], rows: Sequence[Any]) -> list[Any]:
    try:
        return list(map(read, rows))
    except Exception as error:
        raise Surprise from error


def _listed(value: Any) -> Sequence[Any]:
    if type(value) not in (list, tuple):
        raise Surprise
    return value  # type: ignore[no-any-return]


def _without_nulls(some: Column) -> Column:
    def write(values: Sequence[Any]) -> list[Any]:
        if None in values:
            raise Surprise
        return some(values)

    return write


def _with_nulls(some: Column) -> Column:
    def write(values: Sequence[Any]) -> list[Any]:
        present = [value for value in values if value is not None]
        if len(present) == len(values):
            return some(values)
        written = iter(some(present))
        return [None if value is None else next(written) for value in values]

    return write


def _leaves(type_: GraphQLScalarType | GraphQLEnumType) -> Column:
    known = _LEAVES.get(type_.name)
    if known is None:
        return lambda values: _coerced(type_, values)
    expected, write = known

    def leaves(values: Sequence[Any]) -> list[Any]:
        if values and set(map(type, values)) != {expected}:
            raise Surprise
        return write(values)

    return leaves


def _coerced(type_: GraphQLScalarType | GraphQLEnumType, values: Sequence[Any]) -> list[Any]:
    try:
        written = [type_.coerce_output_value(value) for value in values]
    except Exception as error:
        raise Surprise from error
    if any(value is None or value is Undefined for value in written):
        raise Surprise
    return written


def _ints(values: Sequence[int]) -> list[int]:
    if values and not -(2**31) <= min(values) <= max(values) < 2**31:
        raise Surprise
    return list(values)


def _decimals(values: Sequence[Decimal]) -> list[str]:
    if not all(map(Decimal.is_finite, values)):
        raise Surprise
    return [format(value, "f") for value in values]


def _times(values: Sequence[datetime]) -> list[str]:
    if any(value.tzinfo is None for value in values):
        raise Surprise
    return [
        value.isoformat(timespec="microseconds")[:26] + "Z"
        if value.tzinfo is UTC
        else write_time(value)
        for value in values
    ]


_LEAVES: Final[dict[str, tuple[type, Column]]] = {
    "String": (str, list),
    "ID": (str, list),
    "CurrencyCode": (str, list),
    "Boolean": (bool, list),
    "Int": (int, _ints),
    "Long": (int, lambda values: list(map(str, values))),
    "Decimal": (Decimal, _decimals),
    "Date": (date, lambda values: list(map(date.isoformat, values))),
    "DateTime": (datetime, _times),
}
