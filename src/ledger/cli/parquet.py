"""A report as a Parquet file: typed columns, written batch by batch.

Money is ``decimal128(38, 4)`` in every file; an exact figure, which may have any number of digits,
is a string. Times are microseconds in UTC. Needs pyarrow, the extra ``usage-ledger[parquet]``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from itertools import islice
from types import ModuleType
from typing import Any, BinaryIO, Final

from ledger.cli.columns import MONEY_DIGITS, MONEY_PLACES, Kind
from ledger.cli.streamed import text
from ledger.errors import ParquetMissing

ROWS_AT_ONCE: Final = 10_000


def write(
    target: BinaryIO, columns: Sequence[str], kinds: Sequence[Kind], rows: Iterable[Sequence[Any]]
) -> None:
    """Write rows with columns of these kinds; never more than a batch of them is in memory."""
    arrow, files = _library()
    types = _types(arrow)
    names = [name.lstrip("#") for name in columns]
    schema = arrow.schema(list(zip(names, (types[kind] for kind in kinds), strict=True)))
    with files.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            across = [
                arrow.array([_VALUES[kind](row[place]) for row in batch], type=types[kind])
                for place, kind in enumerate(kinds)
            ]
            writer.write_batch(arrow.record_batch(across, schema=schema))


def _library() -> tuple[ModuleType, ModuleType]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise ParquetMissing from error


def _types(arrow: Any) -> Mapping[Kind, Any]:
    return {
        Kind.TEXT: arrow.string(),
        Kind.EXACT: arrow.string(),
        Kind.MONEY: arrow.decimal128(MONEY_DIGITS, MONEY_PLACES),
        Kind.WHOLE: arrow.int64(),
        Kind.DAY: arrow.date32(),
        Kind.TIME: arrow.timestamp("us", tz="UTC"),
        Kind.FLAG: arrow.bool_(),
    }


def _batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    source = iter(rows)
    while batch := list(islice(source, ROWS_AT_ONCE)):
        yield batch


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> str | None:
    return None if value is None else text(value)


def _money(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def _time(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


_VALUES: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    Kind.TEXT: _text,
    Kind.EXACT: _text,
    Kind.MONEY: _money,
    Kind.WHOLE: _same,
    Kind.DAY: _same,
    Kind.TIME: _time,
    Kind.FLAG: _same,
}
