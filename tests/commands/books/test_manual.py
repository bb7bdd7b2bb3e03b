"""Journals by hand: two persons, open periods, no control account, and each reversed once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ledger.commands.books.manual import LINES_MAX
from ledger.commands.registry import execute
from ledger.lineage.down import down
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.reads.journal import journal_lines
from ledger.store.database import Role

CONTROL = ("1100", "1110", "1120", "1150", "1160", "1300", "2100", "2110", "2120", "2130", "2200",
           "2300")  # fmt: skip
CHARGES = [{"account": "5000", "debit": "4.00", "customer": "acme"},
           {"account": "1000", "credit": "4.00"}]  # fmt: skip
ASKED = {"entity": "US", "on": "2026-11-10", "reason": "bank charges", "approved_by": "boss",
         "lines": CHARGES}  # fmt: skip


def two(first, second=None):
    """Two lines: one as given, and by default a credit of 1.00 to 1000."""
    return [first, second or {"account": "1000", "credit": "1.00"}]


def read(ledger):
    """The (entry, account, amount, customer, reverses, actor, approved_by) of every line."""
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        rows = tx.all(journal_lines(entity="US"))
    return [
        (row.entry, row.account, str(row.amount), row.customer, row.reverses, row.actor,
         row.approved_by)
        for row in rows
    ]  # fmt: skip


def test_a_journal_is_asked_for_by_one_and_approved_by_another(world, ledger):
    answer = world("post_journal", **ASKED)
    assert [fact.type for fact in answer.facts] == ["journal.entered/1", "journal.posted/1"]
    assert read(ledger) == [
        ("manual/US/1", "5000", "4.00", "acme", None, "tester", "boss"),
        ("manual/US/1", "1000", "-4.00", None, None, "tester", "boss"),
    ]
    with ledger.db.transaction(Role.READER) as tx:
        (entry,) = down(tx, f"{answer.facts[1].position}.1").links
    (source,) = entry.links
    assert (source.kind, source.id, source.detail["approved_by"], source.detail["reason"]) == (
        "manual_journal", "manual/US/1", "boss", "bank charges",
    )  # fmt: skip


REFUSED = [
    ({"reason": None}, "MISSING_FIELD", "reason"),
    ({"approved_by": None}, "APPROVAL_MISSING", "approved_by"),
    ({"approved_by": "tester"}, "SELF_APPROVAL", "approved_by"),
    ({"entity": "EU"}, "UNKNOWN_ENTITY", "entity"),
    ({"lines": None}, "MISSING_FIELD", "lines"),
    ({"lines": []}, "BAD_VALUE", "lines"),
    ({"lines": CHARGES[:1]}, "BAD_VALUE", "lines"),
    ({"lines": CHARGES * LINES_MAX}, "BAD_VALUE", "lines"),
    ({"lines": two({"account": "4999", "debit": "1.00"})},
     "UNKNOWN_LEDGER_ACCOUNT", "lines.0.account"),
    ({"lines": two({"debit": "1.00"})}, "MISSING_FIELD", "lines.0.account"),
    ({"lines": two({"account": "5000"})}, "BAD_VALUE", "lines.0"),
    ({"lines": two({"account": "5000", "debit": "1", "credit": "1"})}, "BAD_VALUE", "lines.0"),
    ({"lines": two({"account": "5000", "debit": "-1.00"})}, "BAD_VALUE", "lines.0.debit"),
    ({"lines": two({"account": "5000", "debit": "0"})}, "BAD_VALUE", "lines.0.debit"),
    ({"lines": two({"account": "5000", "debit": 1})}, "BAD_DECIMAL", "lines.0.debit"),
    ({"lines": two({"account": "5000", "debit": "1.001"})}, "BAD_VALUE", "lines.0.debit"),
    ({"lines": two({"account": "5000", "debit": "1.00"}, {"account": "1000", "credit": "1.001"})},
     "BAD_VALUE", "lines.1.credit"),
    ({"lines": two({"account": "5000", "debit": "1.01"})}, "UNBALANCED_JOURNAL", "lines"),
    ({"lines": two({"account": "5000", "debit": "1.00", "customer": "nobody"})},
     "UNKNOWN_ACCOUNT", "lines.0.customer"),
    ({"lines": two({"account": "5000", "debit": "1.00", "text": "x"})},
     "UNKNOWN_FIELD", "lines.0.text"),
    ({"lines": None, "reverses": "manual/US/1"}, "UNKNOWN_MANUAL_JOURNAL", "reverses"),
    ({"on": "2025-12-31"}, "PERIOD_NOT_OPEN", "on"),
    *(({"lines": two({"account": code, "debit": "1.00"})}, "CONTROL_ACCOUNT", "lines.0.account")
      for code in (*CONTROL, "7090")),
]  # fmt: skip


def test_what_is_wrong_is_refused_in_its_field_and_appends_nothing(world, ledger, subtests):
    head = ledger.books.head()
    for fields, code, field in REFUSED:
        with subtests.test(fields=str(fields)[:120], code=code):
            answer = world("post_journal", **{**ASKED, **fields})
            assert answer.status == "refused"
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_the_difference_stands_in_the_message(world):
    lines = two({"account": "5000", "debit": "1.25"})
    answer = world("post_journal", **{**ASKED, "lines": lines})
    assert answer.error.message.startswith("The debits are 1.25 and the credits 1.00, 0.25 USD")


def test_an_approval_of_ones_own_is_logged(world, caplog):
    world("post_journal", **{**ASKED, "approved_by": "tester"})
    assert "tester tried to approve their own post_journal" in caplog.text


def test_amounts_are_in_the_minor_units_of_the_books(world):
    jp = {"name": "JP", "currency": "JPY", "country": "JP", "time_zone": "Asia/Tokyo"}
    assert world("register_entity", entity="JP", first_period="2026-01", **jp).facts
    lines = [{"account": "5000", "debit": "100.5"}, {"account": "1000", "credit": "100.5"}]
    asked = {**ASKED, "entity": "JP", "lines": lines}
    assert world("post_journal", **asked).error.field == "lines.0.debit"
    asked["lines"] = [{"account": "5000", "debit": "100", "customer": "acme"}, lines[1]]
    asked["lines"][1] = {"account": "1000", "credit": "100"}
    assert world("post_journal", **asked).error.code == "WRONG_ENTITY"


def test_a_reversal_has_the_lines_of_the_other_and_comes_once(world, ledger):
    def reverse(entry, **fields):
        asked = {**ASKED, "lines": None, "reverses": entry, "reason": "wrong bank", **fields}
        answer = world("post_journal", **asked)
        return answer.error.code if answer.error else answer.status

    assert world("post_journal", **ASKED).status == "accepted"
    assert reverse("manual/US/1", lines=CHARGES) == "BAD_VALUE"
    assert reverse("manual/US/1", on="2026-11-09") == "TOO_EARLY"
    assert reverse("manual/US/2") == "UNKNOWN_MANUAL_JOURNAL"
    assert reverse("manual/US/1") == "accepted"
    assert reverse("manual/US/1") == "ALREADY_REVERSED"
    assert read(ledger)[2:] == [
        ("manual/US/2", "5000", "-4.00", "acme", "manual/US/1", "tester", "boss"),
        ("manual/US/2", "1000", "4.00", None, "manual/US/1", "tester", "boss"),
    ]
    assert list(run_checks(ledger.db)) == []


def test_closed_and_soft_closed_periods_take_none(world):
    assert world("soft_close_period", entity="US", period="2026-10").status == "accepted"
    assert world("close_period", entity="US", period="2026-01").status == "accepted"
    for day in ("2026-01-15", "2026-10-31"):
        answer = world("post_journal", **{**ASKED, "on": day})
        assert (answer.error.code, answer.error.field) == ("PERIOD_NOT_OPEN", "on")
    assert world("post_journal", **{**ASKED, "on": "2026-02-01"}).status == "accepted"


def test_a_dry_run_shows_the_entry_and_the_same_key_posts_it_once(world, ledger):
    head = ledger.books.head()
    tried = world("post_journal", **ASKED, key="j-1", dry_run=True)
    assert [(one.account, str(one.amount)) for one in tried.effect.balances] == [
        ("1000", "-4.00"), ("5000", "4.00"),
    ]  # fmt: skip
    assert ledger.books.head() == head
    assert world("post_journal", **ASKED, key="j-1").status == "accepted"
    assert world("post_journal", **ASKED, key="j-1").status == "duplicate"
    assert len(read(ledger)) == 2


def test_journals_that_race_are_numbered_without_gaps(world, ledger):
    gate = Barrier(4)

    def go(number):
        gate.wait()
        body = {"command": "post_journal", "key": f"r-{number}", **ASKED}
        return execute(ledger, body, "tester").status

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(go, range(4))) == ["accepted"] * 4
    assert sorted({row[0] for row in read(ledger)}) == [f"manual/US/{n}" for n in range(1, 5)]


@pytest.mark.parametrize("profile", [{}, {"other": "document"}])
def test_the_erp_gets_it_as_a_journal(world, ledger, profile):
    assert world("set_export_profile", target="erp", entity="US", profile=profile).facts
    assert world("post_journal", **ASKED).status == "accepted"
    sealed = world("seal_exports", target="erp", through="2026-11-30")
    assert [fact.type for fact in sealed.facts] == ["export.sealed/1"]
