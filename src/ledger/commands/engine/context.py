"""What one attempt at a command may look at: the folds of single streams, and the clock.

Every attempt has a context of its own. ``read_at`` is the head of lane 0 before the first look, so
whatever moves after it is caught by a guard or by a stream's version.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar, cast
from uuid import UUID

from ledger.catalog.exchange import rate_on
from ledger.catalog.parties import entity_of
from ledger.commands.engine.aggregates import (
    Account,
    Captured,
    Payment,
    Subscription,
    project_account,
    project_payment,
    project_subscription,
)
from ledger.commands.engine.drafts import Drafts
from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.open_periods import Keeper, keeper
from ledger.commands.form.command import Command
from ledger.errors import (
    LedgerError,
    NoExchangeRate,
    UnknownAccount,
    UnknownEntity,
    UnknownMeter,
    UnknownPayment,
    UnknownPlan,
    UnknownSubscription,
    UnknownTaxCode,
)
from ledger.events.catalog import (
    ExchangeRateSet,
    MeterDefined,
    PlanPublished,
    TaxRateSet,
)
from ledger.events.exchange import Exchange
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.periods import instant, local_day
from ledger.posting.accounts import Chart, chart_of
from ledger.receivables.allowance import Allowance
from ledger.receivables.state import Receivables
from ledger.store.books import Fold
from ledger.store.meta import Meta

CHART_STREAM = stream("chart")

T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    """One attempt: the ledger, who asks and why, and since when its reads have to hold.

    ``drafts`` is there for a command of a group: what the group knows of the log.
    """

    ledger: Ledger
    meta: Meta
    read_at: int
    now: datetime
    hmac_key: bytes = b""
    drafts: Drafts | None = None

    @property
    def actor(self) -> str:
        """Who asks."""
        return self.meta.actor

    def history(self, where: UUID) -> list[Fact]:
        """Return the facts of one stream, oldest first."""
        return self.histories([where])[where]

    def histories(self, streams: Iterable[UUID]) -> dict[UUID, list[Fact]]:
        """Return the facts of many streams, oldest first, by one query."""
        return (self.drafts or self.ledger.books).facts_of(streams)

    def version(self, where: UUID) -> int:
        """Return the last version of a stream, 0 for one without facts."""
        if self.drafts is not None:
            return len(self.history(where))
        return self.ledger.books.versions([where])[where]

    def receivables(self, payer: str) -> Receivables:
        """Return what a payer owes, and has with us."""
        where = stream("receivables", payer)
        if self.drafts is not None:
            return self.drafts.receivables.of([where])[where]
        return self.ledger.payers.states(self.ledger.books, [where])[where]

    def allowance(self, entity: str) -> Allowance:
        """Return what an entity sets aside for losses."""
        where = stream("allowance", entity)
        if self.drafts is not None:
            return self.drafts.allowances.of([where])[where]
        return self.ledger.entities.states(self.ledger.books, [where])[where]

    def entity(self, name: str, field: str = "entity", on: date | None = None) -> Keeper:
        """Return an entity as it is on a day, by default today, with its periods; or refuse."""
        today = local_day(self.now, "UTC")
        known = self.drafts.keepers if self.drafts is not None else {}
        if (name, on, today) not in known:
            where = stream("entity", name)
            found = _present(self.history(where), UnknownEntity(field=field, id=name))
            made = keeper(entity_of(found, on or today), today, self.histories)
            known[name, on, today] = made
        return known[name, on, today]

    def meter(self, name: str, field: str = "meter") -> MeterDefined:
        """Return a meter, or refuse."""
        found = self.history(stream("meter", name))
        return cast("MeterDefined", _present(found, UnknownMeter(field=field, id=name))[0])

    def plan(self, name: str, field: str = "plan") -> list[PlanPublished]:
        """Return every version of a plan in the order of publication, or refuse."""
        found = self.history(stream("plan", name))
        return cast("list[PlanPublished]", _present(found, UnknownPlan(field=field, id=name)))

    def tax_rates(self, code: str, field: str = "tax") -> list[TaxRateSet]:
        """Return every version of a tax code in the order of setting, or refuse."""
        found = self.history(stream("tax", code))
        return cast("list[TaxRateSet]", _present(found, UnknownTaxCode(field=field, id=code)))

    def chart(self) -> Chart:
        """Return the chart of accounts as it stands; its stream is ``CHART_STREAM``."""
        return chart_of(self.history(CHART_STREAM))

    def exchange_on(self, base: str, quote: str, day: date, field: str | None = None) -> Exchange:
        """Return the exchange rate of a day, or refuse."""
        pairs = [stream("exchange_rate", *pair) for pair in ((base, quote), (quote, base))]
        found = self.histories(pairs)
        facts = cast("list[ExchangeRateSet]", [fact for pair in pairs for fact in found[pair]])
        found_on = rate_on(facts, base, quote, day)
        lacking = NoExchangeRate(field=field, base=base, quote=quote, on=day)
        return _present(found_on, lacking)

    def find_account(self, name: str) -> Account | None:
        """Return an account, or None."""
        return self._get(stream("account", name), project_account)

    def account(self, name: str, field: str = "account") -> Account:
        """Return an account, or refuse."""
        return _present(self.find_account(name), UnknownAccount(field=field, id=name))

    def find_subscription(self, name: str) -> Subscription | None:
        """Return a subscription, or None."""
        return self._get(stream("subscription", name), project_subscription)

    def subscription(self, name: str, field: str = "subscription") -> Subscription:
        """Return a subscription, or refuse."""
        return _present(self.find_subscription(name), UnknownSubscription(field=field, id=name))

    def find_payment(self, name: str) -> Payment | None:
        """Return a payment, or None."""
        return self._get(stream("payment", name), project_payment)

    def captured(self, name: str, field: str = "payment") -> Captured:
        """Return a payment that came in, or refuse."""
        found = self.find_payment(name)
        if found is None or found.captured is None:
            raise UnknownPayment(field=field, id=name)
        return Captured(found.id, found.version, found.captured)

    def payer(self, account: Account) -> Account:
        """Return who pays: the topmost of an account's parents, or itself."""
        while account.opened.parent is not None:
            account = self.account(account.opened.parent)
        return account

    def day(self, command: Command, time_zone: str = "UTC") -> date:
        """Return the accounting date of a command: ``on``, or today where it is accounted for."""
        return command.on or local_day(self.now, time_zone)

    def dated(self, command: Command, time_zone: str = "UTC") -> datetime:
        """Return the start of the accounting date."""
        return instant(self.day(command, time_zone), time_zone)

    def _get(self, where: UUID, fold: Fold[T]) -> T | None:
        if self.drafts is not None:
            return fold(None, self.history(where))
        return self.ledger.books.get(where, fold)


def _present(found: T | None, error: LedgerError) -> T:
    if not found:
        raise error
    return found
