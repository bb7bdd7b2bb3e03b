"""The tree of commands, and how errors become one plain sentence and an exit code."""

import sys
from typing import Annotated

import typer

from ledger import __version__
from ledger.cli import (
    admin,
    apply,
    demo,
    erp,
    invoice,
    key,
    lineage,
    projection,
    report,
    service,
    statement,
)
from ledger.cli.journal import command as journal
from ledger.cli.shell import Exit, Shell
from ledger.errors import LedgerError, Misconfigured, StartFailed, StoreUnavailable
from ledger.garbage import collect_rarely

URL = "--database-url"

app = typer.Typer(
    name="usage-ledger",
    help="A ledger-first accounting service for SaaS usage billing.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
for part in (
    demo,
    service,
    apply,
    statement,
    report,
    invoice,
    lineage,
    journal,
    erp,
    projection,
    key,
    admin,
):
    part.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"usage-ledger {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    database_url: Annotated[
        str | None,
        typer.Option(
            URL,
            envvar="LEDGER_DATABASE_URL",
            show_envvar=True,
            help="PostgreSQL 18; without it the embedded server in LEDGER_HOME (default .ledger).",
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Meter, rate, invoice and post usage; trace every line back to its events."""
    context.obj = Shell(database_url)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with an exit code of the contract."""
    collect_rarely()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        app(args=url_first(given), prog_name="usage-ledger")
    except (StartFailed, Misconfigured, StoreUnavailable) as error:
        _leave(error, Exit.COULD_NOT_START)
    except LedgerError as error:
        _leave(error, Exit.FAILED)


def url_first(arguments: list[str]) -> list[str]:
    """Move the database URL to the front, so that it may stand anywhere on the line."""
    moved: list[str] = []
    kept: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            kept += [word, *words]
        elif word == URL:
            moved += [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word.startswith(f"{URL}="):
            moved.append(word)
        else:
            kept.append(word)
    return moved + kept


def _leave(error: LedgerError, code: Exit) -> None:
    field = f" (field {error.field})" if error.field else ""
    sys.stderr.write(f"{error.code}: {error.message}{field}\n")
    sys.exit(code)
