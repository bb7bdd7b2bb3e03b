"""Roll-forwards, the disclosures of contracts, and the tax report."""

from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry

from ledger.api.scalars import CurrencyCode
from ledger.api.types.as_of import AsOf
from ledger.api.types.fields import about, derived
from ledger.posting.chart import CHART


def _name(root: Any) -> str:
    return CHART[root.account].name


@strawberry.enum(description="Which control accounts to roll forward.")
class RollForwardOf(Enum):
    """The reports, by the accounts that they show."""

    DEFERRED_REVENUE = strawberry.enum_value(
        "deferred_revenue", description="Deferred revenue and prepaid credits: 2100 and 2110."
    )
    RECEIVABLES = strawberry.enum_value(
        "receivables", description="Receivables and disputed ones: 1100 and 1110."
    )
    ALLOWANCE = strawberry.enum_value(
        "allowance", description="The allowance for credit losses: 1120."
    )
    EVERY_CONTROL_ACCOUNT = strawberry.enum_value(
        "every_control_account", description="Every control account: the reconciliation."
    )


@strawberry.type(description="What moved a balance, and by how much.")
class BalanceMovement:
    """One class of movements."""

    movement: str = about("The class, such as billed, recognised or written_off.")
    amount: Decimal = about("What it adds to the balance; negative where it takes from it.")


@strawberry.type(description="A control account from the start of a day to the end of another.")
class RollForward:
    """One roll-forward; opening and movements come to the closing, which ties to the sub-ledger."""

    account: str = about("The account of the chart.")
    name: str = derived(_name, "Its name.")
    item: str | None = about("The invoice, payment, charge stream or grant it is about, if one.")
    opening: Decimal = about("What it held before, positive on the account's own side.")
    movements: list[BalanceMovement] = about("What moved it.")
    closing: Decimal = about("What the trial balance says that it holds.")
    subledger: Decimal = about("What its sub-ledger says.")
    revalued: Decimal = about("What of the closing is a revaluation, which no sub-ledger knows.")
    difference: Decimal = about("Closing less sub-ledger and revaluation: zero.")


@strawberry.type(description="The roll-forwards of an entity.")
class RollForwards:
    """What was asked for, in the currency of the books."""

    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of its books.")
    ties: bool = about("Whether all of it adds up, and equals the sub-ledgers.")
    accounts: list[RollForward] = about("The accounts that ever had a line.")
    as_of: AsOf | None = about("Up to which position of the books it is complete.")


@strawberry.type(description="A contract balance as ASC 606 and IFRS 15 want it disclosed.")
class ContractBalance:
    """Receivables, unbilled receivables, contract assets, liabilities; the latter two also net."""

    name: str = about("Such as contract_liabilities, or contract_liabilities_net per customer.")
    opening: Decimal = about("What it was, as a positive amount.")
    movements: list[BalanceMovement] = about("Why it changed.")
    closing: Decimal = about("What it is.")


@strawberry.type(description="What was billed and is still to be earned, by when.")
class RemainingObligation:
    """The bands of one account of the chart."""

    account: str = about("The account of the chart.")
    name: str = derived(_name, "Its name.")
    within_1_year: Decimal = about("Within a year; credits at their last usable day.")
    within_2_years: Decimal = about("In the year after that.")
    later: Decimal = about("Later.")
    undated: Decimal = about("Credits that never expire.")
    total: Decimal = about("All of it.")
    difference: Decimal = about("What the trial balance says beyond it: zero.")


@strawberry.type(description="The disclosures about an entity's contracts.")
class ContractDisclosure:
    """Contract balances and remaining performance obligations."""

    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of its books.")
    balances: list[ContractBalance] = about("The contract balances.")
    obligations: list[RemainingObligation] = about("The remaining performance obligations.")
    as_of: AsOf | None = about("Up to which position of the books it is complete.")


@strawberry.type(
    description="Base and tax of one kind of document; what lowers the tax is negative."
)
class TaxSums:
    """In the document's currency, and in that of the books."""

    kind: str = about("invoice, credit_note, write_off, recovery, reversal or dispute_lost.")
    base: Decimal = about("The taxable base.")
    tax: Decimal = about("The tax.")
    booked_base: Decimal = about("The base in the currency of the books.")
    booked_tax: Decimal = about("The tax in the currency of the books.")


@strawberry.type(description="One row of the tax report.")
class TaxRow:
    """What was taxed in one country, by one code, at one rate, in one currency."""

    country: str | None = about("The customer's country on the day.")
    code: str | None = about("The tax code; none where a group has several.")
    category: str = about("S, Z, E, AE, G or O, as in EN 16931.")
    rate: Decimal = about("Per cent.")
    currency: CurrencyCode = about("The currency of the documents.")
    kinds: list[TaxSums] = about("The sums by kind of document.")


@strawberry.type(description="The tax of an entity's documents in a span of days.")
class TaxReport:
    """The rows, and what they are held against."""

    entity: str = about("The legal entity.")
    currency: CurrencyCode = about("The currency of its books.")
    rows: list[TaxRow] = about("Per country, code, category, rate and currency.")
    reported: Decimal = about("The tax of all rows, in the currency of the books.")
    posted: Decimal = about("What account 2200 moved by.")
    difference: Decimal = about("Posted less reported: zero.")
    as_of: AsOf | None = about("Up to which position of the books it is complete.")
