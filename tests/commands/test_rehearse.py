"""A dry run: every command may be tried, the answer is what would be, and nothing is left of it."""

import subprocess
import sys
import textwrap
from dataclasses import replace
from hashlib import sha256
from threading import Event, Thread

import pytest

from ledger.commands import rehearse
from ledger.commands.rating import rate
from ledger.commands.registry import COMMANDS, execute
from ledger.errors import StoreConflict
from ledger.projector.follower import advance, catch_up
from ledger.store.database import Role

USE = {"source": "shop", "id": "1", "account": "acme", "meter": "api",
       "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "1000"}}  # fmt: skip
PRICE = {"item": "calls", "kind": "usage", "meter": "api", "interval": "month",
         "model": {"type": "per_unit", "unit": "0.02"}}  # fmt: skip
US = {"name": "Example Inc", "currency": "USD", "country": "US", "time_zone": "UTC"}
PROFILE = {"target": "erp", "entity": "US", "profile": {"Assets": "journal_detail"}}
ANSWER = {"target": "erp", "external_id": "x", "revision": 1, "sha256": "0" * 64}

# The command, its fields, and what it answers in the world of the fixture.
SAMPLES = {
    "register_entity": ({"entity": "EU", "first_period": "2026-01", **US}, "would_accept"),
    "open_account": ({"account": "new", "entity": "US", "name": "New", "currency": "USD"},
                     "would_accept"),
    "change_account": ({"account": "acme", "from": "2026-11-01", "name": "Acme Ltd"},
                       "would_accept"),
    "change_entity": ({"entity": "US", "from": "2026-11-01", "name": "Example"}, "would_accept"),
    "erase_account": ({"account": "acme"}, "ERASURE_BLOCKED"),
    "set_exchange_rate": ({"base": "EUR", "quote": "USD", "rate": "1.1", "on": "2026-11-01",
                           "source": "ECB"}, "would_accept"),
    "soft_close_period": ({"entity": "US", "period": "2026-01"}, "would_accept"),
    "close_period": ({"entity": "US", "period": "2026-01"}, "would_accept"),
    "reopen_period": ({"entity": "US", "period": "2026-01", "reason": "x", "approved_by": "boss"},
                      "PERIOD_NOT_CLOSED"),
    "define_meter": ({"meter": "storage", "aggregation": "max"}, "would_accept"),
    "publish_plan": ({"plan": "basic", "currency": "USD", "from": "2026-01-01", "items": [PRICE]},
                     "would_accept"),
    "set_tax_rate": ({"code": "sales", "rate": "9", "from": "2026-01-01", "category": "S"},
                     "would_accept"),
    "start_subscription": ({"subscription": "s-2", "account": "acme", "plan": "basic",
                            "from": "2026-10-01"}, "SUBSCRIPTION_OVERLAP"),
    "change_subscription": ({"subscription": "s-1", "from": "2026-11-01",
                             "quantity": {"calls": "2"}}, "BAD_VALUE"),
    "end_subscription": ({"subscription": "s-1", "on": "2026-12-01"}, "would_accept"),
    "grant_credit": ({"grant": "g", "account": "acme", "kind": "promotional", "amount": "5",
                      "from": "2026-11-01"}, "would_accept"),
    "add_discount": ({"discount": "d", "account": "acme", "percent": "10", "from": "2026-11-01"},
                     "would_accept"),
    "record_usage": ({"events": [{**USE, "id": "2"}, {**USE, "account": "nobody"}]},
                     "would_accept"),
    "correct_usage": ({"source": "shop", "id": "1", "void": True, "reason": "test"},
                      "would_accept"),
    "capture_payment": ({"payment": "p", "account": "acme", "amount": "4", "currency": "USD",
                         "via": "bank", "on": "2026-11-03"}, "would_accept"),
    "map_account": ({"target": "erp", "entity": "US", "account": "1100", "erp_account": "1400",
                     "from": "2026-01-01"}, "would_accept"),
    "set_export_profile": (PROFILE, "would_accept"),
    "acknowledge_export": ({**ANSWER, "erp_document_id": "d", "erp_number": "n",
                            "erp_posting_date": "2026-11-01", "erp_period": "2026-11"},
                           "UNKNOWN_EXPORT"),
    "reject_export": ({**ANSWER, "code": "ACCOUNT_UNMAPPED", "message": "no"}, "UNKNOWN_EXPORT"),
    "revise_export": ({"target": "erp", "external_id": "x", "approved_by": "boss"},
                      "UNKNOWN_EXPORT"),
    "replay_dead_letters": ({"code": "UNKNOWN_ACCOUNT"}, "would_accept"),
    "rate_usage": ({"through": "2026-11-30"}, "would_accept"),
    "issue_invoices": ({"through": "2026-11-30"}, "would_accept"),
    "seal_exports": ({"target": "erp", "through": "2026-11-30"}, "UNKNOWN_TARGET"),
}  # fmt: skip


@pytest.fixture
def billed(world, ledger):
    """The world after an October of 1,000 calls, 10.00, rated and invoiced."""
    late = {**USE, "id": "late", "time": "2026-11-10T10:00:00Z"}
    world("record_usage", events=[USE, late, {**USE, "id": "lost", "account": "ghost"}])
    world("rate_usage", through="2026-10-31")
    world("issue_invoices", through="2026-10-31", on="2026-11-01")
    catch_up(ledger.db)
    return world


def state(ledger) -> dict[str, str]:
    """Return a digest of every table there is: the log, its heads, projections, the rest."""
    with ledger.db.transaction(Role.PROJECTOR) as tx:
        tables = tx.execute(
            "select schemaname, tablename from pg_tables "
            "where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
    found = {}
    for schema, table in tables:
        role = Role.WRITER if schema == "ledger" else Role.PROJECTOR
        if table == "migrations":
            continue
        with ledger.db.transaction(role) as tx:
            rows = tx.execute(f"select t::text from {schema}.{table} as t order by 1").fetchall()
        found[f"{schema}.{table}"] = sha256(repr(rows).encode()).hexdigest()
    return found


def test_every_command_may_be_tried_and_leaves_nothing(billed, ledger, subtests):
    before = state(ledger)
    for name in COMMANDS:
        fields, expected = SAMPLES.get(name, ({}, None))  # others say how theirs are refused
        with subtests.test(command=name):
            body = {"command": name, "key": f"try-{name}", "dry_run": True, **fields}
            answer = execute(ledger, body, "tester")
            told = answer.error.code if answer.error else answer.status
            assert told == (expected or told), answer
            assert answer.status in ("would_accept", "refused")
            assert state(ledger) == before
    for name in COMMANDS:
        if SAMPLES.get(name, ({}, ""))[1] == "would_accept":
            with subtests.test(command=name, how="for real, under the same key"):
                body = {"command": name, "key": f"try-{name}", **SAMPLES[name][0]}
                assert execute(ledger, body, "tester").status == "accepted"


def test_a_price_change_shows_what_it_comes_to(billed):
    fields, _ = SAMPLES["publish_plan"]
    answer = billed("publish_plan", dry_run=True, from_=fields["from"],
                    **{name: fields[name] for name in ("plan", "currency", "items")})  # fmt: skip
    told = answer.to_dict()
    assert told["facts"] == [{"lane": 0, "position": None, "type": "plan.published/2"}]
    (document,) = told["effect"]["documents"]
    assert (document["kind"], document["account"], document["total"]) == (
        "invoice", "acme", "10.00",
    )  # fmt: skip
    (charge,) = told["effect"]["charges"]
    assert (charge["before"], charge["amount"], charge["delta"]) == ("10", "20", "10")
    assert told["effect"]["balances"] == [
        {"entity": "US", "account": "1100", "amount": "10.00"},
        {"entity": "US", "account": "4010", "amount": "-10.00"},
    ]
    assert told["effect"]["totals"] == [
        {"entity": "US", "currency": "USD", "accounts": 1, "documents": 1, "net": "10.00",
         "tax": "0.00", "total": "10.00", "charges": 1, "delta": "10"},
    ]  # fmt: skip


def test_an_upgrade_shows_what_its_day_bills(world):
    """The mid-cycle upgrade of accounting.md, tried before anybody decides: 96.78 net."""
    for plan, amount in (("small", "99.00"), ("large", "249.00")):
        base = {"item": "base", "kind": "recurring", "amount": amount, "interval": "month",
                "timing": "in_advance", "proration": "day"}  # fmt: skip
        world("publish_plan", plan=plan, currency="USD", items=[base], from_="2026-01-01")
    world("start_subscription", subscription="b", account="acme", plan="small", from_="2026-12-01")
    world("issue_invoices", through="2026-12-01", on="2026-12-01")
    answer = world("change_subscription", subscription="b", from_="2026-12-12", plan="large",
                   dry_run=True)  # fmt: skip
    (document,) = answer.to_dict()["effect"]["documents"]
    assert [line["net"] for line in document["lines"]] == ["-63.87", "160.65"]


def test_a_voided_event_shows_its_credit_note(billed):
    answer = billed("correct_usage", source="shop", id="1", void=True, reason="x", dry_run=True)
    (document,) = answer.effect.documents
    assert (document.kind, document.invoice, str(document.total)) == (
        "credit_note", "US-2026-000001", "10.00",
    )  # fmt: skip
    assert [fact.type for fact in answer.facts] == ["usage.voided/1"]


def test_details_are_capped_and_totals_are_not(billed, monkeypatch):
    monkeypatch.setattr("ledger.commands.form.effect.DETAILS", 1)
    effect = billed(
        "correct_usage", source="shop", id="1", void=True, reason="x", dry_run=True
    ).effect
    assert len(effect.journal) == 1
    assert effect.counts == {"documents": 1, "charges": 1, "journal": 4, "left_out": 0}
    assert [(row.account, str(row.amount)) for row in effect.balances] == [
        ("1100", "-10.00"), ("4010", "10.00"),
    ]  # fmt: skip


def test_a_key_that_was_used_is_answered_as_always(billed, ledger):
    body = {"command": "define_meter", "key": "m", "meter": "m", "aggregation": "sum"}
    execute(ledger, body, "tester")
    again = execute(ledger, {**body, "dry_run": True}, "tester")
    assert (again.status, again.effect) == ("duplicate", None)
    other = execute(ledger, {**body, "meter": "n", "dry_run": True}, "tester")
    assert other.error.code == "KEY_REUSED"
    assert execute(ledger, {**body, "dry_run": False}, "tester").status == "duplicate"


def held_open(monkeypatch) -> tuple[Event, Event]:
    """Make the next dry run stop before it ends; return that it got there, and what lets it go."""
    there, go = Event(), Event()
    effect_of = rehearse.effect_of

    def waiting(*given):
        made = effect_of(*given)
        there.set()
        assert go.wait(30)
        return made

    monkeypatch.setattr(rehearse, "effect_of", waiting)
    return there, go


def test_others_append_while_a_dry_run_is_open(billed, ledger, monkeypatch):
    """The same run for real meanwhile: it takes the very streams, versions and numbers."""
    there, go = held_open(monkeypatch)
    answers = []
    fields = {"command": "issue_invoices", "through": "2026-11-30", "on": "2026-12-01"}
    billed("rate_usage", through="2026-11-30")
    body = {**fields, "key": "try", "dry_run": True}
    thread = Thread(target=lambda: answers.append(execute(ledger, body, "tester")))
    thread.start()
    try:
        assert there.wait(30)
        used = billed("record_usage", events=[{**USE, "id": "during"}])
        assert used.status == "accepted"
        real = execute(ledger, {**fields, "key": "real"}, "tester")
        assert [fact.type for fact in real.facts if "invoice" in fact.type] == ["invoice.issued/1"]
    finally:
        go.set()
        thread.join()
    assert answers[0].status == "would_accept"
    assert [str(one.total) for one in answers[0].effect.documents] == ["10.00"]


def test_a_race_that_is_lost_is_answered_as_contention(billed, ledger, monkeypatch):
    def lost(*_: object, **__: object) -> None:
        raise StoreConflict

    monkeypatch.setattr(rehearse, "dry", lost)
    monkeypatch.setattr("ledger.commands.engine.shell.PAUSE_SECONDS", 0)
    answer = billed("define_meter", meter="m", aggregation="sum", dry_run=True)
    assert answer.error.code == "CONTENTION"


def test_a_dry_run_that_lasts_too_long_is_given_up(billed, ledger, monkeypatch):
    hasty = replace(ledger, settings=ledger.settings.model_copy(update={"dry_run_seconds": 1}))

    def slow(run, command):
        with run.ledger.db.transaction(Role.READER) as tx:
            tx.execute("select pg_sleep(5)")

    monkeypatch.setattr(rate, "_check", slow)
    body = {"command": "rate_usage", "key": "slow", "through": "2026-11-30", "dry_run": True}
    assert execute(hasty, body, "tester").error.code == "DRY_RUN_TOO_LONG"


def test_the_follower_goes_on_after_a_dry_run(billed, ledger, monkeypatch):
    there, go = held_open(monkeypatch)
    body = {"command": "rate_usage", "key": "try", "through": "2026-11-30", "dry_run": True}
    thread = Thread(target=lambda: execute(ledger, body, "tester"))
    thread.start()
    assert there.wait(30)
    billed("record_usage", events=[{**USE, "id": "during"}])
    assert advance(ledger.db, wait=True), "usage of others is folded while it is open"
    go.set()
    thread.join()
    catch_up(ledger.db)


SCRIPT = """
    import os, signal, sys
    from ledger.commands import rehearse
    from ledger.commands.engine.ledger import Ledger
    from ledger.commands.registry import execute
    from ledger.settings import Settings
    from ledger.store.books import Books
    from ledger.store.database import Database

    def dying(facts, *_):
        list(facts)
        os.kill(os.getpid(), signal.SIGKILL)

    rehearse.effect_of = dying
    db = Database(sys.argv[1])
    body = {"command": "rate_usage", "key": "k", "through": "2026-11-30", "dry_run": True}
    execute(Ledger(db, Books(db), Settings()), body, "other")
"""


def test_one_that_is_killed_leaves_nothing(billed, ledger):
    before = state(ledger)
    child = subprocess.run([sys.executable, "-c", textwrap.dedent(SCRIPT), ledger.db.url])
    assert child.returncode == -9
    assert state(ledger) == before
    assert billed("rate_usage", through="2026-11-30").status == "accepted"
