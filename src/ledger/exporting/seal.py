"""Sealing: which journal entries make which ERP document, once and for all.

By profile: ``document`` and ``journal_detail`` make one document of each entry, ``journal_daily``
one per class, posting date and currency, ``journal_period`` one per class, period and currency.
Entries that come later make a further document. A summary adds up per account; a single entry keeps
customer and invoice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ledger.events.erp import ExportSealed
from ledger.events.journal import JournalPosted
from ledger.events.streams import stream
from ledger.exporting.ids import external_id, member_digest, short_ref
from ledger.exporting.profile import (
    DOCUMENT,
    JOURNAL_DAILY,
    SINGLE,
    Leading,
    leading,
    profile_of,
)
from ledger.exporting.summary import JOURNAL, invoices_settled, kind_of, lines_of, service_period
from ledger.money import ZERO, exactly
from ledger.posting.accounts import RELEASE, Chart
from ledger.posting.chart import RECEIVABLE

GroupKey = tuple[str, ...]


@dataclass(frozen=True)
class Member:
    """A journal entry with its place in lane 0 and the leaf that proves it."""

    position: int
    leaf: bytes
    entry: JournalPosted


@dataclass(frozen=True, kw_only=True)
class Seal:
    """One sealing for a target and an entity.

    ``sealed`` is how many documents of the entity the target has already; ``documents`` says in
    which document (external id) an entry sealed earlier is, for those that others depend on.
    """

    target: str
    entity: str
    profile: Mapping[str, str]
    at: datetime
    sealed: int = 0
    documents: Mapping[str, str] = field(default_factory=dict)
    chart: Chart = RELEASE


@dataclass(frozen=True)
class Group:
    """Members that travel together."""

    lead: Leading
    profile: str
    members: tuple[Member, ...]


@exactly
def seal(members: Iterable[Member], terms: Seal) -> list[ExportSealed]:
    """Return the documents of these entries, in the order of their first members."""
    groups = _grouped(sorted(members, key=lambda member: member.position), terms)
    known = dict(terms.documents)
    for group in groups:
        for member in group.members:
            known[member.entry.entry] = _id(group, terms)
    return [
        _sealed(group, terms, terms.sealed + count, known)
        for count, group in enumerate(groups, start=1)
    ]


def _grouped(members: Sequence[Member], terms: Seal) -> list[Group]:
    found: dict[GroupKey, list[Member]] = {}
    ways: dict[GroupKey, tuple[Leading, str]] = {}
    for member in members:
        lead = leading(member.entry)
        way = profile_of(lead, terms.profile, terms.chart)
        key = _key(member.entry, lead, way)
        found.setdefault(key, []).append(member)
        ways.setdefault(key, (lead, way))
    return [Group(*ways[key], tuple(each)) for key, each in found.items()]


def _key(entry: JournalPosted, lead: Leading, way: str) -> GroupKey:
    if way in SINGLE:
        return way, entry.entry
    when = entry.on.isoformat() if way == JOURNAL_DAILY else entry.period
    return way, lead.account_class, when, entry.currency


def _id(group: Group, terms: Seal) -> str:
    return external_id(terms.target, terms.entity, group.members[0].entry.entry)


def _sealed(group: Group, terms: Seal, count: int, known: Mapping[str, str]) -> ExportSealed:
    entries = [member.entry for member in group.members]
    first, single = entries[0], group.profile in SINGLE
    identity = _id(group, terms)
    lines = lines_of(entries, detailed=single)
    return ExportSealed(
        originator_id=stream("export", terms.target, identity),
        originator_version=1,
        timestamp=terms.at,
        causes=(first.cause,) if single else (),
        target=terms.target,
        entity=terms.entity,
        external_id=identity,
        short_ref=short_ref(terms.entity, first.period, count),
        kind=kind_of(first) if group.profile == DOCUMENT else JOURNAL,
        profile=group.profile,
        account_class=group.lead.account_class,
        currency=first.currency,
        posting_date=max(entry.on for entry in entries),
        posting_period=first.period,
        members=tuple(member.position for member in group.members),
        member_digest=member_digest(member.leaf for member in group.members),
        lines=lines,
        total=sum((line.debit for line in lines), ZERO),
        service_period=service_period(entries),
        document=first.document if single else None,
        depends_on=_depends_on(entries, terms, known, identity),
    )


def _depends_on(
    entries: Iterable[JournalPosted], terms: Seal, known: Mapping[str, str], own: str
) -> tuple[str, ...]:
    """Name the documents of the invoices settled; an unknown one by the id that it will have."""
    lead = Leading("receivables", RECEIVABLE)
    foreseeable = profile_of(lead, terms.profile, terms.chart) in SINGLE
    found: list[str] = []
    for invoice in dict.fromkeys(number for entry in entries for number in invoices_settled(entry)):
        name = f"invoice/{invoice}"
        if name in known:
            found.append(known[name])
        elif foreseeable:
            found.append(external_id(terms.target, terms.entity, name))
    return tuple(identity for identity in dict.fromkeys(found) if identity != own)
