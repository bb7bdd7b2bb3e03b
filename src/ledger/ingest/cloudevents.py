"""CloudEvents 1.0 to events: structured, batch and binary mode, as its JSON format and HTTP binding
define them.

``type`` is the meter, ``subject`` the account, ``data`` the properties, and the extension attribute
``subscription`` the subscription. A binary event is kept as its ``ce-`` headers, an empty line and
the body, so that its dead letter can be read again without the request.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

import msgspec
import orjson

from ledger.errors import BadSchema, Refusal
from ledger.ingest.event import DECODE_ERRORS, Event, Raw, refusal

_event = msgspec.json.Decoder(Event)
_batch = msgspec.json.Decoder(list[msgspec.Raw])
_value = msgspec.json.Decoder(msgspec.Raw)
_anything = msgspec.json.Decoder()

decode = _event.decode
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)")


def read(raw: Raw) -> Event:
    """Return the structured event in these bytes, or raise its refusal."""
    try:
        return decode(raw)
    except DECODE_ERRORS as error:
        raise refusal(error) from None


def split(body: bytes) -> list[bytes]:
    """Return the bytes of every event in a batch, or raise BAD_SCHEMA if it is no JSON array.

    An array that is malformed inside an element (a NaN, a bad escape) is still taken apart between
    its elements, so that one bad event does not cost the others.
    """
    try:
        return list(map(bytes, _batch.decode(body)))
    except DECODE_ERRORS as error:
        parts = _taken_apart(body)
        if parts is None:
            raise BadSchema(why=f"The batch is not a JSON array of events: {error}.") from None
        return parts


def _taken_apart(body: bytes) -> list[bytes] | None:
    """Return what stands between the outermost brackets and commas; None if they do not match."""
    parts: list[bytes] = []
    depth, start = 0, 0
    for token in _STRUCTURE.finditer(body):
        mark = token[0]
        if mark in b"[{":
            depth += 1
            if depth == 1 and (mark != b"[" or body[: token.start()].strip()):
                return None
        elif mark in b"]}":
            depth -= 1
        if depth == 0 and mark == b"]":
            parts.append(body[start : token.start()])
            return None if body[token.end() :].strip() else parts
        if depth == 1 and mark in b"[,":
            if mark == b",":
                parts.append(body[start : token.start()])
            start = token.end()
    return None


def pack_binary(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Return a binary event as one run of bytes: its ``ce-`` headers, an empty line, its body."""
    lines = [name + b": " + value for name, value in headers if name.startswith(b"ce-")]
    return b"\r\n".join((*lines, b"", body))


def read_binary(raw: Raw) -> Event:
    """Return the event that ``pack_binary`` packed, or raise its refusal."""
    head, _, body = bytes(raw).partition(b"\r\n\r\n")
    if not body and head.startswith(b"\r\n"):
        head, body = b"", head[2:]
    attributes = _attributes(head)
    try:
        _value.decode(body)
    except DECODE_ERRORS as error:
        raise refusal(error) from None
    return read(orjson.dumps(attributes)[:-1] + b',"data":' + body + b"}")


def _attributes(head: bytes) -> dict[str, str]:
    """Return the attributes in these header lines, percent-decoded as the HTTP binding says."""
    attributes = {"specversion": ""}
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b": ")
        try:
            attributes[name.decode().removeprefix("ce-")] = _text(value.decode())
        except UnicodeDecodeError:
            raise BadSchema(why=f"The header {name!r} is not UTF-8; percent-encode it.") from None
    attributes.pop("data", None)
    return attributes


def _text(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        value = _ESCAPED.sub(r"\1", value[1:-1])
    return unquote_to_bytes(value).decode()


def glimpse(raw: Raw) -> dict[str, str]:
    """Return what can be told of an event that was refused: its source, id and account."""
    try:
        found = _anything.decode(raw)
    except DECODE_ERRORS:
        return {}
    if not isinstance(found, dict):
        return {}
    names = {"source": "source", "id": "id", "subject": "account"}
    return {
        ours: found[theirs] for theirs, ours in names.items() if isinstance(found.get(theirs), str)
    }


def glimpse_binary(raw: Raw) -> dict[str, str]:
    """Return what the headers of a refused binary event tell: its source, id and account."""
    try:
        attributes = _attributes(bytes(raw).partition(b"\r\n\r\n")[0])
    except Refusal:
        return {}
    return glimpse(orjson.dumps(attributes))
