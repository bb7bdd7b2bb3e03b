"""Rendering: the content of a revision, and what is held for want of a mapping."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

import rfc8785

from ledger.events.erp import AccountMapped, ExportLine, ExportSealed
from ledger.events.streams import stream
from ledger.exporting.render import Missing, mapping_as_of, render

AT = datetime(2026, 11, 2, tzinfo=UTC)
SEALED = ExportSealed(
    originator_id=stream("export", "netsuite", "x-1"),
    originator_version=1,
    timestamp=AT,
    target="netsuite",
    entity="US",
    external_id="x-1",
    short_ref="US-2610-0000001",
    kind="invoice",
    profile="document",
    account_class="receivables",
    currency="USD",
    posting_date=date(2026, 10, 31),
    posting_period="2026-10",
    members=(871,),
    member_digest="ab" * 32,
    lines=(
        ExportLine("1100", Decimal("12.00"), Decimal("0.00"), "acme", "US-2026-000001"),
        ExportLine("1150", Decimal("0.00"), Decimal("12.00"), "acme"),
    ),
    total=Decimal("12.00"),
    service_period="2026-10",
    document="US-2026-000001",
)


def mapped(account, erp_account, starts_on="2026-01-01", **dimensions):
    return AccountMapped(
        originator_id=stream("mapping", "netsuite", "US"),
        originator_version=1,
        timestamp=AT,
        target="netsuite",
        entity="US",
        account=account,
        erp_account=erp_account,
        starts_on=date.fromisoformat(starts_on),
        dimensions=dimensions,
    )


def mapping(*facts, day="2026-10-31"):
    return mapping_as_of(facts, date.fromisoformat(day))


FULL = mapping(mapped("1100", "120", department="sales"), mapped("1150", "125"))


def test_the_content_is_what_the_erp_needs():
    content = render(SEALED, FULL).content
    assert content == {
        "external_id": "x-1",
        "short_ref": "US-2610-0000001",
        "revision": 1,
        "target": "netsuite",
        "kind": "invoice",
        "profile": "document",
        "account_class": "receivables",
        "entity": "US",
        "currency": "USD",
        "document": "US-2026-000001",
        "posting_date": "2026-10-31",
        "erp_date": "2026-10-31",
        "posting_period": "2026-10",
        "service_period": "2026-10",
        "lines": [
            {
                "line": 1,
                "account": "1100",
                "erp_account": "120",
                "dimensions": {"department": "sales"},
                "debit": "12.00",
                "credit": "0.00",
                "customer": "acme",
                "invoice": "US-2026-000001",
            },
            {
                "line": 2,
                "account": "1150",
                "erp_account": "125",
                "dimensions": {},
                "debit": "0.00",
                "credit": "12.00",
                "customer": "acme",
                "invoice": None,
            },
        ],
        "totals": {"debit": "12.00", "credit": "12.00"},
        "member_digest": "ab" * 32,
        "depends_on": [],
        "reverses": None,
        "lineage": {"entries": 1, "first": "871", "last": "871"},
    }


def test_the_digest_is_of_the_canonical_json():
    rendered = render(SEALED, FULL)
    assert rendered.sha256 == sha256(rfc8785.dumps(rendered.content)).hexdigest()
    assert render(SEALED, FULL) == rendered


def test_an_account_without_a_number_holds_the_document():
    """CC-10: 4020 has no mapping for the target."""
    assert render(SEALED, mapping(mapped("1100", "120"))) == Missing(("1150",))
    assert render(SEALED, {}) == Missing(("1100", "1150"))


def test_a_revision_changes_the_erp_date_and_nothing_of_the_ledger_s():
    """CC-06: re-dated to 1 November, the ledger's period stays October."""
    first = render(SEALED, FULL)
    second = render(SEALED, FULL, revision=2, erp_date=date(2026, 11, 1))
    changed = {key for key, value in second.content.items() if value != first.content[key]}
    assert changed == {"revision", "erp_date"}
    assert second.sha256 != first.sha256


def test_the_mapping_of_the_day_counts_and_the_later_word_on_one_day():
    facts = [
        mapped("1100", "120", "2026-01-01"),
        mapped("1100", "130", "2026-11-01"),
        mapped("1100", "121", "2026-01-01"),
        mapped("1100", "119", "2025-01-01"),
    ]
    assert mapping(*facts)["1100"].erp_account == "121"
    assert mapping(*facts, day="2026-11-01")["1100"].erp_account == "130"
    assert mapping(*facts, day="2024-12-31") == {}


def test_a_document_depends_on_others_by_their_ids():
    sealed = replace(SEALED, depends_on=("x-0",))
    assert render(sealed, FULL).content["depends_on"] == ["x-0"]
