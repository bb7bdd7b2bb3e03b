"""Reads of what the ERP was told and what it answered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True)
class Mapping:
    """One version of an account's number in the target's ERP, from a day on."""

    target: str
    entity: str
    account: str
    erp_account: str
    dimensions: dict[str, str]
    starts_on: date
    stream: UUID
    version: int
    position: int


@dataclass(frozen=True)
class Profile:
    """How an entity's account classes go to a target."""

    target: str
    entity: str
    version: int
    profile: dict[str, str]
    stream: UUID
    position: int


@dataclass(frozen=True)
class Unsealed:
    """A journal entry that a target was not told of; ``data`` is that of ``journal.posted``."""

    position: int
    leaf: bytes
    stream: UUID
    version: int
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A sealed document; ``state`` is sealed (held), offered, rejected or acknowledged.

    ``position``, ``offered``, ``rejected`` and ``acknowledged`` are positions of lane 0; revision,
    ERP date and digest are those of the last offer.
    """

    target: str
    external_id: str
    entity: str
    short_ref: str
    kind: str
    profile: str
    account_class: str
    currency: str
    posting_date: date
    posting_period: str
    service_period: str | None
    document: str | None
    members: list[int]
    member_digest: str
    lines: list[dict[str, Any]]
    total: Decimal
    depends_on: list[str]
    stream: UUID
    version: int
    position: int
    sealed_at: datetime
    revision: int | None
    erp_date: date | None
    sha256: str | None
    offered: int | None
    acknowledged: int | None
    erp_document_id: str | None
    erp_number: str | None
    erp_posting_date: date | None
    erp_period: str | None
    erp_amount: Decimal | None
    differs: list[str] | None
    rejected: int | None
    reject_code: str | None
    reject_message: str | None
    reject_line: int | None
    disposition: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class DocumentOfEntry(Document):
    """A document by one of its members, a journal entry's position."""

    member: int


@dataclass(frozen=True)
class Revision:
    """What the ERP reads: a revision of a document, whose position is the feed's cursor."""

    position: int
    target: str
    external_id: str
    revision: int
    entity: str
    erp_date: date
    content: dict[str, Any]
    sha256: str
    approved_by: str | None
    offered_at: datetime
    short_ref: str
    kind: str


@dataclass(frozen=True)
class Counter:
    """How many documents were sealed for an entity."""

    entity: str
    sealed: int


def mappings(target: str, entity: str | None = None) -> Query[Mapping]:
    """Every version of every account mapping of a target."""
    return query("exports", "mappings", Mapping, target=target, entity=entity)


def profiles(target: str | None = None, entity: str | None = None) -> Query[Profile]:
    """The profile in force of every (target, entity)."""
    return query("exports", "profiles", Profile, target=target, entity=entity)


def unsealed(target: str, entity: str, through: date) -> Query[Unsealed]:
    """The journal entries of an entity posted up to a day that a target was not told of."""
    return query("exports", "unsealed", Unsealed, target=target, entity=entity, through=through)


def held(target: str) -> Query[Document]:
    """The sealed documents of a target that were never offered."""
    return query("exports", "held", Document, target=target)


def documents(
    target: str, *, state: str | None = None, after: int = 0, limit: int = 1_000
) -> Query[Document]:
    """A page of the documents of a target after a position, oldest first."""
    return query(
        "exports", "documents", Document, target=target, state=state, after=after, limit=limit
    )


def documents_by_id(target: str, external_ids: Collection[str]) -> Query[Document]:
    """The documents of a target by their external ids."""
    return query(
        "exports", "documents_by_id", Document, target=target, external_ids=list(external_ids)
    )


def outstanding(target: str, *, after: int = 0, limit: int = 1_000) -> Query[Document]:
    """A page of what was offered to a target and not acknowledged, oldest first."""
    return query("exports", "outstanding", Document, target=target, after=after, limit=limit)


def documents_of_entries(positions: Collection[int]) -> Query[DocumentOfEntry]:
    """The documents of every target that sealed the journal entries at these positions."""
    return query("exports", "documents_of_entries", DocumentOfEntry, positions=list(positions))


def feed(target: str, *, after: int = 0, limit: int = 100) -> Query[Revision]:
    """A page of the target's feed after a position: revisions in the order they were offered."""
    return query("exports", "feed", Revision, target=target, after=after, limit=limit)


def revision(target: str, external_id: str, revision: int | None = None) -> Query[Revision]:
    """One revision of a document, by default the one in force."""
    return query(
        "exports", "revision", Revision, target=target, external_id=external_id, revision=revision
    )


def counters(entities: Collection[str]) -> Query[Counter]:
    """How many documents were sealed for each of the entities named."""
    return query("exports", "counters", Counter, entities=list(entities))


def revisions_in_force(target: str, external_ids: Collection[str]) -> Query[Revision]:
    """The revisions in force of the documents named, of one target."""
    return query(
        "exports", "revisions_in_force", Revision, target=target, external_ids=list(external_ids)
    )
