"""The documents of one entity for one target: which to seal, which to offer now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from ledger.commands.engine.context import CHART_STREAM
from ledger.commands.engine.ground import Ground
from ledger.commands.engine.ledger import Ledger
from ledger.events.erp import AccountMapped, ExportOffered, ExportProfileSet, ExportSealed
from ledger.events.fact import Cause, Fact
from ledger.events.journal import JournalPosted
from ledger.events.streams import stream
from ledger.exporting.render import Missing, mapping_as_of, render
from ledger.exporting.seal import Member, Seal, seal
from ledger.exporting.summary import invoices_settled
from ledger.periods import instant
from ledger.posting.accounts import chart_of
from ledger.reads import exports as reads
from ledger.store.database import Role
from ledger.store.mapper import decode


@dataclass(frozen=True)
class Counterpart:
    """A target and one of the entities that export to it, with its profile."""

    target: str
    entity: str
    profile: dict[str, str]


def counterparts(ledger: Ledger, target: str) -> list[Counterpart]:
    """Return the entities that have a profile for a target."""
    with ledger.db.transaction(Role.READER) as tx:
        rows = tx.all(reads.profiles(target))
    return [Counterpart(target, row.entity, row.profile) for row in rows]


def documents(part: Counterpart, through: date, ground: Ground) -> list[list[Fact]]:
    """Return the facts of each document: sealed anew and offered, or held so far and offered now.

    A document with an account that is not mapped on its posting date is sealed, and held.
    """
    books = ground.ledger.books
    profile = books.latest(stream("profile", part.target, part.entity))
    mapping = books.read_stream(stream("mapping", part.target, part.entity))
    mapped = [fact for fact in mapping if isinstance(fact, AccountMapped)]
    assert isinstance(profile, ExportProfileSet), profile
    found: list[list[Fact]] = []
    for held in _held(part, ground.ledger):
        offered = _offered(held, mapped)
        found += [[offered]] if offered else []
    for sealed in _sealed(part, profile, through, ground):
        offered = _offered(sealed, mapped)
        found.append([sealed, offered] if offered else [sealed])
    return found


def _sealed(
    part: Counterpart, profile: ExportProfileSet, through: date, ground: Ground
) -> list[ExportSealed]:
    zone = ground.entity(part.entity).time_zone
    with ground.ledger.db.transaction(Role.READER) as tx:
        rows = tx.all(reads.unsealed(part.target, part.entity, through))
        counter = tx.one(reads.counters([part.entity]))
    at = instant(through, zone)
    members = [
        Member(
            row.position,
            row.leaf,
            cast(
                "JournalPosted", decode(JournalPosted.TYPE, row.data, row.stream, row.version, at)
            ),
        )
        for row in rows
    ]
    terms = Seal(
        target=part.target,
        entity=part.entity,
        profile=profile.profile,
        at=at,
        sealed=counter.sealed if counter else 0,
        documents=_settled(part, members, ground.ledger),
        chart=chart_of(ground.ledger.books.read_stream(CHART_STREAM)),
    )
    return seal(members, terms)


def _settled(part: Counterpart, members: Iterable[Member], ledger: Ledger) -> dict[str, str]:
    """Return in which documents those invoices are that these entries settle, by entry id."""
    numbers = {number for member in members for number in invoices_settled(member.entry)}
    streams = {stream("journal", f"invoice/{n}"): f"invoice/{n}" for n in sorted(numbers)}
    if not streams:
        return {}
    known = [where for where, version in ledger.books.versions(streams).items() if version]
    found = ledger.books.places([Cause(where, 1) for where in known])
    places = {place.position: streams[where] for where, place in zip(known, found, strict=True)}
    with ledger.db.transaction(Role.READER) as tx:
        rows = tx.all(reads.documents_of_entries(list(places)))
    return {places[row.member]: row.external_id for row in rows if row.target == part.target}


def _held(part: Counterpart, ledger: Ledger) -> list[ExportSealed]:
    """Return the documents that were sealed and never offered."""
    with ledger.db.transaction(Role.READER) as tx:
        rows = [row for row in tx.all(reads.held(part.target)) if row.entity == part.entity]
    facts = ledger.books.facts_of([row.stream for row in rows])
    return [
        cast("ExportSealed", facts[row.stream][0]) for row in rows if len(facts[row.stream]) == 1
    ]


def _offered(sealed: ExportSealed, mapped: Sequence[AccountMapped]) -> ExportOffered | None:
    """Return the first revision of a document, or None while an account is not mapped."""
    rendered = render(sealed, mapping_as_of(mapped, sealed.posting_date))
    if isinstance(rendered, Missing):
        return None
    return ExportOffered(
        originator_id=sealed.originator_id,
        originator_version=sealed.originator_version + 1,
        timestamp=sealed.timestamp,
        causes=(sealed.cause,),
        target=sealed.target,
        entity=sealed.entity,
        external_id=sealed.external_id,
        revision=1,
        erp_date=sealed.posting_date,
        content=rendered.content,
        sha256=rendered.sha256,
    )
