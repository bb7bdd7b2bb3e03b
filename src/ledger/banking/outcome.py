"""What became of a statement's entries: moved = matched + excepted + duplicate."""

from dataclasses import dataclass, field
from decimal import Decimal

from ledger.banking.statement import Statement
from ledger.events.catalog import EntityRegistered
from ledger.events.statements import StatementEntry, StatementEntryMatched, StatementImported
from ledger.money import ZERO
from ledger.periods import instant


@dataclass
class Total:
    """So many entries, and what they sum to."""

    count: int = 0
    amount: Decimal = ZERO

    def add(self, amount: Decimal) -> None:
        """Count one more."""
        self.count += 1
        self.amount += amount


@dataclass
class Outcome:
    """What became of a statement's entries; duplicates are those of another statement."""

    matched: Total = field(default_factory=Total)
    excepted: Total = field(default_factory=Total)
    duplicate: Total = field(default_factory=Total)

    @property
    def amount(self) -> Decimal:
        """All that moved."""
        return self.matched.amount + self.excepted.amount + self.duplicate.amount

    def add(self, fact: StatementEntry, statement: str) -> None:
        """Count an entry."""
        if fact.statement != statement:
            self.duplicate.add(fact.amount)
        elif isinstance(fact, StatementEntryMatched):
            self.matched.add(fact.amount)
        else:
            self.excepted.add(fact.amount)

    def summed_up(self, statement: Statement, entity: EntityRegistered) -> StatementImported:
        """Return the fact that a statement was imported, all of its entries being counted."""
        assert self.amount == statement.credits + statement.debits, "every entry has an outcome"
        return StatementImported(
            originator_id=statement.stream,
            originator_version=1,
            timestamp=instant(statement.closed_on, entity.time_zone),
            causes=(entity.cause,),
            statement=statement.name,
            entity=entity.entity,
            bank_account=statement.account,
            number=statement.id,
            sequence=statement.sequence,
            currency=statement.currency,
            opened_on=statement.opened_on,
            closed_on=statement.closed_on,
            opening=statement.opening,
            closing=statement.closing,
            credits=statement.credits,
            debits=statement.debits,
            matched_count=self.matched.count,
            matched_total=self.matched.amount,
            excepted_count=self.excepted.count,
            excepted_total=self.excepted.amount,
            duplicate_count=self.duplicate.count,
            duplicate_total=self.duplicate.amount,
        )
