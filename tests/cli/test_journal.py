"""The journal as hledger, ledger and beancount read it: all must agree with our trial balance."""

import csv
import getpass
import io
import itertools
import re
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.cli.journal.names import Names
from ledger.commands.engine.ledger import Ledger
from ledger.commands.registry import execute
from ledger.posting.chart import CHART
from ledger.reads.journal import journal_lines
from ledger.settings import Settings
from ledger.store.database import Role

NOTATIONS = ("hledger", "beancount", "ledger")


@pytest.fixture
def written(books, tmp_path):
    """Write the journal in a notation into a file."""

    def write(notation: str, *more: str) -> Path:
        file = tmp_path / f"books.{notation}"
        file.write_text(books("journal", "--format", notation, *more).out)
        return file

    return write


ENTITIES = {"US": ("USD", "12.34"), "JP": ("JPY", "500"), "KW": ("KWD", "1.234")}
"""Entities whose currencies have two, no and three decimals, and what they are paid, twice."""


@pytest.fixture(scope="module")
def paid(server):
    """A database in which two payments came in for every entity, in October and in December."""
    commands = []
    for entity, (currency, amount) in ENTITIES.items():
        commands += [
            {"command": "register_entity", "entity": entity, "name": entity, "currency": currency,
             "country": "US", "time_zone": "UTC", "first_period": "2026-01"},
            {"command": "open_account", "account": entity, "entity": entity, "name": entity,
             "currency": currency},
            *({"command": "capture_payment", "payment": f"{entity}-{on}", "account": entity,
               "amount": amount, "currency": currency, "on": on, "via": "bank"}
              for on in ("2026-10-31", "2026-12-31")),
        ]  # fmt: skip
    keyed = [{**one, "key": f"k-{number}"} for number, one in enumerate(commands)]
    with server.database() as database, Ledger.open(Settings(database_url=database.url)) as ledger:
        for command in keyed:
            assert execute(ledger, command, "tester").status == "accepted"
        yield database


@pytest.fixture
def three(paid, programs, tmp_path):
    """The books of these entities, in a file for each program."""
    return programs.files(paid, tmp_path)


def one_unit_more(file: Path, account: str, entity: str, nth: int) -> None:
    """Raise the nth balance that a file asserts of an account by the smallest unit."""
    asserted = re.compile(
        rf"(.*:{entity}:{account}-\S+ +(?:0 \S+ ==? )?)(-?[\d.]+)((?: ~ 0)? [A-Z]{{3}})"
    )
    lines = file.read_text().splitlines()
    said = {
        number: found
        for number, line in enumerate(lines)
        if (found := asserted.fullmatch(line)) and (" 0 " in line)
    }
    number, found = list(said.items())[nth]
    before, amount, after = found.groups()
    unit = Decimal((0, (1,), Decimal(amount).as_tuple().exponent))
    lines[number] = f"{before}{Decimal(amount) + unit}{after}"
    file.write_text("".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize("notation", NOTATIONS)
def test_the_program_agrees(written, programs, notation):
    programs.need(notation)
    assert programs.refusals({notation: written(notation)}) == {}


@pytest.mark.parametrize(
    ("account", "entity"),
    [*zip(CHART, itertools.cycle(ENTITIES)), *(("1000", entity) for entity in ENTITIES)],
)
def test_every_program_sees_the_smallest_unit_wrong_in_any_account(
    three, programs, account, entity
):
    for file in three.values():
        one_unit_more(file, account, entity, nth=-1)
    assert programs.refusals(three).keys() == programs.present


def test_the_untouched_books_of_three_entities_are_accepted(three, programs):
    assert programs.refusals(three) == {}


def test_every_program_sees_what_is_wrong_at_the_end_of_a_month_only(three, programs):
    for file in three.values():
        one_unit_more(file, "1000", "JP", nth=0)
    assert programs.refusals(three).keys() == programs.present


def test_every_program_sees_an_entry_that_is_missing(three, programs):
    cut = re.compile(r"(?m)^2026-12-31 (?!balance|\(balances).*\n(?: .*\n)+")
    for file in three.values():
        text, count = cut.subn("", file.read_text(), count=1)
        assert count == 1, file.name
        file.write_text(text)
    assert programs.refusals(three).keys() == programs.present


def test_the_books_stand_at_every_entry_as_they_stood_there(paid, three, programs, tmp_path):
    with paid.transaction(Role.READER) as tx:
        positions = {row.position for row in tx.all(journal_lines())}
    whole = three["beancount"].read_text()
    for position in (1, *sorted(positions)):
        files = programs.files(paid, tmp_path, at=position)
        assert programs.refusals(files) == {}, position
        text = files["beancount"].read_text()
        assert text.count(" * ") == sum(1 for entry in positions if entry <= position)
    assert three["beancount"].read_text().partition("\n")[2] == whole.partition("\n")[2]


@pytest.mark.parametrize("notation", NOTATIONS)
def test_the_books_stand_as_of_a_day(written, books, programs, notation):
    programs.need(notation)
    file = written(notation, "--as-of", "2026-11-02")
    assert programs.refusals({notation: file}) == {}
    assert "1010-PSP-clearing  0" in file.read_text()
    assert "Invoice US-2026-000001" in file.read_text()
    assert "Payment p-1" not in file.read_text()


def test_a_position_beyond_the_head_is_the_head(books):
    assert books("journal", "--at-position", "999999").out == books("journal").out


def test_hledger_has_our_trial_balance(written, books, programs):
    programs.need("hledger")
    words = ["hledger", "-f", str(written("hledger")), "balance", "--flat", "-O", "csv", "-N"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found = {}
    for account, amount in list(csv.reader(io.StringIO(done.stdout)))[1:]:
        found[account.split(":")[2][:4]] = amount.removesuffix(" USD")
    ours = books("report", "trial-balance", "--format", "json").json["US"]["accounts"]
    assert found == ours


def test_ledger_has_our_trial_balance(written, books, programs):
    programs.need("ledger")
    words = ["ledger", "--init-file", "/dev/null", "-f", str(written("ledger")), "balance",
             "--flat", "--no-total", "--balance-format",
             "%(account)\t%(quantity(display_total))\n"]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    found = {account.split(":")[2][:4]: Decimal(amount) for account, amount in rows}
    ours = books("report", "trial-balance", "--format", "json").json["US"]["accounts"]
    assert found == {code: Decimal(amount) for code, amount in ours.items()}


def test_text_that_means_something_to_a_program_is_taken_out(ledger, ask, programs, tmp_path):
    ask("register_entity", entity="a;b [2026-01-01]", name="x", currency="USD", country="US",
        time_zone="UTC", first_period="2026-01")  # fmt: skip
    for number, account in enumerate(('c  ; [=2026-01-01] "d" | :e:', "f:: (1/0)", "\\")):
        ask("open_account", account=account, entity="a;b [2026-01-01]", name="x", currency="USD")
        done = ask("capture_payment", payment=f"{account}{number}", account=account, amount="1",
                   currency="USD", on="2026-10-31", via="bank")  # fmt: skip
        assert done.status == "accepted", done
    programs.agree(ledger.db, tmp_path)


def test_the_spreadsheet_has_every_line(books):
    rows = list(csv.DictReader(io.StringIO(books("journal", "--format", "csv").out)))
    ids = [row["line"] for row in books("report", "journal", "--format", "json").json]
    assert [row["line"] for row in rows] == ids
    debit, credit = (sum(Decimal(row[side] or 0) for row in rows) for side in ("debit", "credit"))
    assert debit == credit != 0


def test_the_books_of_no_entity_are_empty(books):
    assert "Assets" not in books("journal", "--format", "hledger", "--entity", "XX").out


def test_names_of_entities_that_look_alike_are_kept_apart():
    names = Names(["us", "US", "u s"])
    found = {names.account(entity, "1000") for entity in ("us", "US", "u s")}
    assert found == {"Assets:U-s:1000-Bank", "Assets:US:1000-Bank", "Assets:Us:1000-Bank"}


def test_a_name_is_never_taken_twice():
    names = Names(["a!", "a?", "a"])
    assert len({names.account(entity, "1000") for entity in ("a!", "a?", "a")}) == 3


def table(books, notation: str, *more: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(books("journal", "--format", notation, *more).out)))


def test_an_auditor_gets_every_line_with_who_entered_it(books):
    rows = table(books, "aicpa")
    lines = books("report", "journal", "--format", "json").json
    assert len(rows) == len(lines)
    payment = next(row for row in rows if row["GL_Account_Number"] == "1010")
    named = {name: payment[name] for name in (
        "Journal_ID", "Source", "Business_Unit_Code", "Fiscal_Year", "Period", "Effective_Date",
        "Amount", "Amount_Credit_Debit_Indicator", "Amount_Currency", "Reversal_Indicator",
    )}  # fmt: skip
    assert named == {
        "Journal_ID": "payment/p-1", "Source": "payment_captured@1", "Business_Unit_Code": "US",
        "Fiscal_Year": "2026", "Period": "11", "Effective_Date": "2026-11-03", "Amount": "455.79",
        "Amount_Credit_Debit_Indicator": "D", "Amount_Currency": "USD", "Reversal_Indicator": "0",
    }  # fmt: skip
    assert payment["Entered_By"] == getpass.getuser()
    sides = [
        sum(Decimal(row["Amount"]) for row in rows if row["Amount_Credit_Debit_Indicator"] == side)
        for side in "DC"
    ]
    assert sides[0] == sides[1] != 0


def test_an_auditors_balances_are_what_his_detail_adds_up_to(books):
    moved: dict[tuple[str, str], Decimal] = {}
    for row in table(books, "aicpa"):
        sign = 1 if row["Amount_Credit_Debit_Indicator"] == "D" else -1
        key = row["Period"], row["GL_Account_Number"]
        moved[key] = moved.get(key, Decimal()) + sign * Decimal(row["Amount"])
    rows = table(books, "aicpa-trial-balance")
    assert [row["GL_Account_Number"] for row in rows] == [*CHART, *CHART]
    for row in rows:
        change = Decimal(row["Amount_Ending"]) - Decimal(row["Amount_Beginning"])
        assert change == moved.get((row["Period"], row["GL_Account_Number"]), 0)
    assert [row["GL_Account_Number"] for row in table(books, "aicpa-accounts")] == list(CHART)


def test_an_auditors_balances_stand_as_of_a_day(books):
    rows = table(books, "aicpa-trial-balance", "--as-of", "2026-11-02")
    assert {row["Balance_As_Of_Date"] for row in rows} == {"2026-10-31", "2026-11-02"}
    assert {row["Amount_Ending"] for row in rows if row["GL_Account_Number"] == "1010"} == {"0.00"}
