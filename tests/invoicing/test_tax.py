"""Tax of documents: once per group, then to the lines by largest remainder."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import UnknownTaxCode
from ledger.events.catalog import TaxRateSet
from ledger.invoicing.tax import Rounding, TaxTerms, groups_of, tax_on, taxed_lines, terms_of
from ledger.money import ZERO, exactly

CENTS = Rounding(2)
EVEN = Rounding(2, "half_even")
quick = settings(deadline=None, max_examples=150)
amounts = st.integers(-(10**7), 10**7).map(lambda n: Decimal(n).scaleb(-2))
rates = st.sampled_from(["0", "7", "8.875", "15", "19", "20", "25"]).map(Decimal)


def lines(rate, *nets):
    return [(TaxTerms("S", Decimal(rate), "x"), Decimal(net)) for net in nets]


def taxes(taxed):
    return [str(one.tax) for one in taxed]


def test_tax_is_rounded_once_per_document_and_allocated():
    """Xero's own rounding guide: per line it would be 11.44."""
    taxed = taxed_lines(lines("15", "25.06", "25.61", "25.63"), False, CENTS)
    assert taxes(taxed) == ["3.76", "3.84", "3.85"]
    assert tax_on(Decimal("76.30"), Decimal(15), False, CENTS) == Decimal("11.45")
    assert tax_on(Decimal("76.30"), Decimal(15), False, EVEN) == Decimal("11.44")


def test_sales_tax_of_the_first_worked_example():
    assert taxes(taxed_lines(lines("8.875", "418.64"), False, CENTS)) == ["37.15"]


def test_tax_is_taken_out_of_prices_that_include_it():
    """119.00 at 19 % is 100.00 and 19.00; 0.10 three times holds round(0.0479) = 0.05."""
    (one,) = taxed_lines(lines("19", "119.00"), True, CENTS)
    assert (str(one.net), str(one.tax)) == ("100.00", "19.00")
    three = taxed_lines(lines("19", "0.10", "0.10", "0.10"), True, CENTS)
    assert [(str(each.net), str(each.tax)) for each in three] == [
        ("0.08", "0.02"),
        ("0.08", "0.02"),
        ("0.09", "0.01"),
    ]


def test_lines_that_cancel_keep_a_tax_near_their_own():
    """100.00 and −99.97 at 20 %: the total is 0.01, but the lines bear 20.00 and −19.99."""
    taxed = taxed_lines(lines("20", "100.00", "-99.97"), False, CENTS)
    assert taxes(taxed) == ["20.00", "-19.99"]


def test_groups_are_per_category_and_rate_however_the_rate_is_written():
    mixed = [*lines("19", "10.00"), *lines("19.0", "20.00"), *lines("7", "30.00")]
    taxed = taxed_lines(mixed, False, CENTS)
    groups = groups_of(zip([terms for terms, _ in mixed], taxed, strict=True))
    assert [(str(g.rate), str(g.base), str(g.tax)) for g in groups] == [
        ("19", "30.00", "5.70"),
        ("7", "30.00", "2.10"),
    ]


def test_a_group_of_several_codes_names_none_and_all_their_reasons():
    one = TaxTerms("E", ZERO, "edu", "Education")
    two = TaxTerms("E", ZERO, "med", "Health")
    taxed = taxed_lines([(one, Decimal(1)), (two, Decimal(2))], False, CENTS)
    (group,) = groups_of(zip([one, two], taxed, strict=True))
    assert (group.code, group.exemption_reason) == (None, "Education; Health")


def test_no_code_is_outside_the_scope_of_tax_and_an_unknown_code_is_refused():
    assert terms_of(None, {}) == TaxTerms("O", ZERO)
    with pytest.raises(UnknownTaxCode):
        terms_of("DE-19", {})


def test_terms_come_from_the_rate_in_force():
    fact = TaxRateSet(
        originator_id=UUID(int=1),
        originator_version=2,
        timestamp=datetime(2026, 1, 1, tzinfo=UTC),
        code="RC",
        rate=ZERO,
        starts_on=date(2026, 1, 1),
        category="AE",
        exemption_reason="Reverse charge",
    )
    terms = terms_of("RC", {"RC": fact})
    assert terms == TaxTerms("AE", ZERO, "RC", "Reverse charge", fact.cause)


@quick
@given(st.lists(amounts, min_size=1, max_size=12), rates, st.booleans())
def test_lines_sum_to_the_group_and_none_is_a_minor_unit_off(nets, rate, inclusive):
    taxed = exactly(taxed_lines)(lines(rate, *nets), inclusive, CENTS)
    total = sum(nets, ZERO)
    assert sum((one.tax for one in taxed), ZERO) == tax_on(total, rate, inclusive, CENTS)
    for net, one in zip(nets, taxed, strict=True):
        assert (one.net + one.tax if inclusive else one.net) == net
    over = 100 + rate if inclusive else Decimal(100)
    rounded_by = abs(sum((one.tax for one in taxed), ZERO) - total * rate / over)
    for net, one in zip(nets, taxed, strict=True):
        assert abs(one.tax - net * rate / over) <= Decimal("0.01") + rounded_by


@quick
@given(st.lists(amounts, min_size=1, max_size=12), rates, st.booleans())
def test_opposite_lines_bear_opposite_tax(nets, rate, inclusive):
    up = taxed_lines(lines(rate, *nets), inclusive, CENTS)
    down = taxed_lines(lines(rate, *(-net for net in nets)), inclusive, CENTS)
    assert [-one.tax for one in down] == [one.tax for one in up]
