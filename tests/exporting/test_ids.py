"""Ids of export documents: they follow from the content and fit the ERPs' fields."""

import re
from hashlib import sha256
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.exporting.ids import content_digest, external_id, member_digest, short_ref


def test_an_external_id_is_a_uuid_5_that_follows_from_target_entity_and_entry():
    one = external_id("netsuite", "US", "invoice/US-2026-000001")
    assert UUID(one).version == 5
    assert one == external_id("netsuite", "US", "invoice/US-2026-000001")
    others = {
        external_id("odoo", "US", "invoice/US-2026-000001"),
        external_id("netsuite", "EU", "invoice/US-2026-000001"),
        external_id("netsuite", "US", "invoice/US-2026-000002"),
    }
    assert len({one, *others}) == 4


@pytest.mark.parametrize(
    ("entity", "count", "reference"),
    [
        ("US1", 421, "US1-2611-0000421"),
        ("US", 1, "US-2611-0000001"),
        ("US", 9_999_999, "US-2611-9999999"),
        ("US", 10_000_000, "US-2611-Z000000"),
        ("US", 10_000_036, "US-2611-Z000010"),
    ],
)
def test_a_short_reference_names_entity_month_and_number(entity, count, reference):
    assert short_ref(entity, "2026-11", count) == reference


@given(st.text(min_size=1, max_size=40), st.integers(1, 10**9))
def test_a_short_reference_fits_every_erp(entity, count):
    assert re.fullmatch(r"[A-Z0-9-]{1,16}", short_ref(entity, "2026-11", count))


def test_entities_with_one_beginning_are_told_apart():
    prefixes = {
        short_ref(entity, "2026-11", 1) for entity in ("acme-east", "acme-west", "acm", "ACM")
    }
    assert len(prefixes) == 4


def test_a_member_digest_is_over_the_leaves_in_order():
    assert member_digest([b"a" * 32, b"b" * 32]) == sha256(b"a" * 32 + b"b" * 32).hexdigest()
    assert member_digest([b"b" * 32, b"a" * 32]) != member_digest([b"a" * 32, b"b" * 32])


def test_a_content_digest_is_over_canonical_json():
    content = {"b": [1, None, "é"], "a": {"z": "0.00", "y": True}}
    assert content_digest(content) == sha256(rfc8785.dumps(content)).hexdigest()
