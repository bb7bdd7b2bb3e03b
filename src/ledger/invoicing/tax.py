"""Tax of a document: once per (category, rate) group, then allocated to the lines.

25.06, 25.61 and 25.63 at 15 %: 76.30 × 15 % = 11.445 → 11.45, by largest remainder 3.76, 3.84 and
3.85. Where prices include tax, it is taken out of the group's gross: round(gross × r ÷ (100 + r)).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.errors import UnknownTaxCode
from ledger.events.billing import TaxGroup
from ledger.events.catalog import TaxRateSet
from ledger.events.fact import Cause
from ledger.money import HUNDRED, ZERO, allocate, round_ratio, spread

GroupKey = tuple[str, Decimal]


@dataclass(frozen=True)
class Rounding:
    """How amounts become minor units: so many places, by this mode."""

    places: int
    mode: str = "half_up"


@dataclass(frozen=True)
class TaxTerms:
    """How a line is taxed. Without a code it is outside the scope of tax: category O, no rate."""

    category: str = "O"
    rate: Decimal = ZERO
    code: str | None = None
    exemption_reason: str | None = None
    cause: Cause | None = None

    @property
    def group(self) -> GroupKey:
        """What the tax is computed once for; 19 and 19.0 are one group."""
        return self.category, self.rate


@dataclass(frozen=True)
class Taxed:
    """The net and the tax of one line."""

    net: Decimal
    tax: Decimal


def terms_of(code: str | None, rates: Mapping[str, TaxRateSet]) -> TaxTerms:
    """Return the terms of a tax code by the rates of the day, or raise UnknownTaxCode."""
    if code is None:
        return TaxTerms()
    if code not in rates:
        raise UnknownTaxCode(field="tax", id=code)
    rate = rates[code]
    return TaxTerms(rate.category, rate.rate, code, rate.exemption_reason, rate.cause)


def tax_on(amount: Decimal, rate: Decimal, inclusive: bool, rounding: Rounding) -> Decimal:
    """Return the tax on a net amount, or within a gross one, rounded once."""
    over = _over(rate, inclusive)
    return round_ratio(amount, rate, over, rounding.places, rounding.mode)


def taxed_lines(
    lines: Sequence[tuple[TaxTerms, Decimal]], inclusive: bool, rounding: Rounding
) -> list[Taxed]:
    """Return net and tax of each line of a document, given its amount (gross if inclusive)."""
    taxes = [ZERO] * len(lines)
    for group in dict.fromkeys(terms.group for terms, _ in lines):
        members = [i for i, (terms, _) in enumerate(lines) if terms.group == group]
        amounts = [lines[i][1] for i in members]
        shares = _shares(amounts, group[1], inclusive, rounding)
        for i, share in zip(members, shares, strict=True):
            taxes[i] = share
    return [
        Taxed(amount - tax if inclusive else amount, tax)
        for (_, amount), tax in zip(lines, taxes, strict=True)
    ]


def groups_of(lines: Iterable[tuple[TaxTerms, Taxed]]) -> tuple[TaxGroup, ...]:
    """Return the tax groups of a document's lines, in the order in which they first appear."""
    members: dict[GroupKey, list[tuple[TaxTerms, Taxed]]] = {}
    for terms, taxed in lines:
        members.setdefault(terms.group, []).append((terms, taxed))
    return tuple(_group(each) for each in members.values())


def _group(members: list[tuple[TaxTerms, Taxed]]) -> TaxGroup:
    codes = dict.fromkeys(terms.code for terms, _ in members)
    reasons = dict.fromkeys(t.exemption_reason for t, _ in members if t.exemption_reason)
    first = members[0][0]
    return TaxGroup(
        category=first.category,
        rate=first.rate,
        base=sum((taxed.net for _, taxed in members), ZERO),
        tax=sum((taxed.tax for _, taxed in members), ZERO),
        code=first.code if len(codes) == 1 else None,
        exemption_reason="; ".join(reasons) or None,
    )


def _shares(
    amounts: Sequence[Decimal], rate: Decimal, inclusive: bool, rounding: Rounding
) -> list[Decimal]:
    """Split the group's tax by the lines' amounts; of both signs, near each line's own tax."""
    total = tax_on(sum(amounts, ZERO), rate, inclusive, rounding)
    if min(amounts) >= 0 or max(amounts) <= 0:
        return allocate(total, amounts, rounding.places)
    exact = [amount * rate for amount in amounts]
    return spread(total, exact, rounding.places, _over(rate, inclusive))


def _over(rate: Decimal, inclusive: bool) -> Decimal:
    return HUNDRED + rate if inclusive else HUNDRED
