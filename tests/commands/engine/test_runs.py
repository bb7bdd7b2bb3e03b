"""Runs: killed in the middle they go on, side by side they double nothing and leave no gap."""

import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest

from ledger.commands.invoicing import invoice
from ledger.commands.rating import batch
from ledger.events.command import CommandStarted
from ledger.events.streams import stream
from ledger.projector.follower import catch_up
from ledger.reads.invoices import invoices
from ledger.reads.journal import trial_balance
from ledger.store.database import Role

ACCOUNTS = 24
SCRIPT = """
    import os, signal, sys
    from ledger.commands.engine import runs
    from ledger.commands.invoicing import invoice
    from ledger.commands.rating import batch
    from ledger.commands.engine.ledger import Ledger
    from ledger.commands.registry import execute
    from ledger.settings import Settings
    from ledger.store.books import Books
    from ledger.store.database import Database

    url, batches, *pairs = sys.argv[1:]
    batch.BATCH_ACCOUNTS = invoice.BATCH_PAYERS = 5
    left = int(batches)
    save = runs.Run._save

    def dying(self, *given):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return save(self, *given)

    runs.Run._save = dying
    db = Database(url)
    answer = execute(Ledger(db, Books(db), Settings()), dict(p.split("=") for p in pairs), "other")
    print(answer.status, len(answer.facts))
"""
RATE = ["command=rate_usage", "key=rate", "through=2026-10-31"]
ISSUE = ["command=issue_invoices", "key=issue", "through=2026-10-31", "on=2026-11-01"]


@pytest.fixture
def crowd(world):
    """The world with two dozen accounts that used 100 calls each, 1.00 apiece."""
    for number in range(ACCOUNTS):
        name = f"c-{number:02}"
        world("open_account", account=name, entity="US", name=name, currency="USD", tax="sales")
        world("start_subscription", subscription=name, account=name, plan="basic",
              from_="2026-10-01")  # fmt: skip
    events = [
        {"source": "shop", "id": f"{number}", "account": f"c-{number:02}", "meter": "api",
         "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "100"}}
        for number in range(ACCOUNTS)
    ]  # fmt: skip
    assert world("record_usage", events=events).usage["accepted"] == ACCOUNTS
    return world


def process(ledger, batches: int, pairs: list[str]) -> subprocess.Popen[str]:
    """Run a command in a process of its own that dies before the append after so many batches."""
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), ledger.db.url, str(batches), *pairs]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def killed(child: subprocess.Popen[str]) -> bool:
    """Wait for the end of a process, and say whether it was by the signal."""
    child.communicate()
    return child.returncode == -9


def balances(ledger) -> dict[str, str]:
    """Return the trial balance, debit positive, without zeros."""
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        rows = tx.all(trial_balance("US"))
    return {row.account: str(row.balance) for row in rows if row.balance}


def numbers(ledger) -> list[str]:
    """Return the numbers of all invoices."""
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        return sorted(row.number for row in tx.all(invoices(entity="US")))


def test_a_rating_killed_in_the_middle_goes_on_without_doubling(crowd, ledger):
    assert killed(process(ledger, 2, RATE))
    assert balances(ledger) == {
        "1150": "9.00",
        "4010": "-9.00",
    }  # acme, of the first five, had none
    start = ledger.books.latest(stream("command", "rate"))
    assert isinstance(start, CommandStarted)
    answer = crowd("rate_usage", key="rate", through="2026-10-31")
    assert answer.status == "accepted"
    assert balances(ledger) == {"1150": "24.00", "4010": "-24.00"}
    assert len(answer.facts) == 2 * ACCOUNTS
    again = crowd("rate_usage", key="rate", through="2026-10-31")
    assert (again.status, list(again.facts)) == ("duplicate", list(answer.facts))


def test_a_billing_killed_in_the_middle_goes_on_without_gap(crowd, ledger):
    crowd("rate_usage", through="2026-10-31")
    assert killed(process(ledger, 3, ISSUE))
    assert len(numbers(ledger)) == 15
    answer = crowd("issue_invoices", key="issue", through="2026-10-31", on="2026-11-01")
    assert answer.status == "accepted"
    assert numbers(ledger) == [f"US-2026-{n:06}" for n in range(1, ACCOUNTS + 1)]
    assert balances(ledger) == {"1100": "26.16", "2200": "-2.16", "4010": "-24.00"}


def test_two_processes_that_rate_and_bill_at_once_double_nothing(crowd, ledger):
    for one, other in ((RATE, ["command=rate_usage", "key=rate-2", "through=2026-10-31"]),
                       (ISSUE, ["command=issue_invoices", "key=issue-2", *ISSUE[2:]])):  # fmt: skip
        children = [process(ledger, 1_000, one), process(ledger, 1_000, other)]
        told = [child.communicate()[0].split() for child in children]
        assert [status for status, _ in told] == ["accepted", "accepted"]
    assert numbers(ledger) == [f"US-2026-{n:06}" for n in range(1, ACCOUNTS + 1)]
    assert balances(ledger) == {"1100": "26.16", "2200": "-2.16", "4010": "-24.00"}


def test_one_key_in_many_threads_is_one_run(crowd, ledger, monkeypatch):
    monkeypatch.setattr(batch, "BATCH_ACCOUNTS", 5)
    gate = Barrier(3)

    def go(_: int) -> int:
        gate.wait()
        answer = crowd("rate_usage", key="rate", through="2026-10-31")
        assert answer.status in ("accepted", "duplicate"), answer
        return len(answer.facts)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(go, range(3))) == [2 * ACCOUNTS] * 3
    assert balances(ledger) == {"1150": "24.00", "4010": "-24.00"}
    facts = ledger.books.read_stream(stream("command", "rate"))
    assert [fact.TYPE for fact in facts] == ["command.started/1", "command.accepted/1"]


def test_payments_beside_a_billing_drop_a_payer_not_the_batch(crowd, ledger, monkeypatch):
    """Given payments between reading and appending, those payers are billed at the end."""
    crowd("rate_usage", through="2026-10-31")
    drafts_of = invoice.drafts_of
    paid = iter(["c-03", "c-07"])

    def meanwhile(*given):
        drafts = drafts_of(*given)
        for payer in paid:
            crowd("capture_payment", key=payer, payment=payer, account=payer, amount="5",
                  currency="USD", via="bank", on="2026-11-01")  # fmt: skip
        return drafts

    monkeypatch.setattr(invoice, "drafts_of", meanwhile)
    assert crowd("issue_invoices", through="2026-10-31", on="2026-11-01").status == "accepted"
    assert numbers(ledger) == [f"US-2026-{n:06}" for n in range(1, ACCOUNTS + 1)]
    assert Decimal(balances(ledger)["1100"]) == Decimal("26.16")


def test_a_run_that_finds_nothing_is_accepted_with_no_facts(world, ledger):
    head = ledger.books.head()
    for name, fields in (
        ("rate_usage", {"through": "2026-10-31"}),
        ("issue_invoices", {"through": "2026-10-31", "on": "2026-11-01"}),
    ):
        answer = world(name, **fields)
        assert (answer.status, list(answer.facts)) == ("accepted", [])
    assert ledger.books.head() == head + 2


def test_the_key_of_a_run_keeps_its_body(world):
    world("rate_usage", key="rate", through="2026-10-31")
    answer = world("rate_usage", key="rate", through="2026-11-30")
    assert answer.error.code == "KEY_REUSED"
