"""Cash after the payment: what is refused, what races, and what is never done twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ledger.events.streams import stream
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.receivables.state import fold

INVOICE = "US-2026-000001"
PAY = {"account": "acme", "currency": "USD", "on": "2026-11-10", "via": "bank"}


@pytest.fixture
def owing(world):
    """The world, with an invoice of 100.00 for October."""
    event = {"source": "shop", "id": "u-1", "account": "acme", "meter": "api",
             "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "10000"}}  # fmt: skip
    assert world("record_usage", events=[event]).usage["accepted"] == 1
    assert world("rate_usage", through="2026-10-31").status == "accepted"
    assert world("issue_invoices", through="2026-10-31", on="2026-11-01").status == "accepted"
    return world


@pytest.fixture
def paid(owing):
    """The same, with 130.00 paid: 30.00 are unapplied."""
    assert owing("capture_payment", payment="p-1", amount="130.00", **PAY).status == "accepted"
    return owing


def receivables(ledger):
    return fold(ledger.books.read_stream(stream("receivables", "acme")))


ON = {"on": "2026-11-20"}
REFUSED_OWING = [
    ("return_payment", {"payment": "none", "code": "R01"}, "UNKNOWN_PAYMENT", "payment"),
    ("open_dispute", {"dispute": "d", "payment": "none", "amount": "1", "fee": "0"},
     "UNKNOWN_PAYMENT", "payment"),
    ("close_dispute", {"dispute": "none", "outcome": "won"}, "UNKNOWN_DISPUTE", "dispute"),
    ("close_dispute", {"dispute": "none", "outcome": "drawn"}, "BAD_VALUE", "outcome"),
    ("refund", {"refund": "r", "account": "acme", "amount": "0.01", "via": "bank"},
     "AMOUNT_TOO_LARGE", "amount"),
    ("refund", {"refund": "r", "account": "acme", "amount": "1", "via": "bank",
                "from_": "pocket"}, "BAD_VALUE", "from"),
    ("apply_balance", {"account": "acme", "invoice": INVOICE, "from_": "unapplied_cash"},
     "NOTHING_TO_APPLY", "from"),
    ("apply_balance", {"account": "acme", "invoice": "X", "from_": "unapplied_cash"},
     "UNKNOWN_INVOICE", "invoice"),
    ("apply_balance", {"account": "acme", "invoice": INVOICE}, "MISSING_FIELD", "from"),
    ("write_off", {"invoice": "X"}, "UNKNOWN_INVOICE", "invoice"),
    ("write_off", {"invoice": INVOICE, "on": "2026-10-31"}, "TOO_EARLY", "on"),
    ("write_off", {"invoice": INVOICE, "on": "2025-12-31"}, "PERIOD_NOT_OPEN", "on"),
    ("recover_write_off", {"invoice": INVOICE, "amount": "1"}, "NOT_WRITTEN_OFF", "invoice"),
    ("adjust_allowance", {"entity": "US", "amount": "-0.01"}, "AMOUNT_TOO_LARGE", "amount"),
    ("adjust_allowance", {"entity": "US", "amount": "0"}, "BAD_VALUE", "amount"),
    ("adjust_allowance", {"entity": "US", "amount": "0.001"}, "BAD_VALUE", "amount"),
    ("adjust_allowance", {"entity": "US", "account": "x", "amount": "1"}, "UNKNOWN_ACCOUNT",
     "account"),
    ("settle_payout", {"payout": "p", "entity": "US", "amount": "1", "fee": "0",
                       "currency": "EUR"}, "CURRENCY_MISMATCH", "currency"),
    ("settle_payout", {"payout": "p", "entity": "US", "amount": "0", "fee": "0",
                       "currency": "USD"}, "BAD_VALUE", "fee"),
    ("settle_payout", {"payout": "p", "entity": "US", "amount": "1", "fee": "-1",
                       "currency": "USD"}, "BAD_VALUE", "fee"),
    ("fail_payment", {"payment": "f", "account": "x", "amount": "1", "code": "c"},
     "UNKNOWN_ACCOUNT", "account"),
]  # fmt: skip
REFUSED_PAID = [
    ("fail_payment", {"payment": "p-1", "account": "acme", "amount": "1", "code": "c"},
     "ALREADY_CAPTURED", "payment"),
    ("return_payment", {"payment": "p-1", "code": "R01", "amount": "130.01"},
     "AMOUNT_TOO_LARGE", "amount"),
    ("return_payment", {"payment": "p-1", "code": "R01", "on": "2026-11-09"}, "TOO_EARLY", "on"),
    ("open_dispute", {"dispute": "d", "payment": "p-1", "amount": "130.01", "fee": "0"},
     "AMOUNT_TOO_LARGE", "amount"),
    ("open_dispute", {"dispute": "d", "payment": "p-1", "amount": "1", "fee": "-1"},
     "BAD_VALUE", "fee"),
    ("refund", {"refund": "r", "account": "acme", "amount": "30.01", "via": "bank",
                "from_": "unapplied_cash"}, "AMOUNT_TOO_LARGE", "amount"),
    ("refund", {"refund": "r", "account": "acme", "amount": "1", "via": "bank"},
     "AMOUNT_TOO_LARGE", "amount"),
    ("apply_balance", {"account": "acme", "invoice": INVOICE, "from_": "unapplied_cash"},
     "INVOICE_SETTLED", "invoice"),
    ("write_off", {"invoice": INVOICE}, "INVOICE_SETTLED", "invoice"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "cases"), [("owing", REFUSED_OWING), ("paid", REFUSED_PAID)])
def test_what_does_not_fit_is_refused_and_appends_nothing(request, ledger, subtests, state, cases):
    ask = request.getfixturevalue(state)
    for command, fields, code, field in cases:
        with subtests.test(command=command, fields=fields):
            head = ledger.books.head()
            answer = ask(command, **{**ON, **fields})
            assert answer.error is not None, answer
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_a_payment_may_fail_twice_and_come_in_after_all(owing):
    for _ in range(2):
        failed = owing("fail_payment", payment="p-1", account="acme", amount="100.00",
                       on="2026-11-05", code="card_declined")  # fmt: skip
        assert [fact.type for fact in failed.facts] == ["payment.failed/1"]
    assert owing("capture_payment", payment="p-1", amount="100.00", **PAY).status == "accepted"
    again = owing("capture_payment", payment="p-1", amount="100.00", **PAY)
    assert again.error.code == "ALREADY_EXISTS"


def test_a_disputed_payment_is_neither_disputed_nor_returned_again(paid, ledger):
    dispute = {"payment": "p-1", "amount": "130.00", "fee": "15.00", **ON}
    assert paid("open_dispute", dispute="d-1", **dispute).status == "accepted"
    assert paid("open_dispute", dispute="d-1", **dispute).error.code == "ALREADY_EXISTS"
    assert paid("open_dispute", dispute="d-2", **dispute).error.code == "PAYMENT_DISPUTED"
    assert paid("open_dispute", dispute="d-2", **{**dispute, "payment": "d-1"}).error.code == (
        "UNKNOWN_PAYMENT"
    )
    returned = paid("return_payment", payment="p-1", code="R01", **ON)
    assert returned.error.code == "PAYMENT_DISPUTED"
    held = paid("refund", refund="r", account="acme", amount="1", via="bank",
                from_="unapplied_cash", **ON)  # fmt: skip
    assert held.error.code == "AMOUNT_TOO_LARGE"
    assert paid("close_dispute", dispute="d-1", outcome="lost", **ON).status == "accepted"
    twice = paid("close_dispute", dispute="d-1", outcome="won", **ON)
    assert (twice.error.code, twice.error.field) == ("DISPUTE_DECIDED", "dispute")
    assert paid("return_payment", payment="p-1", code="R01", **ON).error.code == "PAYMENT_SPENT"
    assert receivables(ledger).unapplied == 0


def test_a_won_dispute_leaves_everything_as_it_was(paid, ledger):
    before = receivables(ledger)
    paid("open_dispute", dispute="d-1", payment="p-1", amount="50.00", fee="15.00", **ON)
    paid("close_dispute", dispute="d-1", outcome="won", **ON)
    after = receivables(ledger)
    assert (after.items, after.payments) == (before.items, before.payments)


def test_what_was_refunded_cannot_be_returned(paid):
    paid("refund", refund="r-1", account="acme", amount="30.00", via="bank",
         from_="unapplied_cash", **ON)  # fmt: skip
    again = paid("refund", refund="r-1", account="acme", amount="30.00", via="bank",
                 from_="unapplied_cash", **ON)  # fmt: skip
    assert again.error.code == "ALREADY_EXISTS"
    whole = paid("return_payment", payment="p-1", code="R01", amount="130.00", **ON)
    assert "100.00" in whole.error.message
    assert paid("return_payment", payment="p-1", code="R01", **ON).status == "accepted"


def test_a_written_off_invoice_takes_only_what_was_recovered(owing, ledger):
    assert owing("write_off", invoice=INVOICE, **ON).status == "accepted"
    assert owing("write_off", invoice=INVOICE, **ON).error.code == "INVOICE_SETTLED"
    apply = [{"invoice": INVOICE, "amount": "40.00"}]
    pay = {**PAY, "on": "2026-11-21", "amount": "40.00", "apply": apply}
    assert owing("capture_payment", payment="p-1", **pay).error.code == "INVOICE_SETTLED"
    much = owing("recover_write_off", invoice=INVOICE, amount="100.01", **ON)
    assert much.error.code == "AMOUNT_TOO_LARGE"
    assert owing("recover_write_off", invoice=INVOICE, amount="30.00", **ON).status == "accepted"
    assert owing("capture_payment", payment="p-1", **pay).error.code == "AMOUNT_TOO_LARGE"
    assert owing("recover_write_off", invoice=INVOICE, amount="70.00", **ON).status == "accepted"
    assert owing("recover_write_off", invoice=INVOICE, amount="0.01", **ON).error.code == (
        "NOT_WRITTEN_OFF"
    )
    assert owing("capture_payment", payment="p-1", **pay).status == "accepted"
    assert owing("write_off", invoice=INVOICE, **ON).status == "accepted"
    assert receivables(ledger).items[INVOICE].given_up == 60


def test_a_child_is_refunded_out_of_what_its_payer_has(paid):
    paid("open_account", account="branch", entity="US", name="B", currency="USD", parent="acme")
    answer = paid("refund", refund="r-1", account="branch", amount="30.00", via="bank",
                  from_="unapplied_cash", **ON)  # fmt: skip
    assert answer.status == "accepted"


def race(ask, ledger, *asked):
    """Ask all at one moment; return the sorted answers, and see that nothing is half done."""
    gate = Barrier(len(asked))

    def go(one):
        number, (command, fields) = one
        gate.wait()
        answer = ask(command, key=f"race-{number}", **fields)
        return answer.error.code if answer.error else answer.status

    with ThreadPoolExecutor(len(asked)) as pool:
        answers = sorted(pool.map(go, enumerate(asked)))
    catch_up(ledger.db)
    assert list(run_checks(ledger.db)) == []
    return answers


def test_of_write_offs_that_race_one_wins(owing, ledger):
    owing("adjust_allowance", entity="US", amount="60.00", **ON)
    write_off = ("write_off", {"invoice": INVOICE, **ON})
    assert race(owing, ledger, *[write_off] * 4) == [*["INVOICE_SETTLED"] * 3, "accepted"]


def test_of_refunds_that_race_one_wins(paid, ledger):
    refunds = [
        ("refund", {"refund": f"r-{number}", "account": "acme", "amount": "20.00", "via": "bank",
                    "from_": "unapplied_cash", **ON})
        for number in range(4)
    ]  # fmt: skip
    assert race(paid, ledger, *refunds) == [*["AMOUNT_TOO_LARGE"] * 3, "accepted"]


def test_of_a_return_and_a_refund_that_race_one_wins(paid, ledger):
    answers = race(
        paid,
        ledger,
        ("return_payment", {"payment": "p-1", "code": "R01", "amount": "130.00", **ON}),
        ("refund", {"refund": "r", "account": "acme", "amount": "30.00", "via": "bank",
                    "from_": "unapplied_cash", **ON}),
    )  # fmt: skip
    assert answers == ["AMOUNT_TOO_LARGE", "accepted"]


def test_of_disputes_and_a_return_that_race_one_wins(paid, ledger):
    dispute = {"payment": "p-1", "amount": "130.00", "fee": "0", **ON}
    answers = race(
        paid,
        ledger,
        ("open_dispute", {"dispute": "d-1", **dispute}),
        ("open_dispute", {"dispute": "d-2", **dispute}),
        ("return_payment", {"payment": "p-1", "code": "R01", **ON}),
    )
    assert answers in (
        ["PAYMENT_DISPUTED", "PAYMENT_DISPUTED", "accepted"],
        ["PAYMENT_SPENT", "PAYMENT_SPENT", "accepted"],
    )


def test_a_payment_and_a_credit_note_that_race_settle_no_cent_twice(owing, ledger):
    owing("correct_usage", source="shop", id="u-1", properties={"quantity": "4000"},
          reason="meter fault")  # fmt: skip
    owing("rate_usage", through="2026-11-02")
    apply = [{"invoice": INVOICE, "amount": "100.00"}]
    answers = race(
        owing,
        ledger,
        ("capture_payment", {**PAY, "payment": "p-1", "amount": "100.00", "apply": apply}),
        ("issue_invoices", {"through": "2026-11-02", "on": "2026-11-10"}),
    )
    assert answers in (["AMOUNT_TOO_LARGE", "accepted"], ["accepted", "accepted"])
    state = receivables(ledger)
    assert (state.items[INVOICE].open, state.credit_balance) in ((40, 0), (0, 60))


def test_two_write_offs_that_race_for_one_allowance_use_it_once(owing, ledger):
    owing("open_account", account="beta", entity="US", name="B", currency="USD")
    owing("start_subscription", subscription="s-2", account="beta", plan="basic",
          from_="2026-10-01")  # fmt: skip
    event = {"source": "shop", "id": "u-2", "account": "beta", "meter": "api",
             "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "10000"}}  # fmt: skip
    owing("record_usage", events=[event])
    owing("rate_usage", through="2026-10-31")
    owing("issue_invoices", through="2026-10-31", on="2026-11-01")
    owing("adjust_allowance", entity="US", amount="150.00", **ON)
    writes = [("write_off", {"invoice": f"US-2026-00000{n}", **ON}) for n in (1, 2)]
    assert race(owing, ledger, *writes) == ["accepted", "accepted"]
