"""The demo: the whole flow on an embedded database of its own, and a server afterwards if asked."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from ledger.cli.shell import shell_of
from ledger.demo.flow import play
from ledger.demo.month import Size


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
        session = play(place.resolve(), shell.out, Size(accounts=accounts, events=events))
        if serve:
            shell.say("The demo's ledger is served until you press Ctrl-C.")
            session.hand_over("serve")
        elif home:
            shell.say(f"The ledger stays in {place}; use it with LEDGER_HOME={place}.")
