"""``usage-ledger report NAME``: which reports there are, and what each may be asked for."""

from datetime import datetime
from typing import Annotated

import typer

from ledger.cli import reports
from ledger.cli.output import Format, emit
from ledger.cli.shell import shell_of
from ledger.clock import utc_now


def add_to(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command()(report)


def report(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help=", ".join(reports.REPORTS))],
    entity: Annotated[str | None, typer.Option(help="One entity's books.")] = None,
    account: Annotated[str | None, typer.Option(help="One customer account.")] = None,
    target: Annotated[str | None, typer.Option(help="One ERP.")] = None,
    source: Annotated[str | None, typer.Option(help="One source of usage.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="An accounting date.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="table, json or csv.")] = Format.TABLE,
) -> None:
    """Print a report."""
    if name not in reports.REPORTS:
        known = ", ".join(reports.REPORTS)
        raise typer.BadParameter(f"There is no report {name}; there are {known}.")
    shell = shell_of(context)
    asked = reports.Asked(
        entity=entity,
        account=account,
        target=target,
        source=source,
        as_of=as_of.date() if as_of else None,
        today=utc_now().date(),
    )
    with shell.reading() as tx:
        found = reports.REPORTS[name](tx, asked)
    emit(found, form, shell.out)
