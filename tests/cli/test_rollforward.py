"""The reports that tie, on the worked example: accrued 418.64, invoiced 455.79, paid."""

import pytest

from ledger.store.database import Role

NOVEMBER = ("--from", "2026-11-01", "--as-of", "2026-11-30")
OCTOBER = ("--from", "2026-10-01", "--as-of", "2026-10-31")


def test_receivables_from_opening_to_closing(books):
    done = books("report", "receivables-rollforward", *NOVEMBER)
    assert done.out.splitlines()[0].split() == [
        *("entity", "account", "item", "opening", "invoiced", "paid"),
        *("closing", "subledger", "difference", "currency"),
    ]
    assert done.out.splitlines()[1].split() == [
        *("US", "1100", "0.00", "455.79", "-455.79", "0.00", "0.00", "0.00", "USD")
    ]
    (row,) = books("report", "receivables-rollforward", *NOVEMBER, "--format", "json").json
    assert row["movements"] == {"invoiced": "455.79", "paid": "-455.79"}


def test_the_items_of_one_account(books):
    done = books(
        "report", "receivables-rollforward", *NOVEMBER, "--account", "acme", "--format", "csv"
    )
    assert done.out.splitlines()[1:] == [
        "US,1100,US-2026-000001,0.00,455.79,-455.79,0.00,0.00,0.00,USD",
        "US,1100,,0.00,455.79,-455.79,0.00,0.00,0.00,USD",
    ]


def test_the_reconciliation_of_every_control_account(books):
    done = books("report", "reconciliation", *OCTOBER, "--format", "csv")
    assert (done.code, done.out.splitlines()) == (
        0,
        [
            "entity,account,name,opening,moved,closing,subledger,revalued,difference,currency",
            "US,1150,Unbilled receivable,0.00,418.64,418.64,418.64,0.00,0.00,USD",
        ],
    )
    closing = {row["account"]: row["closing"] for row in
               books("report", "reconciliation", *NOVEMBER, "--format", "json").json}  # fmt: skip
    assert closing == {"1100": "0.00", "1150": "0.00", "2200": "37.15"}


def test_a_difference_is_an_exit_code(server, runner, books, cloudevents):
    with server.database() as database:
        run = runner(database.url)
        for words in (("apply", "-"), ("report", "reconciliation")):
            run(*words, stdin=ENTITY)
        with database.transaction(Role.PROJECTOR) as tx:
            tx.execute(
                "insert into subledger_entries values"
                " (1, '2200', '', 'x', 'US', 'USD', '2026-11-01', 1)"
            )
        done = run("report", "reconciliation", *NOVEMBER, "--format", "json")
    assert done.code == 4
    assert [row["difference"] for row in done.json] == ["1.00"]


def test_tax_comes_to_what_2200_moved_by(books):
    (report,) = books("report", "tax", *NOVEMBER, "--format", "json").json
    (row,) = report["rows"]
    assert (row["code"], row["category"], row["rate"]) == ("sales", "S", "8.875")
    assert row["invoice"] == {
        "documents": 1,
        "base": "418.64",
        "tax": "37.15",
        "booked_base": "418.64",
        "booked_tax": "37.15",
    }
    assert (report["posted"], report["difference"]) == ("37.15", "0.00")
    table = books("report", "tax", *NOVEMBER).out.splitlines()
    assert table[1].split()[:4] == ["US", "sales", "S", "8.875"]
    (document,) = books("report", "tax-documents", *NOVEMBER, "--format", "json").json
    assert (document["number"], document["tax"]) == ("US-2026-000001", "37.15")


def test_contract_balances_and_what_remains(books):
    rows = books("report", "contract-balances", *NOVEMBER, "--format", "json").json
    found = {row["balance"]: row for row in rows}
    assert found["receivables"]["additions"] == "455.79"
    assert found["receivables"]["settled"] == "-455.79"
    assert found["unbilled_receivables"]["transferred_to_receivables"] == "-418.64"
    assert found["contract_liabilities_net"]["closing"] == "0.00"
    assert books("report", "remaining-obligations", *NOVEMBER, "--format", "json").json == []


@pytest.mark.parametrize("name", ["deferred-rollforward", "allowance-rollforward"])
def test_nothing_to_roll_is_no_row(books, name):
    assert books("report", name, *NOVEMBER, "--format", "json").json == []


def test_a_span_that_ends_before_it_begins(books):
    done = books("report", "reconciliation", "--from", "2026-12-01", "--as-of", "2026-11-30")
    assert (done.code, done.err.partition(":")[0]) == (1, "BAD_SPAN")


ENTITY = (
    '{"command": "register_entity", "key": "us", "entity": "US", "name": "Example Inc", '
    '"currency": "USD", "country": "US", "time_zone": "UTC", "first_period": "2026-01"}\n'
)
