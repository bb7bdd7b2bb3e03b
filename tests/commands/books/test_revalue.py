"""revalue and what it stands beside: bad input, rates that lack, races, dry runs, and the close."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier

import pytest

from ledger.commands.books import differences
from ledger.commands.registry import execute
from ledger.events.exchange import Foreign
from ledger.events.journal import JournalLine
from ledger.events.revaluation import ReceivableRevalued
from ledger.events.streams import stream
from ledger.exporting.profile import leading
from ledger.lineage.down import down
from ledger.posting.entry import Heading, posted
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.reads.journal import journal_lines, trial_balance
from ledger.store.database import Role
from ledger.store.meta import Meta

ITEM = {"item": "app", "kind": "one_time", "amount": "100.00"}
END = date(2026, 10, 31)


@pytest.fixture
def euros(ask):
    """American books with 100.00 EUR invoiced at 1.10 to each of three, 1.15 at October's end."""
    us = {"name": "Example Inc", "currency": "USD", "country": "US", "time_zone": "UTC"}
    steps = [
        ("register_entity", {"entity": "US", "first_period": "2026-10", **us}),
        ("set_exchange_rate", {"base": "EUR", "quote": "USD", "rate": "1.10", "on": "2026-10-01",
                               "source": "ECB"}),
        ("set_exchange_rate", {"base": "EUR", "quote": "USD", "rate": "1.15", "on": "2026-10-31",
                               "source": "ECB"}),
        ("publish_plan", {"plan": "app", "currency": "EUR", "from": "2026-01-01", "items": [ITEM]}),
        *((name, fields)
          for one in ("a", "b", "c")
          for name, fields in (
              ("open_account", {"account": one, "entity": "US", "name": one, "currency": "EUR"}),
              ("start_subscription", {"subscription": one, "account": one, "plan": "app",
                                      "from": "2026-10-05"}))),
        ("issue_invoices", {"through": "2026-10-05", "on": "2026-10-05"}),
    ]  # fmt: skip
    for name, fields in steps:
        answer = ask(name, **fields)
        assert answer.status == "accepted", answer
    return ask


def balances(ledger, as_of=END):
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        return {row.account: str(row.balance) for row in tx.all(trial_balance("US", as_of=as_of))}


def facts(ledger):
    return ledger.books.read_stream(stream("revaluation", "US"))


def holds(ledger):
    catch_up(ledger.db)
    return list(run_checks(ledger.db)) == []


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"entity": "US"}, "MISSING_FIELD", "on"),
        ({"on": "2026-10-31"}, "MISSING_FIELD", "entity"),
        ({"entity": "XX", "on": "2026-10-31"}, "UNKNOWN_ENTITY", "entity"),
        ({"entity": "US", "on": "2026-10-32"}, "BAD_DATE", "on"),
        ({"entity": "US", "on": "2026-10-31", "rate": "1.15"}, "UNKNOWN_FIELD", "rate"),
        ({"entity": "US", "on": "2026-09-30"}, "PERIOD_NOT_OPEN", "on"),
    ],
)
def test_what_is_refused_appends_nothing(euros, ledger, fields, code, field):
    head = ledger.books.head()
    answer = euros("revalue", **fields)
    assert (answer.error.code, answer.error.field) == (code, field)
    assert ledger.books.head() == head


def test_the_last_day_there_is_has_no_next_day_and_is_refused(euros, ledger):
    head = ledger.books.head()
    answer = euros("revalue", entity="US", on="2100-12-31")
    assert (answer.status, answer.error.code) == ("refused", "BAD_DATE")
    assert ledger.books.head() == head


def by_itself(ledger, entry, *lines):
    """Append an entry of the books that no command of this test makes."""
    at = datetime(2026, 10, 9, tzinfo=UTC)
    about = Heading(entry=entry, entity="US", currency="USD", rule="test@1", text=entry)
    (cause,) = ledger.books.read_stream(stream("entity", "US"))
    made = posted(about, lines, cause, at.date(), at)
    ledger.books.save(made, read_at=ledger.books.head(), guards=(), meta=Meta("test"))


def test_what_another_entity_owes_is_a_position_per_currency(euros, ledger):
    """100.00 EUR and 30.00 USD of EU: the dollars are our own, and stay what they are."""
    euros("set_exchange_rate", base="CHF", quote="USD", rate="1.20", on="2026-10-31", source="SNB")
    for number, (worth, currency, amount) in enumerate(
        ((110, "EUR", 100), (30, None, 0), (-100, "CHF", -100))
    ):
        foreign = Foreign(currency, Decimal(amount)) if currency else None
        by_itself(
            ledger,
            f"test/{number}",
            JournalLine("1300", Decimal(worth), counterparty="EU", foreign=foreign),
            JournalLine("4200", Decimal(-worth), counterparty="EU"),
        )
    euros("revalue", entity="US", on="2026-10-31")
    assert [
        (fact.currency, one.counterparty, one.customer, str(one.closing), str(one.posted))
        for fact in facts(ledger)
        for one in fact.revalued
        if one.account == "1300"
    ] == [("CHF", "EU", None, "-120.00", "-20.00"), ("EUR", "EU", None, "115.00", "5.00")]
    assert balances(ledger)["1300"] == "25.00"


def test_without_a_rate_nothing_of_any_currency_is_posted(euros, ledger):
    """Francs came in by an entry of their own; that there is no rate stops the euros, too."""
    owed = JournalLine("1100", Decimal(11), customer="a", invoice="US-2026-000001",
                       foreign=Foreign("CHF", Decimal(10)))  # fmt: skip
    by_itself(ledger, "test/francs", owed, JournalLine("4000", Decimal(-11)))
    head = ledger.books.head()
    answer = euros("revalue", entity="US", on="2026-10-31")
    assert answer.error.code == "NO_EXCHANGE_RATE"
    assert "from CHF to USD on or before 2026-10-31" in answer.error.message
    assert ledger.books.head() == head
    closed = euros("close_period", entity="US", period="2026-10")
    assert closed.error.code == "CLOSE_BLOCKED"
    assert "from CHF to USD" in closed.error.message


def test_many_positions_go_in_batches_and_come_to_the_same(euros, ledger, monkeypatch):
    monkeypatch.setattr(differences, "BATCH_POSITIONS", 2)
    answer = euros("revalue", entity="US", on="2026-10-31")
    assert [fact.type.partition("/")[0] for fact in answer.facts] == [
        "receivable.revalued", "journal.posted", "journal.posted",
    ] * 2  # fmt: skip
    assert [len(fact.revalued) for fact in facts(ledger)] == [2, 1]
    assert balances(ledger)["1100"] == "345.00"
    assert holds(ledger)


def test_a_run_that_was_killed_goes_on_under_its_key(euros, ledger, monkeypatch):
    monkeypatch.setattr(differences, "BATCH_POSITIONS", 1)
    body = {"command": "revalue", "key": "end of october", "entity": "US", "on": "2026-10-31"}
    whole, calls = differences.revalued, []

    def killed(*given):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*given)

    monkeypatch.setattr(differences, "revalued", killed)
    with pytest.raises(KeyboardInterrupt):
        execute(ledger, body, "tester")
    assert len(facts(ledger)) == 1
    monkeypatch.setattr(differences, "revalued", whole)
    again = execute(ledger, body, "tester")
    assert (again.status, len(facts(ledger))) == ("accepted", 3)
    assert execute(ledger, body, "tester").status == "duplicate"
    assert balances(ledger)["1100"] == "345.00"
    assert holds(ledger)


def test_a_fact_says_all_that_it_was_computed_from(euros, ledger):
    euros("revalue", entity="US", on="2026-10-31")
    (fact,) = facts(ledger)
    assert isinstance(fact, ReceivableRevalued)
    assert (fact.currency, fact.exchange.rate, fact.exchange.on) == ("EUR", Decimal("1.15"), END)
    assert (fact.on, fact.reversed_on) == (END, date(2026, 11, 1))
    assert fact.causes[0].version == 2
    first = fact.revalued[0]
    assert (first.amount, first.carried, first.closing, first.posted) == (
        Decimal("100.00"), Decimal("110.00"), Decimal("115.00"), Decimal("5.00"),
    )  # fmt: skip
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        back = [row for row in tx.all(journal_lines(entity="US")) if row.reverses]
    assert {row.reverses for row in back} == {"revaluation/US/1"}
    assert {str(row.foreign_amount) for row in back if row.account == "1100"} == {"0"}


def test_a_dry_run_shows_the_entries_and_posts_none(euros, ledger):
    head = ledger.books.head()
    answer = euros("revalue", entity="US", on="2026-10-31", dry_run=True)
    assert answer.status == "would_accept"
    assert [(one.account, one.amount) for one in answer.effect.balances] == []
    assert [(str(one.on), one.account, one.debit) for one in answer.effect.journal][:3] == [
        ("2026-10-31", "1100", Decimal("5.00"))] * 3  # fmt: skip
    assert ledger.books.head() == head


def test_a_period_closes_once_its_last_day_is_revalued(euros, ledger):
    def close():
        return euros("close_period", entity="US", period="2026-10")

    blocked = close()
    assert (blocked.error.code, blocked.error.field) == ("CLOSE_BLOCKED", "period")
    assert blocked.error.message.endswith(
        "balances in other currencies are not revalued (EUR on 1100 of US-2026-000001);"
        " revalue on 2026-10-31 first."
    )
    euros("revalue", entity="US", on="2026-10-30")
    assert close().error.code == "CLOSE_BLOCKED"
    euros("soft_close_period", entity="US", period="2026-10")
    assert euros("revalue", entity="US", on="2026-10-31").status == "accepted"
    euros("set_exchange_rate", base="EUR", quote="USD", rate="1.16", on="2026-10-31", source="ECB")
    assert close().error.code == "CLOSE_BLOCKED"
    assert euros("revalue", entity="US", on="2026-10-31").status == "accepted"
    assert close().status == "accepted"
    assert euros("revalue", entity="US", on="2026-10-31").error.code == "PERIOD_NOT_OPEN"
    assert holds(ledger)


def test_a_period_that_was_reopened_is_revalued_by_the_difference(euros, ledger):
    euros("revalue", entity="US", on="2026-10-31")
    assert euros("close_period", entity="US", period="2026-10").status == "accepted"
    euros("reopen_period", entity="US", period="2026-10", reason="a late payment",
          approved_by="boss")  # fmt: skip
    euros("capture_payment", payment="p", account="a", amount="100.00", currency="EUR",
          on="2026-10-31", via="bank")  # fmt: skip
    assert euros("close_period", entity="US", period="2026-10").error.code == "CLOSE_BLOCKED"
    euros("revalue", entity="US", on="2026-10-31")
    assert [str(one.posted) for one in facts(ledger)[-1].revalued] == ["-5.00"]
    assert balances(ledger)["1100"] == "230.00"
    assert euros("close_period", entity="US", period="2026-10").status == "accepted"
    assert holds(ledger)


def racing(ledger, *bodies):
    """Carry out commands at once."""
    gate = Barrier(len(bodies))

    def go(body):
        gate.wait()
        return execute(ledger, body, "tester")

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(go, bodies))


def test_two_runs_at_once_post_it_once(euros, ledger):
    body = {"command": "revalue", "entity": "US", "on": "2026-10-31"}
    done = racing(ledger, *({**body, "key": f"r-{n}"} for n in range(3)))
    assert [answer.status for answer in done] == ["accepted"] * 3
    assert sorted(len(answer.facts) for answer in done) == [0, 0, 3]
    assert balances(ledger)["1100"] == "345.00"
    assert holds(ledger)


def test_a_payment_that_races_is_in_the_run_or_blocks_the_close(euros, ledger):
    run = {"command": "revalue", "entity": "US", "on": "2026-10-31"}
    for number, account in enumerate(("a", "b", "c")):
        pay = {"command": "capture_payment", "key": f"p-{number}", "payment": f"p-{number}",
               "account": account, "amount": "50.00", "currency": "EUR", "via": "bank",
               "on": "2026-10-31"}  # fmt: skip
        done = racing(ledger, pay, {**run, "key": f"r-{number}"})
        assert [answer.status for answer in done] == ["accepted"] * 2
    euros("revalue", entity="US", on="2026-10-31")
    assert balances(ledger)["1100"] == "172.50"
    assert euros("close_period", entity="US", period="2026-10").status == "accepted"
    assert holds(ledger)


def test_a_close_that_races_comes_after_or_is_blocked(euros, ledger):
    run = {"command": "revalue", "key": "r", "entity": "US", "on": "2026-10-31"}
    close = {"command": "close_period", "key": "c", "entity": "US", "period": "2026-10"}
    ran, closed = racing(ledger, run, close)
    assert ran.status == "accepted", ran
    assert closed.status == "accepted" or closed.error.code == "CLOSE_BLOCKED"
    again = execute(ledger, {**close, "key": "c-2"}, "tester")
    assert again.status == "accepted" or again.error.code == "PERIOD_NOT_OPEN"
    assert balances(ledger)["1100"] == "345.00"
    assert holds(ledger)


def test_a_line_leads_down_to_its_position_the_rate_and_the_invoice(euros, ledger):
    euros("revalue", entity="US", on="2026-10-31")
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        lines = [row for row in tx.all(journal_lines(entity="US")) if row.customer == "b"]
        for line in (row for row in lines if "reval" in row.rule):
            (entry,) = down(tx, line.id).links
            (made,) = entry.links
            assert (made.kind, made.id) == ("revaluation", "US/1")
            assert made.detail["currency"] == "EUR"
            assert (made.detail["amount"], made.detail["closing"]) == ("100.00", "115.00")
            assert [(one.kind, one.id) for one in made.links] == [
                ("exchange_rate", "EUR/USD@2"), ("invoice", "US-2026-000002"),
            ]  # fmt: skip


def test_a_revaluation_goes_to_the_erp_as_exchange_and_not_as_a_document(euros, ledger):
    euros("revalue", entity="US", on="2026-10-31")
    for number in ("revaluation/US/1", "revaluation_reversed/US/1"):
        (entry,) = ledger.books.read_stream(stream("journal", number))
        assert (leading(entry).account_class, leading(entry).account) == ("fx", "7010")
        offset = [replace(line, account="1110") for line in entry.lines if line.account == "7010"]
        netted = [*(line for line in entry.lines if line.account != "7010"), *offset]
        assert leading(replace(entry, lines=tuple(netted))).account == "7010"
