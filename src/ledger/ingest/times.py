"""When a usage event happened: RFC 3339 text to microseconds since 1970, UTC.

Worked example: ``2026-10-31T23:59:59.9999999Z`` is cut, not rounded, to ``….999999``, so the event
stays in its second, its day and its month. A time without an offset names no instant: refused.
"""

import re
from datetime import UTC, datetime

from ledger.errors import BadTime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
DAY_MICROS = _DAY

_match = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
).fullmatch
_parse = datetime.fromisoformat


def micros_of(instant: datetime) -> int:
    """Return the microseconds since 1970 of an aware time."""
    since = instant - EPOCH
    return since.days * _DAY + since.seconds * _SECOND + since.microseconds


FIRST = micros_of(datetime(2000, 1, 1, tzinfo=UTC))
BEYOND = micros_of(datetime(2101, 1, 1, tzinfo=UTC))


def instant_of(text: str) -> int:
    """Return the microseconds since 1970 of RFC 3339 text, or raise BAD_TIME."""
    if _match(text) is None:
        raise BadTime(field="time", value=text[:64])
    try:
        micros = micros_of(_parse(text.upper()))
    except ValueError:
        raise BadTime(field="time", value=text[:64]) from None
    if FIRST <= micros < BEYOND:
        return micros
    raise BadTime(field="time", value=text[:64])
