"""The schema keeps its promises: printed, described, exact, and nothing without a scope."""

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    is_introspection_type,
)
from graphql.type import is_specified_scalar_type

from ledger import resources
from ledger.api.access import SCOPES, Role, Scope
from ledger.api.roots import RequireScope
from ledger.api.schema import print_schema, schema
from ledger.commands.registry import COMMANDS

CORE = schema._schema
OWN = [type_ for type_ in CORE.type_map.values() if not is_introspection_type(type_)]
FIELDED = GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType
CASES = [
    (type_.name, name, field)
    for type_ in OWN
    if isinstance(type_, FIELDED)
    for name, field in type_.fields.items()
]


def test_the_printed_schema_is_the_committed_one():
    committed = (resources.folder("graphql") / "schema.graphql").read_text(encoding="utf-8")
    assert print_schema() == committed, "Run: usage-ledger schema export > graphql/schema.graphql"


@pytest.mark.parametrize("root", [CORE.query_type, CORE.mutation_type], ids=str)
def test_every_root_field_declares_its_scope(root):
    for name, field in root.fields.items():
        definition = field.extensions["strawberry-definition"]
        scopes = [each.scope for each in definition.extensions if isinstance(each, RequireScope)]
        assert len(scopes) == 1, f"{root.name}.{name} has no scope: declare it with root(…)"
        assert isinstance(scopes[0], Scope)
        assert f"Scope: `{scopes[0].value}`." in field.description


def test_every_scope_is_of_use_to_somebody_and_portals_change_nothing():
    assert set().union(*SCOPES.values()) == set(Scope)
    assert SCOPES[Role.PORTAL].isdisjoint(
        {Scope.COMMAND, Scope.USAGE_WRITE, Scope.EXPORT_ANSWER, Scope.PROJECTION_MANAGE}
    )
    assert SCOPES[Role.INGEST] == {Scope.USAGE_WRITE, Scope.ENTITLEMENT_READ}


def test_every_command_is_a_mutation():
    camel = {"".join(p.title() if i else p for i, p in enumerate(n.split("_"))) for n in COMMANDS}
    projections = {"rebuildProjection", "rollbackProjection"}
    assert set(CORE.mutation_type.fields) == camel | projections


@pytest.mark.parametrize("type_", OWN, ids=lambda type_: type_.name)
def test_every_type_is_described(type_):
    assert type_.description, f"{type_.name} has no description"
    if isinstance(type_, GraphQLEnumType):
        for name, value in type_.values.items():
            assert value.description, f"{type_.name}.{name} has no description"


def test_every_field_and_argument_is_described():
    missing = [f"{type_}.{name}" for type_, name, field in CASES if not field.description]
    for type_, name, field in CASES:
        for argument, definition in getattr(field, "args", {}).items():
            if not definition.description:
                missing.append(f"{type_}.{name}({argument}:)")
    assert missing == []


def test_there_are_no_floats_and_own_scalars_say_what_they_are():
    scalars = {type_.name: type_ for type_ in OWN if isinstance(type_, GraphQLScalarType)}
    assert "Float" not in scalars
    own = {name for name, scalar in scalars.items() if not is_specified_scalar_type(scalar)}
    assert own == {"Decimal", "DateTime", "Date", "CurrencyCode", "Long", "JSON"}
    for name in own - {"Long"}:
        assert scalars[name].specified_by_url


def test_every_list_that_grows_is_a_page_of_limited_size():
    for name, field in CORE.query_type.fields.items():
        if str(field.type).endswith("Connection!"):
            first = field.args["first"]
            assert (first.default_value, str(first.type)) == (50, "Int!"), name
            assert "after" in field.args
