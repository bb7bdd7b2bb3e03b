"""The chart changes by facts: what is new, renamed or blocked holds from its day on."""

import pytest

from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up

FEES = {"account": "5005", "name": "Card fees", "class": "Expenses"}
API = {"account": "4015", "name": "API revenue", "class": "Income"}
NEW = {"from_": "2026-11-01", "accounts": [FEES, API]}


@pytest.fixture
def charted(world):
    """The world with two accounts more since November."""
    assert [fact.type for fact in world("change_chart", **NEW).facts] == ["chart.changed/1"]
    return world


def post(ask, account, on="2026-11-10"):
    lines = [{"account": account, "debit": "1.00"}, {"account": "1000", "credit": "1.00"}]
    answer = ask("post_journal", entity="US", on=on, lines=lines, reason="r", approved_by="boss")
    return answer.error.code if answer.error else answer.status


REFUSED = [
    ({"accounts": []}, "BAD_VALUE", "accounts"),
    ({"accounts": [FEES, FEES]}, "BAD_VALUE", "accounts"),
    ({"accounts": [{**FEES, "account": "50-05"}]}, "BAD_VALUE", "accounts.0.account"),
    ({"accounts": [{**FEES, "account": "500"}]}, "BAD_VALUE", "accounts.0.account"),
    ({"accounts": [{**FEES, "account": "٥٠٠٥"}]}, "BAD_VALUE", "accounts.0.account"),
    ({"accounts": [{**FEES, "class": "Equity"}]}, "BAD_VALUE", "accounts.0.class"),
    ({"accounts": [{"account": "5006", "class": "Expenses"}]}, "MISSING_FIELD", "accounts.0.name"),
    ({"accounts": [{"account": "5006", "name": "x"}]}, "MISSING_FIELD", "accounts.0.class"),
    ({"accounts": [{"account": "5000", "class": "Income"}]}, "BAD_VALUE", "accounts.0.class"),
    ({"accounts": [{**API, "class": "Expenses"}]}, "BAD_VALUE", "accounts.0.class"),
    ({"accounts": [API]}, "NOTHING_CHANGED", "accounts.0"),
    ({"accounts": [{"account": "5000"}]}, "NOTHING_CHANGED", "accounts.0"),
    ({"accounts": [{"account": "1100", "blocked": False}]},
     "CONTROL_ACCOUNT", "accounts.0.blocked"),
    ({"accounts": [{"account": "1100", "control": False}]},
     "UNKNOWN_FIELD", "accounts.0.control"),
    ({"accounts": [{**API, "name": "x"}], "from_": "2026-10-31"}, "TOO_EARLY", "from"),
    ({"accounts": [{"account": "5000", "name": "x"}], "from_": "2025-12-01"},
     "PERIOD_NOT_OPEN", "from"),
    ({"accounts": [{**FEES, "account": "5006"}], "approved_by": "tester"},
     "SELF_APPROVAL", "approved_by"),
]  # fmt: skip


def test_what_cannot_be_is_refused_in_its_field(charted, ledger, subtests):
    head = ledger.books.head()
    for fields, code, field in REFUSED:
        with subtests.test(fields=str(fields), code=code):
            answer = charted("change_chart", **{**NEW, **fields})
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_people_post_to_a_new_account_from_its_first_day_on(charted):
    assert post(charted, "5005", "2026-10-31") == "UNKNOWN_LEDGER_ACCOUNT"
    assert post(charted, "5005", "2026-11-01") == "accepted"


def test_a_blocked_account_takes_nothing_from_people_until_it_is_unblocked(charted):
    block = {"accounts": [{"account": "5000", "blocked": True}]}
    assert charted("change_chart", from_="2026-11-05", **block).status == "accepted"
    unblock = {"accounts": [{"account": "5000", "blocked": False}]}
    assert charted("change_chart", from_="2026-11-20", **unblock).status == "accepted"
    assert [post(charted, "5000", f"2026-11-{day:02}") for day in (4, 5, 19, 20)] == [
        "accepted", "ACCOUNT_BLOCKED", "ACCOUNT_BLOCKED", "accepted",
    ]  # fmt: skip


def test_a_plan_may_earn_on_a_new_account_and_on_no_other_kind(charted):
    def publish(account, **fields):
        item = {"item": "fee", "kind": "one_time", "amount": "1.00", "revenue_account": account}
        body = {"plan": "p", "currency": "USD", "from_": "2026-11-01", "items": [item], **fields}
        answer = charted("publish_plan", **body)
        return (answer.error.code, answer.error.field) if answer.error else answer.status

    field = "items.0.revenue_account"
    assert publish("4015") == "accepted"
    assert publish("4015", from_="2026-10-31") == ("UNKNOWN_LEDGER_ACCOUNT", field)
    assert publish("5005") == ("BAD_VALUE", field)
    assert publish("4090") == ("BAD_VALUE", field)
    block = {"accounts": [{"account": "4015", "blocked": True}]}
    assert charted("change_chart", from_="2026-11-01", **block).status == "accepted"
    assert publish("4015", from_="2026-11-02") == ("ACCOUNT_BLOCKED", field)


def test_the_erp_may_map_a_new_account_and_have_a_profile_for_it(charted, ledger):
    mapped = {"target": "erp", "entity": "US", "erp_account": "6400", "from_": "2026-01-01"}
    assert charted("map_account", account="5005", **mapped).status == "accepted"
    assert charted("map_account", account="5006", **mapped).error.code == "UNKNOWN_LEDGER_ACCOUNT"
    bank = {"account": "1005", "name": "Second bank", "class": "Assets"}
    assert charted("change_chart", from_="2026-11-01", accounts=[bank]).status == "accepted"
    profile = {"1005": "journal_detail", "expenses": "journal_period"}
    assert charted("set_export_profile", target="erp", entity="US", profile=profile).facts
    lines = [{"account": "5005", "debit": "1.00"}, {"account": "1005", "credit": "1.00"}]
    for day in ("2026-11-10", "2026-11-11"):
        charted("post_journal", entity="US", on=day, lines=lines, reason="r", approved_by="boss")
    sealed = charted("seal_exports", target="erp", through="2026-11-30")
    assert [fact.type for fact in sealed.facts] == ["export.sealed/1"] * 2
    catch_up(ledger.db)
    assert list(run_checks(ledger.db)) == []


def test_a_version_may_be_approved_and_tried_first(world, ledger):
    head = ledger.books.head()
    assert world("change_chart", **NEW, dry_run=True).status == "would_accept"
    assert ledger.books.head() == head
    assert world("change_chart", **NEW, approved_by="boss").status == "accepted"
