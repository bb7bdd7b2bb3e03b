"""Facts about receivables that are doubted, given up, and recovered after all."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.fact import Fact, record


@record("allowance.adjusted/1")
@dataclass(frozen=True, kw_only=True)
class AllowanceAdjusted(Fact):
    """An entity's allowance for credit losses grew by ``amount`` (or shrank, where negative).

    ``account`` is whose losses it is for; none means anybody's. ``kind`` is adjustment, write_off,
    recovery or reversal, and ``document`` the invoice of all but the first.
    """

    entity: str
    currency: str
    account: str | None
    amount: Decimal
    on: date
    kind: str
    document: str | None = None


@record("receivable.written_off/1")
@dataclass(frozen=True, kw_only=True)
class ReceivableWrittenOff(Fact):
    """What was open of an invoice was given up.

    ``amount`` is in the account's currency, the rest in the entity's: ``booked`` = ``tax`` (given
    back by the tax office) + ``own`` (from the account's allowance) + ``general`` (from
    everybody's) + ``expense``. Where ``booked`` is not said, it is the amount.
    """

    invoice: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    tax: Decimal
    own: Decimal
    general: Decimal
    expense: Decimal
    on: date
    booked: Decimal | None = None


@record("write_off.recovered/1")
@dataclass(frozen=True, kw_only=True)
class WriteOffRecovered(Fact):
    """So much of a written-off invoice is owed again; ``own`` and ``general`` refill allowances.

    As in a write-off, all but ``amount`` is in the entity's currency.
    """

    invoice: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    tax: Decimal
    own: Decimal
    general: Decimal
    on: date
    booked: Decimal | None = None


@record("write_off.reversed/1")
@dataclass(frozen=True, kw_only=True)
class WriteOffReversed(Fact):
    """So much of a write-off is undone, because a re-rating says that it was never owed.

    The credit note of the same append takes it. As in a write-off, all but ``amount`` is in the
    entity's currency, and ``booked`` = ``tax`` + ``own`` + ``general`` + ``expense``.
    """

    invoice: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    tax: Decimal
    own: Decimal
    general: Decimal
    expense: Decimal
    on: date
    booked: Decimal | None = None
