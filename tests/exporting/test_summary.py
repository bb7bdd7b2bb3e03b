"""What entries add up to: lines per account and side, and the invoices they settle."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.events.journal import JournalLine, JournalPosted
from ledger.exporting.summary import invoices_settled, kind_of, lines_of, service_period


def entry(*lines, rule="test@1", service=(None, None), document=None):
    return JournalPosted(
        originator_id=UUID(int=1),
        originator_version=1,
        timestamp=datetime(2026, 10, 31, tzinfo=UTC),
        entry="e",
        entity="US",
        currency="USD",
        on=date(2026, 10, 31),
        period="2026-10",
        rule=rule,
        text="",
        lines=tuple(JournalLine(a, Decimal(n), c, i) for a, n, c, i in lines),
        service_from=service[0],
        service_to=service[1],
        document=document,
    )


PAIR = (("1150", "1", None, None), ("4010", "-1", None, None))
TWO = (
    entry(("1100", "3.00", "a", "I-1"), ("4010", "-3.00", "a", None)),
    entry(("1100", "4.00", "b", "I-2"), ("4010", "-4.00", "b", None)),
)


def test_a_summary_adds_up_over_customers_and_a_detail_does_not():
    total = [
        (one.account, str(one.debit), str(one.credit)) for one in lines_of(TWO, detailed=False)
    ]
    assert total == [("1100", "7.00", "0.00"), ("4010", "0.00", "7.00")]
    detail = [(one.account, one.customer, one.invoice) for one in lines_of(TWO, detailed=True)]
    assert detail == [
        ("1100", "a", "I-1"),
        ("1100", "b", "I-2"),
        ("4010", "a", None),
        ("4010", "b", None),
    ]


def test_the_rule_says_the_kind_whatever_its_version():
    rules = ["invoice_issued@1", "credit_note_rerating@9", "net_credit@1", "payment_captured@2"]
    kinds = [kind_of(entry(*PAIR, rule=rule)) for rule in [*rules, "invoice_final_net@1"]]
    assert kinds == ["invoice", "credit_note", "credit_note", "payment", "journal"]


def test_an_entry_settles_the_invoices_of_other_documents():
    own = entry(("1100", "3", "a", "I-1"), ("1150", "-3", "a", "I-1"), document="I-1")
    assert invoices_settled(own) == []
    paid = entry(
        ("1000", "9", "a", None),
        ("1100", "-4", "a", "I-2"),
        ("1100", "-3", "a", "I-1"),
        ("1100", "-2", "a", "I-2"),
        document="p-1",
    )
    assert invoices_settled(paid) == ["I-2", "I-1"]


def test_a_service_period_is_one_month_or_none():
    whole = (date(2026, 10, 1), date(2026, 11, 1))
    day = (date(2026, 10, 31), date(2026, 11, 1))
    longer = (date(2026, 10, 1), date(2026, 11, 2))
    assert service_period([entry(*PAIR, service=whole), entry(*PAIR, service=day)]) == "2026-10"
    assert service_period([entry(*PAIR, service=longer)]) is None
    assert service_period([entry(*PAIR, service=whole), entry(*PAIR)]) is None
