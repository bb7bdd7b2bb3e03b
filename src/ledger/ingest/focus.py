"""FOCUS 1.0 CSV to events: every row is the priced use of one SKU by one sub-account.

``source`` is "focus/" + ProviderName, ``id`` the row's Id, the account its SubAccountId, the meter
"focus", the time ChargePeriodStart (UTC). The quantity is PricingQuantity with exponents resolved
and may be negative; a column that holds NULL is absent. The dead letter of a row keeps the header
line before the row, so that it can be read again alone.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import BufferedReader

from ledger.errors import BadSchema, BadTime, BadValue
from ledger.ingest.event import EVENT_BYTES_MAX, Event, Raw, event_of
from ledger.ingest.form import Form

METER = "focus"
_ATTRIBUTES = ("ProviderName", "Id", "SubAccountId", "ChargePeriodStart", "PricingQuantity")
_PROPERTIES = {
    "sku_price_id": "SkuPriceId",
    "sku_id": "SkuId",
    "service": "ServiceName",
    "region": "RegionId",
    "unit": "PricingUnit",
    "charge_category": "ChargeCategory",
}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z?)", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_DIGITS_BEFORE, _DIGITS_AFTER = 18, 12


@dataclass(frozen=True)
class Focus:
    """A reader of rows under one header line."""

    header: bytes
    columns: dict[str, int]

    @classmethod
    def under(cls, header: bytes) -> "Focus":
        """Return the reader for this header line, or raise BAD_SCHEMA if a column is missing."""
        names = _fields(header.removeprefix(b"\xef\xbb\xbf"))
        columns = {name: place for place, name in enumerate(names)}
        missing = [name for name in (*_ATTRIBUTES, *_PROPERTIES.values()) if name not in columns]
        if missing:
            raise BadSchema(why=f"The FOCUS header lacks {', '.join(missing)}; send FOCUS 1.0.")
        return cls(header, columns)

    def form(self) -> Form:
        """Return the form of rows under this header."""
        return Form("focus", self.read, self.glimpse, self.keep)

    def read(self, raw: Raw) -> Event:
        """Return the event of one row, or raise its refusal."""
        row = self._row(raw)
        properties = {name: row[column] for name, column in _PROPERTIES.items() if column in row}
        for column in _ATTRIBUTES:
            if column not in row:
                raise BadSchema(field=column, why=f"The row has no {column}; fill it in.")
        return event_of(
            {
                "source": f"focus/{row['ProviderName']}",
                "id": row["Id"],
                "account": row["SubAccountId"],
                "meter": METER,
                "time": _time(row["ChargePeriodStart"]),
                "properties": {"quantity": _plain(row["PricingQuantity"]), **properties},
            }
        )

    def glimpse(self, raw: Raw) -> dict[str, str]:
        """Return the source, id and account of a row as far as they can be told."""
        try:
            row = self._row(raw)
        except BadSchema:
            return {}
        names = {"id": "Id", "account": "SubAccountId"}
        told = {ours: row[theirs] for ours, theirs in names.items() if theirs in row}
        if "ProviderName" in row:
            told["source"] = f"focus/{row['ProviderName']}"
        return told

    def keep(self, raw: Raw) -> bytes:
        """Return the row under its header line."""
        return self.header + b"\n" + bytes(raw)

    def _row(self, raw: Raw) -> dict[str, str]:
        fields = _fields(bytes(raw))
        if len(fields) != len(self.columns):
            why = f"The row has {len(fields)} columns, its header {len(self.columns)}; mend it."
            raise BadSchema(why=why)
        return {name: fields[at] for name, at in self.columns.items() if fields[at] != "NULL"}


def records(file: BufferedReader) -> Iterator[bytes]:
    """Yield the records of a CSV file without their line ends; quoted fields may span lines.

    A quote that is never closed would swallow the rest of the file, so after the longest event
    that is read at all the first line stands alone and reading goes on behind it.
    """
    pending: deque[bytes] = deque()
    taken: list[bytes] = []
    quotes = size = 0
    while line := pending.popleft() if pending else file.readline(EVENT_BYTES_MAX + 1):
        taken.append(line)
        quotes, size = quotes + line.count(b'"'), size + len(line)
        last = not pending and not file.peek(1)
        if quotes % 2 and size <= EVENT_BYTES_MAX and not last:
            continue
        if quotes % 2:
            pending.extendleft(reversed(taken[1:]))
            del taken[1:]
        record = b"".join(taken).rstrip(b"\r\n")
        taken, quotes, size = [], 0, 0
        if record:
            yield record


def reread(raw: bytes) -> Event:
    """Return the event of a dead letter: a header line and one row."""
    header, _, row = raw.partition(b"\n")
    return Focus.under(header).read(row)


def _fields(line: bytes) -> list[str]:
    try:
        return next(csv.reader([line.decode()], strict=True), [])
    except UnicodeDecodeError:
        raise BadSchema(why="The row is not valid UTF-8; encode it anew.") from None
    except csv.Error as error:
        raise BadSchema(why=f"The row is not CSV: {error}.") from None


def _time(text: str) -> str:
    match = _TIME.fullmatch(text)
    if match is None:
        raise BadTime(field="ChargePeriodStart", value=text[:64])
    return f"{match[1]}T{match[2]}Z"


def _plain(text: str) -> str:
    """Return a number as a plain decimal string: ``1.5E-7`` is ``0.00000015``."""
    if _NUMBER.fullmatch(text) is None:
        raise BadValue(field="PricingQuantity", why=f"{text[:64]} is not a number; mend the row.")
    plain = format(Decimal(text), "f")
    whole, _, fraction = plain.partition(".")
    fraction = fraction if len(fraction) <= _DIGITS_AFTER else fraction.rstrip("0")
    whole = whole.lstrip("-0") or "0"
    if len(whole) > _DIGITS_BEFORE or len(fraction) > _DIGITS_AFTER:
        why = f"{text[:64]} has more than 18 digits before or 12 after the point."
        raise BadValue(field="PricingQuantity", why=why)
    sign = "-" if plain.startswith("-") and (whole, fraction.strip("0")) != ("0", "") else ""
    return sign + whole + ("." + fraction if fraction else "")
