"""The reports in the shapes of the contract, with the figures of the worked example."""

import csv
import io
import re
import sys
from decimal import Decimal
from types import SimpleNamespace

import pyarrow as pa
import pytest
from pyarrow import parquet

from ledger.cli.output import text
from ledger.cli.reports import REPORTS


def test_the_trial_balance_of_the_worked_example(books):
    assert books("report", "trial-balance", "--format", "json").json == {
        "US": {
            "currency": "USD",
            "accounts": {"1010": "455.79", "2200": "-37.15", "4010": "-418.64"},
        }
    }


def test_the_trial_balance_up_to_a_day(books):
    done = books("report", "trial-balance", "--as-of", "2026-10-31", "--format", "json")
    assert done.json["US"]["accounts"] == {"1150": "418.64", "4010": "-418.64"}


def test_the_charge_is_exact(books):
    (charge,) = books("report", "charges", "--account", "acme", "--format", "json").json
    assert (charge["quantity"], charge["amount"], charge["delta"]) == (
        "1234567",
        "418.64175",
        "418.64175",
    )
    assert (charge["from"], charge["to"], charge["corrects"]) == ("2026-10-01", "2026-11-01", None)
    assert [tier["amount"] for tier in charge["tiers"]] == ["0", "360", "58.64175"]
    usage = charge["usage"]
    assert set(usage) == {"lane", "to_position", "count", "facts", "digest"}
    assert (usage["lane"], usage["count"], usage["facts"]) == (1, 2, 2)


def test_the_invoice_is_rounded_and_paid(books):
    (invoice,) = books("report", "invoices", "--account", "acme", "--format", "json").json
    told = [invoice[key] for key in ("number", "kind", "net", "tax", "total", "open", "currency")]
    assert told == ["US-2026-000001", "invoice", "418.64", "37.15", "455.79", "0.00", "USD"]
    (line,) = invoice["lines"]
    assert line == {
        "line": 1,
        "item": "api",
        "net": "418.64",
        "tax": "37.15",
        "charge": "s-1/api/2026-10-01/1",
        "corrects": None,
    }


def test_completeness_adds_up(books):
    (row,) = books("report", "completeness", "--format", "json").json
    counts = [row[key] for key in ("received", "accepted", "duplicate", "dead_lettered")]
    assert counts == [3, 2, 1, 0]


def test_journal_lines_carry_the_id_that_lineage_takes(books):
    for row in books("report", "journal", "--format", "json").json:
        assert books("lineage", row["line"], "--format", "json").json["id"] == row["line"]


def test_another_account_has_nothing(books):
    assert books("report", "charges", "--account", "other", "--format", "json").json == []


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_comes_in_three_forms(books, name):
    table = books("report", name)
    assert table.code == 0, table.err
    head, *rows = csv.reader(io.StringIO(books("report", name, "--format", "csv").out))
    assert table.out.splitlines()[0].split() == head
    drawn = [line.split() for line in table.out.splitlines()]  # with sums between the rows
    assert [row for row in rows if " ".join(row).split() not in drawn] == []
    assert len(drawn) >= 1 + len(rows)
    assert isinstance(books("report", name, "--format", "json").json, list | dict)


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_comes_as_a_typed_file_that_says_the_same(books, name, tmp_path):
    files = {form: tmp_path / f"report.{form}" for form in ("csv", "parquet")}
    for form, file in files.items():
        done = books("report", name, "--format", form, "--output", str(file))
        assert (done.code, done.out) == (0, ""), done.err
    table = parquet.read_table(files["parquet"])
    head, *rows = csv.reader(io.StringIO(files["csv"].read_text()))
    assert table.column_names == head
    assert [[told(value) for value in row.values()] for row in table.to_pylist()] == [
        [told(number(value)) for value in row] for row in rows
    ]


def number(value):
    """Return a figure as a decimal of the scale that money has in files, and text as it is."""
    return Decimal(value) if re.fullmatch(r"-?[0-9]+\.[0-9]{1,4}", value) else value


def told(value):
    """Write a value of a file as the printed form does, decimals without their last zeros."""
    return text(value.normalize() + 0 if isinstance(value, Decimal) else value)


def test_money_and_days_have_their_types_in_a_file(books, tmp_path):
    file = tmp_path / "journal.parquet"
    assert books("report", "journal", "--format", "parquet", "-o", str(file)).code == 0
    schema = parquet.read_schema(file)
    assert schema.field("amount").type == pa.decimal128(38, 4)
    assert schema.field("on").type == pa.date32()
    assert [path.name for path in tmp_path.iterdir()] == ["journal.parquet"]


def test_without_pyarrow_parquet_says_what_to_install(books, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    file = tmp_path / "journal.parquet"
    done = books("report", "journal", "--format", "parquet", "-o", str(file))
    assert done.code == 1
    assert "usage-ledger[parquet]" in done.err
    assert not list(tmp_path.iterdir())


def test_parquet_is_not_printed_on_a_terminal(books, monkeypatch):
    screen = SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("ledger.cli.output.sys", screen)
    done = books("report", "journal", "--format", "parquet")
    assert (done.code, done.out) == (2, "")


def test_an_unknown_report_is_a_usage_error(books):
    done = books("report", "nope")
    assert done.code == 2
    assert "trial-balance" in done.err


def test_a_draft_is_what_would_be_invoiced(books):
    assert books("report", "draft").code == 2
    assert books("report", "draft", "--account", "acme", "--format", "json").json == []
    done = books("report", "draft", "--account", "nobody")
    assert (done.code, "There is no account nobody" in done.err) == (1, True)
