"""What keeps an installation sound: migrations, the schema, verification, and a doctor."""

import sys
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from ledger import resources
from ledger.cli.output import Format, emit, listed
from ledger.cli.projection import all_builds
from ledger.cli.shell import Exit, shell_of, starting
from ledger.projector.rebuild import BuildRow
from ledger.proof.verify import verify as find_faults
from ledger.store import migrate as migrations
from ledger.store.database import Database, Role

SDL = "schema.graphql"
POSTGRESQL = 18

db = typer.Typer(help="The database.", no_args_is_help=True, rich_markup_mode=None)
schema = typer.Typer(help="The GraphQL schema.", no_args_is_help=True, rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the tree."""
    app.add_typer(db, name="db")
    app.add_typer(schema, name="schema")
    app.command()(verify)
    app.command()(doctor)


@db.command()
def migrate(context: typer.Context) -> None:
    """Apply every migration that is pending, once each, and make the first projections."""
    shell = shell_of(context)
    settings = shell.settings()
    url = settings.migrate_url or settings.database_url
    with starting():
        applied = migrations.migrate(url.get_secret_value()) if url else []
    with shell.database():
        shell.say(f"applied {', '.join(applied)}" if applied else "nothing is pending")


@db.command()
def check(context: typer.Context) -> None:
    """Tell whether every migration is applied, in exactly the text that this version has."""
    shell = shell_of(context)
    url = shell.settings().database_url
    with Database(url.get_secret_value()) if url else shell.database() as database:
        missing = _pending(database)
    if missing:
        shell.say(f"pending: {', '.join(missing)}; run usage-ledger db migrate")
        raise typer.Exit(Exit.DIFFERENCES)
    shell.say("every migration is applied")


def _pending(database: Database) -> list[str]:
    """Return what is not applied; on a database that nobody migrated that is everything."""
    try:
        with database.transaction(Role.READER) as tx:
            return migrations.pending(tx.conn)
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidParameterValue):
        return [one.name for one in migrations.available()]


@schema.command()
def export(
    check: Annotated[
        bool, typer.Option("--check", help="Only tell whether the committed file is equal.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(help="Where to write; default standard output.")
    ] = None,
) -> None:
    """Print the GraphQL schema from the code."""
    from ledger.api.schema import print_schema  # half of the start-up time of every command

    text = print_schema()
    if check:
        if (resources.folder("graphql") / SDL).read_text("utf-8") != text:
            sys.stderr.write(f"graphql/{SDL} differs from the code; write it with --output.\n")
            raise typer.Exit(Exit.DIFFERENCES)
    elif output:
        output.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)


def verify(context: typer.Context) -> None:
    """Compute every hash of the log again and run every projection's checks."""
    shell = shell_of(context)
    found = 0
    with shell.database() as database, shell.progress() as progress:
        tasks = {}

        def advance(lane: int, done: int, total: int) -> None:
            if lane not in tasks:
                tasks[lane] = progress.add_task(f"lane {lane}")
            progress.update(tasks[lane], completed=done, total=total)

        for finding in find_faults(database, advance):
            found += 1
            where = (
                ""
                if finding.lane is None
                else f" lane {finding.lane}, position {finding.position}:"
            )
            shell.out.print(f"{finding.what}:{where} {finding.message}")
        if not found:
            shell.out.print(_extent(database))
    if found:
        raise typer.Exit(Exit.FAILED)


def _extent(database: Database) -> str:
    with database.transaction(Role.READER) as tx:
        heads = tx.heads()
    lanes = ", ".join(f"lane {lane} to {head}" for lane, head in sorted(heads.items()))
    return f"everything holds: {lanes}"


def doctor(
    context: typer.Context,
    form: Annotated[Format, typer.Option("--format", help="table, json or csv.")] = Format.TABLE,
) -> None:
    """Look at everything that an installation needs, and say what is wrong with it."""
    shell = shell_of(context)
    rows = [("folders", True, ", ".join(str(resources.folder(one)) for one in resources.FOLDERS))]
    with shell.database() as database:
        rows.append(_server(database))
        missing = _pending(database)
        rows.append(("migrations", not missing, ", ".join(missing) or "all applied"))
        rows += [_health(build) for build in all_builds(database) if build.live]
    table = [(name, "ok" if fine else "NOT OK", told) for name, fine, told in rows]
    emit(listed(("what", "state", "detail"), table), form, shell.out)
    if not all(fine for _, fine, _ in rows):
        raise typer.Exit(Exit.FAILED)


def _server(database: Database) -> tuple[str, bool, str]:
    with database.transaction(Role.READER) as tx:
        version = tx.conn.info.server_version // 10_000
    return "postgresql", version == POSTGRESQL, f"version {version}"


def _health(build: BuildRow) -> tuple[str, bool, str]:
    """Tell of a live build whether it follows the log and still is what its folder says."""
    told = build.error or ("its folder changed: rebuild it" if build.outdated else "")
    return f"projection {build.projection}", not told, told or f"{build.behind} facts behind"
