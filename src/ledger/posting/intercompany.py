"""Posting of what entities charge each other: one entry in the books of each side.

    charged     payer Dr 5200 / Cr 2300    payee Dr 1300 / Cr 4200    at the rate of the day
    credited    payer Dr 2300 / Cr 5200    payee Dr 4200 / Cr 1300    at what it carried
    settled     payer Dr 2300 / Cr 1000    payee Dr 1000 / Cr 1300    cash at the rate of the day,
                the account at what it carried, the difference 7000

Both entries have the charge's reference, and every line the other entity as its counterparty.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from ledger.events.exchange import Foreign
from ledger.events.intercompany import (
    Intercompany,
    IntercompanyCharged,
    IntercompanyCredited,
    IntercompanySettled,
    Leg,
)
from ledger.events.journal import JournalLine, JournalPosted
from ledger.periods import DAY
from ledger.posting import chart
from ledger.posting.entry import Heading, posted

Side = Literal["payer", "payee"]

RULES: dict[type[Intercompany], tuple[str, str]] = {
    IntercompanyCharged: ("intercompany_charged@1", "Charge"),
    IntercompanyCredited: ("intercompany_credited@1", "Credit of charge"),
    IntercompanySettled: ("intercompany_settled@1", "Settlement of charge"),
}


@dataclass(frozen=True)
class Accounts:
    """Where a side keeps what is owed and what it was for; the payee's side of it is a debit."""

    owed: str
    result: str
    sign: int


SIDES: dict[Side, Accounts] = {
    "payer": Accounts(chart.INTERCOMPANY_PAYABLE, chart.INTERCOMPANY_COST, -1),
    "payee": Accounts(chart.INTERCOMPANY_RECEIVABLE, chart.INTERCOMPANY_REVENUE, 1),
}


def intercompany(fact: Intercompany, side: Side, at: datetime) -> JournalPosted:
    """Book one side of a fact; ``at`` is when it happened, by the days of that entity."""
    own, other = (fact.payer, fact.payee) if side == "payer" else (fact.payee, fact.payer)
    rule, what = RULES[type(fact)]
    charge = not isinstance(fact, IntercompanySettled)
    heading = Heading(
        entry=f"intercompany/{fact.reference}/{fact.originator_version}/{side}",
        entity=own.entity,
        currency=own.currency,
        rule=rule,
        text=f"{what} {fact.reference} of {fact.payee.entity} to {fact.payer.entity}",
        service=(fact.on, fact.on + DAY) if charge else None,
        document=fact.reference,
        reference=fact.reference,
    )
    entry = posted(heading, _lines(fact, SIDES[side], own, other.entity), fact, own.on, at)
    assert entry is not None, "what is booked is more than zero"
    return entry


def _lines(
    fact: Intercompany, accounts: Accounts, own: Leg, counterparty: str
) -> list[JournalLine]:
    def line(account: str, sign: int, booked: Decimal, *, agreed: bool = True) -> JournalLine:
        foreign = None
        if agreed and own.currency != fact.currency:
            foreign = Foreign(fact.currency, sign * fact.amount)
        return JournalLine(account, sign * booked, counterparty=counterparty, foreign=foreign)

    sign = accounts.sign
    if isinstance(fact, IntercompanySettled):
        assert own.cash is not None, fact
        return [
            line(chart.BANK, sign, own.cash),
            line(accounts.owed, -sign, own.booked),
            line(chart.EXCHANGE_GAIN, sign, own.booked - own.cash, agreed=False),
        ]
    sign = sign if isinstance(fact, IntercompanyCharged) else -sign
    return [line(accounts.owed, sign, own.booked), line(accounts.result, -sign, own.booked)]
