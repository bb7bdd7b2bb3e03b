"""Commands as lines of JSON: one answer per line, in order, in memory that stays flat."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from ledger.commands.answer import Answer, refused
from ledger.commands.ledger import Ledger
from ledger.commands.parse import read_body
from ledger.commands.registry import execute
from ledger.errors import Malformed, Refusal, TooLarge

LINE_BYTES_MAX = 16 * 1024 * 1024


def apply_lines(
    ledger: Ledger,
    lines: Iterable[bytes],
    actor: str,
    *,
    stop_on_refusal: bool = False,
    on_behalf: str | None = None,
    dry_run: bool = False,
) -> Iterator[Answer]:
    """Yield the answer to each line that is not blank; go on after a refusal unless told not to.

    ``dry_run`` tries every line, whatever it says itself.
    """
    more = {"dry_run": True} if dry_run else {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        answer = _apply(ledger, line, number, actor, on_behalf, more)
        yield answer
        if stop_on_refusal and answer.status == "refused":
            return


def read_lines(stream: BinaryIO, limit: int = LINE_BYTES_MAX) -> Iterator[bytes]:
    """Yield the lines of a stream; of one longer than ``limit`` only a part that is too long."""
    while line := stream.readline(limit + 1):
        yield line
        while len(line) > limit and not line.endswith(b"\n"):
            line = stream.readline(limit + 1)
            if not line:
                return


def _apply(
    ledger: Ledger,
    line: bytes,
    number: int,
    actor: str,
    on_behalf: str | None,
    more: Mapping[str, Any],
) -> Answer:
    try:
        if len(line) > LINE_BYTES_MAX:
            raise TooLarge(limit=LINE_BYTES_MAX)
        body = read_body(line)
    except Malformed as error:
        return refused(None, Malformed(why=f"Line {number}: {error.message}"), number)
    except Refusal as error:
        return refused(None, error, number)
    return execute(ledger, {**body, **more}, actor, on_behalf=on_behalf)
