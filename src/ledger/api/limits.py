"""What a document may cost, judged from its text alone: rules made once, so verdicts are cached.

Each rule walks through fragments and survives circular ones. A verdict that depends on the request
(cost with variables, introspection by scope) does not belong here: it would be served to others.
"""

from collections.abc import Iterator
from typing import Final

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.validation import ASTValidationContext

TOKENS_MAX: Final = 1000
DEPTH_MAX: Final = 10
INTROSPECTION_DEPTH_MAX: Final = 16  # the usual introspection query; lists in it are limited apart
ALIASES_MAX: Final = 15
DIRECTIVES_MAX: Final = 5
FIELDS_MAX: Final = 400
ROOT_FIELDS_MAX: Final = 10

Selection = FieldNode | FragmentSpreadNode | InlineFragmentNode
Fragments = dict[str, FragmentDefinitionNode]


def fragments_of(document: DocumentNode) -> Fragments:
    """Return the fragments of a document by name."""
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    """Return the operations of a document."""
    return [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]


def walk(
    owner: SelectionSetNode | None,
    fragments: Fragments,
    depth: int = 1,
    within: frozenset[str] = frozenset(),
) -> Iterator[tuple[Selection, int]]:
    """Yield every selection with its depth, fragments opened in place, a circular one once."""
    for node in owner.selections if owner else ():
        assert isinstance(node, Selection)
        yield node, depth
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            fragment = fragments.get(name)
            if fragment is not None and name not in within:
                yield from walk(fragment.selection_set, fragments, depth, within | {name})
        else:
            deeper = depth + 1 if isinstance(node, FieldNode) else depth
            yield from walk(node.selection_set, fragments, deeper, within)


class Limits(ASTValidationRule):
    """Refuses a document with too many fields, aliases or directives, or nested too deeply.

    The walk stops at the first limit that is passed, so fragments that open each other many times
    cost no more than an honest document.
    """

    def __init__(self, context: ASTValidationContext) -> None:
        super().__init__(context)
        fragments = fragments_of(context.document)
        for operation in operations_of(context.document):
            if why := _too_much(operation, fragments):
                context.report_error(GraphQLError(why, operation, extensions=_CODE))
                break


_CODE: Final = {"code": "TOO_COSTLY"}


def _too_much(operation: OperationDefinitionNode, fragments: Fragments) -> str | None:
    fields = aliases = roots = directives = 0
    levels = DEPTH_MAX
    for seen, (node, depth) in enumerate(walk(operation.selection_set, fragments), 1):
        directives += len(node.directives or ())
        if isinstance(node, FieldNode):
            fields += 1
            if depth == 1:
                roots += 1
                meta = node.name.value.startswith("__")
                levels = INTROSPECTION_DEPTH_MAX if meta else DEPTH_MAX
            aliases += node.alias is not None
        for count, limit, what in (
            (depth, levels, "levels"),
            (aliases, ALIASES_MAX, "aliases"),
            (directives, DIRECTIVES_MAX, "directives"),
            (roots, ROOT_FIELDS_MAX, "root fields"),
            (fields, FIELDS_MAX, "fields"),
            (seen, 2 * FIELDS_MAX, "selections"),
        ):
            if count > limit:
                return f"More than {limit} {what} are not allowed; ask for less at a time."
    return None


RULES: Final[list[type[ASTValidationRule]]] = [Limits]
