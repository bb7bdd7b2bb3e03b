"""Posting of revaluations: Dr or Cr the account against 7010, and all of it back the next day.

ReceivableRevalued    Dr 1100 or 7010 / Cr 7010 or 1100    closing - carrying, per position

Liabilities turn. A line keeps the dimensions of its position and says that it is no money of the
foreign currency (``foreign`` is zero): only the worth in the books changes, for a day. So whatever
sums up a balance in its own currency does not see it, and what relieves one later finds what it
carried before.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from ledger.events.exchange import Foreign
from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.revaluation import ReceivableRevalued
from ledger.money import ZERO
from ledger.posting.chart import CHART, TAX_PAYABLE, UNREALISED_GAIN
from ledger.posting.entry import Heading, posted

REVALUED = "receivable_revalued@1"
REVERSED = "revaluation_reversed@1"
RULES = (REVALUED, REVERSED)


def revalued_accounts(policies: dict[str, object]) -> list[str]:
    """Return the accounts that an entity revalues: what is monetary and kept in its own currency.

    Cash is kept in the entity's currency, and so is tax payable where its policy says so.
    """
    tax = policies.get("revalue_tax_payable", True)
    kept = () if tax else (TAX_PAYABLE,)
    return [
        one.code for one in CHART.values() if one.monetary and one.control and one.code not in kept
    ]


def revaluation(fact: ReceivableRevalued, on: date, at: datetime) -> JournalPosted | None:
    """Book what the rate of the day makes of each position, as gain or loss not realised yet."""
    heading = Heading(
        entry=_entry(fact),
        entity=fact.entity,
        currency=fact.exchange.currency,
        rule=REVALUED,
        text=f"Revaluation of {fact.currency} at {fact.on}",
    )
    return posted(heading, _lines(fact, 1), fact, on, at)


def reversal(fact: ReceivableRevalued, on: date, at: datetime) -> JournalPosted | None:
    """Take a revaluation back, so that every balance carries again what it carried."""
    heading = Heading(
        entry=f"revaluation_reversed/{fact.entity}/{fact.originator_version}",
        entity=fact.entity,
        currency=fact.exchange.currency,
        rule=REVERSED,
        text=f"Reversal of the revaluation of {fact.currency} at {fact.on}",
        reverses=_entry(fact),
    )
    return posted(heading, _lines(fact, -1), fact, on, at)


def _entry(fact: ReceivableRevalued) -> str:
    return f"revaluation/{fact.entity}/{fact.originator_version}"


def _lines(fact: ReceivableRevalued, sign: int) -> Iterable[JournalLine]:
    """Yield a line per position, and what each account gained or lost."""
    gains: dict[str, Decimal] = {}
    for one in fact.revalued:
        gains[one.account] = gains.get(one.account, ZERO) - one.posted
        yield JournalLine(
            one.account,
            sign * one.posted,
            customer=one.customer,
            invoice=one.invoice,
            counterparty=one.counterparty,
            foreign=Foreign(fact.currency, ZERO),
        )
    for gain in gains.values():
        yield JournalLine(UNREALISED_GAIN, sign * gain)
