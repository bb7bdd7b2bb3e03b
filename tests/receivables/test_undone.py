"""Which part of a lost dispute a credit note undoes, and that the parts come to the whole."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from ledger.events.disputes import DisputeClosed, Loss, Reversal
from ledger.invoicing.booking import Carried
from ledger.receivables.items import Lost
from ledger.receivables.reversal import Places
from ledger.receivables.undone import Borne, borne, undone

OWN = Places(2)
BOOKS = Places(2, 0)


def closed(*back, losses=()):
    return DisputeClosed(
        originator_id=uuid4(), originator_version=2, timestamp=datetime(2026, 11, 4, tzinfo=UTC),
        dispute="d", payment="p", entity="US", account="acme", currency="USD",
        amount=Decimal("119.00"), on=date(2026, 11, 4), via="bank", outcome="lost",
        policy="revenue", reversals=back, losses=losses,
    )  # fmt: skip


def note(tax, *nets):
    """A credit note of this tax, and these (revenue account, net)."""
    lines = [SimpleNamespace(revenue_account=code, net=Decimal(net)) for code, net in nets]
    total = Decimal(tax) + sum(line.net for line in lines)
    return SimpleNamespace(tax=Decimal(tax), lines=lines, total=total)


def shown(parts):
    pairs = [*parts.revenue.items(), ("tax", parts.tax), ("loss", parts.loss)]
    return {name: f"{each.open} {each.booked}" for name, each in pairs if each.open}


def carried(amount, worth):
    return Carried(Decimal(amount), Decimal(worth))


def test_a_part_carries_what_it_was_booked_at():
    lost = Lost("d", Decimal("119.00"), Decimal(17850))
    back = (
        Reversal("A", Decimal("100.00"), "4010", Decimal(15000)),
        Reversal("B", Decimal("7.00"), "4010", Decimal(1050)),
    )
    fact = closed(*back, losses=(Loss("A", Decimal("19.00"), Decimal(2876)),))
    assert shown(borne("A", lost, [fact], BOOKS)) == {"4010": "100.00 15000", "loss": "19.00 2876"}


def test_what_older_facts_do_not_say_is_a_share_of_what_is_lost():
    lost = Lost("d", Decimal("119.00"), Decimal(17850))
    fact = closed(Reversal("A", Decimal("100.00"), "4010"))
    assert shown(borne("A", lost, [fact], BOOKS)) == {"4010": "100.00 15000", "loss": "19.00 2850"}
    assert shown(borne("A", lost, [closed()], BOOKS)) == {"loss": "119.00 17850"}


def test_a_note_is_met_where_it_looks_then_by_the_loss_other_revenue_and_tax():
    lost = Borne(
        {"4010": carried("30.00", "30.00"), "4011": carried("40.00", "40.00")},
        carried("10.00", "10.00"),
        carried("5.00", "5.00"),
    )
    of_4010 = note("8.00", ("4010", "72.00"))
    assert shown(undone(lost, Decimal("40.00"), of_4010, OWN)) == {
        "4010": "30.00 30.00", "tax": "4.00 4.00", "loss": "5.00 5.00", "4011": "1.00 1.00",
    }  # fmt: skip
    assert shown(undone(lost, Decimal("80.00"), of_4010, OWN))["tax"] == "8.00 8.00"
    assert undone(lost, Decimal("85.00"), of_4010, OWN) == lost


cents = st.integers(0, 10_000).map(lambda units: Decimal(units) / 100)
worths = st.integers(0, 20_000).map(Decimal)
parts = st.builds(lambda amount, worth: Carried(amount, worth if amount else Decimal(0)),
                  cents, worths)  # fmt: skip


@given(
    st.builds(Borne, st.fixed_dictionaries({"4010": parts, "4011": parts}), parts, parts),
    st.lists(st.tuples(st.integers(1, 100), cents, cents, cents), max_size=6),
)
def test_however_a_loss_is_undone_the_parts_come_to_the_whole(lost, steps):
    def left(of):
        return [of.revenue["4010"], of.revenue["4011"], of.tax, of.loss]

    def whole(of):
        return sum(each.open for each in left(of))

    for percent, tax, one, other in [*steps, (100, Decimal(1), Decimal(1), Decimal(1))]:
        amount = (whole(lost) * percent / 100).quantize(Decimal("0.01"))
        if not amount or not tax + one + other:
            continue
        taken = undone(lost, amount, note(tax, ("4010", one), ("4011", other)), BOOKS)
        assert whole(taken) == amount
        assert all(0 <= a.open <= b.open for a, b in zip(left(taken), left(lost), strict=True))
        revenue, tax_left, loss = (
            {code: less(each, taken.revenue[code]) for code, each in lost.revenue.items()},
            less(lost.tax, taken.tax),
            less(lost.loss, taken.loss),
        )
        lost = Borne(revenue, tax_left, loss)
    assert all(not each.booked for each in left(lost) if not each.open)
    assert not whole(lost)


def less(of, taken):
    return Carried(of.open - taken.open, of.booked - taken.booked)
