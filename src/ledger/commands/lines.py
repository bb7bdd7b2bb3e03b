"""Commands as lines of JSON: one answer per line, in order, in memory that stays flat.

Lines that came together are carried out together where their commands allow it; a line is never
kept waiting for one that has not come yet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any

from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.shell import Asked, Caller
from ledger.commands.engine.together import GROUP_MAX, Together
from ledger.commands.form.answer import Answer, refused
from ledger.commands.form.parse import read_body
from ledger.commands.registry import asked_of, carry_out, together
from ledger.errors import Malformed, Refusal, TooLarge

LINE_BYTES_MAX = 16 * 1024 * 1024
CHUNK_BYTES = 64 * 1024


def apply_lines(
    ledger: Ledger,
    lines: Iterable[Sequence[bytes]],
    actor: str,
    *,
    stop_on_refusal: bool = False,
    on_behalf: str | None = None,
    dry_run: bool = False,
) -> Iterator[Answer]:
    """Yield the answer to each line that is not blank; go on after a refusal unless told not to.

    The lines come in lists of those that are there at once. ``dry_run`` tries every line, whatever
    it says itself.
    """
    groups = together(ledger, stop_on_refusal=stop_on_refusal)
    reader = _Reader(ledger, Caller(actor, on_behalf), {"dry_run": True} if dry_run else {})
    for some in lines:
        for answer in _apply(ledger, groups, reader.asked(some)):
            yield answer
            if stop_on_refusal and answer.status == "refused":
                return


def read_lines(stream: BufferedIOBase, limit: int = LINE_BYTES_MAX) -> Iterator[list[bytes]]:
    """Yield the lines of a stream in lists of those that came together, as soon as they come.

    Of a line longer than ``limit`` only a part that is too long is kept.
    """
    rest = bytearray()
    while chunk := stream.read1(CHUNK_BYTES):
        *whole, last = chunk.split(b"\n")
        if whole:
            whole[0] = bytes(rest) + whole[0]
            rest.clear()
            yield [(line + b"\n")[: limit + 1] for line in whole]
        if len(rest) <= limit:
            rest += last
    if rest:
        yield [bytes(rest[: limit + 1])]


@dataclass
class _Reader:
    """Reads commands out of lines, and counts these."""

    ledger: Ledger
    caller: Caller
    more: Mapping[str, Any]
    number: int = 0

    def asked(self, lines: Iterable[bytes]) -> Iterator[Asked | Answer]:
        """Yield what each line asks for, or the answer that refuses its form."""
        for line in lines:
            self.number += 1
            if line.strip():
                yield self._asked(line)

    def _asked(self, line: bytes) -> Asked | Answer:
        try:
            if len(line) > LINE_BYTES_MAX:
                raise TooLarge(limit=LINE_BYTES_MAX)
            body = read_body(line)
        except Malformed as error:
            why = f"Line {self.number}: {error.message}"
            return refused(None, Malformed(why=why), self.number)
        except Refusal as error:
            return refused(None, error, self.number)
        return asked_of(self.ledger, {**body, **self.more}, self.caller)


def _apply(
    ledger: Ledger, groups: Together, commands: Iterable[Asked | Answer]
) -> Iterator[Answer]:
    """Carry commands out in their order, neighbours together where they may be."""
    group: dict[str, Asked] = {}
    for asked in commands:
        if isinstance(asked, Asked) and groups.takes(asked):
            if asked.command.key in group or len(group) == GROUP_MAX:
                yield from groups.carry_out(list(group.values()))
                group = {}
            group[asked.command.key] = asked
            continue
        yield from groups.carry_out(list(group.values()))
        group = {}
        yield asked if isinstance(asked, Answer) else carry_out(ledger, asked)
    yield from groups.carry_out(list(group.values()))
