"""Names and digests of export documents; they follow from what is in them, never from a counter
of ours, so that a rebuild or a second seal cannot name a document twice.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

import orjson

EXPORTS = UUID("6f0c2f5e-6d0b-5a51-9a55-7d1f6b1b8f03")

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_COUNTS = 10**7


def external_id(target: str, entity: str, first_entry: str) -> str:
    """Return the UUIDv5 of a document, from its target and the id of its first journal entry.

    An entry is in one document of a target only, so its first entry names it.
    """
    return str(uuid5(EXPORTS, "\0".join((target, entity, first_entry))))


def short_ref(entity: str, period: str, count: int) -> str:
    """Return a reference of at most 16 characters A–Z, 0–9 and -, like US-2611-0000421.

    An entity whose id does not fit three characters goes by its first one and a two-digit digest.
    From the ten-millionth document on, the number has a Z and six base-36 digits.
    """
    number = f"{count:07d}" if count < _COUNTS else f"Z{_base36(count - _COUNTS, 6)}"
    return f"{_prefix(entity)}-{period[2:4]}{period[5:7]}-{number}"


def member_digest(leaves: Iterable[bytes]) -> str:
    """Return the SHA-256 (hex) over the leaves of the member entries, in position order."""
    digest = sha256()
    for leaf in leaves:
        digest.update(leaf)
    return digest.hexdigest()


def content_digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of a document's content."""
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _prefix(entity: str) -> str:
    if len(entity) <= 3 and all(letter in _DIGITS for letter in entity):
        return entity
    first = next((letter for letter in entity.upper() if letter in _DIGITS), "X")
    digest = int.from_bytes(sha256(entity.encode()).digest()[:8], "big")
    return first + _base36(digest % 36**2, 2)


def _base36(number: int, width: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text.rjust(width, "0")
