"""``usage-ledger report NAME``: which reports there are, and what each may be asked for."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import reports
from ledger.cli.effects import drafted
from ledger.cli.files import Output, opened
from ledger.cli.output import Format, Report, emit, write
from ledger.cli.shell import Exit, Shell, actor, shell_of
from ledger.clock import utc_now
from ledger.commands.rehearse import drafts
from ledger.commands.shell import Caller


class By(StrEnum):
    """What the columns of a statement are."""

    MONTH = "month"


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
        typer.Option("--at-position", min=1, help="As the books stood at that position."),
    ] = None,
    currency: Annotated[
        str | None, typer.Option(help="The currency in which a consolidation is presented.")
    ] = None,
    period: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="One month, instead of --from, --as-of.")
    ] = None,
    ledger_account: Annotated[
        str | None, typer.Option(help="One account of the chart: general-ledger.")
    ] = None,
    compare: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Beside it as of another date: statements."),
    ] = None,
    by: Annotated[By | None, typer.Option(help="In columns: income-statement.")] = None,
    round_to: Annotated[
        int, typer.Option(min=1, help="Multiples of this are round: journal-entry-tests.")
    ] = 1_000,
    rare_below: Annotated[
        int,
        typer.Option(min=1, max=100, help="Pairs seen less are rare: journal-entry-tests."),
    ] = 5,
    near_days: Annotated[
        int, typer.Option(min=1, max=31, help="How near the year's end: year-end-lines.")
    ] = 7,
    through: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Up to which day draft bills.")
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="table, json, csv, parquet; bars, svg where drawn.")
    ] = Format.TABLE,
    output: Output = None,
) -> None:
    """Print a report, or write it to a file."""
    if name == DRAFT:
        if account is None:
            raise typer.BadParameter("A draft is of one account; name it with --account.")
        day = through.date() if through else utc_now().date()
        shell = shell_of(context)
        with shell.ledger() as ledger:
            _give(drafted(drafts(ledger, account, day, Caller(actor()))), form, output, shell)
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
        period=period,
        ledger_account=ledger_account,
        compare=compare.date() if compare else None,
        by_month=by is By.MONTH,
        criteria=reports.Criteria(Decimal(round_to), rare_below, near_days),
        today=utc_now().date(),
    )
    with shell.reading() as tx:  # rows may be read while they are written
        found = reports.REPORTS[name](tx, asked)
        _give(found, form, output, shell)
    if found.differs:
        raise typer.Exit(Exit.DIFFERENCES)


def _give(found: Report, form: Format, output: Path | None, shell: Shell) -> None:
    if output is None:
        emit(found, form, shell.out)
        return
    with opened(output) as file:
        write(found, form, file)
