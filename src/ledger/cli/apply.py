"""What writes: commands from a file, and usage in bulk."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from io import BufferedIOBase
from pathlib import Path
from typing import Annotated, cast

import orjson
import typer

from ledger.cli.effects import show
from ledger.cli.shell import BYTES, Exit, actor, shell_of
from ledger.commands.lines import apply_lines, read_lines
from ledger.ingest.files import ingest_file
from ledger.ingest.intake import Intake
from ledger.store.meta import meta

STANDARD_INPUT = "-"


def add_to(app: typer.Typer) -> None:
    """Add these commands to the tree."""
    app.command()(apply)
    app.command()(ingest)


class AnswerFormat(StrEnum):
    """The forms in which commands are answered."""

    JSON = "json"
    TABLE = "table"


def apply(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="Commands, one JSON object a line; - for input.")],
    stop_on_refusal: Annotated[
        bool, typer.Option("--stop-on-refusal", help="Leave the rest unread after a refusal.")
    ] = False,
    on_behalf: Annotated[
        str | None, typer.Option(help="Whom the operating-system user acts for.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Try each line by itself; nothing is appended.")
    ] = False,
    form: Annotated[
        AnswerFormat | None,
        typer.Option("--format", help="json, or table: the effects of a dry run on a terminal."),
    ] = None,
) -> None:
    """Carry out commands; answer each with one line of JSON, in order."""
    shell = shell_of(context)
    as_table = form is AnswerFormat.TABLE or (form is None and dry_run and sys.stdout.isatty())
    statuses: Counter[str] = Counter()
    with opened(file) as stream, shell.ledger() as ledger:
        answers = apply_lines(
            ledger,
            read_lines(stream),
            actor(),
            stop_on_refusal=stop_on_refusal,
            on_behalf=on_behalf,
            dry_run=dry_run,
        )
        for answer in answers:
            statuses[answer.status] += 1
            if as_table:
                show(answer, shell)
                continue
            sys.stdout.buffer.write(
                orjson.dumps(answer.to_dict(), option=orjson.OPT_APPEND_NEWLINE)
            )
            sys.stdout.buffer.flush()
    if sys.stderr.isatty():
        shell.say(", ".join(f"{count} {status}" for status, count in statuses.items()))
    if statuses["refused"]:
        raise typer.Exit(Exit.FAILED)


class UsageFormat(StrEnum):
    """The forms in which a file may hold usage."""

    CLOUDEVENTS = "cloudevents"
    FOCUS = "focus"


def ingest(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CloudEvents as lines or an array.")
    ],
    form: Annotated[
        UsageFormat, typer.Option("--format", help="cloudevents, or focus for FOCUS 1.0 CSV.")
    ] = UsageFormat.CLOUDEVENTS,
) -> None:
    """Take usage in from a file. It may be ingested again: what is there already is a duplicate."""
    shell = shell_of(context)
    with (
        shell.ledger() as ledger,
        Intake(ledger.db, ledger.settings, ledger.clock) as intake,
        shell.progress(BYTES) as progress,
    ):
        task = progress.add_task("usage", total=file.stat().st_size)
        tally = ingest_file(
            intake,
            file,
            form.value,
            meta(actor()),
            lambda done: progress.update(task, completed=done),
        )
    sys.stdout.buffer.write(orjson.dumps(tally.to_dict(), option=orjson.OPT_APPEND_NEWLINE))
    if tally.refused:
        shell.say(f"{tally.refused} events were refused; see usage-ledger report dead-letters")
        raise typer.Exit(Exit.FAILED)


@contextmanager
def opened(file: str) -> Iterator[BufferedIOBase]:
    """Open a file for reading, or standard input for ``-``."""
    if file == STANDARD_INPUT:
        yield cast("BufferedIOBase", sys.stdin.buffer)
        return
    path = Path(file)
    if not path.is_file():
        raise typer.BadParameter(f"There is no file {file}.")
    with path.open("rb") as stream:
        yield stream
