"""Every fault of form is refused with a code and the exact field."""

from typing import Any

import pytest

from ledger.commands.form.parse import field_path, parse, read_body, without_nulls
from ledger.commands.registry import COMMANDS
from ledger.errors import Malformed, Refusal

ENTITY = {
    "command": "register_entity",
    "key": "k",
    "entity": "US",
    "name": "Example Inc",
    "currency": "USD",
    "country": "US",
    "time_zone": "America/New_York",
    "first_period": "2026-01",
}
PLAN: dict[str, Any] = {
    "command": "publish_plan",
    "key": "k",
    "plan": "p",
    "currency": "USD",
    "from": "2026-01-01",
}
ITEM: dict[str, Any] = {
    "item": "api",
    "kind": "usage",
    "meter": "api",
    "interval": "month",
    "model": {"type": "per_unit", "unit": "1"},
}


def refused(body: dict[str, Any]) -> tuple[str, str | None]:
    """Return the code and field with which a body is refused."""
    with pytest.raises(Refusal) as caught:
        parse(COMMANDS[body["command"]], body)
    return caught.value.code, caught.value.field


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"key": ""}, "BAD_VALUE", "key"),
        ({"key": "x" * 256}, "BAD_VALUE", "key"),
        ({"key": 7}, "BAD_VALUE", "key"),
        ({"key": None}, "MISSING_FIELD", "key"),
        ({"entity": " "}, "BAD_VALUE", "entity"),
        ({"name": "a\0b"}, "BAD_VALUE", "name"),
        ({"name": "\ud800"}, "BAD_VALUE", "name"),
        ({"currency": "XAU"}, "BAD_CURRENCY", "currency"),
        ({"currency": "usd"}, "BAD_CURRENCY", "currency"),
        ({"country": "UK"}, "BAD_VALUE", "country"),
        ({"time_zone": "Mars/Olympus"}, "BAD_VALUE", "time_zone"),
        ({"first_period": "2026-13"}, "BAD_VALUE", "first_period"),
        ({"rounding": "up"}, "BAD_VALUE", "rounding"),
        ({"policies": {"breakage": "never"}}, "BAD_VALUE", "policies.breakage"),
        ({"policies": {"colour": "red"}}, "UNKNOWN_FIELD", "policies.colour"),
        ({"policies": {"tax_relief_on_write_off": "true"}}, "BAD_VALUE",
         "policies.tax_relief_on_write_off"),
        ({"on": "2026-02-30"}, "BAD_DATE", "on"),
        ({"on": "20261031"}, "BAD_DATE", "on"),
        ({"on": "1999-12-31"}, "BAD_DATE", "on"),
        ({"on": 20261031}, "BAD_DATE", "on"),
        ({"dry_run": "yes"}, "BAD_VALUE", "dry_run"),
        ({"colour": "red"}, "UNKNOWN_FIELD", "colour"),
    ],
)  # fmt: skip
def test_a_field_of_the_wrong_form_is_refused(change, code, field):
    assert refused(ENTITY | change) == (code, field)


@pytest.mark.parametrize(
    "value", [0.01, 1, "1e3", "NaN", "Infinity", "1,5", "+1", " 1", "1.", ".5",
              "1" * 19, "0." + "1" * 13, "١"],
)  # fmt: skip
def test_a_decimal_is_a_string_within_bounds(value):
    item = ITEM | {"model": {"type": "per_unit", "unit": value}}
    assert refused(PLAN | {"items": [item]}) == ("BAD_DECIMAL", "items.0.model.unit")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"model": {"type": "per_unit"}}, "MISSING_FIELD", "items.0.model.unit"),
        ({"model": {"unit": "1"}}, "MISSING_FIELD", "items.0.model.type"),
        ({"model": {"type": "stairs", "rate": "1"}}, "BAD_PLAN", "items.0.model.type"),
        ({"model": {"type": "percentage"}}, "MISSING_FIELD", "items.0.model.rate"),
        ({"model": {"type": "percentage", "rate": "1", "free_events": "3"}}, "BAD_VALUE",
         "items.0.model.free_events"),
        ({"model": {"type": "per_unit", "unit": "1", "x": 1}}, "UNKNOWN_FIELD",
         "items.0.model.x"),
        ({"model": {"type": "volume", "tiers": [{"up_to": "1", "unit": 5}]}}, "BAD_DECIMAL",
         "items.0.model.tiers.0.unit"),
        ({"model": {"type": "matrix", "dimensions": ["sku"], "prices": [{"when": {"sku": 1},
          "unit": "1"}]}}, "BAD_VALUE", "items.0.model.prices.0.when.sku"),
        ({"kind": "gift"}, "BAD_PLAN", "items.0.kind"),
        ({"kind": "recurring"}, "MISSING_FIELD", "items.0.amount"),
        ({"kind": "one_time", "amount": "5"}, "UNKNOWN_FIELD", "items.0.meter"),
        ({"filter": {"region": 5}}, "BAD_VALUE", "items.0.filter.region"),
        ({"group_by": {"region": "eu"}}, "BAD_VALUE", "items.0.group_by"),
        ({"minimum": 1}, "BAD_DECIMAL", "items.0.minimum"),
        ({"interval": "week", "model": {"type": "per_unit", "unit": "1"}}, "BAD_VALUE",
         "items.0.interval"),
    ],
)  # fmt: skip
def test_a_plan_item_of_the_wrong_form_is_refused(change, code, field):
    assert refused(PLAN | {"items": [ITEM | change]}) == (code, field)


def test_null_is_the_same_as_absent():
    command = parse(COMMANDS["register_entity"], ENTITY | {"vat_id": None, "policies": None})
    assert command.model_dump()["vat_id"] is None
    assert without_nulls({"a": None, "b": [{"c": None}]}) == {"b": [{}]}


def test_a_plan_keeps_its_decimals_as_they_were_sent():
    item = ITEM | {"model": {"type": "per_unit", "unit": "0.000000010"}}
    command = parse(COMMANDS["publish_plan"], PLAN | {"items": [item]})
    dumped = command.model_dump(mode="json", exclude_none=True)
    assert dumped["items"][0]["model"]["unit"] == "0.000000010"


@pytest.mark.parametrize("line", [b"{", b"[1]", b'"x"', b'{"a": NaN}', b'{"a": "\xff"}', b"7"])
def test_a_line_that_is_no_object_is_malformed(line):
    with pytest.raises(Malformed):
        read_body(line)


def test_the_path_is_the_senders():
    body = {"items": [{"model": {"type": "volume", "tiers": [{}]}}]}
    loc = ("items", 0, "model", "volume", "tiers", 0, "unit")
    assert field_path(loc, body) == "items.0.model.tiers.0.unit"
