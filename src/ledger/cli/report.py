"""``usage-ledger report NAME``: which reports there are, and what each may be asked for."""

from datetime import datetime
from typing import Annotated

import typer

from ledger.cli import reports
from ledger.cli.effects import drafted
from ledger.cli.output import Format, emit
from ledger.cli.shell import Exit, actor, shell_of
from ledger.clock import utc_now
from ledger.commands.rehearse import drafts
from ledger.commands.shell import Caller

DRAFT = "draft"
"""The one report that is no read: it tries to rate and bill, and forgets it."""


def add_to(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command()(report)


def report(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help=", ".join([*reports.REPORTS, DRAFT]))],
    entity: Annotated[str | None, typer.Option(help="One entity's books.")] = None,
    account: Annotated[str | None, typer.Option(help="One customer account.")] = None,
    target: Annotated[str | None, typer.Option(help="One ERP.")] = None,
    source: Annotated[str | None, typer.Option(help="One source of usage.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="An accounting date.")
    ] = None,
    from_: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], help="The first day of a statement or roll-forward."
        ),
    ] = None,
    at: Annotated[
        int | None,
        typer.Option("--at-position", min=1, help="As the books stood there."),
    ] = None,
    currency: Annotated[
        str | None, typer.Option(help="The currency in which a consolidation is presented.")
    ] = None,
    through: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Up to which day draft bills.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="table, json or csv.")] = Format.TABLE,
) -> None:
    """Print a report."""
    if name == DRAFT:
        if account is None:
            raise typer.BadParameter("A draft is of one account; name it with --account.")
        day = through.date() if through else utc_now().date()
        shell = shell_of(context)
        with shell.ledger() as ledger:
            emit(drafted(drafts(ledger, account, day, Caller(actor()))), form, shell.out)
        return
    if name not in reports.REPORTS:
        known = ", ".join([*reports.REPORTS, DRAFT])
        raise typer.BadParameter(f"There is no report {name}; there are {known}.")
    shell = shell_of(context)
    asked = reports.Asked(
        entity=entity,
        account=account,
        target=target,
        source=source,
        as_of=as_of.date() if as_of else None,
        from_=from_.date() if from_ else None,
        at=at,
        currency=currency,
        today=utc_now().date(),
    )
    with shell.reading() as tx:
        found = reports.REPORTS[name](tx, asked)
    emit(found, form, shell.out)
    if found.differs:
        raise typer.Exit(Exit.DIFFERENCES)
