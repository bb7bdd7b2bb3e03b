"""What every command is given: the settings, where to print, who asks, and the open ledger."""

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum

import psycopg
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from ledger.cli.output import WIDE
from ledger.commands.engine.ledger import Ledger
from ledger.errors import StartFailed
from ledger.projector.follower import catch_up
from ledger.settings import Settings
from ledger.store.database import Database, Role, Transaction

COUNT, BYTES = MofNCompleteColumn(), DownloadColumn()


class Exit(IntEnum):
    """The exit codes of the contract; 2 (usage) is given by the parser of arguments."""

    DONE = 0
    FAILED = 1
    COULD_NOT_START = 3
    DIFFERENCES = 4


def console(*, stderr: bool) -> Console:
    """Return a console that folds lines on a terminal only; it honours NO_COLOR."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(
        stderr=stderr,
        width=None if stream.isatty() else WIDE,
        soft_wrap=not stream.isatty(),
        highlight=False,
        markup=False,
    )


@contextmanager
def starting() -> Iterator[None]:
    """Say in one sentence why the ledger could not be opened, whoever said it first."""
    try:
        yield
    except (psycopg.Error, OSError) as error:
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise StartFailed(what="The ledger", why=why) from error


@dataclass(frozen=True)
class Shell:
    """One invocation of the command line."""

    database_url: str | None
    out: Console = field(default_factory=lambda: console(stderr=False))
    err: Console = field(default_factory=lambda: console(stderr=True))

    def settings(self) -> Settings:
        """Return the settings; what was given on the command line wins."""
        return Settings.load(database_url=self.database_url)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """Open the ledger, on the database that was named or the embedded one."""
        settings = self.settings()
        with starting():
            ledger = Ledger.open(settings)
        with ledger:
            yield ledger

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Open the ledger for its database alone."""
        with self.ledger() as ledger:
            yield ledger.db

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Give a reading transaction in which every fact so far is visible in the projections."""
        with self.database() as database:
            catch_up(database)
            with database.transaction(Role.READER) as tx:
                yield tx

    def progress(self, amount: ProgressColumn = COUNT) -> Progress:
        """Return a progress display on standard error; it is silent when that is no terminal."""
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            amount,
            TimeRemainingColumn(),
            console=self.err,
            transient=True,
            disable=not sys.stderr.isatty(),
        )

    def say(self, text: str) -> None:
        """Tell a person something, on standard error."""
        self.err.print(text)


def shell_of(context: typer.Context) -> Shell:
    """Return the invocation that a command runs in."""
    shell = context.find_root().obj
    assert isinstance(shell, Shell)
    return shell


def actor() -> str:
    """Return who is accountable: the operating-system user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container with a bare user id
        return f"uid:{os.getuid()}"
