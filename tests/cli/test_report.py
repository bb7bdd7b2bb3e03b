"""The reports in the shapes of the contract, with the figures of the worked example."""

import csv
import io

import pytest

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
    assert len(table.out.splitlines()) == 1 + len(rows)
    assert isinstance(books("report", name, "--format", "json").json, list | dict)


def test_an_unknown_report_is_a_usage_error(books):
    done = books("report", "nope")
    assert done.code == 2
    assert "trial-balance" in done.err


def test_a_draft_is_what_would_be_invoiced(books):
    assert books("report", "draft").code == 2
    assert books("report", "draft", "--account", "acme", "--format", "json").json == []
    done = books("report", "draft", "--account", "nobody")
    assert (done.code, "There is no account nobody" in done.err) == (1, True)
