"""change_chart: accounts that are new, named otherwise, or closed to people, from a day on.

The chart is one for all entities, so that their books can be put side by side. An account keeps its
class and never goes away; one that is no longer wanted is blocked: people and new rules leave it
alone, and what the ledger posts there already goes on.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ledger.commands.books.effective import open_in
from ledger.commands.engine.approval import other_person
from ledger.commands.engine.context import CHART_STREAM, Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command, Record, StartsOn
from ledger.commands.form.types import Id, Text, bad_value
from ledger.errors import BadValue, ControlAccount, MissingField, NothingChanged, TooEarly
from ledger.events.chart import ChartAccount, ChartChanged
from ledger.posting.accounts import Chart
from ledger.posting.chart import takes_manual

ACCOUNTS_MAX = 500


def _code(value: str) -> str:
    if not (value.isascii() and value.isdigit() and 4 <= len(value) <= 10):
        raise bad_value("The code of an account has 4 to 10 digits, such as 4015.")
    return value


Code = Annotated[str, AfterValidator(_code)]


class AccountOfChart(Record):
    """An account: a new one with its name and class, or what of one is to be different."""

    account: Code
    name: Text | None = None
    chart_class: Annotated[
        Literal["Assets", "Liabilities", "Income", "Expenses"] | None, Field(alias="class")
    ] = None
    blocked: bool | None = None


def _once(accounts: list[AccountOfChart]) -> list[AccountOfChart]:
    if len({each.account for each in accounts}) < len(accounts):
        raise bad_value("Name each account once.")
    return accounts


class ChangeChart(Command):
    """Add accounts to the chart, rename them, or block and unblock them, from a day on."""

    NAME = "change_chart"

    starts_on: StartsOn
    accounts: Annotated[
        list[AccountOfChart],
        Field(min_length=1, max_length=ACCOUNTS_MAX),
        AfterValidator(_once),
    ]
    approved_by: Id | None = None


def change_chart(command: ChangeChart, context: Context) -> Decision:
    """Decide a version of the chart; what changes an account is not dated into closed books."""
    if command.approved_by is not None:
        other_person(command.approved_by, context)
    chart = context.chart()
    for index, each in enumerate(command.accounts):
        _check(each, f"accounts.{index}", command, chart)
    old = any(each.account in chart.versions for each in command.accounts)
    guards = open_in(None, command.starts_on, context) if old else []
    version = len(context.history(CHART_STREAM)) + 1
    fact = ChartChanged(
        originator_id=CHART_STREAM,
        originator_version=version,
        timestamp=context.dated(command),
        starts_on=command.starts_on,
        accounts=tuple(
            ChartAccount(each.account, each.name, each.chart_class, each.blocked)
            for each in command.accounts
        ),
        approved_by=command.approved_by,
    )
    return Decision([fact], guards=guards)


def _check(each: AccountOfChart, field: str, command: ChangeChart, chart: Chart) -> None:
    """Refuse an account that is new without name or class, or one that cannot change so."""
    if each.account not in chart.versions:
        for name, value in (("name", each.name), ("class", each.chart_class)):
            if value is None:
                raise MissingField(field=f"{field}.{name}", name=name)
        return
    known = chart.named(each.account, command.starts_on)
    if each.chart_class not in (None, known.chart_class):
        why = f"{each.account} is there, and keeps its class; block it and add another."
        raise BadValue(field=f"{field}.class", why=why)
    first = chart.first_day(each.account)
    if command.starts_on < first:
        what = f"the account {each.account}"
        raise TooEarly(field="from", on=command.starts_on, what=what, earliest=first)
    if each.blocked is not None and not takes_manual(known):
        raise ControlAccount(field=f"{field}.blocked", account=each.account)
    if each.name in (None, known.name) and each.blocked in (None, known.blocked):
        raise NothingChanged(field=field)
