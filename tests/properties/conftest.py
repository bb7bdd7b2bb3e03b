"""Two entities in unlike currencies, a player of histories, and an auditor of what they left."""

import importlib
import itertools
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledger.commands.engine.ledger import Ledger
from ledger.commands.form.answer import Answer
from ledger.commands.registry import execute
from ledger.events.streams import stream
from ledger.posting.chart import CHART
from ledger.posting.movements import Movement
from ledger.reads.contract_balances import contract_balances
from ledger.reads.obligations import obligations
from ledger.reads.rollforward import items, roll_forward
from ledger.reads.span import Span
from ledger.reads.subscriptions import accounts, entities
from ledger.reads.tax import tax_report
from ledger.reads.waterfall import waterfalls
from ledger.receivables.state import Receivables, fold
from ledger.settings import Settings
from ledger.store.books import Books
from ledger.store.database import Database, Role
from ledger.testing import TestServer

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AGGREGATIONS = ("count", "sum", "max", "latest", "unique_count", "weighted_sum")
TAXES = {"vat": "19", "low": "7.7", "zero": "0"}
ENTITIES = {
    "US": ("USD", "America/New_York", "half_up"),
    "JP": ("JPY", "Asia/Tokyo", "half_even"),
    "KW": ("KWD", "Asia/Kolkata", "half_even"),
}
# account, its parent, tax, time zone, pricing, and how its subscription starts
CUSTOMERS = (
    ("group", None, "vat", None, "net", {"from": "2026-09-15"}),
    ("branch", "group", None, "Australia/Lord_Howe", "gross", {"from": "2026-08-31"}),
    ("solo", None, "low", "Europe/Berlin", "gross", {
        "from": "2026-10-01", "anchor": 31, "trial_until": "2026-10-08",
        "overrides": [{"item": "sum", "model": {"type": "per_unit", "unit": "0.335"}}]}),
)  # fmt: skip


class Play:
    """One history as it goes on: every step is a command, and every command must be accepted.

    ``now`` is what the clock says; it stands until somebody sets it.
    """

    def __init__(self, database: Database, books: Books, entities: tuple[str, ...]) -> None:
        self.now = NOW
        self.ledger = Ledger(database, books, Settings(), lambda: self.now)
        self.entities = entities
        self.events: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.payments = 0
        self._keys = (f"k-{number}" for number in itertools.count(1))

    def ask(self, command: str, **fields: Any) -> Answer:
        """Carry out a command, whatever the answer; ``from_`` is ``from``."""
        body = {"command": command, "key": next(self._keys), **fields}
        return execute(self.ledger, {k.rstrip("_"): v for k, v in body.items()}, "tester")

    def do(self, command: str, **fields: Any) -> Answer:
        """Carry out a command that must be accepted."""
        answer = self.ask(command, **fields)
        assert answer.status == "accepted", (command, fields, answer)
        return answer

    def rows(self, query: str, **params: Any) -> list[Any]:
        """Return what a query of facts or projections finds."""
        with self.ledger.db.transaction(Role.READER) as tx:
            return tx.execute(query, params or None).fetchall()

    def state(self, account: str) -> Receivables:
        """Return what the facts of a payer come to."""
        return fold(self.ledger.books.read_stream(stream("receivables", account)))

    def begin(self, plans: dict[str, Any]) -> None:
        """Set up the entities, meters, taxes, first plan versions, accounts and subscriptions."""
        for code, rate in TAXES.items():
            category = "Z" if rate == "0" else "S"
            self.do("set_tax_rate", code=code, rate=rate, from_="2026-01-01", category=category)
        for kind in AGGREGATIONS:
            value = {"value": "user"} if kind == "unique_count" else {}
            self.do("define_meter", meter=kind, aggregation=kind, dimensions=["region"], **value)
        for entity in self.entities:
            currency, zone, rounding = ENTITIES[entity]
            self.do("register_entity", entity=entity, name=entity, currency=currency, country="US",
                    time_zone=zone, first_period="2026-10", rounding=rounding)  # fmt: skip
            for pricing in ("net", "gross"):
                self.publish(entity, pricing, "2026-01-01", plans[pricing], pricing == "gross")
            for customer in CUSTOMERS:
                self._open(entity, currency, *customer)

    def _open(self, entity, currency, name, parent, tax, zone, pricing, terms) -> None:  # type: ignore[no-untyped-def]
        account = f"{entity}-{name}"
        self.do("open_account", account=account, entity=entity, name=name, currency=currency,
                tax=tax, time_zone=zone, parent=parent and f"{entity}-{parent}")  # fmt: skip
        self.do("start_subscription", subscription=f"s/{account}", account=account,
                plan=f"{entity}-{pricing}", **terms)  # fmt: skip

    def publish(
        self,
        entity: str,
        pricing: str,
        day: str,
        items: Any,
        inclusive: bool,
        applies_to: str = "all",
    ) -> None:
        """Publish a version of one of an entity's two plans: an item per meter, or by region."""
        rows = [{"item": name, "kind": "usage", "meter": meter, **terms, **taken}
                for meter, terms in ((m, dict(t)) for m, t in items.items())
                for name, taken in self._taken(meter, terms.pop("split", False))]  # fmt: skip
        self.do("publish_plan", plan=f"{entity}-{pricing}", currency=ENTITIES[entity][0],
                items=rows, from_=day, tax_inclusive=inclusive, applies_to=applies_to)  # fmt: skip

    @staticmethod
    def _taken(meter: str, split: bool) -> list[tuple[str, dict[str, Any]]]:
        """Return the items of a meter: one, or one for each of two regions and none for others."""
        if not split:
            return [(meter, {})]
        return [(meter, {"filter": {"region": "eu"}}),
                (f"{meter}-us", {"filter": {"region": "us"}})]  # fmt: skip

    def use(self, events: list[dict[str, Any]]) -> None:
        """Record events; their ids count up."""
        named = [{"source": "app", "id": f"e-{len(self.events) + n}", **event}
                 for n, event in enumerate(events)]  # fmt: skip
        answer = self.do("record_usage", events=named)
        assert answer.usage is not None, answer
        assert answer.usage["accepted"] == len(named), answer
        self.events += named

    def again(self) -> None:
        """Send every event once more: nothing but duplicates."""
        answer = self.do("record_usage", events=self.events)
        assert answer.usage is not None
        assert (answer.usage["accepted"], answer.usage["duplicate"]) == (0, len(self.events))

    def pay(self, account: str, share: int) -> None:
        """Pay so many hundredths of what the account owes; above 100 some cash stays unapplied."""
        owed = sum((item.open for item in self.state(account).open_items), Decimal(0))
        unit = {"US": "0.01", "JP": "1", "KW": "0.001"}[account[:2]]
        amount = (owed * share / 100).quantize(Decimal(unit))
        if amount:
            self.payments += 1
            self.do("capture_payment", payment=f"p-{self.payments}", account=account,
                    amount=str(amount), currency=ENTITIES[account[:2]][0], on="2026-12-01",
                    via=("bank", "psp")[share % 2])  # fmt: skip


CONTROL = [code for code, account in CHART.items() if account.control]


def check_rollforwards(ledger: Ledger, spans: int = 6) -> None:
    """Every roll-forward adds up and ties, at random dates and positions, and at the end."""
    drawn = random.Random(7)
    with ledger.db.transaction(Role.READER) as tx:
        head = tx.head()
        for one in tx.all(entities()):
            spans_ = [Span(one.entity, date(2000, 1, 1), date(2100, 1, 1))]
            for _ in range(spans):
                first = date(2026, 9, 1) + timedelta(drawn.randrange(200))
                last = first + timedelta(drawn.randrange(100))
                at = drawn.choice([None, drawn.randint(1, head), drawn.randint(1, head)])
                spans_.append(Span(one.entity, first, last, at))
            for span in spans_:
                check_span(tx, one, span)


def check_span(tx: Any, one: Any, span: Span) -> None:
    """Every roll-forward and disclosure of one span ties to the trial balance."""
    rows = roll_forward(tx, span, CONTROL)
    for row in rows:
        assert row.ties, (span, row)
        assert Movement.OTHER not in row.movements, (span, row)
    closing = {row.account: row.closing for row in rows}
    for account in tx.all(accounts(entity=one.entity)):
        whose = Span(span.entity, span.first, span.last, span.at, account.account)
        found = items(tx, whose, ["1100", "1150", "1160", "2100", "2110", "2130"])
        assert all(row.ties for row in found), (whose, found)
    taxes = tax_report(tx, span)
    assert not taxes.difference, (span, taxes)
    assert not any(row.unexplained for row in contract_balances(tx, span)), span
    for band in obligations(tx, one, span):
        assert not band.difference, (span, band)
    falls = waterfalls(tx, span.last, one.entity, as_of=span.last, at=span.at)
    deferred = sum((fall.deferred for fall in falls), Decimal(0))
    assert deferred == closing.get("2100", 0), span
    assert all(not fall.months[-1].left for fall in falls), span


@pytest.fixture
def rolling() -> Callable[[Ledger], None]:
    """Return how to check the roll-forwards of a ledger."""
    return check_rollforwards


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> type:
    """Return the auditor, from the files beside this one."""
    folder = Path(__file__).parent / "auditor"
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    auditor: type = importlib.import_module("audited_books").Auditor
    return auditor


@pytest.fixture
def fees(audit: type) -> Callable[[Ledger], Any]:
    """Return how to audit the fees of a ledger."""
    auditor = importlib.import_module("audited_fees").FeeAuditor
    return lambda ledger: auditor(audit(ledger).facts)


@pytest.fixture
def statements(audit: type) -> Callable[[Any], None]:
    """Return how to tie the statements of a database to each other."""
    check: Callable[[Any], None] = importlib.import_module("audited_statements").check_statements
    return check


@pytest.fixture
def playing(server: TestServer) -> Callable[[tuple[str, ...]], AbstractContextManager[Play]]:
    """Return how to get a player over a fresh database."""

    @contextmanager
    def play(entities: tuple[str, ...]) -> Iterator[Play]:
        with server.database() as database:
            books = Books(database)
            yield Play(database, books, entities)
            books.close()

    return play
