"""What a write-off loses, what a recovery brings back, and who bears it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import AmountTooLarge, InvoiceSettled, NotWrittenOff
from ledger.receivables.allowance import Allowance, Split, borne
from ledger.receivables.items import Item
from ledger.receivables.movements import Accounts, moved
from ledger.receivables.write_off import Rounding, movements, recovered, written_off

CENTS = Rounding(2, "half_up")
DAY = date(2026, 11, 1)


def item(total, tax, open_=None, **more):
    total = Decimal(total)
    is_open = total if open_ is None else Decimal(open_)
    return Item("A", DAY, DAY, total, is_open, gross=total, tax=Decimal(tax), **more)


def after(invoice, share, sign):
    """Return the invoice after the movements of a write-off or a recovery."""
    accounts = Accounts({"A": invoice}, {}, {})
    for movement in movements("A", share, sign):
        moved(accounts, movement)
    return accounts.items["A"]


def test_tax_comes_back_only_with_relief():
    assert written_off(item("119.00", "19.00"), CENTS, relief=True).tax == Decimal("19.00")
    assert written_off(item("119.00", "19.00"), CENTS, relief=False).tax == 0
    assert written_off(item("119.00", "19.00", "59.50"), CENTS, relief=True).tax == Decimal("9.50")


def test_a_paid_invoice_cannot_be_given_up_nor_one_that_was_not_be_recovered():
    with pytest.raises(InvoiceSettled):
        written_off(item("119.00", "19.00", "0"), CENTS, relief=True)
    with pytest.raises(NotWrittenOff):
        recovered(item("119.00", "19.00"), Decimal("1.00"), CENTS)
    lost = item("100.00", "0", "0", written_off=Decimal("60.00"), recovered=Decimal("20.00"))
    with pytest.raises(AmountTooLarge):
        recovered(lost, Decimal("40.01"), CENTS)


@given(
    net=st.integers(1, 10**7),
    rate=st.sampled_from([0, 7, 19, 25]),
    cuts=st.lists(st.integers(1, 10**6), max_size=6),
)
def test_parts_recovered_bring_back_what_the_write_off_gave(net, rate, cuts):
    tax = (Decimal(net) * rate / 100).quantize(Decimal(1))
    start = item((net + tax).scaleb(-2), tax.scaleb(-2))
    share = written_off(start, CENTS, relief=True)
    now = after(start, share, 1)
    back = Decimal(0)
    for cut in [*cuts, 10**12]:
        amount = min(Decimal(cut).scaleb(-2), now.given_up)
        if not amount:
            break
        part = recovered(now, amount, CENTS)
        assert 0 <= part.tax <= part.amount
        back += part.tax
        now = after(now, part, -1)
    assert back == share.tax
    assert (now.open, now.given_up, now.relieved) == (start.total, 0, 0)


@pytest.mark.parametrize(("loss", "expected"), [
    ("5", ("5", "0", "0")), ("12", ("10", "2", "0")), ("40", ("10", "20", "10")),
])  # fmt: skip
def test_a_loss_is_borne_by_the_own_allowance_first(loss, expected):
    amounts = {"acme": Decimal(10), None: Decimal(20), "other": Decimal(100)}
    assert borne(Allowance(amounts), "acme", Decimal(loss)) == Split(*map(Decimal, expected))
