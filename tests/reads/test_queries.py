"""Every named query has a typed function, its columns are the fields of its rows, and it runs."""

import dataclasses
import inspect
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from ledger.catalog.prices import Dynamic, Percentage
from ledger.projector.projection import projections
from ledger.reads import (
    audit,
    charges,
    chart,
    collecting,
    credit,
    deferred_revenue,
    entitlements,
    erasure,
    exceptions,
    exchange,
    exports,
    general_ledger,
    intercompany,
    invoices,
    journal,
    looks,
    measuring,
    movements,
    queries,
    receivables,
    revaluation,
    statements,
    subledgers,
    subscriptions,
    usage,
)
from ledger.reads.span import Span
from ledger.store.database import Query, Role

TIME = datetime(2026, 10, 1, tzinfo=UTC)
DAY = date(2026, 10, 1)
USED = usage.UsedWindow(1, 1, "a", "m", "s", "sum", TIME, TIME)
WINDOW = measuring.Window(1, 1, "a", "m", "s", "sum", TIME, TIME, 1, ("region",))
NO_ID = UUID(int=0)
POPULATION = audit.Population(1, "US", DAY, DAY, ("4010",))
SCOPE = receivables.Scope("a", "US", DAY, 1)
SPAN = Span("US", DAY, DAY, 1, "a")

READS = [
    movements.movements(SPAN, ["1100"]),
    movements.carried(SPAN, ["1100"], DAY),
    movements.revalued(SPAN, ["1100"], DAY),
    movements.recognised_from_opening(SPAN, ["2100"], ["r"]),
    movements.netted(SPAN, ["2100"], DAY),
    movements.item_movements(SPAN, ["1100"]),
    movements.item_movements(SPAN, ["1100"], limit=None),
    subledgers.balances(SPAN, ["1100"], DAY),
    subledgers.items(SPAN, ["1100"], ["i"], DAY),
    subledgers.unused_grants(SPAN, DAY),
    subledgers.taxed(SPAN),
    subledgers.taxed_documents(SPAN),
    subledgers.reliefs(SPAN),
    subledgers.groups_of(["i"]),
    subscriptions.entities(),
    subscriptions.accounts(),
    subscriptions.accounts(["a"], entity="US", payer="a"),
    exchange.exchange_rates("EUR", "USD"),
    exchange.exchange_rates_on("EUR", "USD", DAY, 1),
    erasure.live_below("a", DAY),
    erasure.unbilled_below("a"),
    subscriptions.meters(["a"]),
    subscriptions.plans(["a"]),
    subscriptions.tax_rates(["a"]),
    subscriptions.subscriptions(["a"]),
    subscriptions.contracts(["a"]),
    subscriptions.subscribers("p"),
    subscriptions.live_subscriptions(DAY, ["a"]),
    usage.usage_over_time("a", "m", TIME, TIME, bucket="hour"),
    usage.usage_over_time("a", "m", TIME, TIME, bucket="day", dimension="region", level=True),
    usage.usage_events("a", "m", TIME, TIME),
    usage.usage_versions(NO_ID),
    usage.used([USED]),
    usage.used_keys([USED]),
    usage.used_level([USED]),
    measuring.measure([WINDOW]),
    measuring.measure_groups([WINDOW]),
    measuring.measure_percentages([(WINDOW, Percentage(Decimal(1)))]),
    measuring.measure_prices([(WINDOW, Dynamic("price"))]),
    usage.usage_set("c"),
    usage.completeness(),
    charges.charges("a"),
    charges.charges_by_id(["c"]),
    charges.rated_through(["a"]),
    charges.taxed_by("t"),
    looks.last_look(DAY),
    looks.accounts_to_rate(DAY, None, entity="US"),
    looks.accounts_to_rate(DAY, looks.Look(1), account="a"),
    looks.accounts_with_fees(DAY, payer="a"),
    charges.latest_charges(["a"]),
    charges.billable_payers("US", DAY),
    deferred_revenue.schedules(account="a", entity="US", subscription="s"),
    deferred_revenue.open_schedules("US", through=DAY),
    deferred_revenue.open_schedules("US"),
    deferred_revenue.open_schedules_as_of("US", DAY, at=1, customer="a"),
    charges.billable("US", DAY, ["a"]),
    charges.spent([charges.SpentWindow(1, "a", DAY, DAY)]),
    charges.charges_of_usage(1, "a", "m", TIME, 1),
    credit.grants("a", entity="US"),
    credit.grants_of(["a"]),
    credit.discounts("a"),
    credit.discounts_of(["a"]),
    credit.adjustments_of(["a"]),
    credit.adjustments_by(["g"], discounts=True),
    credit.unsettled_accounts(DAY, entity="US", account="a"),
    credit.idle_accounts(["a"], DAY),
    invoices.invoices("a"),
    invoices.invoices_by_number(["n"]),
    invoices.credit_notes_of(["n"]),
    invoices.invoice_lines(["n"]),
    invoices.invoice_lines_of_charges(["c"]),
    invoices.invoice_lines_against("n", 1),
    invoices.billed_lines([NO_ID]),
    invoices.invoice_taxes(["n"]),
    receivables.open_items(["a"]),
    receivables.balances(["a"]),
    receivables.payments("a"),
    receivables.payment("p"),
    receivables.ageing(DAY, SCOPE),
    receivables.open_items_as_of(SCOPE),
    receivables.balances_as_of(SCOPE),
    receivables.unapplied_cash(SCOPE),
    receivables.statement_totals(SCOPE, from_=DAY),
    receivables.statement("a", from_=DAY, to=DAY, at=1),
    collecting.failures("a"),
    collecting.disputes("a"),
    collecting.allowances("US"),
    collecting.overdue("US", DAY),
    collecting.dunning_steps("a"),
    revaluation.foreign_currencies(["1100"], entity="US", as_of=DAY, at=1),
    revaluation.positions("US", "EUR", ["1100"], as_of=DAY, at=1),
    revaluation.realised("US", from_=DAY, as_of=DAY, at=1),
    chart.chart_changes(at=1),
    chart.posting_rules("payout_settled", "US"),
    journal.trial_balance("US"),
    journal.trial_balance("US", as_of=DAY),
    journal.trial_balance("US", as_of=DAY, at=1),
    journal.month_moves("US", 1, DAY),
    journal.translatable(DAY, ["4010"], at=1),
    intercompany.references(entity="US", as_of=DAY, at=1),
    intercompany.eliminable(DAY, at=1),
    journal.journal_lines(entity="US", account="1100", customer="a", period="2026-10"),
    journal.periods("US"),
    audit.journal_entry_tests(POPULATION),
    audit.journal_entry_totals(POPULATION),
    audit.cut_off(POPULATION),
    audit.cut_off_lines(POPULATION),
    audit.year_end_lines(POPULATION),
    audit.prior_period(POPULATION),
    audit.reopened(POPULATION),
    audit.reopened_counts("US"),
    audit.closed_balances("US"),
    general_ledger.moves([DAY]),
    general_ledger.moves([DAY], "US", at=1),
    general_ledger.lines(
        general_ledger.Extract("US", "1100", DAY, DAY, 1), after=general_ledger.Mark()
    ),
    journal.entries([1]),
    journal.lines_of_charges(["c"]),
    journal.lines_of_invoices(["n"]),
    journal.lines_of_payments(["p"]),
    statements.statements("US"),
    statements.exceptions("US"),
    statements.entry("e"),
    statements.entries_of_documents(["p"]),
    statements.bank_accounts(["b"]),
    exports.mappings("t"),
    exports.profiles("t", "US"),
    exports.unsealed("t", "US", DAY),
    exports.held("t"),
    exports.documents("t"),
    exports.documents_by_id("t", ["x"]),
    exports.outstanding("t"),
    exports.documents_of_entries([1]),
    exports.feed("t"),
    exports.revision("t", "x"),
    exports.revisions_in_force("t", ["x"]),
    exports.counters(["US"]),
    entitlements.known("a"),
    entitlements.spend_limits(["a"]),
    entitlements.spend_limited(),
    entitlements.thresholds("a"),
    exceptions.unpriced("a"),
    exceptions.unrated("a", entity="US", before=TIME),
    exceptions.unrated_spans(["a"]),
    exceptions.dead_letters("BAD_VALUE"),
    exceptions.dead_letter_counts(),
    exceptions.export_troubles("t"),
]


def test_the_columns_of_a_read_are_the_fields_of_its_rows(ledger):
    with ledger.db.transaction(Role.READER) as tx:
        for read in READS:
            found = tx.conn.execute(read.sql, read.params).description
            columns = sorted(column.name for column in found)
            assert columns == sorted(field.name for field in dataclasses.fields(read.row)), read.row


def test_every_named_query_is_read_by_a_function():
    asked = {read.sql for read in READS}
    unread = [
        f"{projection}.{name}"
        for projection in projections()
        for name, statement in queries.named(projection).items()
        if statement.sql not in asked
    ]
    assert unread == []


def test_every_query_says_in_a_sentence_what_it_answers():
    silent = [
        f"{projection}.{name}"
        for projection in projections()
        for name, statement in queries.named(projection).items()
        if not statement.sentence.endswith(".")
    ]
    assert silent == []


@pytest.mark.parametrize(
    "module",
    [
        charges,
        collecting,
        credit,
        deferred_revenue,
        entitlements,
        exceptions,
        exports,
        intercompany,
        invoices,
        journal,
        looks,
        measuring,
        movements,
        receivables,
        subledgers,
        subscriptions,
        usage,
    ],
    ids=lambda module: module.__name__,
)
def test_every_read_is_typed(module):
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            returned = inspect.signature(function).return_annotation
            assert getattr(returned, "__origin__", None) is Query, f"{module.__name__}.{name}"
