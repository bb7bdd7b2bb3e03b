"""The posting table: what each fact debits and credits, and a story in which it does.

A rule of ``ledger.posting`` that no row names, or a row that its story does not post, fails here.
Who adds a rule adds its row to TABLE, and a story that posts it or a step to one that is there.
"""

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest

import ledger.posting
from ledger.reads.journal import journal_lines

TABLE = {
    # row: (rule, debits, credits)
    "usage accrued": ("usage_accrued", "1150", "4010"),
    "usage re-rated upwards": ("usage_rerated", "1150", "4010"),
    "usage re-rated downwards": ("usage_rerated", "4010", "1150"),
    "usage paid by prepaid credit": ("usage_accrued", "2110", "4010"),
    "discount accrued with the usage": ("usage_accrued", "1150 4090", "4010"),
    "invoice in arrears": ("invoice_issued", "1100", "1150 2200"),
    "invoice in advance": ("invoice_issued", "1100", "2100 2200"),
    "invoice of a credit pack": ("invoice_issued", "1100", "2110"),
    "invoice of a one-time item": ("invoice_issued", "1100", "2200 4000"),
    "invoice that includes its tax": ("invoice_final_net", "1150", "4010"),
    "recurring in arrears": ("recurring_accrued", "1150", "4000"),
    "revenue recognised": ("revenue_recognised", "2100", "4000"),
    "credits expired": ("credit_breakage", "2110", "4030"),
    "commitment in a straight line": ("commitment_accrued", "1160", "4020"),
    "true-up of a straight line": ("invoice_issued", "1100", "1160"),
    "true-up as billed": ("invoice_issued", "1100", "4020"),
    "credit note for a re-rating, open": ("credit_note_rerating", "1150 2200", "1100"),
    "credit note for a re-rating, paid": ("credit_note_rerating", "1150 2200", "2120"),
    "concession, open": ("credit_note_concession", "2200 4010", "1100"),
    "concession, unearned": ("credit_note_concession", "2100 2200", "1100"),
    "concession, paid": ("credit_note_concession", "2200 4010", "2120"),
    "re-rating after a concession": ("concession_absorbed", "1150", "4010"),
    "net credit of a change": ("net_credit", "2100", "2120"),
    "payment by the bank": ("payment_captured", "1000", "1100"),
    "payment by the PSP, in part unapplied": ("payment_captured", "1010", "1100 2130"),
    "payment in foreign currency, gain": ("payment_captured", "1000", "1100 7000"),
    "payout": ("payout_settled", "1000 5000", "1010"),
    "payment returned": ("payment_returned", "1100", "1010"),
    "dispute opened": ("dispute_opened", "1110 5010", "1000"),
    "dispute lost": ("dispute_lost", "5010", "1110"),
    "dispute lost, as revenue": ("dispute_lost_revenue", "2200 4010", "1110"),
    "dispute lost, credited before": ("dispute_lost", "2120 5010", "1110"),
    "dispute lost, credited before, as revenue": ("dispute_lost_revenue", "2120 2200 4010", "1110"),
    "lost dispute reversed": ("dispute_reversed", "1100", "5010"),
    "lost dispute reversed, as revenue": ("dispute_reversed", "1100", "2200 4010"),
    "dispute won": ("dispute_won", "1000", "1110"),
    "refund": ("refund_paid", "2120", "1000"),
    "cash applied": ("cash_applied", "2130", "1100"),
    "credit applied": ("credit_applied", "2120", "1100"),
    "allowance adjusted": ("allowance_adjusted", "5100", "1120"),
    "written off, no relief": ("receivable_written_off", "1120 5100", "1100"),
    "written off, with relief": ("receivable_written_off", "1120 2200 5100", "1100"),
    "write-off recovered": ("write_off_recovered", "1100", "1120 2200"),
    "write-off reversed": ("write_off_reversed", "1100", "2200 5100"),
    "receivable revalued, gain": ("receivable_revalued", "1100", "7010"),
    "receivable revalued, loss": ("receivable_revalued", "7010", "1100"),
    "revaluation taken back the next day": ("revaluation_reversed", "7010", "1100"),
    "intercompany charged, payee": ("intercompany_charged", "1300", "4200"),
    "intercompany charged, payer": ("intercompany_charged", "5200", "2300"),
    "intercompany settled, payee": ("intercompany_settled", "1000", "1300"),
    "intercompany settled, payer": ("intercompany_settled", "2300", "1000"),
    "intercompany taken back, payee": ("intercompany_credited", "4200", "1300"),
    "intercompany taken back, payer": ("intercompany_credited", "2300", "5200"),
    "journal by hand": ("manual_journal", "5000", "1000"),
}
CALLS = {"type": "per_unit", "unit": "0.01"}
SCENARIOS = {}
"""Each story with the rows that it posts."""


def posts(*rows):
    """Register a story with the rows that it posts."""
    return lambda story: SCENARIOS.setdefault(story, rows) and story


def begin(books, *items, entity="US", currency="USD", policies=None, **more):
    """Register an entity; acme takes these items, with 10 % tax, from the first of October."""
    books.entity(entity, currency, policies=policies or {})
    books.do("set_tax_rate", code="ten", rate="10", from_="2026-01-01", category="S")
    books.do("publish_plan", plan="plan", currency=more.pop("agreed", currency), items=list(items),
             from_="2026-01-01", **more.pop("plan", {}))  # fmt: skip
    fields = {"tax": "ten"} | more
    books.customer("acme", entity, fields.pop("money", currency), "plan", **fields)


def usage(**more):
    return {"item": "calls", "kind": "usage", "meter": "meter-1", "interval": "month",
            "model": CALLS} | more  # fmt: skip


def fee(timing, **more):
    return {"item": f"fee-{timing}", "kind": "recurring", "amount": "31.00", "interval": "month",
            "timing": timing} | more  # fmt: skip


def bill(books, through, on=None):
    books.do("rate_usage", through=through)
    books.do("issue_invoices", through=through, on=on or through)


def correct(books, quantity):
    books.do("correct_usage", source="app", id="u-1", reason="counted wrongly",
             properties={"quantity": quantity})  # fmt: skip


def pay(books, payment, amount, via="bank", on="2026-11-02"):
    books.do("capture_payment", payment=payment, account="acme", amount=amount, currency="USD",
             on=on, via=via)  # fmt: skip


@posts("usage accrued", "usage re-rated upwards", "usage re-rated downwards", "invoice in arrears",
       "credit note for a re-rating, open", "concession, open",
       "payment by the PSP, in part unapplied", "payout", "payment returned", "concession, paid",
       "re-rating after a concession", "credit note for a re-rating, paid", "refund",
       "credit applied", "cash applied")  # fmt: skip
def usage_to_cash_and_back(books):
    begin(books, usage())
    books.use("acme", "u-1", "2026-10-05", "10000")
    books.do("rate_usage", through="2026-10-31")
    correct(books, "12000")
    bill(books, "2026-10-31", "2026-11-01")  # 120.00 + 12.00
    correct(books, "11000")
    bill(books, "2026-11-01")  # 11.00 back
    books.do("issue_credit_note", invoice="US-2026-000001", lines=[{"line": 1, "net": "10.00"}],
             on="2026-11-01", reason="goodwill")  # fmt: skip
    pay(books, "p-1", "130.00", via="psp")  # 110.00 were open
    books.do("settle_payout", payout="po-1", entity="US", amount="128.00", fee="2.00",
             currency="USD", on="2026-11-03")  # fmt: skip
    pay(books, "p-2", "5.00", via="psp", on="2026-11-04")
    books.do("issue_credit_note", invoice="US-2026-000001", lines=[{"line": 1, "net": "20.00"}],
             on="2026-11-04", reason="goodwill")  # fmt: skip
    books.do("refund", refund="r-1", account="acme", amount="2.00", on="2026-11-05", via="bank",
             from_="credit_balance")  # fmt: skip
    correct(books, "2000")  # 90.00 less, of which 10.00 were given away before
    bill(books, "2026-11-05")
    books.use("acme", "u-2", "2026-11-05", "20000")
    bill(books, "2026-11-30")
    for balance in ("credit_balance", "unapplied_cash"):
        books.do("apply_balance", account="acme", invoice="US-2026-000002", from_=balance,
                 on="2026-12-01")  # fmt: skip
    pay(books, "p-3", "11.00", via="psp", on="2026-12-02")
    books.do("return_payment", payment="p-3", on="2026-12-03", code="R01")


@posts("invoice in advance", "invoice of a one-time item", "recurring in arrears",
       "revenue recognised", "concession, unearned", "net credit of a change")  # fmt: skip
def fees(books):
    begin(books, fee("in_advance"), fee("in_arrears"))
    books.do("publish_plan", plan="once", currency="USD", from_="2026-01-01",
             items=[{"item": "setup", "kind": "one_time", "amount": "50.00"}])  # fmt: skip
    bill(books, "2026-10-01")
    books.do("issue_credit_note", invoice="US-2026-000001", lines=[{"line": 1, "net": "3.10"}],
             on="2026-10-01", reason="goodwill")  # fmt: skip
    books.do("start_subscription", subscription="s-2", account="acme", plan="once",
             from_="2026-10-02")  # fmt: skip
    bill(books, "2026-10-02")
    bill(books, "2026-10-31")
    books.do("recognise_revenue", entity="US", through="2026-10-31")
    books.do("open_account", account="free", entity="US", name="x", currency="USD")
    books.do("publish_plan", plan="first", currency="USD", from_="2026-01-01",
             items=[fee("in_advance")])  # fmt: skip
    books.do("start_subscription", subscription="s-3", account="free", plan="first",
             from_="2026-11-01")  # fmt: skip
    bill(books, "2026-11-01")
    books.do("capture_payment", payment="p-1", account="free", amount="31.00", currency="USD",
             on="2026-11-02", via="bank")  # fmt: skip
    books.do("end_subscription", subscription="s-3", on="2026-11-11", credit_unused=True)
    bill(books, "2026-11-11")


@posts("invoice of a credit pack", "usage paid by prepaid credit", "credits expired",
       "discount accrued with the usage")  # fmt: skip
def credit(books):
    begin(books, usage(), tax=None)
    books.do("grant_credit", grant="pack", account="acme", kind="prepaid", amount="30.00",
             from_="2026-10-01", expires="2026-10-31")  # fmt: skip
    books.use("acme", "u-1", "2026-10-05", "1000")
    bill(books, "2026-10-31")
    books.do("add_discount", discount="d-1", account="acme", percent="10", from_="2026-11-01")
    books.use("acme", "u-2", "2026-11-05", "1000")
    bill(books, "2026-11-30")


@posts("commitment in a straight line", "true-up of a straight line", "true-up as billed")
def commitments(books):
    least = {"kind": "commitment", "amount": "310.00", "interval": "month"}
    begin(books, usage(), {"item": "least", "policy": "straight_line", **least}, tax=None)
    books.do("publish_plan", plan="billed", currency="USD", from_="2026-01-01",
             items=[usage(meter="meter-2"),
                    {"item": "least", "policy": "as_billed", **least}])  # fmt: skip
    books.customer("beta", "US", "USD", "billed")
    books.do("rate_usage", through="2026-10-15")
    bill(books, "2026-10-31")


@posts("dispute opened", "dispute won", "dispute lost", "allowance adjusted",
       "written off, no relief", "payment by the bank")  # fmt: skip
def losses(books):
    begin(books, usage())
    books.use("acme", "u-1", "2026-10-05", "10000")
    bill(books, "2026-10-31", "2026-11-01")
    pay(books, "p-1", "60.00")
    for dispute, outcome in (("d-1", "won"), ("d-2", "lost")):
        books.do("open_dispute", dispute=dispute, payment="p-1", amount="10.00", fee="1.00",
                 on="2026-11-03")  # fmt: skip
        books.do("close_dispute", dispute=dispute, outcome=outcome, on="2026-11-04")
    books.do("adjust_allowance", entity="US", amount="20.00", on="2026-11-05")
    books.do("write_off", invoice="US-2026-000001", on="2026-11-06")


@posts("dispute lost, as revenue", "written off, with relief", "write-off recovered",
       "write-off reversed")  # fmt: skip
def losses_with_relief(books):
    begin(books, usage(), policies={"chargeback": "revenue", "tax_relief_on_write_off": True})
    books.use("acme", "u-1", "2026-10-05", "10000")
    bill(books, "2026-10-31", "2026-11-01")
    pay(books, "p-1", "11.00")
    books.do("open_dispute", dispute="d-1", payment="p-1", amount="11.00", fee="0",
             on="2026-11-03")  # fmt: skip
    books.do("close_dispute", dispute="d-1", outcome="lost", on="2026-11-04")
    books.do("adjust_allowance", entity="US", amount="20.00", on="2026-11-05")
    books.do("write_off", invoice="US-2026-000001", on="2026-11-06")
    correct(books, "9000")
    bill(books, "2026-11-07")
    books.do("recover_write_off", invoice="US-2026-000001", amount="11.00", on="2026-11-08")


@posts("lost dispute reversed")
def a_loss_that_was_never_owed(books):
    lost_and_rerated(books, {})


@posts("lost dispute reversed, as revenue")
def revenue_that_was_never_owed(books):
    lost_and_rerated(books, {"chargeback": "revenue", "tax_relief_on_write_off": True})


@posts("dispute lost, credited before")
def a_loss_of_what_was_credited(books):
    lost_and_rerated(books, {}, credited_first=True)


@posts("dispute lost, credited before, as revenue")
def revenue_of_what_was_credited(books):
    policies = {"chargeback": "revenue", "tax_relief_on_write_off": True}
    lost_and_rerated(books, policies, credited_first=True)


def lost_and_rerated(books, policies, *, credited_first=False):
    begin(books, usage(), policies=policies)
    books.use("acme", "u-1", "2026-10-05", "10000")
    bill(books, "2026-10-31", "2026-11-01")
    pay(books, "p-1", "110.00")
    books.do("open_dispute", dispute="d-1", payment="p-1", amount="110.00", fee="0",
             on="2026-11-03")  # fmt: skip
    if not credited_first:
        books.do("close_dispute", dispute="d-1", outcome="lost", on="2026-11-04")
    correct(books, "9000")
    bill(books, "2026-11-07")
    if credited_first:
        books.do("close_dispute", dispute="d-1", outcome="lost", on="2026-11-08")


@posts("payment in foreign currency, gain", "receivable revalued, gain",
       "receivable revalued, loss", "revaluation taken back the next day")  # fmt: skip
def foreign_currency(books):
    rates = {"2026-10-01": "0.90", "2026-11-01": "0.92", "2026-11-02": "0.95", "2026-11-10": "0.80"}
    for day, rate in rates.items():
        books.do("set_exchange_rate", base="USD", quote="EUR", rate=rate, on=day, source="ECB")
    begin(books, usage(), entity="EU", currency="EUR", agreed="USD", money="USD", tax=None)
    books.use("acme", "u-1", "2026-10-05", "10000")
    bill(books, "2026-10-31", "2026-10-31")
    books.do("revalue", entity="EU", on="2026-11-01")
    pay(books, "p-1", "60.00")
    books.do("revalue", entity="EU", on="2026-11-10")


@posts("invoice that includes its tax")
def prices_that_include_tax(books):
    begin(books, usage(), usage(item="more", meter="meter-2"), plan={"tax_inclusive": True})
    books.use("acme", "u-1", "2026-10-05", "6")
    books.use("acme", "u-2", "2026-10-05", "6", meter="meter-2")
    bill(books, "2026-10-31")


@posts("intercompany charged, payee", "intercompany charged, payer", "intercompany settled, payee",
       "intercompany settled, payer", "intercompany taken back, payee",
       "intercompany taken back, payer")  # fmt: skip
def between_entities(books):
    books.entity("US", "USD")
    books.entity("KW", "USD")
    deal = {"reference": "r-1", "payer": "US", "payee": "KW", "currency": "USD"}
    books.do("charge_intercompany", amount="100.00", on="2026-11-02", **deal)
    books.do("charge_intercompany", amount="20.00", on="2026-11-03", credit=True, **deal)
    books.do("settle_intercompany", amount="80.00", on="2026-11-04", **deal)


@posts("journal by hand")
def by_hand(books):
    books.entity("US", "USD")
    lines = [{"account": "5000", "debit": "4.00"}, {"account": "1000", "credit": "4.00"}]
    books.do("post_journal", entity="US", on="2026-11-06", lines=lines, reason="bank charges",
             approved_by="controller")  # fmt: skip


@pytest.mark.parametrize("story", SCENARIOS, ids=lambda story: story.__name__)
def test_a_story_posts_its_rows_as_the_table_says(books, story):
    story(books)
    found = set(entries(books))
    missing = {row: TABLE[row] for row in SCENARIOS[story] if TABLE[row] not in found}
    assert missing == {}, sorted(found)


def test_every_row_has_a_story():
    told = [row for rows in SCENARIOS.values() for row in rows]
    assert sorted(told) == sorted(TABLE)


def test_every_rule_of_posting_has_a_row():
    rules = {
        value.partition("@")[0]
        for module in iter_modules(ledger.posting.__path__)
        for value in strings(vars(import_module(f"ledger.posting.{module.name}")))
        if re.fullmatch(r"[a-z_]+@\d+", value)
    }
    assert rules == {rule for rule, _, _ in TABLE.values()}, "add a row to TABLE, and a story"


def entries(books):
    """Yield (rule, debits, credits) of every entry; an account on both sides counts by its net."""
    moved = {}
    for row in books.read(journal_lines()):
        accounts = moved.setdefault((row.position, row.rule.partition("@")[0]), {})
        accounts[row.account] = accounts.get(row.account, 0) + row.amount
    for (_, rule), accounts in moved.items():
        yield (
            rule,
            " ".join(sorted(code for code, amount in accounts.items() if amount > 0)),
            " ".join(sorted(code for code, amount in accounts.items() if amount < 0)),
        )


def strings(value):
    """Yield every text in a module's constants, also in their mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from strings(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if not str(key).startswith("__"):
                yield from strings(part)
