"""A statement becomes payments and exceptions; nothing is doubled, nothing is lost."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger.commands.cash import importing
from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.runs import Run
from ledger.commands.registry import execute
from ledger.projector.checks import run_checks
from ledger.projector.rebuild import rebuild
from ledger.reads import statements as reads
from ledger.reads.receivables import payment
from ledger.settings import Settings
from ledger.store.books import Books
from ledger.store.database import Role


def test_an_entry_that_names_an_invoice_pays_it(bank):
    facts = bank.take(bank.entry("100.00", ref="R1", text="US-2026-000001 thank you"))
    assert facts == ["payment.captured", "payment.applied", "journal.posted",
                     "statement_entry.matched", "statement.imported"]  # fmt: skip
    assert bank.is_open() == {"US-2026-000001": "0.00", "US-2026-000002": "50.00"}
    assert bank.balances()["1000"] == "100.00"
    assert bank.exceptions() == []
    (matched,) = bank.read(reads.entries_of_documents([f"statement/{_only(bank)}"]))
    (paid,) = bank.read(payment(matched.document))
    assert (str(paid.amount), paid.paid_on.isoformat()) == ("100.00", "2026-11-03")


def _only(bank):
    ((where, _),) = _statement(bank).entry_streams()
    return where.hex


def _statement(bank):
    from ledger.banking.camt053 import read

    return read(bank._write(bank.entry("100.00", ref="R1", text="US-2026-000001 thank you")))[0]


def test_part_of_an_invoice_may_be_paid(bank):
    bank.take(bank.entry("99.99", text="US-2026-000001"))
    assert bank.is_open()["US-2026-000001"] == "0.01"


def test_what_is_paid_beyond_the_invoices_named_stays_unapplied(bank):
    bank.take(bank.entry("120.00", text="US-2026-000001"))
    assert bank.is_open() == {"US-2026-000001": "0.00", "US-2026-000002": "50.00"}
    assert bank.balances()["2130"] == "-20.00"


def test_an_account_pays_its_oldest_due(bank):
    bank.take(bank.entry("40.00", end_to_end="beta"))
    assert bank.is_open()["US-2026-000002"] == "10.00"


def test_several_entries_for_one_account_go_one_after_the_other(bank):
    entries = [bank.entry("30.00", ref=f"R{n}", text="US-2026-000001") for n in range(4)]
    bank.take(*entries)
    assert bank.is_open()["US-2026-000001"] == "0.00"
    assert bank.balances() | {"1000": "120.00", "2130": "-20.00"} == bank.balances()


def test_what_nobody_can_match_is_listed_and_nothing_is_lost(bank):
    bank.take(
        bank.entry("100.00", ref="R1", text="US-2026-000001"),
        bank.entry("7.00", ref="R2", text="hello"),
        bank.entry("8.00", ref="R3", text="US-2026-000001 US-2026-000002"),
        bank.entry("9.00", ref="R4", reversal=True, text="US-2026-000002"),
        bank.entry("-3.00", ref="R5", text="rent"),
        bank.entry("-4.00", ref="R6", returned="MD01", end_to_end="none"),
    )
    assert bank.exceptions() == [
        ("7.00", "no_reference", None),
        ("8.00", "ambiguous", "US-2026-000001, US-2026-000002"),
        ("9.00", "reversal", None),
        ("-3.00", "debit", None),
        ("-4.00", "return_unmatched", None),
    ]
    (statement,) = bank.read(reads.statements())
    assert (statement.matched_count, str(statement.matched_total)) == (1, "100.00")
    assert (statement.excepted_count, str(statement.excepted_total)) == (5, "17.00")
    assert statement.open_count == 5


def test_money_for_what_is_paid_already_is_not_taken_for_another_payment(bank):
    bank.do("capture_payment", payment="p-1", account="acme", amount="100.00", currency="USD",
            on="2026-11-02", via="bank")  # fmt: skip
    bank.take(bank.entry("100.00", text="US-2026-000001"))
    assert bank.exceptions() == [("100.00", "nothing_open", "US-2026-000001")]
    assert bank.balances()["1000"] == "100.00"


def test_a_payment_that_stands_in_the_books_is_found_and_not_booked_again(bank):
    bank.do("capture_payment", payment="p-1", account="acme", amount="100.00", currency="USD",
            on="2026-11-02", via="bank")  # fmt: skip
    facts = bank.take(bank.entry("100.00", ref="R1", end_to_end="p-1"))
    assert facts == ["statement_entry.matched", "statement.imported"]
    assert bank.balances()["1000"] == "100.00"
    bank.take(bank.entry("100.00", ref="R2", end_to_end="p-1"), id="S-2")
    assert bank.exceptions() == [("100.00", "already_matched", "p-1")]


def test_payouts_and_refunds_that_stand_in_the_books_are_found(bank):
    bank.do("capture_payment", payment="p-1", account="acme", amount="110.00", currency="USD",
            on="2026-11-02", via="psp")  # fmt: skip
    bank.do("settle_payout", payout="po-1", entity="US", amount="107.00", fee="3.00",
            currency="USD", on="2026-11-03")  # fmt: skip
    bank.do("refund", refund="r-1", account="acme", amount="10.00", on="2026-11-03", via="bank",
            from_="unapplied_cash")  # fmt: skip
    before = bank.balances()
    bank.take(bank.entry("107.00", text="PSP PAYOUT po-1"), bank.entry("-10.00", end_to_end="r-1"))
    assert bank.exceptions() == []
    assert bank.balances() == before


def test_a_return_reopens_what_the_payment_paid(bank):
    bank.do("capture_payment", payment="dd-1", account="acme", amount="100.00", currency="USD",
            on="2026-11-02", via="bank")  # fmt: skip
    facts = bank.take(bank.entry("-100.00", end_to_end="dd-1", returned="AC04"))
    assert facts[0] == "payment.returned"
    assert bank.is_open()["US-2026-000001"] == "100.00"
    assert "1000" not in bank.balances()


def test_what_the_books_refuse_is_an_exception_with_its_code(bank):
    bank.do("soft_close_period", entity="US", period="2026-10")
    bank.take(bank.entry("100.00", text="US-2026-000001", day="2026-10-31"))
    assert bank.exceptions() == [("100.00", "refused", "PERIOD_NOT_OPEN")]


def test_the_same_statement_again_is_a_duplicate(bank):
    entry = bank.entry("100.00", ref="R1", text="US-2026-000001")
    bank.take(entry)
    again = bank.answer(entry)
    assert again.status == "duplicate"
    assert [fact.type for fact in again.facts] == ["statement.imported/1"]
    assert bank.balances()["1000"] == "100.00"


def test_the_same_key_again_is_a_duplicate_and_another_body_is_refused(bank):
    one = bank._write(bank.entry("1.00", text="a"))
    assert bank.send(one, key="import-1").status == "accepted"
    assert bank.send(one, key="import-1").status == "duplicate"
    other = bank.send(bank._write(bank.entry("2.00"), id="S-2"), key="import-1")
    assert other.error.code == "KEY_REUSED"


def test_a_statement_of_the_same_name_with_other_figures_is_refused(bank):
    bank.take(bank.entry("1.00", ref="R1"))
    assert bank.answer(bank.entry("2.00", ref="R2")).error.code == "STATEMENT_CONFLICT"


@pytest.mark.parametrize("reference", ["R1", None])
def test_an_entry_of_two_statements_counts_once(bank, reference):
    shared = bank.entry("60.00", ref=reference, text="US-2026-000001")
    bank.take(shared, bank.entry("1.00", ref="R2"))
    bank.take(bank.entry("2.00", ref="R3"), shared, id="S-2", opening="1.00")
    assert bank.is_open()["US-2026-000001"] == "40.00"
    first, second = bank.read(reads.statements())
    assert (first.duplicate_count, second.duplicate_count) == (0, 1)
    assert str(second.duplicate_total) == "60.00"
    assert second.follows is False  # it does not begin with what the first one ended with


def test_statements_that_follow_each_other_do(bank):
    bank.take(bank.entry("5.00", ref="R1"))
    bank.take(bank.entry("6.00", ref="R2", day="2026-11-04"), id="S-2", opening="5.00",
              day="2026-11-04")  # fmt: skip
    assert [one.follows for one in bank.read(reads.statements())] == [True, True]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"<Document/>", "BAD_STATEMENT"), (b"", "BAD_VALUE")],
)
def test_what_is_no_statement_is_refused_whole(bank, data, code):
    assert bank.send(data).error.code == code


def test_what_is_no_base64_is_refused(bank):
    answer = bank.ask("import_statement", entity="US", statement="nicht!")
    assert (answer.error.code, answer.error.field) == ("BAD_VALUE", "statement")


def test_a_statement_that_does_not_add_up_is_refused_whole(bank):
    answer = bank.answer(bank.entry("100.00", text="US-2026-000001"), closing="99.00")
    assert answer.error.code == "STATEMENT_UNBALANCED"
    assert "1000" not in bank.balances()


def test_an_unknown_entity_is_refused(bank):
    assert bank.send(bank._write(), entity="XX").error.code == "UNKNOWN_ENTITY"


def test_an_empty_statement_is_accepted(bank):
    assert bank.take() == ["statement.imported"]


def test_a_dry_run_shows_what_it_would_do(bank):
    data = bank._write(bank.entry("100.00", text="US-2026-000001"))
    answer = bank.send(data, dry_run=True)
    assert answer.status == "would_accept"
    assert {(row.account, str(row.amount)) for row in answer.effect.balances} == {
        ("1000", "100.00"), ("1100", "-100.00"),
    }  # fmt: skip
    assert bank.read(reads.statements()) == []


def test_an_import_that_was_cut_off_goes_on(bank, monkeypatch):
    entries = [bank.entry("10.00", ref=f"R{n}", text="US-2026-000001") for n in range(4)]
    data = bank._write(*entries)
    done = itertools.count()
    append = Run.append

    def cut(*args):
        if next(done) == 2:
            raise KeyboardInterrupt
        return append(*args)

    monkeypatch.setattr(importing, "GROUP_MAX", 1)
    monkeypatch.setattr(Run, "append", cut)
    with pytest.raises(KeyboardInterrupt):
        bank.send(data, key="import-1")
    monkeypatch.undo()
    assert bank.is_open()["US-2026-000001"] == "80.00"
    assert bank.send(data, key="import-1").status == "accepted"
    assert bank.is_open()["US-2026-000001"] == "60.00"
    (statement,) = bank.read(reads.statements())
    assert (statement.matched_count, statement.duplicate_count) == (4, 0)


def test_no_person_is_named_in_the_log(bank):
    bank.take(bank.entry("100.00", ref="R1", text="US-2026-000001 Erika Mustermann"),
              bank.entry("5.00", ref="R2", text="Max Mustermann", end_to_end="Max M"))  # fmt: skip
    with bank.ledger.db.transaction(Role.WRITER) as tx:
        found = tx.conn.execute("select count(*) from ledger.log where data::text ~* 'muster|max '")
        assert found.fetchone() == (0,)


def test_an_exception_is_settled_by_capturing_it(bank):
    bank.take(bank.entry("70.00", ref="R1", text="hello"))
    (entry,) = bank.read(reads.exceptions())
    facts = bank.do("settle_statement_entry", entry=entry.entry, account="beta",
                    apply=[{"invoice": "US-2026-000002", "amount": "50.00"}])  # fmt: skip
    assert facts[-1] == "statement_entry.settled"
    assert bank.is_open()["US-2026-000002"] == "0.00"
    assert bank.exceptions() == []
    again = bank.ask("settle_statement_entry", entry=entry.entry, account="beta")
    assert again.error.code == "ENTRY_SETTLED"


def test_an_exception_is_settled_by_what_was_posted_for_it(bank):
    bank.do("capture_payment", payment="p-1", account="acme", amount="100.00", currency="USD",
            on="2026-11-02", via="bank")  # fmt: skip
    bank.take(bank.entry("100.00", ref="R1", text="US-2026-000001"), bank.entry("100.00", ref="R2"),
              bank.entry("1.00", ref="R3"))  # fmt: skip
    first, second, third = bank.read(reads.exceptions())
    wrong = bank.ask("settle_statement_entry", entry=third.entry, journal_entry="payment/p-1")
    assert wrong.error.code == "AMOUNT_DIFFERS"
    unknown = bank.ask("settle_statement_entry", entry=first.entry, journal_entry="payment/p-2")
    assert unknown.error.code == "UNKNOWN_JOURNAL_ENTRY"
    bank.do("settle_statement_entry", entry=first.entry, journal_entry="payment/p-1")
    twice = bank.ask("settle_statement_entry", entry=second.entry, journal_entry="payment/p-1")
    assert twice.error.code == "BAD_VALUE"
    assert bank.balances()["1000"] == "100.00"


def test_an_exception_is_settled_outside_the_books_with_a_reason(bank):
    bank.take(bank.entry("-5.00", ref="R1", text="rent"))
    (entry,) = bank.read(reads.exceptions())
    assert bank.ask("settle_statement_entry", entry=entry.entry, outside=True).error.code == (
        "BAD_VALUE"
    )
    assert bank.ask("settle_statement_entry", entry=entry.entry).error.code == "BAD_VALUE"
    money_out = bank.ask("settle_statement_entry", entry=entry.entry, account="acme")
    assert money_out.error.code == "BAD_VALUE"
    bank.do("settle_statement_entry", entry=entry.entry, outside=True, reason="rent of the office")
    assert bank.exceptions() == []


def test_what_was_matched_or_never_came_cannot_be_settled(bank):
    bank.take(bank.entry("100.00", ref="R1", text="US-2026-000001 thank you"))
    matched = bank.ask("settle_statement_entry", entry=_only(bank), account="acme")
    assert matched.error.code == "ENTRY_SETTLED"
    unknown = bank.ask("settle_statement_entry", entry="none", account="acme")
    assert unknown.error.code == "UNKNOWN_STATEMENT_ENTRY"


texts = st.sampled_from(
    ["US-2026-000001", "US-2026-000002", "US-2026-000001 US-2026-000002", "hello", "acme", "p-1"]
)
drawn = st.lists(
    st.tuples(
        st.integers(-20_000, 20_000).filter(bool).map(lambda n: str(Decimal(n).scaleb(-2))),
        st.fixed_dictionaries(
            {},
            optional={
                "ref": st.sampled_from(["R1", "R2"]),
                "text": texts,
                "end_to_end": st.sampled_from(["acme", "beta", "p-1", "none"]),
                "returned": st.just("AC04"),
                "reversal": st.just(True),
                "status": st.sampled_from(["BOOK", "PDNG"]),
            },
        ),
    ),
    max_size=12,
)


@settings(max_examples=6, suppress_health_check=list(HealthCheck),
          phases=[Phase.explicit, Phase.reuse, Phase.generate])  # fmt: skip
@given(first=drawn, second=drawn, opening=st.integers(-5_000, 5_000))
def test_whatever_a_statement_holds_nothing_is_lost_or_doubled(
    server, write, bank_of, first, second, opening
):
    with server.database() as database:
        books = Books(database)
        ledger = Ledger(database, books, Settings())
        keys = itertools.count()

        def ask(command, **fields):
            body = {"command": command, "key": fields.pop("key", f"k-{next(keys)}"), **fields}
            return execute(ledger, body, "tester")

        bank = bank_of(ledger, ask, write)
        bank.do("register_entity", entity="US", name="x", currency="USD", country="US",
                time_zone="UTC", first_period="2026-01")  # fmt: skip
        for account, owed in (("acme", "100.00"), ("beta", "50.00")):
            bank.do("open_account", account=account, entity="US", name="x", currency="USD")
            bank.do("grant_credit", grant=account, account=account, kind="prepaid",
                    amount=owed, **{"from": "2026-10-01"})  # fmt: skip
        bank.do("issue_invoices", through="2026-10-31", on="2026-10-31")
        bank.do("capture_payment", payment="p-1", account="acme", amount="60.00", currency="USD",
                on="2026-11-02", via="bank")  # fmt: skip
        entries = [
            [write.entry(amount, **about) for amount, about in one] for one in (first, second)
        ]
        starts = str(Decimal(opening).scaleb(-2))
        messages = [write(*entries[0], opening=starts),
                    write(*entries[0], *entries[1], id="S-2", opening=starts)]  # fmt: skip
        for data in messages:
            answer = bank.send(data)
            assert answer.status == "accepted", answer
            after = bank.balances()
            assert bank.send(data).status == "duplicate"
            assert bank.balances() == after
        for one in bank.read(reads.statements()):
            counted = one.matched_total + one.excepted_total + one.duplicate_total
            assert counted == one.credits + one.debits == one.closing - one.opening
        assert list(run_checks(database)) == []
        rebuild(database, "statements", workers=1)  # raises where the builds differ
        books.close()
