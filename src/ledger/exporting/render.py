"""Rendering: a sealed document as the ERP reads it, with the ERP's own account numbers.

A revision changes mapping, dimensions and the ERP date only; amounts, ids and the ledger's own
dates stay. A document with an account that has no number there is held, never sent half.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.events.erp import AccountMapped, ExportLine, ExportSealed
from ledger.exporting.ids import content_digest
from ledger.money import ZERO, plain

Mapped = Mapping[str, AccountMapped]


@dataclass(frozen=True)
class Rendered:
    """The content of one revision, and the SHA-256 (hex) of its canonical JSON."""

    content: dict[str, Any]
    sha256: str


@dataclass(frozen=True)
class Missing:
    """The accounts of a document that the target has no number for, ascending."""

    accounts: tuple[str, ...]


def mapping_as_of(facts: Iterable[AccountMapped], day: date) -> dict[str, AccountMapped]:
    """Return the mapping in force on a day, by account; the later fact wins on equal days."""
    found: dict[str, AccountMapped] = {}
    for fact in facts:
        before = found.get(fact.account)
        if fact.starts_on <= day and (before is None or fact.starts_on >= before.starts_on):
            found[fact.account] = fact
    return found


def render(
    sealed: ExportSealed, mapping: Mapped, *, revision: int = 1, erp_date: date | None = None
) -> Rendered | Missing:
    """Return a revision of a document, or the accounts that are not mapped."""
    missing = {line.account for line in sealed.lines} - mapping.keys()
    if missing:
        return Missing(tuple(sorted(missing)))
    content = _content(sealed, mapping, revision, erp_date or sealed.posting_date)
    return Rendered(content, content_digest(content))


def _content(
    sealed: ExportSealed, mapping: Mapped, revision: int, erp_date: date
) -> dict[str, Any]:
    return {
        "external_id": sealed.external_id,
        "short_ref": sealed.short_ref,
        "revision": revision,
        "target": sealed.target,
        "kind": sealed.kind,
        "profile": sealed.profile,
        "account_class": sealed.account_class,
        "entity": sealed.entity,
        "currency": sealed.currency,
        "document": sealed.document,
        "posting_date": sealed.posting_date.isoformat(),
        "erp_date": erp_date.isoformat(),
        "posting_period": sealed.posting_period,
        "service_period": sealed.service_period,
        "lines": [
            _line(number, line, mapping[line.account])
            for number, line in enumerate(sealed.lines, start=1)
        ],
        "totals": {
            "debit": plain(sum((line.debit for line in sealed.lines), ZERO)),
            "credit": plain(sum((line.credit for line in sealed.lines), ZERO)),
        },
        "member_digest": sealed.member_digest,
        "depends_on": list(sealed.depends_on),
        "reverses": None,
        "lineage": {
            "entries": len(sealed.members),
            "first": str(sealed.members[0]),
            "last": str(sealed.members[-1]),
        },
    }


def _line(number: int, line: ExportLine, mapped: AccountMapped) -> dict[str, Any]:
    return {
        "line": number,
        "account": line.account,
        "erp_account": mapped.erp_account,
        "dimensions": dict(mapped.dimensions),
        "debit": plain(line.debit),
        "credit": plain(line.credit),
        "customer": line.customer,
        "invoice": line.invoice,
        **({"counterparty": line.counterparty} if line.counterparty else {}),
    }
