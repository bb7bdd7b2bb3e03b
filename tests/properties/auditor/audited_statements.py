"""The statements of a history tied to each other: general ledger, trial balance, both statements
and the population for tests of journal entries, at every kind of day and position."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from ledger.periods import DAY
from ledger.reads import audit, financials, general_ledger, log
from ledger.reads.general_ledger import Extract, Mark
from ledger.reads.journal import trial_balance
from ledger.store.database import Role

MONTHS = financials.Column(date(2026, 10, 1), date(2027, 3, 31))
ZERO = Decimal(0)


def check_statements(db):
    """Tie each statement to the trial balance: now, half way back, and within a month."""
    with db.transaction(Role.READER) as tx:
        head = tx.one(log.seen()).position
        for at in (None, head // 2):
            for day in (None, date(2026, 11, 17)):
                balances = tied_balances(tx, day, at)
                tied_results(tx, day, at, balances)
                tied_population(tx, day, head if at is None else at, balances)
                tied_ledger(tx, day, head if at is None else at, balances)
        tied_months(tx)


def tied_balances(tx, day, at):
    """The balance sheet balances, and holds what the trial balance does."""
    rows = tx.all(trial_balance(as_of=day, at=at))
    balances = {(row.entity, row.account): row for row in rows}
    sheets = financials.balance_sheets(tx, [day], at=at)
    assert all(sheet.difference == (ZERO,) for sheet in sheets)
    shown = {
        (sheet.entity, line.account): line.amounts[0] * (1 if section.name == "Assets" else -1)
        for sheet in sheets
        for section in sheet.sections
        for line in section.lines
    }
    meant = {key: row.balance for key, row in balances.items() if key[1] < "4" and row.balance}
    assert shown == meant
    return balances


def tied_results(tx, day, at, balances):
    """The result of the income statement is that of the balance sheet, and of the accounts."""
    income = {
        one.entity: one.result[0]
        for one in financials.income_statements(tx, [financials.Column(None, day)], at=at)
    }
    sheet = {one.entity: one.result[0] for one in financials.balance_sheets(tx, [day], at=at)}
    accounts = defaultdict(lambda: ZERO)
    for (entity, account), row in balances.items():
        accounts[entity] -= row.balance if account >= "4" else ZERO
    assert income == sheet == dict(accounts)


def tied_population(tx, day, at, balances):
    """The full population has the debits and credits of the trial balance, line by line."""
    population = audit.Population(at, to=day)
    lines, after = [], audit.START
    while page := tx.all(audit.journal_entry_tests(population, after=after, limit=97)):
        lines += page
        after = page[-1].key
    totals = {one.entity: one for one in tx.all(audit.journal_entry_totals(population))}
    for entity, one in totals.items():
        rows = [row for (name, _), row in balances.items() if name == entity]
        assert one.debit == sum(row.debit for row in rows)
        assert one.credit == sum(row.credit for row in rows)
        mine = [line for line in lines if line.entity == entity]
        assert one.lines == len(mine) == len({line.id for line in mine})
        assert one.entries == len({line.entry for line in mine})
        assert one.debit == sum(line.amount for line in mine if line.amount > 0)
    assert set(totals) == {entity for entity, _ in balances}


def tied_ledger(tx, day, at, balances):
    """An account's lines lead from its opening to its closing, which is its balance."""
    start = date(2026, 11, 1)
    found = general_ledger.totals(tx, Extract(from_=start, to=day, at=at))
    for one in found:
        extract = Extract(one.entity, one.account, start, day, at)
        mark, last = Mark(balance=one.opening), one.opening
        while page := tx.all(general_ledger.lines(extract, after=mark, limit=53)):
            for line in page:
                last += line.amount
                assert line.balance == last
            mark = page[-1].mark
        assert last == one.closing == balances[one.entity, one.account].balance
    shown = {(one.entity, one.account) for one in found}
    assert all(not row.balance for key, row in balances.items() if key not in shown)


def tied_months(tx):
    """The months of an income statement add up to it, and each is the change of the balance."""
    months = financials.months_of(MONTHS)
    for one in financials.income_statements(tx, [MONTHS, *months]):
        whole, *parts = one.result
        assert sum(parts) == whole
    for month in months:
        (before, after) = (
            {one.entity: one.result[0] for one in financials.balance_sheets(tx, [day])}
            for day in (month.from_ - DAY, month.to)
        )
        for one in financials.income_statements(tx, [month]):
            assert one.result[0] == after[one.entity] - before[one.entity]
