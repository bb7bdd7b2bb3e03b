"""Usage from a file, by the pipeline that HTTP uses.

Every event carries its own id, so a file that was interrupted is simply ingested again: what is
there already is a duplicate.
"""

from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from ledger.errors import BadSchema, Malformed, TooLarge
from ledger.ingest import cloudevents, focus, metrics
from ledger.ingest.answer import Tally
from ledger.ingest.form import STRUCTURED, Form
from ledger.ingest.intake import RUN_EVENTS, Intake
from ledger.ingest.lines import in_runs, lines_of

FORMATS = ("cloudevents", "focus")
BATCH_BYTES_MAX = 256 * 1024 * 1024

Progress = Callable[[int], None]


def ingest_file(
    intake: Intake, path: Path, format_: str, meta: bytes, progress: Progress = lambda _: None
) -> Tally:
    """Take in a file of CloudEvents (lines, or one array) or of FOCUS 1.0 rows.

    ``progress`` is called with the bytes read so far. Raises MALFORMED for a file that is neither,
    as a whole; single events that are refused are counted and kept as dead letters.
    """
    assert format_ in FORMATS, format_
    with path.open("rb") as file:
        form, items = _focus(file) if format_ == "focus" else _cloudevents(file)
        tally = intake.take_now(_watched(file, items, progress), form, meta)
    metrics.count(tally)
    return tally


def _cloudevents(file: BinaryIO) -> tuple[Form, Iterator[bytes]]:
    start = file.read(1024).lstrip()
    file.seek(0)
    if not start.startswith(b"["):
        return STRUCTURED, lines_of(file)
    body = file.read(BATCH_BYTES_MAX + 1)
    if len(body) > BATCH_BYTES_MAX:
        raise TooLarge(limit=BATCH_BYTES_MAX)
    try:
        return STRUCTURED, iter(cloudevents.split(body))
    except BadSchema as error:
        raise Malformed(why=error.message) from None


def _focus(file: BufferedReader) -> tuple[Form, Iterator[bytes]]:
    rows = focus.records(file)
    try:
        return focus.Focus.under(next(rows, b"")).form(), rows
    except BadSchema as error:
        raise Malformed(why=error.message) from None


def _watched(file: BinaryIO, items: Iterator[bytes], progress: Progress) -> Iterator[list[bytes]]:
    for run in in_runs(items, RUN_EVENTS):
        yield run
        progress(file.tell())
