"""Whatever is re-rated in whatever order: documents, balances and books always agree.

A history is a sequence of issues; before each, some streams of one payer are rated anew, upwards,
downwards or below zero, with prices before or including tax, and part of what is open is paid.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import AmountTooLarge
from ledger.events.billing import CreditNoteIssued, InvoiceIssued, UsageRated, UsageSet
from ledger.events.cash import PaymentApplied
from ledger.events.catalog import TaxRateSet
from ledger.events.streams import stream
from ledger.invoicing.billable import Billable, Payer
from ledger.invoicing.billed import billed_so_far, with_billed
from ledger.invoicing.concession import Wanted, concession
from ledger.invoicing.draft import draft
from ledger.invoicing.lines import Issue
from ledger.invoicing.numbers import Series, numbered
from ledger.invoicing.originals import originals
from ledger.invoicing.schedules import Terms, schedules_of
from ledger.money import HUNDRED, round_money, round_ratio
from ledger.posting.accruals import accrual
from ledger.posting.documents import document_entries
from ledger.receivables.apply import apply_payment
from ledger.receivables.state import fold

AT = datetime(2026, 11, 1, tzinfo=UTC)
ON = date(2026, 11, 1)
FROM, TO = date(2026, 10, 1), date(2026, 11, 1)
ZERO = Decimal(0)
PAYER = Payer(account="acme", entity="US", currency="USD")
RATES = {"A": Decimal("8.875"), "B": Decimal(19), "C": Decimal(0)}
TAX = {
    code: TaxRateSet(
        originator_id=stream("tax", code),
        originator_version=1,
        timestamp=AT,
        code=code,
        rate=rate,
        starts_on=date(2026, 1, 1),
        category="S" if rate else "Z",
    )
    for code, rate in RATES.items()
}
STREAMS = [
    ("A", False, "1150"),
    ("A", False, "2100"),
    ("B", False, "1150"),
    ("C", False, "4000"),
    ("B", True, "1150"),
    ("A", True, "2100"),
]

thousandths = st.integers(-3_000, 60_000).map(lambda n: Decimal(n).scaleb(-3))
positive = st.integers(0, 60_000).map(lambda n: Decimal(n).scaleb(-3))


def rounds(amounts):
    one = st.dictionaries(st.integers(0, len(STREAMS) - 1), amounts, min_size=1, max_size=6)
    return st.lists(one, min_size=1, max_size=6)


def concessions():
    """Per round: a line's place among all that were billed, and hundredths of what is left."""
    one = st.tuples(st.integers(0, 20), st.integers(1, 100))
    return st.lists(st.one_of(st.none(), one), max_size=6)


shares = st.lists(st.integers(0, 150), max_size=6)
netted = st.lists(st.booleans(), max_size=6)


@dataclass
class Books:
    """A payer's streams, documents and journal, as they grow."""

    charges: dict[int, UsageRated] = field(default_factory=dict)
    facts: list = field(default_factory=list)
    entries: list = field(default_factory=list)
    payments: int = 0

    def rate(self, index, amount, netted=False):
        code, inclusive, clears = STREAMS[index]
        before = self.charges.get(index)
        places = (RATES[code] + HUNDRED) if inclusive else HUNDRED
        accrued = round_ratio(amount, HUNDRED, places, 2)
        version = before.originator_version + 1 if before else 1
        self.charges[index] = charge = UsageRated(
            originator_id=stream("charge", "s", str(index), FROM.isoformat()),
            originator_version=version,
            timestamp=AT,
            charge=f"s/{index}/{FROM}/{version}",
            entity="US",
            account="acme",
            subscription="s",
            item=str(index),
            meter="m",
            plan="p",
            plan_version=1,
            currency="USD",
            period_from=FROM,
            period_to=TO,
            rated_to=TO,
            window_from=AT,
            window_to=AT,
            quantity=amount * 10,
            amount=amount,
            delta=amount - (before.amount if before else ZERO),
            accrued=accrued,
            posted=accrued - (before.accrued if before else ZERO),
            posted_on=ON,
            usage=UsageSet(1, 1, 1, 1, "00"),
            corrects=before.charge if before else None,
            tax_code=code,
            tax_inclusive=inclusive,
            revenue_account="4010" if clears == "1150" else "4000",
            netted=netted,
        )
        if clears == "1150" and (entry := accrual(charge, ON, AT)):
            self.entries.append(entry)

    def issue(self):
        state = fold(self.facts)
        terms = Issue(through=date(2026, 10, 31), on=ON, at=AT, rates=TAX)
        due = with_billed(map(billable, self.charges.values()), self.facts)
        return self.number(draft(PAYER, due, terms, self.facts, state.open_amounts))

    def concede(self, place, hundredths):
        """Give back a share of what is left of some line; nothing where nothing is left."""
        lines = [(v, x) for v in self.documents(InvoiceIssued) for x in v.lines]
        if not lines:
            return []
        invoice, line = lines[place % len(lines)]
        terms = Issue(through=ON, on=date(2026, 10, 20), at=AT)
        asked = (invoice, self.facts, fold(self.facts).open_amounts)
        try:
            whole = concede(asked, [Wanted(line.line, HUNDRED * 10, "lines")], terms)
        except AmountTooLarge as error:
            limit = Decimal(error.facts["limit"])
            net = round_money(limit * hundredths / 100, "USD")
            if not net:
                return []
            whole = concede(asked, [Wanted(line.line, net, "lines")], terms)
        return self.number([whole])

    def number(self, drafts):
        counts = Counter(type(one) for one in self.facts)
        first = {
            Series("US", "invoice", 2026): 1 + counts[InvoiceIssued],
            Series("US", "credit_note", 2026): 1 + counts[CreditNoteIssued],
        }
        done = numbered(drafts, first, {"acme": len(self.facts)})
        self.facts += done
        for one in done:
            self.entries += document_entries(one, ON, AT)
        return done

    def pay(self, share):
        """Pay so many hundredths of the first thing open, as the payment's rule applies it."""
        items = fold(self.facts).open_items
        amount = round_money(items[0].open * share / 100, "USD") if items else ZERO
        if not amount:
            return
        applied = apply_payment(fold(self.facts), amount)
        self.payments += 1
        self.facts.append(
            PaymentApplied(
                originator_id=stream("receivables", "acme"),
                originator_version=len(self.facts) + 1,
                timestamp=AT,
                payment=f"p-{self.payments}",
                account="acme",
                currency="USD",
                applications=applied.applications,
                unapplied=applied.unapplied,
            )
        )

    def balance(self, account, **where):
        return sum(
            (
                line.amount
                for entry in self.entries
                for line in entry.lines
                if line.account == account
                and all(getattr(line, name) == value for name, value in where.items())
            ),
            ZERO,
        )

    def documents(self, kind):
        return [fact for fact in self.facts if isinstance(fact, kind)]


def concede(asked, wanted, terms):
    invoice, facts, is_open = asked
    return concession(invoice, wanted, terms, Terms(), facts, is_open)


def billable(charge):
    clears = STREAMS[int(charge.item)][2]
    return Billable(
        account=charge.account,
        subscription=charge.subscription,
        item=charge.item,
        order=int(charge.item),
        period_from=charge.period_from,
        period_to=charge.period_to,
        quantity=charge.quantity,
        amount=charge.amount,
        accrued=charge.accrued,
        charge=charge.charge,
        stream=charge.originator_id,
        tax_code=charge.tax_code,
        tax_inclusive=charge.tax_inclusive,
        revenue_account=charge.revenue_account,
        kind={"1150": "usage", "2100": "recurring", "4000": "one_time"}[clears],
        clears=clears,
        netted=charge.netted,
    )


def play(history, shares=(), conceded=(), netted=()):
    books = Books()
    for number, amounts in enumerate(history):
        for index, amount in sorted(amounts.items()):
            books.rate(index, amount, number < len(netted) and netted[number])
        for document in books.issue():
            check_document(document)
        if number < len(shares):
            books.pay(shares[number])
        if number < len(conceded) and conceded[number]:
            for document in books.concede(*conceded[number]):
                check_document(document)
    return books


def check_document(document):
    assert sum((line.net for line in document.lines), ZERO) == document.net
    assert sum((line.tax for line in document.lines), ZERO) == document.tax
    assert sum((group.base for group in document.taxes), ZERO) == document.net
    assert sum((group.tax for group in document.taxes), ZERO) == document.tax
    assert document.net + document.tax == document.total >= 0
    for group in document.taxes:
        mine = [x for x in document.lines if (x.category, x.rate) == (group.category, group.rate)]
        assert sum((line.tax for line in mine), ZERO) == group.tax
    if isinstance(document, CreditNoteIssued):
        assert document.total > 0 or any(line.absorbed for line in document.lines)
        assert document.to_receivable + document.to_credit_balance == document.total


quick = settings(deadline=None, max_examples=80)


@quick
@given(rounds(thousandths), shares, concessions(), netted)
def test_no_invoice_is_credited_beyond_itself(history, shares, conceded, netted):
    books = play(history, shares, conceded, netted)
    notes = books.documents(CreditNoteIssued)
    for invoice in books.documents(InvoiceIssued):
        mine = [note for note in notes if note.invoice == invoice.number]
        assert sum((note.net for note in mine), ZERO) <= max(invoice.net, ZERO)
        assert sum((note.tax for note in mine), ZERO) <= max(invoice.tax, ZERO)
        for line in invoice.lines:
            back = [x for note in mine for x in note.lines if x.against_line == line.line]
            gross = invoice.tax_inclusive
            credited = sum((x.net + x.tax if gross else x.net for x in back), ZERO)
            assert credited <= max(line.net + line.tax if gross else line.net, ZERO)


@quick
@given(rounds(thousandths), shares, concessions(), netted)
def test_the_journal_agrees_with_charges_and_receivables(history, shares, conceded, netted):
    books = play(history, shares, conceded, netted)
    state = fold(books.facts)
    paid = sum((a.amount for p in books.documents(PaymentApplied) for a in p.applications), ZERO)
    assert books.balance("1100") - paid == sum((i.open for i in state.items.values()), ZERO)
    assert -books.balance("2120") == state.credit_balance
    assert all(item.open >= 0 for item in state.items.values())
    billed = billed_so_far(books.facts)
    for index, charge in books.charges.items():
        key = f"s/{index}/{FROM}"
        if STREAMS[index][2] != "1150":
            continue
        cleared = billed[key].accrued if key in billed else ZERO
        unbilled = sum(
            books.balance("1150", charge=f"s/{index}/{FROM}/{version}")
            for version in range(1, charge.originator_version + 1)
        )
        assert unbilled == charge.accrued - cleared
        if not charge.tax_inclusive:
            assert unbilled == 0
        assert abs(unbilled) <= Decimal("0.01")


@quick
@given(rounds(thousandths), shares, concessions(), netted)
def test_deferred_revenue_is_what_the_schedules_hold(history, shares, conceded, netted):
    books = play(history, shares, conceded, netted)
    held = sum(
        (
            schedule.amount
            for index in books.charges
            for schedule in schedules_of(f"s/{index}/{FROM}", books.facts).values()
        ),
        ZERO,
    )
    assert -books.balance("2100") == held


@quick
@given(rounds(positive), concessions(), netted)
def test_nobody_gets_more_back_than_was_billed(history, conceded, netted):
    """Concessions, re-ratings and netted changes of one charge together, in any order."""
    books = play(history, (), conceded, netted)
    for index in books.charges:
        billed = sum(given_of(books, index), ZERO)
        assert billed >= 0
    last = dict.fromkeys(range(len(STREAMS)), ZERO)
    books = play([*history, last], (), conceded, netted)
    for index in books.charges:
        assert sum(given_of(books, index), ZERO) == 0
    assert books.balance("1150") == 0
    if not any(netted):  # a netted line is taxed with its new document, by itself
        assert sum(books.balance(each) for each in ("2100", "2200", "4000", "4010")) == 0


def given_of(books, index):
    """What the customer bears of a charge: net, or gross where prices include tax."""
    for fact in books.documents((InvoiceIssued, CreditNoteIssued)):
        sign = 1 if isinstance(fact, InvoiceIssued) else -1
        for line in fact.lines:
            if line.item == str(index):
                yield sign * (line.net + (line.tax if STREAMS[index][1] else ZERO))


@quick
@given(rounds(positive), concessions())
def test_conceding_all_ends_exactly_at_the_invoice(history, conceded):
    books = play(history, (), conceded)
    for invoice in books.documents(InvoiceIssued):
        left = originals(books.facts)
        if sum((left.by_line[invoice.number, x.line].net for x in invoice.lines), ZERO):
            asked = (invoice, books.facts, fold(books.facts).open_amounts)
            (note,) = books.number([concede(asked, None, Issue(through=ON, on=ON, at=AT))])
            check_document(note)
        mine = [n for n in books.documents(CreditNoteIssued) if n.invoice == invoice.number]
        assert sum((note.net for note in mine), ZERO) == invoice.net
        assert sum((note.tax for note in mine), ZERO) == invoice.tax


REVENUE = {"4000", "4010"}
ACCOUNTS = {
    "usage_accrued@1": {"1150", "4010"},
    "usage_rerated@1": {"1150", "4010"},
    "invoice_issued@1": {"1100", "1150", "2100", "2200", "4000"},
    "credit_note_rerating@1": {"1100", "1150", "2100", "2120", "2200", "4000"},
    "credit_note_concession@1": {"1100", "2100", "2120", "2200", *REVENUE},
    "net_credit@1": {"1150", "2100", "2120", "2200", "4000"},
    "invoice_final_net@1": {"1150", "4010"},
    "concession_absorbed@1": {"1150", "2100", *REVENUE},
}


@quick
@given(rounds(thousandths), shares, concessions(), netted)
def test_every_entry_balances_and_keeps_to_the_accounts_of_its_rule(
    history, shares, conceded, netted
):
    books = play(history, shares, conceded, netted)
    for entry in books.entries:
        assert sum(line.amount for line in entry.lines) == 0
        assert {line.account for line in entry.lines} <= ACCOUNTS[entry.rule]
    assert len({entry.entry for entry in books.entries}) == len(books.entries)


@quick
@given(rounds(positive))
def test_taking_everything_back_ends_exactly_at_the_invoices(history):
    """Also in tax, where each credit note rounds: the last one takes what remains."""
    books = play([*history, dict.fromkeys(range(len(STREAMS)), ZERO)])
    notes = books.documents(CreditNoteIssued)
    assert all(note.invoice for note in notes)
    for invoice in books.documents(InvoiceIssued):
        mine = [note for note in notes if note.invoice == invoice.number]
        assert sum((note.net for note in mine), ZERO) == invoice.net
        assert sum((note.tax for note in mine), ZERO) == invoice.tax
    assert not any(item.open for item in fold(books.facts).items.values())


@quick
@given(rounds(thousandths), st.randoms(use_true_random=False))
def test_the_order_of_re_ratings_does_not_change_what_is_billed_in_the_end(history, random):
    last = {index: amount for amounts in history for index, amount in amounts.items()}
    shuffled = random.sample(history, len(history))
    for order in (history, shuffled):
        books = play([*order, last])
        billed = billed_so_far(books.facts)
        for index, amount in last.items():
            key = f"s/{index}/{FROM}"
            gross = round_money(amount, "USD")
            if key not in billed:
                assert not gross or not books.charges[index].accrued
            elif STREAMS[index][1]:
                assert billed[key].gross == gross
            else:
                assert billed[key].accrued == gross


@quick
@given(rounds(thousandths))
def test_issuing_twice_bills_nothing_more(history):
    books = play(history)
    assert books.issue() == []


def test_a_line_says_nothing_of_accrual_where_its_net_is_all():
    books = play([{0: Decimal("10.00")}])
    (invoice,) = books.documents(InvoiceIssued)
    (line,) = invoice.lines
    assert replace(line, accrued=None).cleared == line.cleared == line.net
