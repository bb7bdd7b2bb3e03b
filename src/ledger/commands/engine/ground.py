"""What a run stands on: reference data loaded in sets, and how far everything was read.

A view is taken at positions: projections are folded that far, and guards refuse whatever moved
beyond. A conflict takes a new view.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar, cast

from ledger.catalog.exchange import exchange_of, latest_on
from ledger.catalog.parties import entity_of
from ledger.catalog.plans import parse_plan
from ledger.catalog.records import PlanVersion
from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.open_periods import Keeper, keeper
from ledger.errors import NoExchangeRate, UnknownEntity
from ledger.events.catalog import (
    ExchangeRateSet,
    MeterDefined,
    PlanPublished,
    TaxRateSet,
)
from ledger.events.exchange import Exchange
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.periods import local_day
from ledger.projector.follower import catch_up
from ledger.store.database import Query, Role

Row = TypeVar("Row")


@dataclass
class View:
    """The ground a run stands on now; a conflict renews it."""

    ledger: Ledger
    projections: Sequence[str]
    ground: "Ground" = field(init=False)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Take a new view."""
        self.ground = Ground.take(self.ledger, self.projections)


@dataclass
class Ground:
    """One view of the reference data; ``positions`` are those of the lanes when it was taken."""

    ledger: Ledger
    positions: dict[int, int]
    _facts: dict[tuple[str, str], list[Fact]] = field(default_factory=dict)
    _entities: dict[tuple[str, date | None], Keeper] = field(default_factory=dict)
    _plans: dict[str, list[PlanVersion]] = field(default_factory=dict)
    _exchange: dict[str, dict[str, list[ExchangeRateSet]]] = field(default_factory=dict)

    @classmethod
    def take(cls, ledger: Ledger, projections: Iterable[str]) -> "Ground":
        """Fold the projections up to the heads of the log, and note these."""
        return cls(ledger, catch_up(ledger.db, list(projections)))

    @property
    def read_at(self) -> int:
        """The position of lane 0 above which nothing was read for sure."""
        return self.positions[0]

    def read(self, query: Query[Row]) -> list[Row]:
        """Return the rows of a read; no connection is held while another is waited for."""
        with self.ledger.db.transaction(Role.READER) as tx:
            return tx.all(query)

    def load(self, kind: str, names: Collection[str]) -> None:
        """Load what is not loaded yet of some streams, by one query."""
        lacking = [name for name in names if (kind, name) not in self._facts]
        if not lacking:
            return
        wanted = {stream(kind, name): (kind, name) for name in lacking}
        for where, facts in self.ledger.books.facts_of(wanted).items():
            self._facts[wanted[where]] = facts

    def entity(self, name: str, on: date | None = None) -> Keeper:
        """Return an entity as it is on a day, by default today, with its periods; or refuse."""
        facts = self._of("entity", name)
        if not facts:
            raise UnknownEntity(field="entity", id=name)
        today = local_day(self.ledger.clock(), "UTC")
        if (name, on) not in self._entities:
            found = entity_of(facts, on or today)
            self._entities[name, on] = keeper(found, today, self.ledger.books.facts_of)
        return self._entities[name, on]

    def exchange_on(self, base: str, quote: str, day: date, field: str | None = None) -> Exchange:
        """Return how a day converts one currency into another, or refuse."""
        return exchange_of(self.rate_on(base, quote, day, field), quote)

    def rate_on(
        self, base: str, quote: str, day: date, field: str | None = None
    ) -> ExchangeRateSet:
        """Return the exchange rate of a day as it was set, or refuse."""
        pairs = [stream("exchange_rate", *pair) for pair in ((base, quote), (quote, base))]
        if base not in self._exchange.setdefault(quote, {}):
            found = self.ledger.books.facts_of(pairs)
            facts = [fact for pair in pairs for fact in found[pair]]
            self._exchange[quote][base] = cast("list[ExchangeRateSet]", facts)
        found_on = latest_on(self._exchange[quote][base], base, quote, day)
        if found_on is None:
            raise NoExchangeRate(field=field, base=base, quote=quote, on=day)
        return found_on

    def meter(self, name: str) -> MeterDefined:
        """Return a meter that some plan prices."""
        return cast("MeterDefined", self._of("meter", name)[0])

    def plan(self, name: str) -> list[PlanVersion]:
        """Return every version of a plan, in the order of publication."""
        if name not in self._plans:
            facts = cast("list[PlanPublished]", self._of("plan", name))
            self._plans[name] = [parse_plan(fact) for fact in facts]
        return self._plans[name]

    def tax_rates(self, code: str) -> list[TaxRateSet]:
        """Return every version of a tax code, in the order of setting."""
        return cast("list[TaxRateSet]", self._of("tax", code))

    def version(self, kind: str, name: str) -> int:
        """Return the version that a stream was at when it was loaded; 0 where there is none."""
        facts = self._of(kind, name)
        return facts[-1].originator_version if facts else 0

    def _of(self, kind: str, name: str) -> list[Fact]:
        self.load(kind, [name])
        return self._facts[kind, name]
