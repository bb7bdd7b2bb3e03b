"""The chart of accounts as this release brings it; it does not decide who posts what.

A control account takes postings from the ledger's own rules only and carries a sub-ledger; a
monetary account is revalued when its currency moves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

BANK = "1000"
PSP_CLEARING = "1010"
RECEIVABLE = "1100"
DISPUTED = "1110"
ALLOWANCE = "1120"
UNBILLED = "1150"
CONTRACT_ASSET = "1160"
INTERCOMPANY_RECEIVABLE = "1300"
DEFERRED_REVENUE = "2100"
PREPAID = "2110"
CREDIT_BALANCE = "2120"
UNAPPLIED_CASH = "2130"
TAX_PAYABLE = "2200"
INTERCOMPANY_PAYABLE = "2300"
USAGE_REVENUE = "4010"
BREAKAGE = "4030"
ALLOWANCES = "4090"
INTERCOMPANY_REVENUE = "4200"
PROCESSING_FEES = "5000"
CHARGEBACKS = "5010"
CREDIT_LOSSES = "5100"
INTERCOMPANY_COST = "5200"
EXCHANGE_GAIN = "7000"
UNREALISED_GAIN = "7010"
ROUNDING = "7090"

NO_REVENUE = (ALLOWANCES, INTERCOMPANY_REVENUE, EXCHANGE_GAIN, UNREALISED_GAIN)
"""Income that nobody sells."""


class ChartClass(StrEnum):
    """The four classes of accounts in the chart."""

    ASSETS = "Assets"
    LIABILITIES = "Liabilities"
    INCOME = "Income"
    EXPENSES = "Expenses"


@dataclass(frozen=True)
class LedgerAccount:
    """One account of the chart; a ``blocked`` one takes no postings of people."""

    code: str
    name: str
    chart_class: ChartClass
    control: bool
    monetary: bool
    blocked: bool = False


_NAMES = {
    ChartClass.ASSETS: {
        "1000": "Bank",
        "1010": "PSP clearing",
        "1100": "Accounts receivable",
        "1110": "Disputed receivables",
        "1120": "Allowance for credit losses",
        "1150": "Unbilled receivable",
        "1160": "Contract asset",
        "1300": "Intercompany receivable",
    },
    ChartClass.LIABILITIES: {
        "2100": "Deferred revenue",
        "2110": "Prepaid credits",
        "2120": "Customer credit balance",
        "2130": "Unapplied cash",
        "2200": "Tax payable",
        "2300": "Intercompany payable",
    },
    ChartClass.INCOME: {
        "4000": "Subscription revenue",
        "4010": "Usage revenue",
        "4020": "Commitment shortfall revenue",
        "4030": "Breakage revenue",
        "4090": "Discounts and promotional credits",
        "4200": "Intercompany revenue",
        "7000": "FX gain/loss realised",
        "7010": "FX gain/loss unrealised",
    },
    ChartClass.EXPENSES: {
        "5000": "Payment processing fees",
        "5010": "Chargeback fees and losses",
        "5100": "Credit loss expense",
        "5200": "Intercompany cost",
        "7090": "Rounding difference",
    },
}


BALANCE_SHEET = (ChartClass.ASSETS, ChartClass.LIABILITIES)
_BY_HAND = (BANK, PSP_CLEARING)
_CONTRACT_LIABILITIES = ("2100", "2110")


def _accounts() -> Iterator[LedgerAccount]:
    """Of the balance sheet, all but cash is control, and all but contract liabilities monetary."""
    for chart_class, names in _NAMES.items():
        balance = chart_class in BALANCE_SHEET
        for code, name in names.items():
            control = balance and code not in _BY_HAND
            monetary = balance and code not in _CONTRACT_LIABILITIES
            yield LedgerAccount(code, name, chart_class, control, monetary)


CHART = {account.code: account for account in sorted(_accounts(), key=lambda a: a.code)}


def takes_manual(account: LedgerAccount) -> bool:
    """Say whether people may post to an account: to no control account, and 7090 stays zero."""
    return not account.control and account.code != ROUNDING
