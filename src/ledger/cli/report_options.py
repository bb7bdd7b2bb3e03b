"""The options of ``usage-ledger report``, each with what it says in the help."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from ledger.cli.output import Format

DAY = ["%Y-%m-%d"]


class By(StrEnum):
    """What the columns of a statement are."""

    MONTH = "month"


Entity = Annotated[str | None, typer.Option(help="One entity's books.")]
Account = Annotated[str | None, typer.Option(help="One customer account.")]
Target = Annotated[str | None, typer.Option(help="One ERP.")]
Source = Annotated[str | None, typer.Option(help="One source of usage.")]
AsOf = Annotated[datetime | None, typer.Option(formats=DAY, help="An accounting date.")]
From = Annotated[
    datetime | None,
    typer.Option("--from", formats=DAY, help="The first day of a statement or roll-forward."),
]
AtPosition = Annotated[
    int | None,
    typer.Option("--at-position", min=1, help="As the books stood at that position."),
]
Currency = Annotated[
    str | None, typer.Option(help="The currency in which a consolidation is presented.")
]
Period = Annotated[
    str | None, typer.Option(metavar="YYYY-MM", help="One month, instead of --from, --as-of.")
]
LedgerAccount = Annotated[
    str | None, typer.Option(help="One account of the chart: general-ledger.")
]
Compare = Annotated[
    datetime | None,
    typer.Option(formats=DAY, help="Beside it as of another date: statements."),
]
InColumns = Annotated[By | None, typer.Option(help="In columns: income-statement.")]
RoundTo = Annotated[
    int, typer.Option(min=1, help="Multiples of this are round: journal-entry-tests.")
]
RareBelow = Annotated[
    int, typer.Option(min=1, max=100, help="Pairs seen less are rare: journal-entry-tests.")
]
NearDays = Annotated[
    int, typer.Option(min=1, max=31, help="How near the year's end: year-end-lines.")
]
Through = Annotated[datetime | None, typer.Option(formats=DAY, help="Up to which day draft bills.")]
Form = Annotated[
    Format, typer.Option("--format", help="table, json, csv, parquet; bars, svg where drawn.")
]
