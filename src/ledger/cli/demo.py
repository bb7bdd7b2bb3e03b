"""The demo: the whole flow on an embedded database of its own, and a server afterwards if asked."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from ledger.cli.shell import shell_of
from ledger.demo.flow import play
from ledger.demo.month import Size
from ledger.errors import LedgerError


def add_to(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command()(demo)


def demo(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="Keep the demo's ledger here; a new, empty directory.")
    ] = None,
    events: Annotated[int, typer.Option(min=1_000, help="Usage events to make.")] = Size.events,
    accounts: Annotated[int, typer.Option(min=3, help="Customers to make.")] = Size.accounts,
    serve: Annotated[
        bool, typer.Option("--serve", help="Leave a server running on it until Ctrl-C.")
    ] = False,
) -> None:
    """Show a made-up month from nothing to the lineage of a journal line, in under a minute."""
    shell = shell_of(context)
    with ExitStack() as stack:
        place = home or Path(stack.enter_context(TemporaryDirectory(prefix="usage-ledger-demo-")))
        if place.exists() and any(place.iterdir()):
            raise typer.BadParameter(f"{place} is not empty; name a new directory.")
        place.mkdir(parents=True, exist_ok=True)
        stack.enter_context(_living_in(place.resolve()))
        play(place.resolve(), shell.out, partial(_run, context), Size(accounts, events))
        if serve:
            shell.say("The demo's ledger is served until you press Ctrl-C.")
            _run(context, ["serve"])
        elif home:
            shell.say(f"The ledger stays in {place}; use it with LEDGER_HOME={place}.")


@contextmanager
def _living_in(home: Path) -> Iterator[None]:
    """Work in this directory, on its embedded server, whatever the environment says."""
    before = {name: os.environ.get(name) for name in ("LEDGER_HOME", "LEDGER_DATABASE_URL")}
    os.environ["LEDGER_HOME"] = str(home)
    os.environ.pop("LEDGER_DATABASE_URL", None)
    try:
        with contextlib.chdir(home):
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _run(context: typer.Context, words: list[str]) -> tuple[int, str]:
    """Run one command of our own in this process; return its exit code and what it printed."""
    root = context.find_root().command
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out):
        try:
            code = root.main(words, prog_name="usage-ledger", standalone_mode=False) or 0
        except LedgerError as error:
            sys.stderr.write(f"{error.code}: {error.message}\n")
            code = 1
    return int(code), raw.getvalue().decode()
