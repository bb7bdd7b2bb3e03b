"""A usage event as it was sent, typed but not yet checked against accounts, meters and the clock.

The decoder enforces shape and bounds in one pass in C: strings, integers that JSON readers agree
on (±(2^53 − 1)), booleans and null. Fractions, exponents and nesting are refused, because a
property is either a name or a count; decimals come as strings.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from ledger.errors import BadSchema, BadValue, Refusal

SAFE_INTEGER = 2**53 - 1
NAME_LENGTH_MAX = 255
EVENT_BYTES_MAX = 64 * 1024
UNREADABLE = "(unreadable)"

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LENGTH_MAX)]
Integer = Annotated[int, msgspec.Meta(ge=-SAFE_INTEGER, le=SAFE_INTEGER)]
Properties = dict[str, Integer | str | bool | None]

Raw = bytes | msgspec.Raw
DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


_ATTRIBUTES = {"meter": "type", "account": "subject", "properties": "data"}


class Event(msgspec.Struct, gc=False, rename=_ATTRIBUTES):
    """One usage event: the fields in the names of the commands, on the wire a CloudEvent.

    ``time`` is still text. Attributes that are not listed here are not kept.
    """

    specversion: Literal["1.0"]
    source: Name
    id: Name
    account: Name
    meter: Name
    time: str
    properties: Properties
    subscription: Name | None = None


def event_of(fields: Mapping[str, Any]) -> Event:
    """Return the event that these fields (of a command) describe, or raise BAD_SCHEMA/BAD_VALUE."""
    attributes = {_ATTRIBUTES.get(name, name): value for name, value in fields.items()}
    try:
        return msgspec.convert({**attributes, "specversion": "1.0"}, Event)
    except msgspec.ValidationError as error:
        raise refusal(error) from None


def event_of_json(raw: Raw) -> Event:
    """Return the event of a command that these bytes keep, or raise its refusal."""
    try:
        fields = msgspec.json.decode(raw)
    except DECODE_ERRORS as error:
        raise refusal(error) from None
    if not isinstance(fields, dict):
        raise BadSchema(why="An event is a JSON object with source, id, account, meter and time.")
    return event_of(fields)


def refusal(error: Exception) -> Refusal:
    """Translate what the decoder found into a refusal with a code of the contract.

    A value that is of the wrong kind inside the properties, or out of bounds, is BAD_VALUE;
    everything else about the form is BAD_SCHEMA.
    """
    if isinstance(error, UnicodeDecodeError):
        return BadSchema(why="The event is not valid UTF-8; encode it anew.")
    if isinstance(error, RecursionError):
        return BadSchema(why="The event is nested too deeply; properties hold plain values.")
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return BadSchema(why=f"The event is not JSON: {text}.")
    what, _, path = text.partition(" - at ")
    path = path.strip("`").removeprefix("$.") or "the event"
    inside = path.startswith(("data[", "properties["))
    if inside or "of length" in what or "out of range" in what:
        return BadValue(field=path, why=f"{what} in {path}{_hint(what)}.")
    return BadSchema(field=path, why=f"{what} in {path}.")


def _hint(what: str) -> str:
    return "; write decimals as strings" if "`float`" in what or "out of range" in what else ""
