"""``usage-ledger journal``: the whole journal on standard output, in one of many notations."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from ledger.cli.journal import aicpa, beancount, hledger, ledger3, spreadsheet
from ledger.cli.journal.source import Books, Entry, books, entries, entries_by_month
from ledger.cli.shell import shell_of
from ledger.projector.follower import catch_up
from ledger.store.database import Database, Role


class Notation(StrEnum):
    """The notations a journal can be written in."""

    HLEDGER = "hledger"
    BEANCOUNT = "beancount"
    LEDGER = "ledger"
    CSV = "csv"
    AICPA = "aicpa"
    AICPA_TRIAL_BALANCE = "aicpa-trial-balance"
    AICPA_ACCOUNTS = "aicpa-accounts"


@dataclass(frozen=True)
class Writer:
    """How a notation is written, and in which order it wants the entries."""

    write: Callable[[Books, Iterable[Entry]], Iterator[str]]
    read: Callable[[Database, Books], Iterator[Entry]] = entries


WRITERS = {
    Notation.HLEDGER: Writer(hledger.write),
    Notation.BEANCOUNT: Writer(beancount.write),
    Notation.LEDGER: Writer(ledger3.write, entries_by_month),
    Notation.CSV: Writer(spreadsheet.write),
    Notation.AICPA: Writer(aicpa.detail),
    Notation.AICPA_TRIAL_BALANCE: Writer(aicpa.trial_balance),
    Notation.AICPA_ACCOUNTS: Writer(aicpa.chart_of_accounts),
}


def add_to(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command()(journal)


def journal(
    context: typer.Context,
    notation: Annotated[
        Notation, typer.Option("--format", help=f"{', '.join(Notation)}.")
    ] = Notation.HLEDGER,
    entity: Annotated[str | None, typer.Option(help="The books of this entity alone.")] = None,
    at: Annotated[
        int | None, typer.Option("--at-position", min=1, help="As the books stood there.")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Up to this accounting date.")
    ] = None,
) -> None:
    """Write the journal for another program, with our trial balance as its balance assertions."""
    with shell_of(context).database() as database:
        catch_up(database)
        with database.transaction(Role.READER) as tx:
            found = books(tx, entity, at, as_of.date() if as_of else None)
        for line in written(database, found, notation):
            sys.stdout.write(f"{line}\n")


def written(database: Database, found: Books, notation: Notation) -> Iterator[str]:
    """Yield the lines of a notation, without their ends; entries are read as they are written."""
    writer = WRITERS[notation]
    return writer.write(found, writer.read(database, found))
