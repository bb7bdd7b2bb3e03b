"""What a reader is shown of facts about money that came, went, or was given up."""

from typing import Any

from ledger.events.cash import (
    BalanceApplied,
    PaymentCaptured,
    PaymentFailed,
    PaymentReturned,
    PayoutSettled,
    RefundPaid,
)
from ledger.events.disputes import DisputeClosed, DisputeOpened, DisputeReversed
from ledger.events.fact import Fact
from ledger.events.intercompany import (
    IntercompanyCharged,
    IntercompanyCredited,
    IntercompanySettled,
)
from ledger.events.losses import (
    AllowanceAdjusted,
    ReceivableWrittenOff,
    WriteOffRecovered,
    WriteOffReversed,
)

Shown = tuple[str, str, dict[str, Any]]

NAMES: dict[type[Fact], tuple[str, str, tuple[str, ...]]] = {
    PaymentCaptured: ("payment", "payment", ("via",)),
    PaymentFailed: ("payment_failure", "payment", ("code",)),
    PaymentReturned: ("return", "payment", ("via", "code")),
    PayoutSettled: ("payout", "payout", ("fee",)),
    RefundPaid: ("refund", "refund", ("via", "source")),
    BalanceApplied: ("application", "invoice", ("source",)),
    DisputeOpened: ("dispute", "dispute", ("payment", "fee")),
    DisputeClosed: ("dispute", "dispute", ("payment", "outcome", "policy")),
    DisputeReversed: ("reversal", "dispute", ("invoice", "payment", "policy")),
    ReceivableWrittenOff: ("write_off", "invoice", ("tax",)),
    WriteOffRecovered: ("recovery", "invoice", ("tax",)),
    WriteOffReversed: ("reversal", "invoice", ("tax",)),
    AllowanceAdjusted: ("allowance", "entity", ("kind",)),
    IntercompanyCharged: ("intercompany_charge", "reference", ()),
    IntercompanySettled: ("intercompany_settlement", "reference", ()),
    IntercompanyCredited: ("intercompany_credit", "reference", ()),
}
"""The kind of node, the field that names the fact, and what else matters in it."""


def money(fact: Any) -> Shown:
    """Return the kind, the name and the details of a fact about money."""
    kind, name, more = NAMES[type(fact)]
    detail = {"account": getattr(fact, "account", None), "on": fact.on}
    detail |= {"amount": fact.amount, "currency": fact.currency}
    return kind, getattr(fact, name), {**detail, **{key: getattr(fact, key) for key in more}}
