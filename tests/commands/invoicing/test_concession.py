"""issue_credit_note: within what is left, without gaps in numbers, first to what is open."""

import pytest

from ledger.events.billing import CreditNoteIssued, InvoiceIssued
from ledger.events.journal import JournalPosted
from ledger.events.streams import stream
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up

WHY = {"reason": "an outage", "on": "2026-11-10"}


@pytest.fixture
def billed(world):
    """Acme owes 100.00 for October: INV US-2026-000001 with sales tax, 108.88."""
    world("open_account", account="globex", entity="US", name="G", currency="USD", tax="sales")
    world("start_subscription", subscription="s-2", account="globex", plan="basic",
          from_="2026-10-01")  # fmt: skip
    event = {"source": "shop", "id": "1", "account": "globex", "meter": "api",
             "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "10000"}}  # fmt: skip
    world("record_usage", events=[event])
    world("rate_usage", through="2026-10-31")
    world("issue_invoices", through="2026-10-31", on="2026-11-01")
    return world


def documents(ledger):
    facts = ledger.books.read_stream(stream("receivables", "globex"))
    return [fact for fact in facts if isinstance(fact, InvoiceIssued | CreditNoteIssued)]


def journal(ledger, entry):
    (fact,) = ledger.books.read_stream(stream("journal", entry))
    assert isinstance(fact, JournalPosted)
    return [f"{line.account} {line.amount}" for line in fact.lines]


def violations(ledger):
    catch_up(ledger.db)
    return [(one.projection, one.check) for one in run_checks(ledger.db)]


def test_a_partial_concession_lowers_what_is_open(billed, ledger):
    lines = [{"line": 1, "net": "30.00"}]
    answer = billed("issue_credit_note", invoice="US-2026-000001", lines=lines, **WHY)
    assert [fact.type for fact in answer.facts] == [
        "numbers.drawn/1",
        "credit_note.issued/1",
        "journal.posted/1",
    ]
    note = documents(ledger)[-1]
    assert (note.number, note.reason, note.note) == ("US-CN-2026-000001", "concession", "an outage")
    assert [str(x) for x in (note.net, note.tax, note.total)] == ["30.00", "2.67", "32.67"]
    assert journal(ledger, "credit_note/US-CN-2026-000001") == [
        "4010 30.00",
        "2200 2.67",
        "1100 -32.67",
    ]
    assert violations(ledger) == []


def test_nothing_becomes_billable_again(billed, ledger):
    billed("issue_credit_note", invoice="US-2026-000001", lines="all", **WHY)
    billed("rate_usage", through="2026-11-30")
    answer = billed("issue_invoices", through="2026-11-30", on="2026-11-30")
    assert list(answer.facts) == []
    assert violations(ledger) == []


def test_of_a_paid_invoice_the_credit_goes_to_the_balance(billed, ledger):
    billed("capture_payment", payment="p", account="globex", amount="100.00", currency="USD",
           via="bank", on="2026-11-05")  # fmt: skip
    billed("issue_credit_note", invoice="US-2026-000001", lines="all", **WHY)
    note = documents(ledger)[-1]
    assert (str(note.to_receivable), str(note.to_credit_balance)) == ("8.88", "100.00")
    assert violations(ledger) == []


def test_serial_concessions_end_exactly_at_the_invoice(billed, ledger):
    for net in ("0.01", "33.33", "33.33"):
        lines = [{"line": 1, "net": net}]
        billed("issue_credit_note", invoice="US-2026-000001", lines=lines, **WHY)
    billed("issue_credit_note", invoice="US-2026-000001", lines="all", **WHY)
    invoice, *notes = documents(ledger)
    assert [note.number[-1] for note in notes] == ["1", "2", "3", "4"]
    assert sum(note.net for note in notes) == invoice.net
    assert sum(note.tax for note in notes) == invoice.tax
    again = billed("issue_credit_note", invoice="US-2026-000001", lines="all", **WHY)
    assert again.error.code == "NOTHING_TO_CREDIT"
    assert violations(ledger) == []


def test_a_correction_after_a_concession_never_gives_back_more_than_was_billed(billed, ledger):
    lines = [{"line": 1, "net": "30.00"}]
    billed("issue_credit_note", invoice="US-2026-000001", lines=lines, **WHY)
    billed("correct_usage", source="shop", id="1", void=True, reason="a test")
    billed("rate_usage", through="2026-11-10")
    billed("issue_invoices", through="2026-11-10", on="2026-11-10")
    invoice, conceded, corrected = documents(ledger)
    assert (str(corrected.net), str(corrected.lines[0].absorbed)) == ("70.00", "30.00")
    assert conceded.total + corrected.total == invoice.total
    again = billed("issue_invoices", through="2026-11-10", on="2026-11-10")
    assert list(again.facts) == []
    assert violations(ledger) == []


REFUSED = [
    ({"invoice": "US-2026-000009"}, "UNKNOWN_INVOICE", "invoice"),
    ({"lines": [{"line": 2, "net": "1.00"}]}, "UNKNOWN_INVOICE_LINE", "lines.0"),
    ({"lines": [{"line": 1, "net": "100.01"}]}, "AMOUNT_TOO_LARGE", "lines.0"),
    ({"lines": [{"line": 1, "net": "0.001"}]}, "BAD_VALUE", "lines.0.net"),
    ({"lines": [{"line": 1, "net": "1"}, {"line": 1, "net": "1"}]}, "BAD_VALUE", "lines"),
    ({"lines": []}, "BAD_VALUE", "lines"),
    ({"reason": None}, "MISSING_FIELD", "reason"),
    ({"on": "2025-12-31"}, "PERIOD_NOT_OPEN", "on"),
]


def test_what_does_not_fit_is_refused(billed, ledger, subtests):
    for change, code, field in REFUSED:
        with subtests.test(change=change):
            head = ledger.books.head()
            body = {"invoice": "US-2026-000001", "lines": "all", **WHY, **change}
            answer = billed("issue_credit_note", **body)
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_what_is_written_off_is_recovered_before_it_is_given_back(billed, ledger):
    """Nobody gets credit for what they never paid."""
    number, on = "US-2026-000001", {"on": "2026-11-20"}
    assert billed("write_off", invoice=number, **on).status == "accepted"
    again = {"invoice": number, "lines": "all", **WHY}
    answer = billed("issue_credit_note", **again)
    assert (answer.error.code, answer.error.field) == ("WRITTEN_OFF", "invoice")
    total = str(documents(ledger)[0].total)
    assert billed("recover_write_off", invoice=number, amount=total, **on).status == "accepted"
    assert billed("issue_credit_note", **again).status == "accepted"
    note = documents(ledger)[-1]
    assert (str(note.to_receivable), str(note.to_credit_balance)) == (total, "0.00")
    assert violations(ledger) == []
