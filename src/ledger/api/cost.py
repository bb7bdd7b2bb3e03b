"""What an operation costs before it runs: one for every object it may return.

A page counts what is below it ``first`` times; other lists are taken to have ten entries. The
cost depends on variables, and who may introspect depends on the caller: both are judged for every
request, after the cached validation.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from graphql.type import is_list_type, is_non_null_type
from strawberry.extensions import SchemaExtension

from ledger.api.access import Scope
from ledger.api.context import Context
from ledger.api.errors import TooCostly
from ledger.api.limits import Fragments, fragments_of, operations_of, walk

COST_MAX: Final = 20_000
LIST_GUESS: Final = 10
PAGE_MAX: Final = 200

Composite = GraphQLObjectType | GraphQLInterfaceType


class RequestChecks(SchemaExtension):
    """Checks what depends on the request: the cost with its variables, and introspection."""

    def on_execute(self) -> Iterator[None]:
        """Refuse before the first resolver runs."""
        execution = self.execution_context
        document = execution.graphql_document
        context: Context = execution.context
        assert document is not None
        fragments = fragments_of(document)
        operation = _chosen(operations_of(document), execution._provided_operation_name)
        if introspects(operation.selection_set, fragments):
            context.principal.require(Scope.SCHEMA_READ)
        schema = execution.schema._schema
        root = schema.get_root_type(operation.operation)
        assert root is not None
        counter = _Counter(schema, fragments, execution.variables or {})
        context.cost = counter.cost(operation.selection_set, root)
        if context.cost > COST_MAX:
            raise TooCostly(cost=context.cost, limit=COST_MAX)
        yield

    def get_results(self) -> dict[str, Any]:
        """Tell the cost beside the answer."""
        context: Context = self.execution_context.context
        if context.cost is None:
            return {}
        return {"cost": {"requested": context.cost, "max": COST_MAX}}


def _chosen(operations: list[OperationDefinitionNode], name: str | None) -> OperationDefinitionNode:
    """Return the operation to run; Strawberry would run the first of several unnamed."""
    if name is None and len(operations) > 1:
        raise GraphQLError("Name the operation to run: the document has several.")
    return next(
        node for node in operations if name in (None, node.name.value if node.name else None)
    )


def introspects(selection: SelectionSetNode, fragments: Fragments) -> bool:
    """Tell whether an operation asks for the schema, also through fragments."""
    return any(
        depth == 1 and isinstance(node, FieldNode) and node.name.value in _META
        for node, depth in walk(selection, fragments)
    )


_META: Final = {"__schema", "__type"}


@dataclass(frozen=True)
class _Counter:
    schema: GraphQLSchema
    fragments: Fragments
    variables: Mapping[str, Any]

    def cost(self, selection: SelectionSetNode | None, parent: Any) -> int:
        """Return the objects that a selection on ``parent`` may return."""
        total = 0
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                total += self._field(node, parent)
            else:
                total += self._fragment(node, parent)
        return total

    def _fragment(self, node: Any, parent: Any) -> int:
        if isinstance(node, FragmentSpreadNode):
            node = self.fragments[node.name.value]
        condition = node.type_condition
        type_ = self.schema.get_type(condition.name.value) if condition else parent
        return self.cost(node.selection_set, type_)

    def _field(self, node: FieldNode, parent: Any) -> int:
        if node.selection_set is None or isinstance(parent, GraphQLUnionType):
            return 0
        field = parent.fields.get(node.name.value)
        if field is None:  # introspection: small, and allowed or refused as a whole
            return 0
        below = self.cost(node.selection_set, get_named_type(field.type))
        return 1 + self._rows(node, field, parent) * (1 + below)

    def _rows(self, node: FieldNode, field: GraphQLField, parent: Composite) -> int:
        if get_named_type(field.type).name.endswith("Connection"):
            return self._first(node, field)
        type_ = field.type.of_type if is_non_null_type(field.type) else field.type
        if not is_list_type(type_) or parent.name.endswith("Connection"):
            return 1
        return LIST_GUESS

    def _first(self, node: FieldNode, field: GraphQLField) -> int:
        given: Any = field.args["first"].default_value
        for argument in node.arguments or ():
            if argument.name.value == "first":
                if isinstance(argument.value, IntValueNode):
                    given = int(argument.value.value)
                elif isinstance(argument.value, VariableNode):
                    given = self.variables.get(argument.value.name.value)
        return given if type(given) is int and 0 <= given <= PAGE_MAX else PAGE_MAX
