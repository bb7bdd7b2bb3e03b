"""Reports of auditors: journal-entry tests, cut-off, prior periods, postings after a reopening.

Each is of one position of the books throughout, the one asked for or the last.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ledger.cli.output import Report, money
from ledger.cli.reports.asked import Asked, every
from ledger.cli.reports.general_ledger import seen
from ledger.posting.accounts import Chart
from ledger.reads import audit as reads
from ledger.reads.audit import Population
from ledger.reads.chart import charted
from ledger.store.transaction import Transaction

SERVICE = ("line", "on", "period", "service_from", "service_to")
ABOUT = ("entity", "account", "name", "#result", "currency", "entry", "rule", "text")
BEHIND = ("customer", "document", "charge", "actor")


def population_of(tx: Transaction, asked: Asked) -> Population:
    """Return which lines a report is asked about."""
    position = asked.at if asked.at is not None else seen(tx)
    accounts = tuple(charted(tx, position).results)
    return Population(position, asked.entity, asked.first, asked.last, accounts)


def cut_off(tx: Transaction, asked: Asked) -> Report:
    """Result whose service was not in the month of its posting, per account and pair of months."""
    columns = (
        *("entity", "account", "name", "service_first", "service_last", "period", "timing"),
        *("deferred", "#lines", "#result", "currency"),
    )
    population = population_of(tx, asked)
    chart = charted(tx, population.position)
    rows = [
        (
            *(row.entity, row.account, chart.named(row.account).name),
            *(row.service_first, row.service_last, row.period, row.timing, row.deferred),
            *(row.lines, money(row.result, row.currency), row.currency),
        )
        for row in tx.all(reads.cut_off(population))
    ]
    return _flowing(columns, lambda: rows)


def cut_off_lines(tx: Transaction, asked: Asked) -> Report:
    """The lines behind the cut-off report."""
    population = population_of(tx, asked)
    chart = charted(tx, population.position)

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in every(
            tx,
            lambda after: reads.cut_off_lines(population, after=after),
            lambda row: row.key,
            reads.START,
        ):
            yield (*_service(row), row.timing, row.deferred, *_about(row, chart), *_behind(row))

    return _flowing((*SERVICE, "timing", "deferred", *ABOUT, *BEHIND), rows)


def year_end_lines(tx: Transaction, asked: Asked) -> Report:
    """Income and expense posted within days of the turn of a year, and whether it belongs there."""
    population, near = population_of(tx, asked), asked.criteria.near_days
    chart = charted(tx, population.position)

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in every(
            tx,
            lambda after: reads.year_end_lines(population, near=near, after=after),
            lambda row: row.key,
            reads.START,
        ):
            yield (*_service(row), row.other_year, *_about(row, chart), *_behind(row))

    return _flowing((*SERVICE, "other_year", *ABOUT, *BEHIND), rows)


def prior_period(tx: Transaction, asked: Asked) -> Report:
    """What was posted of months that were closed already, and why."""
    population = population_of(tx, asked)
    chart = charted(tx, population.position)

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in every(
            tx,
            lambda after: reads.prior_period(population, after=after),
            lambda row: row.key,
            reads.START,
        ):
            yield (
                *_service(row),
                row.service_period,
                row.cause,
                *_about(row, chart),
                *_behind(row),
            )

    return _flowing((*SERVICE, "service_period", "cause", *ABOUT, *BEHIND), rows)


def reopened(tx: Transaction, asked: Asked) -> Report:
    """Every entry posted into a period between its reopening and its next closing."""
    population = population_of(tx, asked)
    columns = (
        *("entity", "period", "position", "entry", "on", "recorded_at", "rule", "text", "actor"),
        *("approved_by", "#amount", "currency", "reopened_position", "reopened_at", "reopened_by"),
        *("reopening_approved_by", "reason", "closed_position"),
    )

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in every(
            tx,
            lambda after: reads.reopened(population, after=after),
            lambda row: row.position,
            0,
        ):
            yield (
                *(row.entity, row.period, row.position, row.entry, row.posted_on, row.recorded_at),
                *(row.rule, row.text, row.actor, row.approved_by),
                *(money(row.amount, row.currency), row.currency),
                *(row.reopened_position, row.reopened_at, row.reopened_by),
                *(row.reopening_approved_by, row.reason, row.closed_position),
            )

    return _flowing(columns, rows)


def _service(row: Any) -> tuple[Any, ...]:
    return (row.id, row.posted_on, row.period, row.service_from, row.service_to)


def _about(row: Any, chart: Chart) -> tuple[Any, ...]:
    name, result = chart.named(row.account).name, money(row.result, row.currency)
    told = (row.entity, row.account, name, result, row.currency)
    return (*told, row.entry, row.rule, row.text)


def _behind(row: Any) -> tuple[Any, ...]:
    return (row.customer, row.document, row.charge, row.actor)


def _flowing(columns: Sequence[str], rows: Callable[[], Iterable[Sequence[Any]]]) -> Report:
    """Return a report whose rows are read while they are written, in any of its forms."""
    names = [name.lstrip("#") for name in columns]
    shape = (dict(zip(names, row, strict=True)) for row in _late(rows))
    return Report(columns, _late(rows), shape)


def _late(rows: Callable[[], Iterable[Sequence[Any]]]) -> Iterator[Sequence[Any]]:
    yield from rows()
