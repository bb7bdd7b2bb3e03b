"""The books of a scenario: asked by commands, read as an accountant reads them."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.commands.engine.ledger import Ledger
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.reads.charges import charges
from ledger.reads.credit import grants
from ledger.reads.invoices import invoice_lines, invoices
from ledger.reads.journal import journal_lines, trial_balance
from ledger.store.database import Role


class Books:
    """Short ways to do a scenario's steps and to read what they left."""

    def __init__(self, ledger: Ledger, ask: Callable[..., Any]) -> None:
        self._ledger = ledger
        self._ask = ask

    def do(self, command: str, **fields: Any) -> list[str]:
        """Carry out a command and return the types of its facts."""
        answer = self._ask(command, **fields)
        assert answer.status == "accepted", answer
        return [fact.type.partition("/")[0] for fact in answer.facts]

    def entity(self, name: str, currency: str, **more: Any) -> None:
        """Register an entity whose days are those of UTC."""
        self.do("register_entity", entity=name, name=name, currency=currency, country="US",
                time_zone="UTC", first_period="2026-01", **more)  # fmt: skip

    def plan(self, plan: str, currency: str, *models: dict[str, Any], **more: Any) -> None:
        """Publish a plan with one item per model, each on the meter of its name."""
        items = [
            {"item": f"item-{n}", "kind": "usage", "meter": f"meter-{n}", "interval": "month",
             "model": model}
            for n, model in enumerate(models, start=1)
        ]  # fmt: skip
        self.do("publish_plan", plan=plan, currency=currency, items=items,
                **{"from": "2026-01-01", **more})  # fmt: skip

    def customer(self, account: str, entity: str, currency: str, plan: str, **more: Any) -> None:
        """Open an account that has a plan since October."""
        self.do("open_account", account=account, entity=entity, name=account, currency=currency,
                **more)  # fmt: skip
        self.do("start_subscription", subscription=f"{account}-1", account=account, plan=plan,
                from_="2026-10-01")  # fmt: skip

    def use(
        self, account: str, event: str, day: str, quantity: str, meter: str = "meter-1"
    ) -> None:
        """Record one usage event at ten in the morning."""
        body = {"source": "app", "id": event, "account": account, "meter": meter,
                "time": f"{day}T10:00:00Z", "properties": {"quantity": quantity}}  # fmt: skip
        answer = self._ask("record_usage", events=[body])
        assert answer.usage["accepted"] == 1, answer

    def balances(self, entity: str = "US", as_of: date | None = None) -> dict[str, str]:
        """Return the trial balance, debit positive, without zeros."""
        rows = self.read(trial_balance(entity, as_of=as_of))
        return {row.account: str(row.balance) for row in rows if row.balance}

    def journal(self, entity: str = "US") -> list[tuple[str, str, str, str]]:
        """Return (date, rule, account, amount) of every line, in the order of posting."""
        return [
            (row.posted_on.isoformat(), row.rule.partition("@")[0], row.account, str(row.amount))
            for row in self.read(journal_lines(entity=entity))
        ]

    def documents(self, account: str) -> list[tuple[str, str, str, str, str]]:
        """Return (number, net, tax, total, open) of every document of an account."""
        return [
            (row.number, str(row.net), str(row.tax), str(row.total), str(row.open))
            for row in self.read(invoices(account))
        ]

    def lines(self, number: str) -> list[tuple[str, str, str]]:
        """Return (item, net, tax) of every line of a document."""
        rows = self.read(invoice_lines([number]))
        return [(row.item, str(row.net), str(row.tax)) for row in rows]

    def grants(self, account: str) -> list[Any]:
        """Return the grants of an account, by id."""
        return self.read(grants(account))

    def charges(self, account: str) -> list[tuple[str, str, str]]:
        """Return (charge, amount, delta) of every charge of an account."""
        rows = self.read(charges(account))
        return [(row.charge, str(row.amount), str(row.delta)) for row in rows]

    def read(self, query: Any) -> list[Any]:
        """Return the rows of a read, once everything is folded."""
        catch_up(self._ledger.db)
        with self._ledger.db.transaction(Role.READER) as tx:
            return tx.all(query)


@pytest.fixture
def books(
    ledger: Ledger, ask: Callable[..., Any], programs: Any, tmp_path: Path
) -> Iterator[Books]:
    """Empty books with three meters; at its end other programs check the scenario's journal."""
    books = Books(ledger, ask)
    for number in (1, 2, 3):
        books.do("define_meter", meter=f"meter-{number}", aggregation="sum")
    yield books
    catch_up(ledger.db)
    assert list(run_checks(ledger.db)) == []
    programs.agree(ledger.db, tmp_path)
