"""``usage-ledger report NAME``: which reports there are, and what each may be asked for."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import report_options as given
from ledger.cli import reports
from ledger.cli.effects import drafted
from ledger.cli.files import Output, opened
from ledger.cli.output import Format, Report, emit, write
from ledger.cli.shell import Exit, Shell, actor, shell_of
from ledger.clock import utc_now
from ledger.commands.engine.shell import Caller
from ledger.commands.rehearse import drafts

DRAFT = "draft"
"""The one report that is no read: it tries to rate and bill, and forgets it."""

NAMES = ", ".join([*reports.REPORTS, DRAFT])


def add_to(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command()(report)


def report(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help=NAMES)],
    entity: given.Entity = None,
    account: given.Account = None,
    target: given.Target = None,
    source: given.Source = None,
    as_of: given.AsOf = None,
    from_: given.From = None,
    at: given.AtPosition = None,
    currency: given.Currency = None,
    period: given.Period = None,
    ledger_account: given.LedgerAccount = None,
    compare: given.Compare = None,
    by: given.InColumns = None,
    round_to: given.RoundTo = 1_000,
    rare_below: given.RareBelow = 5,
    near_days: given.NearDays = 7,
    through: given.Through = None,
    form: given.Form = Format.TABLE,
    output: Output = None,
) -> None:
    """Print a report, or write it to a file."""
    shell = shell_of(context)
    if name == DRAFT:
        _give(_draft(account, _day(through), shell), form, output, shell)
        return
    asked = reports.Asked(
        entity=entity,
        account=account,
        target=target,
        source=source,
        as_of=_day(as_of),
        from_=_day(from_),
        at=at,
        currency=currency,
        period=period,
        ledger_account=ledger_account,
        compare=_day(compare),
        by_month=by is given.By.MONTH,
        criteria=reports.Criteria(Decimal(round_to), rare_below, near_days),
        today=utc_now().date(),
    )
    _read(name, asked, form, output, shell)


def _draft(account: str | None, through: date | None, shell: Shell) -> Report:
    if account is None:
        raise typer.BadParameter("A draft is of one account; name it with --account.")
    with shell.ledger() as ledger:
        return drafted(drafts(ledger, account, through or utc_now().date(), Caller(actor())))


def _read(name: str, asked: reports.Asked, form: Format, output: Path | None, shell: Shell) -> None:
    """Give a report by its name; its rows may be read while they are written."""
    if name not in reports.REPORTS:
        raise typer.BadParameter(f"There is no report {name}; there are {NAMES}.")
    with shell.reading() as tx:
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


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
