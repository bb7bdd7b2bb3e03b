"""When a usage event happened: RFC 3339 text to microseconds since 1970, UTC.

Worked example: ``2026-10-31T23:59:59.9999999Z`` is cut, not rounded, to ``….999999``, so the event
stays in its second, its day and its month. A time without an offset names no instant: refused.
"""

import re
from datetime import UTC, datetime

from msgspec import ValidationError, convert

from ledger.errors import BadTime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MICROS = 86_400_000_000

_match = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
).fullmatch
_parse = datetime.fromisoformat
_LENGTH_MICROS = len("2026-10-31T23:59:59.999999Z")


def micros_of(instant: datetime) -> int:
    """Return the microseconds since 1970 of an aware time."""
    since = instant - EPOCH
    return since.days * DAY_MICROS + since.seconds * 1_000_000 + since.microseconds


FIRST = micros_of(datetime(2000, 1, 1, tzinfo=UTC))
BEYOND = micros_of(datetime(2101, 1, 1, tzinfo=UTC))


def instant_of(text: str) -> int:
    """Return the microseconds since 1970 of RFC 3339 text, or raise BAD_TIME.

    The usual form, UTC with at most six digits, goes by the decoder in C. It would round more
    digits, so they, and offsets, go the longer way.
    """
    try:
        if len(text) <= _LENGTH_MICROS and text.endswith("Z"):
            since = convert(text, datetime) - EPOCH
        elif _match(text) is not None:
            since = _parse(text.upper()) - EPOCH
        else:
            raise BadTime(field="time", value=text[:64])
    except (ValidationError, ValueError):
        raise BadTime(field="time", value=text[:64]) from None
    micros = since.days * DAY_MICROS + since.seconds * 1_000_000 + since.microseconds
    if FIRST <= micros < BEYOND:
        return micros
    raise BadTime(field="time", value=text[:64])
