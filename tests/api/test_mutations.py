"""Mutations are the commands of the contract: same fields, same codes, same idempotency."""

from decimal import Decimal

import pytest
from strawberry.utils.str_converters import to_camel_case

from ledger.api.mutation.inputs import body_of
from ledger.api.schema import schema
from ledger.commands.registry import COMMANDS, execute

RESULT = """{ __typename ... on CommandAccepted { key duplicate facts { lane position type }
    usage { accepted duplicate rejected { index id code } } }
    ... on CommandRefused { key code message field } }"""


def mutate(door, name, role="admin", /, **fields):
    """Send one command and return its result."""
    type_ = f"{name[0].upper()}{name[1:]}Input"
    document = f"mutation ($input: {type_}!) {{ {name}(input: $input) {RESULT} }}"
    return door.data(document, role, input=fields)[name]


ENTITY = {
    "key": "e1",
    "entity": "US",
    "name": "Example Inc.",
    "currency": "USD",
    "country": "US",
    "timeZone": "America/New_York",
    "firstPeriod": "2026-01",
}


def test_a_command_is_carried_out_once(door):
    accepted = mutate(door, "registerEntity", **ENTITY)
    assert accepted["facts"] == [{"lane": 0, "position": "1", "type": "entity.registered/1"}]
    again = mutate(door, "registerEntity", **ENTITY)
    assert (again["duplicate"], again["facts"]) == (True, accepted["facts"])
    reused = mutate(door, "registerEntity", **{**ENTITY, "name": "Other"})
    assert (reused["__typename"], reused["code"]) == ("CommandRefused", "KEY_REUSED")


def test_the_same_body_through_another_door_is_a_duplicate(door, ledger, month):
    accepted = mutate(
        door,
        "capturePayment",
        key="p9",
        payment="pay-9",
        account="acme",
        amount="10.50",
        currency="USD",
        on="2026-11-03",
        via="bank",
        apply=[{"invoice": "US-2026-000001", "amount": "1.50"}],
    )
    assert accepted["__typename"] == "CommandAccepted", accepted
    body = {
        "command": "capture_payment",
        "key": "p9",
        "payment": "pay-9",
        "account": "acme",
        "amount": "10.50",
        "currency": "USD",
        "on": "2026-11-03",
        "via": "bank",
        "apply": [{"invoice": "US-2026-000001", "amount": "1.50"}],
    }
    answer = execute(ledger, body, "someone")
    assert answer.status == "duplicate"


def test_a_refusal_is_data_with_the_code_and_the_field(october):
    refused = mutate(
        october, "openAccount", key="a", account="acme", entity="??", name="A", currency="USD"
    )
    assert refused["code"] == "UNKNOWN_ENTITY"
    assert refused["field"] == "entity"
    assert refused["key"] == "a"


def test_prices_of_every_model_pass(door, month):
    models = [
        {"type": "per_unit", "unit": "0.001"},
        {"type": "graduated", "tiers": [{"upTo": "10", "unit": "1", "flat": "2"}, {"unit": "0"}]},
        {"type": "volume", "tiers": [{"upTo": "10", "unit": "1"}, {"unit": "0.5"}]},
        {"type": "package", "size": "10", "amount": "100", "free": "10", "round": "up"},
        {
            "type": "matrix",
            "dimensions": ["region"],
            "prices": [{"when": {"region": "eu"}, "unit": "1"}],
            "default": "2",
        },
    ]
    for number, model in enumerate(models):
        item = {
            "item": "api",
            "kind": "usage",
            "meter": "api",
            "interval": "month",
            "model": model,
        }
        published = mutate(
            door,
            "publishPlan",
            key=f"plan-{number}",
            plan=f"plan-{number}",
            currency="USD",
            items=[item],
            **{"from": "2026-01-01"},
        )
        assert published["__typename"] == "CommandAccepted", (model, published)
    wrong = mutate(
        door,
        "publishPlan",
        key="wrong",
        plan="wrong",
        currency="USD",
        items=[{**item, "model": {"type": "per_unit", "unit": "1", "size": "10"}}],
        **{"from": "2026-01-01"},
    )
    assert wrong["__typename"] == "CommandRefused"


def test_usage_is_recorded_and_answered_per_event(door, month):
    event = {
        "source": "app",
        "account": "acme",
        "meter": "api",
        "time": "2026-10-20T00:00:00.123456789+02:00",
        "properties": {"quantity": "1.5", "region": "eu", "note": "kept"},
    }
    good, bad = {**event, "id": "1"}, {**event, "id": "2", "meter": "none"}
    result = mutate(door, "recordUsage", "ingest", key="u1", events=[good, bad])
    assert result["usage"]["accepted"] == 1
    assert [(r["id"], r["code"]) for r in result["usage"]["rejected"]] == [("2", "UNKNOWN_METER")]


@pytest.mark.parametrize("role", ["portal", "auditor", "erp", "ingest"])
def test_only_an_admin_registers_entities(october, role):
    document = (
        f"mutation ($input: RegisterEntityInput!) {{ registerEntity(input: $input) {RESULT} }}"
    )
    account = "acme" if role == "portal" else None
    answer = october.ask(document, role, account, input=ENTITY)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_missing_field_is_refused_before_anything_runs(october):
    document = (
        "mutation ($input: RegisterEntityInput!) { registerEntity(input: $input) { __typename } }"
    )
    answer = october.ask(
        document, input={key: part for key, part in ENTITY.items() if key != "key"}
    )
    assert "data" not in answer


def test_every_field_of_every_command_is_an_input_field():
    for name, record in COMMANDS.items():
        camel = to_camel_case(name)
        input_ = schema._schema.mutation_type.fields[camel].args["input"].type.of_type
        expected = {
            to_camel_case(field.alias or field_name)
            for field_name, field in record.model_fields.items()
            if field_name != "command"
        }
        assert set(input_.fields) == expected, name


def test_values_go_on_as_they_were_written():
    input_ = schema.get_type_by_name("TierInput").origin
    tier = input_(up_to=Decimal("10.50"), unit=Decimal("-0.0"))
    assert body_of(tier) == {"up_to": "10.50", "unit": "-0.0"}
