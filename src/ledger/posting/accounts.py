"""The chart of accounts as it is on a day: the release's own, and what was changed since.

An account keeps its class for ever, and none goes away: what was posted to it stays readable.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from ledger.errors import UnknownLedgerAccount
from ledger.events.chart import ChartChanged
from ledger.events.fact import Fact
from ledger.posting.chart import BALANCE_SHEET, CHART, ChartClass, LedgerAccount

Versions = list[tuple[date, LedgerAccount]]


class AccountChange(Protocol):
    """One thing said of one account, from a day on; a later ``version`` of a day wins."""

    @property
    def account(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def version(self) -> int: ...
    @property
    def name(self) -> str | None: ...
    @property
    def chart_class(self) -> str | None: ...
    @property
    def blocked(self) -> bool | None: ...


@dataclass(frozen=True)
class Said:
    """A change of an account, taken out of its fact."""

    account: str
    starts_on: date
    version: int
    name: str | None
    chart_class: str | None
    blocked: bool | None


@dataclass(frozen=True)
class Chart:
    """Every account with what holds of it from which day on, by its code."""

    versions: dict[str, Versions] = field(default_factory=dict)

    @classmethod
    def of(cls, changes: Iterable[AccountChange]) -> "Chart":
        """Return the chart of this release with what was changed since."""
        found: dict[str, Versions] = {code: [(date.min, one)] for code, one in CHART.items()}
        for change in sorted(changes, key=lambda each: (each.starts_on, each.version)):
            before = found.setdefault(change.account, [])
            known = before[-1][1] if before else _new(change)
            before.append((change.starts_on, _changed(known, change)))
        return cls(dict(sorted(found.items())))

    @property
    def codes(self) -> list[str]:
        """The codes of all accounts there are on any day, in order."""
        return list(self.versions)

    @property
    def results(self) -> list[str]:
        """The codes of income and expenses."""
        return [code for code in self.versions if self.named(code).chart_class not in BALANCE_SHEET]

    def on(self, day: date) -> dict[str, LedgerAccount]:
        """Return the accounts that there are on a day, in the order of their codes."""
        known = {code: _on(versions, day) for code, versions in self.versions.items()}
        return {code: account for code, account in known.items() if account is not None}

    def account(
        self, code: str, on: date = date.max, field: str | None = "account"
    ) -> LedgerAccount:
        """Return an account as it is on a day, or raise UnknownLedgerAccount."""
        found = _on(self.versions.get(code, []), on)
        if found is None:
            raise UnknownLedgerAccount(field=field, id=code)
        return found

    def named(self, code: str, on: date = date.max) -> LedgerAccount:
        """Return an account that something was posted to, as it is on a day or at first."""
        versions = self.versions[code]
        return _on(versions, on) or versions[0][1]

    def first_day(self, code: str) -> date:
        """Return the first day of an account; those of the release have always been there."""
        return self.versions[code][0][0]


RELEASE = Chart.of(())
"""The chart before anybody changed it."""


def chart_of(facts: Iterable[Fact]) -> Chart:
    """Return the chart that the facts of its stream make."""
    return Chart.of(said for fact in facts for said in _said(fact))


def _said(fact: Fact) -> Iterator[Said]:
    assert isinstance(fact, ChartChanged), fact
    for each in fact.accounts:
        yield Said(
            each.account,
            fact.starts_on,
            fact.originator_version,
            each.name,
            each.chart_class,
            each.blocked,
        )


def _on(versions: Versions, day: date) -> LedgerAccount | None:
    place = bisect_right(versions, day, key=lambda each: each[0])
    return versions[place - 1][1] if place else None


def _new(change: AccountChange) -> LedgerAccount:
    assert change.name is not None, change
    assert change.chart_class is not None, change
    chart_class = ChartClass(change.chart_class)
    monetary = chart_class in BALANCE_SHEET
    return LedgerAccount(change.account, change.name, chart_class, control=False, monetary=monetary)


def _changed(known: LedgerAccount, change: AccountChange) -> LedgerAccount:
    name = change.name if change.name is not None else known.name
    blocked = change.blocked if change.blocked is not None else known.blocked
    return replace(known, name=name, blocked=blocked)
