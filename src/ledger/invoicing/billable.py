"""What there is to bill: the latest charge of a stream, beside what was billed of it so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from ledger.events.billing import Allowance
from ledger.events.exchange import Exchange
from ledger.events.fact import Cause
from ledger.invoicing.engine import Place
from ledger.money import ZERO, round_money
from ledger.periods import DAY
from ledger.rating.fee_charges import ACCRUING

USAGE, RECURRING, ONE_TIME, COMMITMENT, GRANT = (
    "usage",
    "recurring",
    "one_time",
    "commitment",
    "grant",
)

DEFERRED_REVENUE = "2100"

StreamKey = str


def stream_key(charge: str) -> StreamKey:
    """Return what names the stream of a charge: its id without the version at the end."""
    return charge.rpartition("/")[0]


@dataclass(frozen=True, kw_only=True)
class Payer:
    """The account that pays, and how its entity rounds; lines may be of accounts below it."""

    account: str
    entity: str
    currency: str
    payment_terms_days: int = 30
    rounding: str = "half_up"
    country: str | None = None
    entity_country: str | None = None

    @property
    def place(self) -> Place:
        """Who sells to whom, as tax sees it."""
        return Place(
            entity=self.entity,
            account=self.account,
            entity_country=self.entity_country,
            account_country=self.country,
        )


@dataclass(frozen=True)
class BundlePart:
    """A part of a bundle: what it costs alone, and the account its revenue belongs to."""

    part: str
    standalone: Decimal
    revenue_account: str


@dataclass(frozen=True, kw_only=True)
class Billed:
    """What was billed of a stream, what corrections took back taken off, and the charge last.

    ``accrued`` is the accrual that documents cleared, ``net`` and ``gross`` what they said, ``to``
    the end of the period they billed. ``conceded`` (net) and ``conceded_gross`` are what
    concessions gave back and no correction has met yet. ``allowances`` are cumulative.
    """

    charge: str | None = None
    accrued: Decimal = ZERO
    net: Decimal = ZERO
    gross: Decimal = ZERO
    quantity: Decimal = ZERO
    to: date | None = None
    conceded: Decimal = ZERO
    conceded_gross: Decimal = ZERO
    allowances: tuple[Allowance, ...] = ()

    def amount(self, inclusive: bool) -> Decimal:
        """Return what was billed as prices state it: gross where they include tax, else net."""
        return self.gross if inclusive else self.net


NOTHING = Billed()


@dataclass(frozen=True, kw_only=True)
class Billable:
    """One charge stream: its latest charge, and what was ``billed`` of it.

    ``amount`` is the charge's cumulative exact amount, ``due`` what is to be paid of it as prices
    state it (the rounded amount where it is not said), ``accrued`` the same net, in minor units.
    ``clears`` is the account that a line of it credits. ``netted`` says that a change of the
    subscription made the charge, ``early`` that it is billed as far as it is rated, to before
    ``rated_to``, though its period goes on. ``allowances`` are cumulative; ``order`` is the
    item's place in its plan, ``bundle`` what its price is shared by, ``group`` the dimension
    values it is for.
    ``carried`` is what is accrued and not billed in the entity's currency, where that is another,
    and ``exchange`` the one at which a grant is carried there.
    """

    account: str
    subscription: str
    item: str
    order: int
    period_from: date
    period_to: date
    quantity: Decimal
    amount: Decimal
    accrued: Decimal
    charge: str
    stream: UUID
    kind: str = USAGE
    due: Decimal | None = None
    clears: str = "1150"
    netted: bool = False
    rated_to: date | None = None
    early: bool = False
    allowances: tuple[Allowance, ...] = ()
    tax_code: str | None = None
    tax_inclusive: bool = False
    revenue_account: str = "4010"
    bundle: tuple[BundlePart, ...] = ()
    group: Mapping[str, str] = field(default_factory=dict)
    carried: Decimal | None = None
    exchange: Exchange | None = None
    billed: Billed = NOTHING

    @property
    def key(self) -> StreamKey:
        """What names the charge stream."""
        return stream_key(self.charge)

    @property
    def cause(self) -> Cause:
        """The latest charge, as a cause; its id ends with its version in the stream."""
        return Cause(self.stream, int(self.charge.rpartition("/")[2]))

    @property
    def ends(self) -> date:
        """The end of the days that a document bills now: the period's, or of what is rated."""
        if self.early and self.rated_to is not None:
            return min(self.rated_to, self.period_to)
        return self.period_to

    @property
    def goes_on(self) -> bool:
        """Whether it was billed early, so that the rest of its period is still to come."""
        before = self.billed.to
        return (
            self.kind == USAGE
            and not self.netted
            and before is not None
            and before < self.period_to
        )

    @property
    def changed(self) -> tuple[date, date]:
        """The days that a change concerns: those a cut took away or gave back, else the period."""
        before = self.billed.to
        if self.netted and self.amount and before is not None and before != self.period_to:
            return min(before, self.period_to), max(before, self.period_to)
        return self.period_from, self.ends

    def is_due(self, through: date) -> bool:
        """Say whether a document is to bill this by the end of that day.

        What is paid up front is due on its first day, other things when their period is finished; a
        correction of what was billed at once, but a change of the subscription on its first day.
        Usage that is billed early is due as far as it is rated, and its rest when the period is
        finished or so much is unbilled again.
        """
        if self.billed.charge is None or self.goes_on:
            upfront = self.clears not in ACCRUING and self.kind not in (USAGE, COMMITMENT)
            finished = self.early or self.period_to <= through + DAY
            return self.period_from <= through if upfront else finished
        return not self.netted or self.changed[0] <= through

    def change(self, payer: Payer) -> Decimal:
        """Return what is to be billed: net, or gross where prices include tax; may be negative."""
        if not self.tax_inclusive:
            return self.accrued - self.billed.net
        due = self.due
        if due is None:
            due = round_money(self.amount, payer.currency, payer.rounding)
        return due - self.billed.gross


def needs_history(billable: Billable, payer: Payer) -> bool:
    """Say whether drafting this needs the payer's earlier documents: it lowers what was billed."""
    return billable.billed.charge is not None and billable.change(payer) < 0
