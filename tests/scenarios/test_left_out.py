"""A rate that is missing for one customer: the others are rated and billed, that one waits.

Books in dollars; acme agreed in dollars, globex in pounds, for which nobody set a rate, and initech
in francs.
"""

import signal
import subprocess
import sys
import textwrap

import pytest

from ledger.commands.engine.shell import Caller
from ledger.commands.invoicing import invoice
from ledger.commands.rating import batch, granting
from ledger.commands.registry import execute
from ledger.commands.rehearse import drafts
from ledger.errors import NoExchangeRate
from ledger.events.streams import stream

CENT = {"type": "per_unit", "unit": "0.01"}
RATE = {"command": "rate_usage", "key": "rate", "through": "2026-10-31"}
ISSUE = {"command": "issue_invoices", "key": "issue", "through": "2026-10-31", "on": "2026-11-02"}
ENDED = ["command.started/1", "command.accepted/1"]


def rate(books, base, value, on="2026-10-01"):
    books.do("set_exchange_rate", base=base, quote="USD", rate=value, on=on, source="ECB")


def sent(ledger, body):
    """Send a run, under its own key."""
    return execute(ledger, body, "tester")


def ends(ledger, key):
    return [fact.TYPE for fact in ledger.books.read_stream(stream("command", key))]


@pytest.fixture(params=[1, 200], ids=["alone", "together"])
def pages(request, monkeypatch):
    """Batches of one account, and of all of them."""
    for where, name in ((batch, "BATCH_ACCOUNTS"), (granting, "BATCH_ACCOUNTS"),
                        (invoice, "BATCH_PAYERS")):  # fmt: skip
        monkeypatch.setattr(where, name, request.param)


@pytest.fixture
def mixed(books):
    """Three customers on usage at a cent, 100 calls each in October; only francs have a rate."""
    books.entity("US", "USD")
    for account, currency in (("acme", "USD"), ("globex", "GBP"), ("initech", "CHF")):
        books.plan(currency.lower(), currency, CENT)
        books.customer(account, "US", currency, currency.lower())
        books.use(account, account, "2026-10-10", "100")
    rate(books, "CHF", "1.10")
    return books


@pytest.mark.usefixtures("pages")
def test_a_missing_rate_of_one_customer_holds_up_nobody_else(mixed, ledger):
    answer = sent(ledger, RATE)
    assert (answer.status, answer.error.code) == ("refused", "NO_EXCHANGE_RATE")
    assert answer.error.message == (
        "There is no exchange rate from GBP to USD on or before 2026-10-31; set one with "
        "set_exchange_rate. Left out is the account globex, and nobody else; send the same command "
        "again to go on with it."
    )
    assert mixed.balances("US") == {"1150": "2.10", "4010": "-2.10"}
    assert ends(ledger, "rate") == ENDED[:1]

    rate(mixed, "GBP", "1.30")
    answer = sent(ledger, RATE)
    assert answer.status == "accepted"
    assert mixed.balances("US") == {"1150": "3.40", "4010": "-3.40"}
    assert len(answer.facts) == 6, "a charge and an entry each, the earlier ones too"
    assert ends(ledger, "rate") == ENDED
    assert sent(ledger, RATE).status == "duplicate"


@pytest.mark.usefixtures("pages")
def test_nothing_is_appended_again_for_those_that_are_done(mixed, ledger):
    sent(ledger, RATE)
    head = ledger.books.head()
    assert sent(ledger, RATE).status == "refused"
    assert ledger.books.head() == head


@pytest.mark.usefixtures("pages")
def test_a_billing_leaves_out_the_payer_without_a_rate(mixed, ledger):
    """Rated at a rate of October; on the day of the invoice the francs have none yet."""
    rate(mixed, "GBP", "1.30")
    sent(ledger, RATE)
    base = {"item": "app", "kind": "recurring", "amount": "10.00", "interval": "month",
            "timing": "in_advance", "proration": "none"}  # fmt: skip
    mixed.do("publish_plan", plan="app", currency="SEK", from_="2026-01-01", items=[base])
    mixed.do("open_account", account="hooli", entity="US", name="hooli", currency="SEK")
    mixed.do("start_subscription", subscription="h", account="hooli", plan="app",
             from_="2026-10-01")  # fmt: skip
    answer = sent(ledger, ISSUE)
    assert (answer.status, answer.error.code) == ("refused", "NO_EXCHANGE_RATE")
    assert "SEK" in answer.error.message
    billed = {name: len(mixed.documents(name)) for name in ("acme", "globex", "initech", "hooli")}
    assert billed == {"acme": 1, "globex": 1, "initech": 1, "hooli": 0}

    rate(mixed, "SEK", "0.10")
    assert sent(ledger, ISSUE).status == "accepted"
    assert [row[0] for row in mixed.documents("hooli")] == ["US-2026-000004"]
    assert len(mixed.documents("acme")) == 1


def test_who_pays_for_an_account_that_is_left_out_gets_one_document_later(books, ledger):
    """The parent's own fee is in dollars and due too; the child's fee has a code without a rate."""
    books.entity("US", "USD")
    books.do("set_tax_rate", code="late", rate="10", from_="2027-01-01", category="S")
    fee = {"item": "app", "kind": "recurring", "amount": "11.00", "interval": "month",
           "timing": "in_advance", "proration": "none"}  # fmt: skip
    for plan, more in (("net", {}), ("gross", {"tax_inclusive": True})):
        books.do("publish_plan", plan=plan, currency="USD", from_="2026-01-01", items=[fee], **more)
    child = {"parent": "parent", "tax": "late"}
    for account, plan, more in (
        ("other", "net", {}),
        ("parent", "net", {}),
        ("child", "gross", child),
    ):
        books.do("open_account", account=account, entity="US", name=account, currency="USD", **more)
        books.do("start_subscription", subscription=account, account=account, plan=plan,
                 from_="2026-10-01")  # fmt: skip
    answer = sent(ledger, {**ISSUE, "through": "2026-10-01", "on": "2026-10-01"})
    assert (answer.error.code, answer.error.field) == ("UNKNOWN_TAX_CODE", "tax")
    assert "Left out is the account parent, and nobody else" in answer.error.message
    assert (len(books.documents("other")), books.documents("parent")) == (1, [])

    books.do("set_tax_rate", code="late", rate="10", from_="2026-01-01", category="S")
    assert sent(ledger, {**ISSUE, "through": "2026-10-01", "on": "2026-10-01"}).status == "accepted"
    # 11.00 net without tax and 11.00 gross, of which 1.00 is tax, cannot share a document.
    assert sorted(row[1:4] for row in books.documents("parent")) == [
        ("10.00", "1.00", "11.00"),
        ("11.00", "0.00", "11.00"),
    ]


@pytest.mark.usefixtures("pages")
def test_a_price_that_includes_tax_is_not_accrued_without_its_rate(mixed, ledger):
    """119.00 gross are 100.00 of revenue; without the rate it would be accrued with its tax."""
    rate(mixed, "GBP", "1.30")
    mixed.do("set_tax_rate", code="vat", rate="19", from_="2027-01-01", category="S")
    mixed.plan("gross", "USD", {"type": "per_unit", "unit": "1.19"}, tax_inclusive=True)
    mixed.customer("umbrella", "US", "USD", "gross", tax="vat")
    mixed.use("umbrella", "u", "2026-10-10", "100")
    answer = sent(ledger, RATE)
    assert (answer.error.code, answer.error.field) == ("UNKNOWN_TAX_CODE", "tax")
    assert mixed.balances("US")["1150"] == "3.40"

    mixed.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    assert sent(ledger, RATE).status == "accepted"
    assert mixed.balances("US") == {"1150": "103.40", "4010": "-103.40"}


@pytest.mark.usefixtures("pages")
def test_an_account_with_credit_waits_whole(mixed, ledger):
    """0.40 GBP were given away; without a rate nothing is drawn of them."""
    mixed.do("grant_credit", grant="gift", account="globex", kind="promotional", amount="0.40",
             from_="2026-10-01")  # fmt: skip
    answer = sent(ledger, RATE)
    assert answer.error.code == "NO_EXCHANGE_RATE"
    assert [str(grant.used) for grant in mixed.grants("globex")] == ["0"]
    rate(mixed, "GBP", "1.30")
    assert sent(ledger, RATE).status == "accepted"
    assert [str(grant.used) for grant in mixed.grants("globex")] == ["0.40"]
    # 0.60 GBP are left at 1.30.
    assert mixed.balances("US") == {"1150": "2.88", "4010": "-3.40", "4090": "0.52"}


def test_the_refusal_counts_who_is_left_out(mixed, ledger):
    for number in range(3):
        mixed.customer(f"b-{number}", "US", "GBP", "gbp")
        mixed.use(f"b-{number}", f"b-{number}", "2026-10-10", "100")
    answer = sent(ledger, RATE)
    assert "Left out are 4 accounts, such as b-0, and nobody else" in answer.error.message
    assert mixed.balances("US")["1150"] == "2.10"


def test_a_grant_without_its_rate_holds_up_its_account_alone(mixed, ledger, monkeypatch):
    """Both bought credit for 5.00; the exchange of one is not to be found for a while."""
    rate(mixed, "GBP", "1.30")
    for account in ("acme", "globex"):
        mixed.do("grant_credit", grant=account, account=account, kind="prepaid", amount="5.00",
                 from_="2026-10-01")  # fmt: skip
    exchange_of = granting.exchange_of

    def lacking(standing, ground):
        if standing.granted.account == "globex":
            raise NoExchangeRate(field="from", base="GBP", quote="USD", on="2026-10-01")
        return exchange_of(standing, ground)

    monkeypatch.setattr(granting, "exchange_of", lacking)
    answer = sent(ledger, ISSUE)
    assert (answer.status, answer.error.code) == ("refused", "NO_EXCHANGE_RATE")
    assert answer.error.field == "from"
    assert (len(mixed.documents("acme")), mixed.documents("globex")) == (1, [])

    monkeypatch.setattr(granting, "exchange_of", exchange_of)
    assert sent(ledger, ISSUE).status == "accepted"
    assert (len(mixed.documents("acme")), len(mixed.documents("globex"))) == (1, 1)
    # 5.00 and 6.50 (at 1.30), less 1.00 and 1.30 of October.
    assert mixed.balances("US")["2110"] == "-9.20"


DYING = """
    import os, signal, sys
    from ledger.commands.engine import runs
    from ledger.commands.rating import batch
    from ledger.commands.engine.ledger import Ledger
    from ledger.commands.registry import execute
    from ledger.settings import Settings
    from ledger.store.books import Books
    from ledger.store.database import Database

    batch.BATCH_ACCOUNTS = 1
    save, left = runs.Run._save, int(sys.argv[2])

    def dying(self, *given):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return save(self, *given)

    runs.Run._save = dying
    db = Database(sys.argv[1])
    body = {"command": "rate_usage", "key": "rate", "through": "2026-10-31"}
    execute(Ledger(db, Books(db), Settings()), body, "other")
"""


def test_killed_after_it_left_somebody_out_it_goes_on(mixed, ledger):
    """acme is rated, globex left out, and before initech the process dies."""
    child = subprocess.run([sys.executable, "-c", textwrap.dedent(DYING), ledger.db.url, "1"],
                           timeout=300)  # fmt: skip
    assert child.returncode == -signal.SIGKILL
    assert mixed.balances("US") == {"1150": "1.00", "4010": "-1.00"}

    answer = sent(ledger, RATE)
    assert (answer.status, answer.error.code) == ("refused", "NO_EXCHANGE_RATE")
    assert mixed.balances("US") == {"1150": "2.10", "4010": "-2.10"}

    rate(mixed, "GBP", "1.30")
    assert sent(ledger, RATE).status == "accepted"
    assert mixed.balances("US") == {"1150": "3.40", "4010": "-3.40"}
    assert ends(ledger, "rate") == ENDED


def test_a_dry_run_is_refused_alike_and_a_draft_too(mixed, ledger):
    head = ledger.books.head()
    tried = sent(ledger, {**RATE, "dry_run": True})
    assert ledger.books.head() == head
    assert tried.error == sent(ledger, RATE).error
    with pytest.raises(NoExchangeRate, match="from GBP to USD"):
        drafts(ledger, "globex", ledger.clock().date(), Caller("tester"))
    (document,) = drafts(ledger, "acme", ledger.clock().date(), Caller("tester"))
    assert str(document.total) == "1.00"


def test_the_effect_of_a_dry_run_names_those_of_whom_it_tells_nothing(mixed, ledger):
    """A price that includes tax is published; one of two customers has a code without a rate."""
    rate(mixed, "GBP", "1.30")
    mixed.do("set_tax_rate", code="late", rate="10", from_="2027-01-01", category="S")
    mixed.customer("umbrella", "US", "USD", "usd", tax="late")
    mixed.use("umbrella", "u", "2026-10-10", "100")
    sent(ledger, RATE)
    item = {"item": "item-1", "kind": "usage", "meter": "meter-1", "interval": "month",
            "model": {"type": "per_unit", "unit": "0.02"}}  # fmt: skip
    body = {"command": "publish_plan", "key": "price", "plan": "usd", "currency": "USD",
            "from": "2026-10-01", "items": [item], "tax_inclusive": True}  # fmt: skip
    head = ledger.books.head()
    answer = sent(ledger, {**body, "dry_run": True})
    assert (answer.status, ledger.books.head()) == ("would_accept", head)
    effect = answer.to_dict()["effect"]
    assert [(row["account"], row["amount"]) for row in effect["charges"]] == [("acme", "2")]
    assert [(row["account"], row["total"]) for row in effect["documents"]] == [("acme", "2.00")]
    assert effect["left_out"] == [
        {"account": "umbrella", "code": "UNKNOWN_TAX_CODE",
         "message": "There is no tax rate for the code late; set it with set_tax_rate first."},
    ]  # fmt: skip
    assert effect["counts"]["left_out"] == 1
    assert sent(ledger, body).status == "accepted"
