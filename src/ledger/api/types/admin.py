"""What the admin watches: projections, exceptions, dead letters and keys."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from ledger.api.scalars import Long
from ledger.api.types.fields import Money, about, derived, money


@strawberry.type(description="How far a projection has folded one lane.")
class LanePosition:
    """A cursor beside the head of its lane."""

    lane: int = about("The lane.")
    position: Long = about("The last position folded.")
    head: Long = about("The last position of the lane.")


@strawberry.type(description="A build of a projection: a schema of tables computed from the log.")
class Build:
    """A live, building, retired or stopped build."""

    id: strawberry.ID = about("The build.")
    projection: str = about("The projection.")
    state: str = about("building, verified, live, retired, stopped or cancelled.")
    live: bool = about("Whether reads use it.")
    stale: bool = about("Whether its definition has changed since: rebuild it.")
    created_at: datetime = about("When it was begun.")
    lanes: list[LanePosition] = about("How far it is.")
    error: str | None = about("Why it stopped, if it did.")


@strawberry.type(description="Usage that no price fits; it is never silently zero.")
class UnpricedUsage:
    """Unpriced usage in the latest charge of an item and period."""

    charge: strawberry.ID = about("The charge that left it out.")
    entity: str = about("The legal entity.")
    account: str = about("The account.")
    subscription: str = about("The subscription.")
    item: str = about("The plan's item.")
    meter: str = about("The meter.")
    period_from: date = about("The first day of the period.")
    period_to: date = about("The day after the period.")
    unpriced_count: Long = about("Events without a price.")
    unpriced_quantity: Decimal = about("Their quantity.")
    today: Long = about("Of these, last rated today or ahead.")
    days7: Long = derived(lambda root: Long(root.days_7), "Of these, 1 to 7 days ago.")
    days30: Long = derived(lambda root: Long(root.days_30), "Of these, 8 to 30 days ago.")
    older: Long = about("Of these, longer ago.")


@strawberry.type(description="Usage that no charge has looked at.")
class UnratedUsage:
    """Unrated usage per account, meter and reason."""

    entity: str = about("The legal entity.")
    account: str = about("The account.")
    meter: str = about("The meter.")
    reason: str = about("to_rate, no_price or no_subscription.")
    facts: Long = about("Facts not rated.")
    today: Long = about("Of these, used today or ahead.")
    days7: Long = derived(lambda root: Long(root.days_7), "Of these, used 1 to 7 days ago.")
    days30: Long = derived(lambda root: Long(root.days_30), "Of these, used 8 to 30 days ago.")
    older: Long = about("Of these, used longer ago.")
    oldest: datetime = about("When the oldest of them was recorded.")


@strawberry.type(description="A document that an ERP refused or posted differently.")
class ExportTrouble:
    """A mismatch to be looked at by a person."""

    target: str = about("The ERP.")
    external_id: strawberry.ID = about("The document.")
    short_ref: str = about("Its short reference.")
    entity: str = about("The legal entity.")
    state: str = about("rejected or acknowledged.")
    reject_code: str | None = about("Why it was rejected.")
    reject_message: str | None = about("The ERP's words.")
    disposition: str | None = about("retry, hold or alarm.")
    differs: list[str] = about("What the ERP posted differently.")
    total: Money = money("total", "The sum of its debits.")


@strawberry.type(description="What needs a person: each list is empty when all is well.")
class Exceptions:
    """The open exceptions."""

    unpriced: list[UnpricedUsage] = about("Usage that no price fits.")
    unrated: list[UnratedUsage] = about("Usage that no charge has looked at.")
    exports: list[ExportTrouble] = about("Documents in trouble at an ERP.")
    dead_letters: list["DeadLetterCount"] = about("Dead letters by code.")


@strawberry.type(description="How many dead letters have a code.")
class DeadLetterCount:
    """Open dead letters of one code."""

    code: str = about("Why they were refused.")
    letters: Long = about("How many there are.")
    oldest: datetime = about("When the oldest came in.")


def _letter_id(root: Any) -> strawberry.ID:
    return strawberry.ID(str(root.id))


@strawberry.type(description="A usage event that was refused and kept; replay it once mended.")
class DeadLetter:
    """An open dead letter; its bytes stay in the database."""

    id: strawberry.ID = derived(_letter_id, "The dead letter.")
    source: str = about("Who sent it.")
    day: date = about("The day of receipt (UTC).")
    event_id: str | None = about("Its id at the source, if it could be read.")
    account: str | None = about("The account it names, if it could be read.")
    code: str = about("Why it was refused.")
    detail: str = about("The same in words.")
    format: str = about("How its bytes are written.")
    bytes: int = about("How many bytes were kept.")
    received_at: datetime = about("When it came in.")


@strawberry.type(description="An API key; neither its secret nor a hash of it is ever shown.")
class ApiKey:
    """A key as it is listed."""

    id: strawberry.ID = about("The key.")
    role: str = about("ingest, portal, auditor, erp or admin.")
    account: str | None = about("The account of a portal key.")
    name: str | None = about("What it is for.")
    created_by: str = about("Who made it.")
    created_at: datetime = about("When it was made.")
    revoked_at: datetime | None = about("When it was revoked, if it was.")


@strawberry.type(description="Whom this key stands for.")
class Viewer:
    """The caller."""

    key: strawberry.ID = about("The key.")
    role: str = about("Its role.")
    account: str | None = about("The account it is bound to, if one.")
    scopes: list[str] = about("What it may do.")
