"""``usage-ledger journal``: the whole journal on standard output, in one of three notations."""

import sys
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Annotated

import typer

from ledger.cli.journal import beancount, hledger, spreadsheet
from ledger.cli.journal.source import Books, Entry, books, entries
from ledger.cli.shell import shell_of
from ledger.projector.follower import catch_up
from ledger.store.database import Role


class Notation(StrEnum):
    """The notations a journal can be written in."""

    HLEDGER = "hledger"
    BEANCOUNT = "beancount"
    CSV = "csv"


WRITERS: dict[Notation, Callable[[Books, Iterable[Entry]], Iterator[str]]] = {
    Notation.HLEDGER: hledger.write,
    Notation.BEANCOUNT: beancount.write,
    Notation.CSV: spreadsheet.write,
}


def add_to(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command()(journal)


def journal(
    context: typer.Context,
    notation: Annotated[
        Notation, typer.Option("--format", help="hledger, beancount or csv.")
    ] = Notation.HLEDGER,
    entity: Annotated[str | None, typer.Option(help="The books of this entity alone.")] = None,
) -> None:
    """Write the journal for another program, with our trial balance as its balance assertions."""
    with shell_of(context).database() as database:
        catch_up(database)
        with database.transaction(Role.READER) as tx:
            found = books(tx, entity)
        for line in WRITERS[notation](found, entries(database, entity, found.position)):
            sys.stdout.write(f"{line}\n")
