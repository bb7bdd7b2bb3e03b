"""Lines of a stream that comes in pieces, each bounded: memory stays flat on a body of any size.

A line that is longer than an event may be is read to its end and kept only up to the limit and one
byte, by which the reader of events recognises and refuses it.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

from ledger.ingest.event import EVENT_BYTES_MAX

PIECE_BYTES = 256 * 1024


class Lines:
    """Feed pieces, get whole lines; blank ones are left out."""

    def __init__(self, limit: int = EVENT_BYTES_MAX) -> None:
        self._kept = limit + 1
        self._rest = b""

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the lines that this piece completes."""
        first, *others = piece.split(b"\n")
        head = self._rest if len(self._rest) == self._kept else self._rest + first
        if not others:
            self._rest = head[: self._kept]
            return []
        self._rest = others.pop()[: self._kept]
        return [line for line in (head, *others) if line and not line.isspace()]

    def end(self) -> list[bytes]:
        """Return the last line, which no line end completes."""
        rest, self._rest = self._rest, b""
        return [rest] if rest.strip() else []


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file."""
    lines = Lines()
    while piece := file.read(PIECE_BYTES):
        yield from lines.feed(piece)
    yield from lines.end()


def in_runs(items: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    """Yield consecutive runs of so many items, the last one shorter."""
    rest = iter(items)
    while run := list(islice(rest, size)):
        yield run
