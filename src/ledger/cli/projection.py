"""``usage-ledger projection``: builds of the projections, rebuilt beside the live ones."""

from collections.abc import Callable
from typing import Annotated

import typer

from ledger.cli.output import Format, emit, listed
from ledger.cli.shell import Exit, Shell, shell_of
from ledger.errors import ProjectionDiffers
from ledger.projector import rebuild as builds
from ledger.projector.projection import projections
from ledger.projector.rebuild import BuildRow, Progress, list_builds
from ledger.store.database import Database, Role

LISTED_DIFFERENCES = 20

Name = Annotated[str, typer.Argument(help="A projection.")]

app = typer.Typer(help="Projections and their builds.", no_args_is_help=True, rich_markup_mode=None)


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the tree."""
    parent.add_typer(app, name="projection")


@app.command(name="list")
def list_(
    context: typer.Context,
    form: Annotated[Format, typer.Option("--format", help="table, json or csv.")] = Format.TABLE,
) -> None:
    """List every build: which is live, how far it is, and whether its folder changed since."""
    shell = shell_of(context)
    with shell.database() as database:
        rows = all_builds(database)
    columns = ("projection", "build", "state", "live", "#behind", "outdated", "error")
    table = [
        (
            row.projection,
            row.build,
            row.state,
            row.live,
            row.behind,
            row.outdated,
            row.error,
        )
        for row in rows
    ]
    emit(listed(columns, table), form, shell.out)


@app.command()
def rebuild(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A projection.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, one after the other.")] = False,
    accept_differences: Annotated[
        bool,
        typer.Option("--accept-differences", help="Switch even if it differs from the live one."),
    ] = False,
    workers: Annotated[int, typer.Option(min=1, max=64)] = 2,
) -> None:
    """Build a projection anew beside the live one, compare the two, then switch."""
    if (name is None) != every:
        raise typer.BadParameter("Name one projection, or say --all.")
    shell = shell_of(context)
    with shell.database() as database:
        for one in [name] if name else sorted(projections()):
            _rebuild(shell, database, one, accept_differences, workers)


@app.command()
def rollback(context: typer.Context, name: Name) -> None:
    """Make the build before the live one live again, brought up to date first."""
    shell = shell_of(context)
    with shell.database() as database:
        shell.say(f"{name}: {builds.rollback(database, name)} is live")


@app.command()
def cancel(context: typer.Context, name: Name) -> None:
    """Stop the rebuild of a projection, wherever it runs."""
    shell = shell_of(context)
    with shell.database() as database:
        cancelled = builds.cancel(database, name)
    shell.say(f"{name}: {', '.join(cancelled) or 'no rebuild'} cancelled")


@app.command()
def resume(context: typer.Context, name: Name) -> None:
    """Let a projection that stopped at a fact try it again, once the cause is mended."""
    shell = shell_of(context)
    with shell.database() as database:
        builds.resume(database, name)
    shell.say(f"{name}: goes on")


def all_builds(database: Database) -> list[BuildRow]:
    """Return every build of every projection."""
    with database.transaction(Role.READER) as tx:
        return tx.all(list_builds())


def _rebuild(
    shell: Shell, database: Database, name: str, accept_differences: bool, workers: int
) -> None:
    with shell.progress() as progress:
        task = progress.add_task(name, total=None)

        def told(at: Progress) -> None:
            progress.update(
                task, description=f"{name}: {at.step}", completed=at.done, total=at.total
            )

        built = _built(shell, database, name, told, accept_differences, workers)
    shell.say(f"{name}: {built.build} is live, {built.differences.count} differences accepted")


def _built(
    shell: Shell,
    database: Database,
    name: str,
    told: Callable[[Progress], None],
    accept_differences: bool,
    workers: int,
) -> builds.Rebuilt:
    try:
        return builds.rebuild(
            database,
            name,
            progress=told,
            accept_differences=accept_differences,
            workers=workers,
        )
    except ProjectionDiffers as error:
        shell.say(error.message)
        for difference in error.facts["differences"][:LISTED_DIFFERENCES]:
            shell.say(f"  {difference}")
        raise typer.Exit(Exit.DIFFERENCES) from None
