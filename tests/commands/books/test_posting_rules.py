"""Posting rules change from a day on, for one entity or all; postings that race see it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ledger.commands.registry import execute
from ledger.lineage.down import down
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.projector.rebuild import rebuild
from ledger.reads.journal import journal_lines
from ledger.store.database import Role

ACCOUNTS = [
    {"account": "1005", "name": "Second bank", "class": "Assets"},
    {"account": "4095", "name": "Discounts granted", "class": "Income"},
    {"account": "5005", "name": "Card fees", "class": "Expenses"},
    {"account": "5006", "name": "Other fees", "class": "Expenses"},
]
FEES = {"rule": "payout_settled", "from_": "2026-11-10", "accounts": {"5000": "5005"}}
PAYOUT = {"entity": "US", "amount": "96.00", "fee": "4.00", "currency": "USD"}


@pytest.fixture
def charted(world):
    """The world with four accounts more since November."""
    assert world("change_chart", from_="2026-11-01", accounts=ACCOUNTS).status == "accepted"
    return world


def posted(ledger, rule="payout_settled"):
    """The (day, rule, account) of every line of a rule."""
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        rows = tx.all(journal_lines(entity="US"))
    return [(row.posted_on.day, row.rule, row.account) for row in rows if row.rule.startswith(rule)]


REFUSED = [
    ({"rule": "payout"}, "UNKNOWN_POSTING_RULE", "rule"),
    ({"rule": "payout_settled@1"}, "UNKNOWN_POSTING_RULE", "rule"),
    ({"entity": "EU"}, "UNKNOWN_ENTITY", "entity"),
    ({"from_": "2025-12-31"}, "PERIOD_NOT_OPEN", "from"),
    ({"accounts": {"4999": "5005"}}, "UNKNOWN_LEDGER_ACCOUNT", "accounts.4999"),
    ({"accounts": {"5000": "4999"}}, "UNKNOWN_LEDGER_ACCOUNT", "accounts.5000"),
    ({"from_": "2026-10-31"}, "UNKNOWN_LEDGER_ACCOUNT", "accounts.5000"),
    ({"accounts": {"5100": "5005"}}, "ACCOUNT_NOT_REPLACEABLE", "accounts.5100"),
    ({"rule": "usage_accrued", "accounts": {"4010": "4095"}},
     "ACCOUNT_NOT_REPLACEABLE", "accounts.4010"),
    ({"rule": "usage_accrued", "accounts": {"1150": "1005"}}, "CONTROL_ACCOUNT", "accounts.1150"),
    ({"accounts": {"1000": "1100"}}, "CONTROL_ACCOUNT", "accounts.1000"),
    ({"accounts": {"5000": "7090"}}, "CONTROL_ACCOUNT", "accounts.5000"),
    ({"accounts": {"5000": "4095"}}, "WRONG_ACCOUNT_CLASS", "accounts.5000"),
    ({"accounts": {"1000": "5005"}}, "WRONG_ACCOUNT_CLASS", "accounts.1000"),
    ({"accounts": {"1000": "1010"}}, "BAD_VALUE", "accounts"),
    ({"accounts": {"1000": "1005", "1010": "1005"}}, "BAD_VALUE", "accounts"),
    ({"accounts": {"5000": 5005}}, "BAD_VALUE", "accounts.5000"),
    ({"accounts": {}}, "NOTHING_CHANGED", "accounts"),
    ({"accounts": {"5000": "5000"}}, "NOTHING_CHANGED", "accounts"),
    ({"approved_by": "tester"}, "SELF_APPROVAL", "approved_by"),
]  # fmt: skip


def test_what_cannot_be_is_refused_in_its_field(charted, ledger, subtests):
    head = ledger.books.head()
    for fields, code, field in REFUSED:
        with subtests.test(fields=str(fields), code=code):
            answer = charted("change_posting_rule", **{**FEES, **fields})
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_a_closed_period_and_a_blocked_account_are_refused(charted):
    block = {"accounts": [{"account": "5006", "blocked": True}]}
    assert charted("change_chart", from_="2026-11-01", **block).status == "accepted"
    other = charted("change_posting_rule", **{**FEES, "accounts": {"5000": "5006"}})
    assert (other.error.code, other.error.field) == ("ACCOUNT_BLOCKED", "accounts.5000")
    assert charted("close_period", entity="US", period="2026-01").status == "accepted"
    early = {**FEES, "from_": "2026-01-15", "accounts": {"5000": "5010"}}
    assert charted("change_posting_rule", **early).error.code == "PERIOD_NOT_OPEN"
    assert charted("change_posting_rule", **early, entity="US").error.field == "from"


def test_each_payout_goes_by_the_version_of_its_day(charted, ledger):
    assert charted("settle_payout", payout="p-0", on="2026-11-12", **PAYOUT).status == "accepted"
    changed = charted("change_posting_rule", **FEES, approved_by="boss", reason="new PSP")
    assert [fact.type for fact in changed.facts] == ["posting_rule.changed/1"]
    assert charted("change_posting_rule", **{**FEES, "from_": "2026-11-20", "accounts": {}}).facts
    for number, day in enumerate((9, 10, 19, 20), start=1):
        on = f"2026-11-{day:02}"
        assert charted("settle_payout", payout=f"p-{number}", on=on, **PAYOUT).facts
    assert posted(ledger)[1::3] == [
        (12, "payout_settled@1", "5000"),
        (9, "payout_settled@1", "5000"),
        (10, "payout_settled@2", "5005"),
        (19, "payout_settled@2", "5005"),
        (20, "payout_settled@3", "5000"),
    ]
    with ledger.db.transaction(Role.READER) as tx:
        (row,) = (row for row in tx.all(journal_lines(account="5005")) if row.posted_on.day == 10)
        (entry,) = down(tx, row.id).links
    assert [(link.kind, link.id) for link in entry.links] == [
        ("payout", "p-2"), ("posting_rule", "payout_settled@2"),
    ]  # fmt: skip
    assert entry.links[1].detail["5000"] == "5005"
    assert list(run_checks(ledger.db)) == []
    for name in ("chart", "journal"):
        rebuild(ledger.db, name)
    assert list(run_checks(ledger.db)) == []


def test_the_same_again_changes_nothing_and_one_entitys_books_are_its_own(charted, ledger):
    eu = {"name": "EU", "currency": "EUR", "country": "DE", "time_zone": "UTC"}
    assert charted("register_entity", entity="EU", first_period="2026-01", **eu).facts
    assert charted("change_posting_rule", **FEES, entity="EU").status == "accepted"
    assert charted("change_posting_rule", **FEES, entity="EU").error.code == "NOTHING_CHANGED"
    on = {"on": "2026-11-12"}
    assert charted("settle_payout", payout="us", **PAYOUT, **on).status == "accepted"
    settled = {**PAYOUT, "entity": "EU", "currency": "EUR"}
    assert charted("settle_payout", payout="eu", **settled, **on).status == "accepted"
    assert posted(ledger)[1] == (12, "payout_settled@1", "5000")
    with ledger.db.transaction(Role.READER) as tx:
        assert [row.rule for row in tx.all(journal_lines(entity="EU"))] == ["payout_settled@2"] * 3


def test_a_run_goes_by_the_rules_in_force_too(charted, ledger):
    """A discount of 10 per cent on 100.00 of usage is debited to the account of its day."""
    discount = {"discount": "d-1", "account": "acme", "percent": "10", "from_": "2026-10-01"}
    assert charted("add_discount", **discount).status == "accepted"
    for rule in ("usage_accrued", "usage_rerated"):
        changed = {"rule": rule, "from_": "2026-11-01", "accounts": {"4090": "4095"}}
        assert charted("change_posting_rule", **changed).status == "accepted"
    for day in ("2026-10-05", "2026-11-05"):
        event = {"source": "shop", "id": day, "account": "acme", "meter": "api",
                 "time": f"{day}T10:00:00Z", "properties": {"quantity": "10000"}}  # fmt: skip
        assert charted("record_usage", events=[event]).usage["accepted"] == 1
    assert charted("rate_usage", through="2026-11-20").status == "accepted"
    found = posted(ledger, "usage_accrued")
    assert [one for one in found if one[2].startswith("409")] == [
        (31, "usage_accrued@1", "4090"), (20, "usage_accrued@2", "4095"),
    ]  # fmt: skip
    late = {"source": "shop", "id": "late", "account": "acme", "meter": "api",
            "time": "2026-11-06T10:00:00Z", "properties": {"quantity": "100"}}  # fmt: skip
    assert charted("record_usage", events=[late]).usage["accepted"] == 1
    assert charted("rate_usage", through="2026-11-21").status == "accepted"
    assert (21, "usage_rerated@3", "4095") not in posted(ledger, "usage_rerated")
    assert (21, "usage_rerated@2", "4095") in posted(ledger, "usage_rerated")
    assert list(run_checks(ledger.db)) == []


def test_of_a_change_and_a_posting_that_race_the_posting_goes_by_what_came_before_it(
    charted, ledger
):
    """Whatever comes first: a posting behind a change in the log goes by that change."""
    for round_ in range(6):
        gate = Barrier(2)
        account = ("5005", "5006")[round_ % 2]

        def go(body, gate=gate):
            gate.wait()
            return execute(ledger, body, "tester")

        change = {"command": "change_posting_rule", "key": f"c-{round_}", "rule": "payout_settled",
                  "from": "2026-11-10", "accounts": {"5000": account}}  # fmt: skip
        pay = {"command": "settle_payout", "key": f"p-{round_}", "payout": f"p-{round_}",
               "on": "2026-11-15", **PAYOUT}  # fmt: skip
        with ThreadPoolExecutor(2) as pool:
            changed, paid = pool.map(go, (change, pay))
        assert (changed.status, paid.status) == ("accepted", "accepted")
        before = changed.facts[0].position < paid.facts[0].position
        version = round_ + 2 if before else round_ + 1
        assert posted(ledger)[-1][1] == f"payout_settled@{version}"
    assert list(run_checks(ledger.db)) == []
