"""Entries decided in groups leave what single ones leave, whoever else writes meanwhile."""

import base64
import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ledger.commands.cash import importing
from ledger.commands.engine.ledger import Ledger
from ledger.commands.registry import execute
from ledger.reads import statements as reads
from ledger.settings import Settings
from ledger.store.books import Books
from ledger.store.database import Role

LOG = """
select type, stream, version, occurred_at, data, meta - 'trace' from ledger.log
where lane = 0 and (starts_with(type, 'statement') or starts_with(type, 'payment')
                    or type = 'journal.posted/1')
order by position"""
PAID = {"account": "acme", "currency": "USD", "on": "2026-11-02", "via": "bank"}


def rows(database):
    with database.transaction(Role.READER) as tx:
        return tx.execute(LOG).fetchall()


@pytest.fixture
def between(monkeypatch):
    """Do something once, after a group was read and decided and before it is appended."""

    def between(what):
        save, done = Books.save, []

        def racing(self, *facts, **how):
            if not done:
                done.append(None)
                done[0] = what()
            return save(self, *facts, **how)

        monkeypatch.setattr(Books, "save", racing)
        return done

    return between


def drawn(write, seed):
    """Return entries of some payers that pay, pay again, return, and name nothing."""
    draw = random.Random(seed)
    for number in range(60):
        amount = f"{draw.randint(1, 4000)}.{draw.randint(0, 99):02d}"
        yield draw.choice(
            [
                write.entry(amount, ref=f"R{number}", text=f"EU-2026-00000{draw.randint(1, 7)}"),
                write.entry(amount, ref=f"R{number}", text="EU-2026-000001 and EU-2026-000003"),
                write.entry(amount, ref=f"R{number}", end_to_end=draw.choice(["a0", "a1", "x"])),
                write.entry("60.00", ref=f"R{number}", end_to_end=draw.choice(["p-0", "p-1"])),
                write.entry("-7.00", ref=f"R{number}", end_to_end="p-0", returned="AC04"),
            ]
        )


def business(ask):
    """Seven accounts in USD of books in EUR, each billed 1,000.00, of which two paid 60.00."""
    ask("register_entity", entity="EU", name="x", currency="EUR", country="DE", time_zone="UTC",
        first_period="2026-01")  # fmt: skip
    ask("set_exchange_rate", base="EUR", quote="USD", rate="1.10", on="2026-10-01", source="x")
    for number in range(7):
        ask("open_account", account=f"a{number}", entity="EU", name="x", currency="USD")
        ask("grant_credit", grant=f"g{number}", account=f"a{number}", kind="prepaid",
            amount="1000.00", from_="2026-10-01")  # fmt: skip
    ask("issue_invoices", through="2026-10-31", on="2026-10-31")
    for number in range(2):
        ask("capture_payment", payment=f"p-{number}", account=f"a{number}", currency="USD",
            amount="60.00", on="2026-11-02", via="bank")  # fmt: skip


def left_by(database, data):
    """Return the log after a statement was imported into a database of its own."""
    books = Books(database)
    ledger, keys = Ledger(database, books, Settings()), itertools.count()

    def ask(command, **fields):
        body = {"command": command, "key": str(next(keys)), **fields}
        answer = execute(ledger, {name.rstrip("_"): value for name, value in body.items()}, "x")
        assert answer.status == "accepted", answer

    business(ask)
    ask("import_statement", entity="EU", statement=base64.b64encode(data).decode())
    books.close()
    return rows(database)


@pytest.mark.parametrize("seed", range(2))
def test_a_group_leaves_the_same_log_as_entries_one_by_one(server, write, monkeypatch, seed):
    data, logs = write(*drawn(write, seed)), []
    for size in (256, 1):
        monkeypatch.setattr(importing, "GROUP_MAX", size)
        with server.database() as database:
            logs.append(left_by(database, data))
    assert logs[0] == logs[1]
    assert {"statement_entry.matched/1", "statement_entry.excepted/1", "payment.returned/1"} <= {
        row[0] for row in logs[0]
    }


def test_a_payment_that_comes_between_makes_the_group_decide_anew(bank, between):
    """Given 100.00 open, 60.00 are captured by hand: the entries then find 40.00."""
    raced = between(lambda: bank.ask("capture_payment", payment="p", amount="60.00", **PAID))
    bank.take(*(bank.entry("30.00", ref=f"R{n}", text="US-2026-000001") for n in range(3)))
    assert raced[0].status == "accepted"
    assert bank.is_open()["US-2026-000001"] == "0.00"
    assert bank.balances() | {"1000": "120.00", "2130": "-20.00"} == bank.balances()
    assert bank.exceptions() == [("30.00", "nothing_open", "US-2026-000001")]


def test_a_period_that_closes_between_refuses_its_entries(bank, between):
    raced = between(lambda: bank.ask("soft_close_period", entity="US", period="2026-10"))
    bank.take(bank.entry("10.00", ref="R1", text="US-2026-000001", day="2026-10-31"),
              bank.entry("20.00", ref="R2", text="US-2026-000001"))  # fmt: skip
    assert raced[0].status == "accepted"
    assert bank.exceptions() == [("10.00", "refused", "PERIOD_NOT_OPEN")]
    assert bank.balances()["1000"] == "20.00"


@pytest.mark.parametrize("keys", [("i-1", "i-2"), ("i-1", "i-1")])
def test_a_statement_that_is_imported_twice_at_once_counts_once(bank, monkeypatch, keys):
    entries = [bank.entry("10.00", ref=f"R{n}", text="US-2026-000001") for n in range(6)]
    data = bank._write(*entries)
    monkeypatch.setattr(importing, "GROUP_MAX", 2)
    gate = Barrier(2)

    def send(key):
        gate.wait()
        return bank.send(data, key=key).status

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(send, keys)) <= {"accepted", "duplicate"}
    assert bank.is_open()["US-2026-000001"] == "40.00"
    (statement,) = bank.read(reads.statements())
    assert (statement.matched_count, statement.duplicate_count) == (6, 0)


def test_what_somebody_names_between_is_not_matched_again(bank, between):
    """A payment by hand is settled as one entry while the import takes another for it."""
    bank.do("capture_payment", payment="p-1", amount="100.00", **PAID)
    bank.take(bank.entry("100.00", ref="R1"))
    (entry,) = bank.read(reads.exceptions())
    raced = between(lambda: bank.ask("settle_statement_entry", entry=entry.entry,
                                     journal_entry="payment/p-1"))  # fmt: skip
    bank.take(bank.entry("100.00", ref="R2", end_to_end="p-1"), id="S-2")
    assert raced[0].status == "accepted"
    assert bank.exceptions() == [("100.00", "already_matched", "p-1")]


def test_two_settlements_never_name_the_same_journal_entry(bank, between):
    bank.do("capture_payment", payment="p-1", amount="100.00", **PAID)
    bank.take(bank.entry("100.00", ref="R1"), bank.entry("100.00", ref="R2"))
    first, second = bank.read(reads.exceptions())
    named = {"journal_entry": "payment/p-1"}
    raced = between(lambda: bank.ask("settle_statement_entry", entry=second.entry, **named))
    answer = bank.ask("settle_statement_entry", entry=first.entry, **named)
    assert raced[0].status == "accepted"
    assert answer.error.code == "BAD_VALUE"
    assert second.entry in answer.error.message
    assert [one.entry for one in bank.read(reads.exceptions())] == [first.entry]


def test_the_return_that_an_entry_made_is_not_another_entry(bank):
    """A payment, its return, and the payment again: the return stands for itself alone."""
    bank.do("capture_payment", payment="dd-1", amount="100.00", **PAID)
    bank.take(bank.entry("-40.00", ref="R1", end_to_end="dd-1", returned="AC04"),
              bank.entry("-40.00", ref="R2"))  # fmt: skip
    (entry,) = bank.read(reads.exceptions())
    again = bank.ask("settle_statement_entry", entry=entry.entry, journal_entry="return/dd-1/2")
    assert again.error.code == "BAD_VALUE"
    bank.do("return_payment", payment="dd-1", code="AC04", amount="40.00", on="2026-11-04")
    bank.do("settle_statement_entry", entry=entry.entry, journal_entry="return/dd-1/3")
    bank.take(bank.entry("100.00", ref="R3", end_to_end="dd-1"), id="S-2")
    assert bank.exceptions() == []


@pytest.fixture
def abroad(bank):
    """Another entity, and how it imports a statement with an entry that nobody can match."""
    bank.do("register_entity", entity="CA", name="x", currency="USD", country="CA",
            time_zone="UTC", first_period="2026-01")  # fmt: skip

    def abroad(**more):
        return bank.send(bank._write(bank.entry("5.00", ref="R9"), id="S-9", **more), entity="CA")

    return abroad


def test_an_iban_stays_with_the_entity_that_imported_it_first(bank, abroad):
    bank.take(bank.entry("1.00", ref="R1"))
    answer = abroad()
    assert (answer.error.code, answer.error.field) == ("BANK_ACCOUNT_TAKEN", "entity")
    assert len(bank.exceptions()) == 1
    assert abroad(account="GB33BUKB20201555555555").status == "accepted"


def test_an_empty_statement_takes_an_iban_too(bank, abroad):
    bank.take()
    assert abroad().error.code == "BANK_ACCOUNT_TAKEN"


@pytest.mark.parametrize("entries", [0, 1])
def test_of_two_entities_that_race_for_an_iban_one_gets_it(bank, abroad, between, entries):
    raced = between(abroad)
    answer = bank.answer(*(bank.entry("1.00", ref="R1"),) * entries)
    assert raced[0].status == "accepted"
    assert answer.error.code == "BANK_ACCOUNT_TAKEN"
    (statement,) = bank.read(reads.statements())
    assert statement.entity == "CA"


def test_a_number_that_is_no_iban_may_be_two_accounts(bank, abroad):
    bank.take(bank.entry("1.00", ref="R1"), account="12345")
    assert abroad(account="12345").status == "accepted"
