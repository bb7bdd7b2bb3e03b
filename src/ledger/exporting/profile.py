"""How an entry goes to the ERP: it has one class, and the profile says how that class travels.

Classes exclude each other, so nothing is posted twice: an entry belongs to the first class, in the
order below, of which one of its lines has an account; that account leads it. A revaluation is no
document of a customer, whatever it revalues: account 7010 leads it. A profile may name an account,
a class, a class of the chart or ``default``; the most specific one wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.errors import BadValue, UnknownAccountClass
from ledger.events.journal import JournalPosted
from ledger.posting.accounts import Chart
from ledger.posting.chart import UNREALISED_GAIN, ChartClass
from ledger.posting.revaluation import RULES as REVALUATIONS

DOCUMENT = "document"
JOURNAL_DETAIL = "journal_detail"
JOURNAL_DAILY = "journal_daily"
JOURNAL_PERIOD = "journal_period"
PROFILES = (DOCUMENT, JOURNAL_DETAIL, JOURNAL_DAILY, JOURNAL_PERIOD)
SINGLE = (DOCUMENT, JOURNAL_DETAIL)

CLASSES = {
    "receivables": ("1100", "1110", "1120"),
    "cash": ("1000", "1010"),
    "deferrals": ("2100", "2110"),
    "balances": ("2120", "2130"),
    "accruals": ("1150", "1160"),
    "intercompany": ("1300", "2300", "4200", "5200"),
    "fx": ("7000", "7010"),
}
OTHER = "other"
DEFAULT = "default"
DEFAULTS = {
    "receivables": DOCUMENT,
    "cash": DOCUMENT,
    "balances": DOCUMENT,
    "intercompany": JOURNAL_DETAIL,  # the other side's ERP matches it by its reference
}

_CHART_CLASSES = {chart_class.lower(): chart_class for chart_class in ChartClass}


@dataclass(frozen=True)
class Leading:
    """The class of an entry, and the account that puts it there."""

    account_class: str
    account: str


def leading(entry: JournalPosted) -> Leading:
    """Return the one class of an entry and its leading account."""
    accounts = {line.account for line in entry.lines}
    if entry.rule in REVALUATIONS:
        return Leading("fx", UNREALISED_GAIN)
    for account_class, members in CLASSES.items():
        for account in members:
            if account in accounts:
                return Leading(account_class, account)
    return Leading(OTHER, min(accounts))


def profile_of(lead: Leading, profile: Mapping[str, str], chart: Chart) -> str:
    """Return how an entry led so travels: document, journal_detail, _daily or _period."""
    named = {key.lower(): value for key, value in profile.items()}
    chart_class = chart.named(lead.account).chart_class.lower()
    for key in (lead.account, lead.account_class, chart_class, DEFAULT):
        if key in named:
            return named[key]
    return DEFAULTS.get(lead.account_class, JOURNAL_DAILY)


def check_profile(profile: Mapping[str, str], chart: Chart) -> None:
    """Refuse a profile with a key or a value that means nothing, or one class named twice."""
    seen: set[str] = set()
    for key, value in profile.items():
        known = key in chart.versions or key.lower() in (*CLASSES, OTHER, *_CHART_CLASSES, DEFAULT)
        if not known:
            raise UnknownAccountClass(field="profile", id=key)
        if value not in PROFILES:
            why = f"{value!r} is not an export profile; use one of {', '.join(PROFILES)}."
            raise BadValue(field="profile", why=why)
        if key.lower() in seen:
            raise BadValue(field="profile", why=f"The class {key} stands there twice; keep one.")
        seen.add(key.lower())
