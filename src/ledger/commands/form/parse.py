"""From a body to a record: every fault of form becomes a code of the contract, with its field."""

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ledger import errors
from ledger.commands.form.command import Command
from ledger.errors import BadPlan, BadValue, Malformed, MissingField, Refusal, UnknownField

_CODES: dict[str, type[Refusal]] = {
    cls.code: cls for cls in (errors.BadDecimal, errors.BadDate, errors.BadTime, errors.BadCurrency)
}


def read_body(line: bytes) -> dict[str, Any]:
    """Return the JSON object of one line, or refuse it as malformed."""
    try:
        body = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Malformed(why=f"This is not JSON ({error}); write one object per line.") from None
    if not isinstance(body, dict):
        raise Malformed(why="A command is a JSON object; write one per line.")
    return body


def parse(cls: type[Command], body: Mapping[str, Any]) -> Command:
    """Return the record of a body; raise the first fault, in the order of the fields."""
    clean = without_nulls(body)
    refuse_unstorable(clean, skip=("events",))
    try:
        return cls.model_validate(clean)
    except ValidationError as error:
        raise _translate(error.errors(include_url=False)[0], clean) from None


def required_text(body: Mapping[str, Any], name: str) -> str:
    """Return a field of the envelope that is needed before the record is known."""
    value = body.get(name)
    if value is None:
        raise MissingField(field=name, name=name)
    if not isinstance(value, str):
        raise BadValue(field=name, why=f"The field {name} is a text.")
    return value


def without_nulls(value: Any) -> Any:
    """Return the value without the object fields that are null: null is the same as absent."""
    if isinstance(value, Mapping):
        return {
            k: v if k == "events" else without_nulls(v) for k, v in value.items() if v is not None
        }
    if isinstance(value, list | tuple):
        return [without_nulls(part) for part in value]
    return value


def refuse_unstorable(value: Any, path: str = "", skip: tuple[str, ...] = ()) -> None:
    """Refuse text that PostgreSQL cannot keep: U+0000 and halves of surrogate pairs."""
    if isinstance(value, str):
        if "\0" in value or not _encodes(value):
            raise BadValue(field=path or None, why="The text holds a character that no text may.")
    elif isinstance(value, Mapping):
        for name, part in value.items():
            here = f"{path}.{name}" if path else str(name)
            if name not in skip:
                refuse_unstorable(str(name), here)
                refuse_unstorable(part, here)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            refuse_unstorable(part, f"{path}.{index}")


def _encodes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _translate(fault: ErrorDetails, body: Any) -> Refusal:
    field = field_path(fault["loc"], body)
    name = field.rpartition(".")[2]
    value = str(fault.get("ctx", {}).get("value", ""))
    match fault["type"]:
        case "missing":
            return MissingField(field=field, name=name)
        case "union_tag_not_found":
            name = _discriminator(fault)
            return MissingField(field=f"{field}.{name}", name=name)
        case "extra_forbidden":
            return UnknownField(field=field, name=name)
        case "union_tag_invalid":
            name = _discriminator(fault)
            return BadPlan(field=f"{field}.{name}", why=f"There is no {name} {_tag(fault)} here.")
        case "BAD_PLAN":
            return BadPlan(field=f"{field}.{fault['ctx']['field']}", why=value)
        case "BAD_VALUE":
            return BadValue(field=field, why=value)
        case code if code in _CODES:
            return _CODES[code](field=field, value=value)
        case _:
            return BadValue(field=field, why=f"{field} is not usable: {fault['msg']}.")


def _discriminator(fault: ErrorDetails) -> str:
    """Return the field that tells the shapes of a union apart: a kind of item, a type of model."""
    return str(fault.get("ctx", {}).get("discriminator", "")).strip("'")


def _tag(fault: ErrorDetails) -> str:
    return str(fault.get("ctx", {}).get("tag", ""))[:40]


def field_path(loc: tuple[int | str, ...], body: Any) -> str:
    """Return the path as the sender wrote it: without the marks pydantic puts between."""
    steps: list[str] = []
    here = body
    for index, step in enumerate(loc):
        if step == "[key]":
            continue
        if isinstance(here, Mapping):
            if step not in here and index + 1 < len(loc):
                continue
            here = here.get(step)
        elif isinstance(here, list) and isinstance(step, int):
            here = here[step] if step < len(here) else None
        elif index:
            continue
        steps.append(str(step))
    return ".".join(steps)
