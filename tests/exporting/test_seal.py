"""Sealing: entries become documents by profile, the same ones always alike."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.streams import stream
from ledger.exporting.ids import external_id
from ledger.exporting.seal import Member, Seal, seal

AT = datetime(2026, 11, 2, tzinfo=UTC)


def leaf(position):
    return sha256(str(position).encode()).digest()


def posted(position, name, lines, *, on="2026-10-31", rule="usage_accrued@1", **other):
    """An entry as noted: {"1150": "5.00"} or [("1150", "5.00", customer, invoice), …]."""
    rows = lines.items() if isinstance(lines, dict) else lines
    made = tuple(
        JournalLine(row[0], Decimal(row[1]), *(row[2:] if len(row) > 2 else ())) for row in rows
    )
    entry = JournalPosted(
        originator_id=stream("journal", name),
        originator_version=1,
        timestamp=AT,
        entry=name,
        entity="US",
        currency="USD",
        on=date.fromisoformat(on),
        period=on[:7],
        rule=rule,
        text="",
        lines=made,
        **{
            "service_from": date(2026, 10, 1),
            "service_to": date(2026, 11, 1),
            "document": None,
            **other,
        },
    )
    return Member(position, leaf(position), entry)


def accrual(position, amount, on="2026-10-31", **other):
    lines = {"1150": amount, "4010": str(-Decimal(amount))}
    return posted(position, f"accrual/{position}", lines, on=on, **other)


def invoice(position, number="US-2026-000001", on="2026-11-01"):
    lines = [
        ("1100", "12.00", "acme", number),
        ("1150", "-6.00", "acme", number),
        ("1150", "-4.00", "acme", number),
        ("2200", "-2.00", "acme", number),
    ]
    name = f"invoice/{number}"
    return posted(position, name, lines, on=on, rule="invoice_issued@1", document=number)


def payment(position, *invoices):
    lines = [
        ("1010", str(12 * len(invoices) or 5), "acme"),
        *(("1100", "-12.00", "acme", number) for number in invoices),
        *([] if invoices else [("2130", "-5", "acme")]),
    ]
    kind = {"rule": "payment_captured@1", "service_from": None, "service_to": None}
    return posted(position, f"payment/{position}", lines, on="2026-11-03", document="p-1", **kind)


def terms(profile=None, **other):
    return Seal(target="netsuite", entity="US", profile=profile or {}, at=AT, **other)


def shown(sealed):
    sides = [(line, "Dr" if line.debit else "Cr") for line in sealed.lines]
    return [f"{line.account} {side} {line.debit or line.credit}" for line, side in sides]


def test_accruals_of_one_day_are_one_document_and_sides_are_not_netted():
    members = [
        accrual(3, "5.00"),
        accrual(5, "7.00"),
        accrual(9, "-2.00"),
        accrual(7, "1.00", "2026-10-30"),
    ]
    one, other = seal(members, terms())
    assert shown(one) == ["1150 Dr 12.00", "1150 Cr 2.00", "4010 Dr 2.00", "4010 Cr 12.00"]
    assert (one.kind, one.profile, one.account_class) == ("journal", "journal_daily", "accruals")
    assert (one.posting_date, one.posting_period) == (date(2026, 10, 31), "2026-10")
    assert (one.total, one.service_period, one.document) == (Decimal("14.00"), "2026-10", None)
    assert other.posting_date == date(2026, 10, 30)


def test_members_and_their_digest_are_in_position_order():
    (one,) = seal([accrual(9, "5.00"), accrual(3, "7.00")], terms())
    assert one.members == (3, 9)
    assert one.member_digest == sha256(leaf(3) + leaf(9)).hexdigest()
    assert one.external_id == external_id("netsuite", "US", "accrual/3")
    assert one.originator_id == stream("export", "netsuite", one.external_id)


def test_a_period_summary_spans_its_days_and_is_dated_by_the_last():
    members = [
        accrual(3, "5.00"),
        accrual(5, "7.00", "2026-10-12"),
        accrual(6, "1.00", "2026-11-02"),
    ]
    october, november = seal(members, terms({"accruals": "journal_period"}))
    assert (october.members, october.posting_date) == ((3, 5), date(2026, 10, 31))
    assert (november.posting_period, november.profile) == ("2026-11", "journal_period")


def test_a_document_is_one_entry_with_customers_and_invoices_summed():
    (one,) = seal([invoice(3)], terms())
    assert shown(one) == ["1100 Dr 12.00", "1150 Cr 10.00", "2200 Cr 2.00"]
    assert {(line.customer, line.invoice) for line in one.lines} == {("acme", "US-2026-000001")}
    assert (one.kind, one.document, one.profile) == ("invoice", "US-2026-000001", "document")
    assert one.causes == (invoice(3).entry.cause,)


def test_journal_detail_keeps_entries_apart_but_makes_no_document_of_them():
    one, other = seal([invoice(3), invoice(4, "US-2026-000002")], terms({"1100": "journal_detail"}))
    assert {one.kind, other.kind} == {"journal"}
    assert (one.members, other.members) == ((3,), (4,))


def test_a_payment_depends_on_its_invoices_sealed_now_or_before():
    """The invoice of the batch by what it became, the earlier one by what the caller knows."""
    members = [invoice(3), payment(4, "US-2026-000001", "US-2025-000007")]
    known = {"invoice/US-2025-000007": "earlier"}
    one, other = seal(members, terms(documents=known))
    assert other.depends_on == (one.external_id, "earlier")
    assert other.kind == "payment"
    assert one.depends_on == ()


def test_an_invoice_not_known_is_named_by_the_id_it_has_as_a_document():
    (one,) = seal([payment(4, "US-2026-000001")], terms())
    assert one.depends_on == (external_id("netsuite", "US", "invoice/US-2026-000001"),)
    (one,) = seal([payment(4, "US-2026-000001")], terms({"receivables": "journal_daily"}))
    assert one.depends_on == ()


def test_what_settles_within_one_summary_does_not_depend_on_itself():
    members = [invoice(3, on="2026-11-03"), payment(4, "US-2026-000001")]
    (one,) = seal(members, terms({"receivables": "journal_daily"}))
    assert (one.members, one.depends_on) == ((3, 4), ())


def test_a_credit_note_of_a_paid_invoice_still_depends_on_it():
    lines = [
        ("1150", "10.00", "acme", "US-CN-2026-000001"),
        ("2120", "-10.00", "acme", "US-2026-000001"),
    ]
    note = posted(
        8,
        "credit_note/US-CN-2026-000001",
        lines,
        rule="credit_note_rerating@1",
        document="US-CN-2026-000001",
    )
    (one,) = seal([note], terms({"balances": "document"}))
    assert (one.kind, one.account_class) == ("credit_note", "balances")
    assert one.depends_on == (external_id("netsuite", "US", "invoice/US-2026-000001"),)


def test_cash_without_an_invoice_is_a_document_too():
    (one,) = seal([payment(4)], terms())
    assert (one.kind, one.account_class, one.service_period) == ("payment", "cash", None)


def test_later_entries_make_a_further_document():
    first = seal([accrual(3, "5.00")], terms())
    second = seal([accrual(8, "6.00")], terms(sealed=1))
    assert first[0].external_id != second[0].external_id
    assert [one.short_ref for one in (*first, *second)] == ["US-2610-0000001", "US-2610-0000002"]


def test_usage_of_two_months_has_no_one_service_period():
    other = {"service_from": date(2026, 9, 1), "service_to": date(2026, 10, 1)}
    (one,) = seal([accrual(3, "5.00"), accrual(4, "5.00", **other)], terms())
    assert one.service_period is None
    long = {"service_from": date(2026, 9, 16), "service_to": date(2026, 10, 16)}
    (one,) = seal([accrual(3, "5.00", **long)], terms())
    assert one.service_period is None


amounts = st.integers(-10_000, 10_000).filter(bool).map(lambda n: str(Decimal(n).scaleb(-2)))
batches = st.lists(
    st.tuples(amounts, st.sampled_from(["2026-10-30", "2026-10-31", "2026-11-01"])), max_size=20
)
profiles = st.sampled_from(["document", "journal_detail", "journal_daily", "journal_period"])


@settings(deadline=None, max_examples=100)
@given(batches, profiles, st.randoms(use_true_random=False))
def test_every_entry_is_in_one_document_and_all_balance(batch, profile, random):
    members = [accrual(n, amount, on) for n, (amount, on) in enumerate(batch, start=1)]
    members.append(invoice(len(members) + 1))
    shuffled = random.sample(members, len(members))
    documents = seal(members, terms({"default": profile}))
    assert documents == seal(shuffled, terms({"default": profile}))
    assert Counter(p for one in documents for p in one.members) == Counter(
        member.position for member in members
    )
    turnover = sum(max(line.amount, 0) for member in members for line in member.entry.lines)
    assert sum(one.total for one in documents) == turnover
    for one in documents:
        assert sum(line.credit for line in one.lines) == one.total
        assert all(min(line.debit, line.credit) == 0 for line in one.lines)
    assert len({one.external_id for one in documents}) == len(documents)
    assert len({one.short_ref for one in documents}) == len(documents)
