"""The extract for tests of journal entries (AS 2401, ISA 240): the full population, line by line.

It is complete: how many entries and lines it has, and their debits and credits, which are those of
the trial balance at the same position.
"""

from collections.abc import Iterator
from typing import Any

from ledger.cli.columns import Kind
from ledger.cli.output import Report, money
from ledger.cli.reports.asked import Asked, every
from ledger.cli.reports.audit import population_of
from ledger.cli.reports.general_ledger import sides
from ledger.posting.accounts import Chart
from ledger.reads import audit as reads
from ledger.reads.audit import Population, PopulationTotals, TestedLine
from ledger.reads.chart import charted
from ledger.store.transaction import Transaction

COLUMNS = (
    *("line", "entry", "entity", "on", "period", "account", "name", "#debit", "#credit"),
    *("currency", "author", "approved_by", "recorded_at", "entered_at", "days", "rule", "text"),
    *("customer", "document", "reverses", "reversed_by", "manual", "weekend", "night"),
    *("posted_on_weekend", "round", "post_close", "rare_pair"),
)
NAMES = [name.lstrip("#") for name in COLUMNS]


def journal_entry_tests(tx: Transaction, asked: Asked) -> Report:
    """Every journal line with what auditors sort by; flags are told by line."""
    population = population_of(tx, asked)
    totals = tx.all(reads.journal_entry_totals(population))
    shape = {
        "position": population.position,
        "from": population.from_,
        "as_of": population.to,
        "round_to": asked.criteria.round_to,
        "rare_below": asked.criteria.rare_below,
        "totals": {one.entity: _totals(one) for one in totals},
        "lines": (dict(zip(NAMES, row, strict=True)) for row in _rows(tx, population, asked)),
    }
    return Report(
        COLUMNS,
        _rows(tx, population, asked),
        shape,
        drawn=_drawn(tx, population, asked, totals),
        types={"days": Kind.WHOLE, "entered_at": Kind.TEXT},
    )


def _drawn(
    tx: Transaction, population: Population, asked: Asked, totals: list[PopulationTotals]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows, and under them how much they are per entity."""
    yield from _rows(tx, population, asked)
    for one in totals:
        told = _totals(one)
        blank = dict.fromkeys(NAMES)
        blank |= {"entity": one.entity, "debit": told["debit"], "credit": told["credit"]}
        blank |= {"currency": one.currency, "name": "Total"}
        blank["text"] = f"{one.lines} lines of {one.entries} entries to {population.position}"
        yield tuple(blank.values())


def _rows(tx: Transaction, population: Population, asked: Asked) -> Iterator[tuple[Any, ...]]:
    chart = charted(tx, population.position)
    for row in every(
        tx,
        lambda after: reads.journal_entry_tests(
            population,
            round_to=asked.criteria.round_to,
            rare_below=asked.criteria.rare_below,
            after=after,
        ),
        lambda row: row.key,
        reads.START,
    ):
        yield _row(row, chart)


def _row(row: TestedLine, chart: Chart) -> tuple[Any, ...]:
    return (
        *(row.id, row.entry, row.entity, row.posted_on, row.period, row.account),
        *(chart.named(row.account).name, *sides(row), row.currency),
        *(row.actor, row.approved_by, row.recorded_at),
        row.entered_at.isoformat(sep=" ", timespec="seconds"),
        *(row.days, row.rule, row.text, row.customer, row.document, row.reverses, row.reversed_by),
        *(row.manual, row.weekend, row.night, row.posted_on_weekend, row.round, row.post_close),
        row.rare_pair,
    )


def _totals(one: PopulationTotals) -> dict[str, Any]:
    return {
        "currency": one.currency,
        "entries": one.entries,
        "lines": one.lines,
        "debit": money(one.debit, one.currency),
        "credit": money(one.credit, one.currency),
    }
