"""The general ledger and the financial statements of the worked example, tied to each other."""

import csv
import io
import shutil
import subprocess
from decimal import Decimal

import pytest
from lxml import etree


def told(books, name, *words):
    done = books("report", name, *words, "--format", "json")
    assert done.code == 0, done.err
    return done.json


def printed(books, name, *words):
    done = books("report", name, *words)
    assert done.code == 0, done.err
    return [line.split("  ") for line in done.out.splitlines()]


def test_the_balance_sheet_balances(books):
    assert told(books, "balance-sheet")["US"] == {
        "currency": "USD",
        "as_of": None,
        "assets": {"accounts": {"1010": "455.79"}, "total": "455.79"},
        "liabilities": {"accounts": {"2200": "37.15"}, "total": "37.15"},
        "equity": {"accounts": {}, "total": "418.64", "result_to_date": "418.64"},
        "difference": "0.00",
        "compared": None,
    }


def test_the_balance_sheet_beside_another_day(books):
    found = told(books, "balance-sheet", "--as-of", "2026-11-02", "--compare", "2026-10-31")["US"]
    assert found["assets"]["accounts"] == {"1100": "455.79"}
    assert found["compared"]["assets"]["accounts"] == {"1150": "418.64"}
    assert found["compared"]["difference"] == "0.00"
    done = books("report", "balance-sheet", "--as-of", "2026-11-02", "--compare", "2026-10-31")
    assert done.out.splitlines() == [
        "entity  class        account  name                 amount  compared   change  currency",
        "US      Assets       1100     Accounts receivable  455.79      0.00   455.79  USD",
        "US      Assets       1150     Unbilled receivable    0.00    418.64  -418.64  USD",
        "US      Assets                Total assets         455.79    418.64    37.15  USD",
        "US      Liabilities  2200     Tax payable           37.15      0.00    37.15  USD",
        "US      Liabilities           Total liabilities     37.15      0.00    37.15  USD",
        "US      Equity                Result to date       418.64    418.64     0.00  USD",
        "US      Equity                Total equity         418.64    418.64     0.00  USD",
        "US                            Difference             0.00      0.00     0.00  USD",
    ]


def test_the_income_statement_by_month_and_beside_the_year_before(books):
    words = ("--from", "2026-09-01", "--as-of", "2026-11-30")
    found = told(books, "income-statement", *words, "--by", "month", "--compare", "2025-11-30")
    one = found["US"]
    assert (one["income"]["accounts"], one["result"]) == ({"4010": "418.64"}, "418.64")
    assert {month: each["result"] for month, each in one["months"].items()} == {
        "2026-09": "0.00",
        "2026-10": "418.64",
        "2026-11": "0.00",
    }
    assert (one["compared"]["from"], one["compared"]["as_of"]) == ("2025-09-01", "2025-11-30")
    done = books("report", "income-statement", *words, "--by", "month", "--format", "csv")
    assert done.out.splitlines() == [
        "entity,class,account,name,2026-09,2026-10,2026-11,amount,currency",
        "US,Income,4010,Usage revenue,0.00,418.64,0.00,418.64,USD",
        "US,,,Result,0.00,418.64,0.00,418.64,USD",
    ]


def test_the_result_is_the_equity(books):
    for words in ((), ("--as-of", "2026-10-31"), ("--as-of", "2026-09-30")):
        sheet, income = (
            told(books, "balance-sheet", *words),
            told(books, "income-statement", *words),
        )
        results = {name: each["equity"]["result_to_date"] for name, each in sheet.items()}
        assert results == {name: each["result"] for name, each in income.items()}


def test_statements_at_a_position_are_those_of_that_time(books):
    first = min(int(row["line"].partition(".")[0]) for row in told(books, "journal"))
    at = ("--at-position", str(first))
    assert told(books, "trial-balance", *at)["US"]["accounts"] == {
        "1150": "418.64",
        "4010": "-418.64",
    }
    assert told(books, "balance-sheet", *at)["US"]["assets"]["accounts"] == {"1150": "418.64"}
    assert told(books, "income-statement", *at)["US"]["result"] == "418.64"
    assert {row["account"] for row in told(books, "general-ledger", *at)} == {"1150", "4010"}


def test_the_general_ledger_is_the_trial_balance_line_by_line(books):
    found = told(books, "general-ledger")
    balances = {row["account"]: row["closing"] for row in found if Decimal(row["closing"])}
    assert balances == told(books, "trial-balance")["US"]["accounts"]
    lines = [line["line"] for row in found for line in row["lines"]]
    assert sorted(lines) == sorted(row["line"] for row in told(books, "journal"))
    for row in found:
        assert [line["balance"] for line in row["lines"]][-1] == row["closing"]
        assert books("lineage", row["lines"][0]["line"]).code == 0


def test_an_account_opens_with_what_was_before(books):
    words = ("--ledger-account", "1150", "--period", "2026-11")
    (row,) = told(books, "general-ledger", *words)
    assert (row["opening"], row["debit"], row["credit"], row["closing"]) == (
        *("418.64", "0.00"),
        *("418.64", "0.00"),
    )
    assert [line["on"] for line in row["lines"]] == ["2026-11-01"]
    rows = list(
        csv.DictReader(
            io.StringIO(books("report", "general-ledger", *words, "--format", "csv").out)
        )
    )
    assert [(each["what"], each["balance"]) for each in rows] == [
        ("opening", "418.64"),
        ("line", "0.00"),
        ("closing", "0.00"),
    ]


def test_the_general_ledger_of_a_customer_and_of_nobody(books):
    (row,) = told(books, "general-ledger", "--account", "acme", "--ledger-account", "1100")
    assert [line["balance"] for line in row["lines"]] == ["455.79", "0.00"]
    assert told(books, "general-ledger", "--account", "nobody") == []
    assert books("report", "general-ledger", "--ledger-account", "9999").code == 1
    assert books("report", "general-ledger", "--period", "2026-13").code == 1


def test_the_trial_balance_is_drawn_with_its_totals(books):
    assert books("report", "trial-balance").out.splitlines()[-1].split() == [
        *("US", "Total", "455.79", "455.79", "USD"),
    ]


@pytest.mark.skipif(
    shutil.which("hledger") is None, reason="hledger is not installed (Debian: hledger)"
)
@pytest.mark.parametrize(
    ("word", "name", "sections"),
    [
        ("balancesheet", "balance-sheet", ("assets", "liabilities")),
        ("incomestatement", "income-statement", ("income", "expenses")),
    ],
)
def test_hledger_makes_the_same_statements(books, tmp_path, word, name, sections):
    file = tmp_path / "books.hledger"
    file.write_text(books("journal", "--format", "hledger").out)
    done = subprocess.run(
        ["hledger", "-f", str(file), word, "--flat", "-O", "csv"], capture_output=True, text=True
    )
    theirs = {
        row[0].split(":")[2][:4]: Decimal(row[1].removesuffix(" USD").replace(",", ""))
        for row in csv.reader(io.StringIO(done.stdout))
        if row[0].count(":") == 2
    }
    one = told(books, name)["US"]
    ours = {
        code: Decimal(amount)
        for section in sections
        for code, amount in one[section]["accounts"].items()
    }
    assert theirs == ours


def test_income_by_month_is_drawn_as_bars(books):
    words = ("--from", "2026-09-01", "--as-of", "2026-10-31", "--by", "month")
    done = books("report", "income-statement", *words, "--format", "bars")
    title, september, october = done.out.splitlines()
    assert title == "Income of US by month (USD)"
    assert september.split() == ["2026-09", "0.00"]
    name, amount, bar = october.split()
    assert (name, amount) == ("2026-10", "418.64")
    assert set(bar) <= set("█▏▎▍▌▋▊▉")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("income-statement", "--as-of", "2026-12-31", "--by", "month"), "2026-10: 418.64 USD"),
        (("ageing", "--as-of", "2026-11-02", "--at-position", "{billed}"), "not due: 455.79 USD"),
    ],
)
def test_a_drawing_tells_its_figures_to_those_who_cannot_see(books, words, told, tmp_path):
    paid = next(row for row in told_lines(books) if row["payment"])
    billed = str(int(paid["line"].partition(".")[0]) - 2)
    file = tmp_path / "drawn.svg"
    words = [word.replace("{billed}", billed) for word in words]
    done = books("report", *words, "--format", "svg", "--output", str(file))
    assert done.code == 0, done.err
    (drawing,) = etree.fromstring(file.read_bytes()).findall("{*}svg")
    assert drawing.get("role") == "img"
    about = {each.get("id"): each.text for each in drawing if each.get("id")}
    title, description = (about[name] for name in drawing.get("aria-labelledby").split())
    assert title.endswith("(USD)")
    assert told in description
    assert [each.text for each in drawing.iter("{*}title")][1:] == description.split("; ")


def told_lines(books):
    return books("report", "journal", "--format", "json").json


def test_what_is_not_drawn_says_what_is(books):
    for words in (("journal",), ("income-statement",), ("waterfall",)):
        for form in ("svg", "bars"):
            done = books("report", *words, "--format", form)
            assert (done.code, done.out) == (2, "")
            assert "waterfall" in done.err
