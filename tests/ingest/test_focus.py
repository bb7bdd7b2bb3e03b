"""FOCUS rows: exact quantities, NULL as absent, and a dead letter that can be read alone."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import BadSchema, BadTime, BadValue, Refusal
from ledger.ingest import focus
from ledger.ingest.files import ingest_file
from ledger.ingest.focus import Focus
from ledger.ingest.intake import Intake
from ledger.store.database import Database, Query, Role
from ledger.store.meta import meta

ROW = {
    "ProviderName": "AWS",
    "Id": "11472",
    "SubAccountId": "acme",
    "ChargePeriodStart": "2024-09-18 22:00:00",
    "PricingQuantity": "2.00000000000",
    "SkuPriceId": "G95.JRT",
    "SkuId": "G95",
    "ServiceName": 'Simple "Queue" Service',
    "RegionId": "NULL",
    "PricingUnit": "Requests",
    "ChargeCategory": "Usage",
    "Tags": "two\nlines, and a comma",
}


def table(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(ROW), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(ROW | row for row in rows)
    return text.getvalue().encode()


def as_file(text: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(text))  # type: ignore[arg-type]


def only(**changed: str) -> tuple[Focus, bytes]:
    header, row = focus.records(as_file(table(changed)))
    return Focus.under(header), row


def test_a_row_is_the_use_of_one_sku() -> None:
    reader, row = only()
    event = reader.read(row)
    assert (event.source, event.id, event.account, event.meter) == (
        "focus/AWS",
        "11472",
        "acme",
        "focus",
    )
    assert event.time == "2024-09-18T22:00:00Z"
    assert event.properties == {
        "quantity": "2.00000000000",
        "sku_price_id": "G95.JRT",
        "sku_id": "G95",
        "service": 'Simple "Queue" Service',
        "unit": "Requests",
        "charge_category": "Usage",
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("1.5E-7", "0.00000015"),
        ("-4e3", "-4000"),
        ("-0.00000001000", "-0.00000001000"),
        ("007.50", "7.50"),
        ("-0.0", "0.0"),
        ("1.123456789012000", "1.123456789012"),
        ("123456789012345678", "123456789012345678"),
    ],
)
def test_quantities_are_plain_and_exact(given: str, kept: str) -> None:
    reader, row = only(PricingQuantity=given)
    assert reader.read(row).properties["quantity"] == kept


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"PricingQuantity": "NULL"}, BadSchema),
        ({"PricingQuantity": "many"}, BadValue),
        ({"PricingQuantity": "1E99"}, BadValue),
        ({"PricingQuantity": "NaN"}, BadValue),
        ({"PricingQuantity": "1.1234567890123"}, BadValue),
        ({"PricingQuantity": "1234567890123456789"}, BadValue),
        ({"ChargePeriodStart": "18/09/2024"}, BadTime),
        ({"Id": "NULL"}, BadSchema),
        ({"Id": ""}, BadValue),
        ({"SubAccountId": "NULL"}, BadSchema),
    ],
)
def test_rows_that_cannot_be_read_say_why(changed: dict[str, str], error: type[Refusal]) -> None:
    reader, row = only(**changed)
    with pytest.raises(error):
        reader.read(row)
    with pytest.raises(error):
        focus.reread(reader.keep(row))


def test_a_dead_letter_can_be_read_alone() -> None:
    reader, row = only()
    assert focus.reread(reader.keep(row)) == reader.read(row)


def test_a_header_without_the_columns_is_not_focus() -> None:
    with pytest.raises(BadSchema, match="PricingQuantity"):
        Focus.under(b"Id,ProviderName")


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    good = [table({"Id": str(n), "Tags": "one, line"}).split(b"\r\n", 1)[1] for n in range(2000)]
    header = table().split(b"\r\n", 1)[0]
    text = header + b'\r\nbroken,"row\r\n' + b"".join(good)

    reader, *rows = focus.records(as_file(text))

    assert rows[0] == b'broken,"row'
    assert [Focus.under(reader).read(row).id for row in rows[1:]] == [str(n) for n in range(2000)]


def test_a_file_is_taken_in_with_its_bad_rows_kept(
    intake: Intake, database: Database, catalog: Any, opened: Any, tmp_path: Path
) -> None:
    catalog(opened["meter"]("focus"))
    path = tmp_path / "focus.csv"
    path.write_bytes(table({"Id": "1"}, {"Id": "2", "PricingQuantity": "x"}, {"Id": "3"}))
    seen: list[int] = []

    tally = ingest_file(intake, path, "focus", meta("test"), seen.append)
    again = ingest_file(intake, path, "focus", meta("test"))

    assert (tally.accepted, tally.refused) == (2, 1)
    assert (again.accepted, again.duplicate, again.refused) == (0, 2, 1)
    assert seen == [path.stat().st_size]
    assert [(one.index, one.id, one.code) for one in tally.rejected] == [(1, "2", "BAD_VALUE")]
    with database.transaction(Role.READER) as tx:
        kept = tx.all(Query("select source, event_id, account, format from ledger.dead_letters"))
    assert kept == [("focus/AWS", "2", "acme", "focus")] * 2
