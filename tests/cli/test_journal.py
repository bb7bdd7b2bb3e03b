"""The journal as hledger and beancount read it: both must agree with our trial balance."""

import csv
import io
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.cli.journal.names import Names


@pytest.fixture
def written(books, tmp_path):
    """Write the journal in a notation into a file."""

    def write(notation: str) -> Path:
        file = tmp_path / f"books.{notation}"
        file.write_text(books("journal", "--format", notation).out)
        return file

    return write


def checked(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True)


needs_hledger = pytest.mark.skipif(
    shutil.which("hledger") is None, reason="hledger is not installed (Debian: hledger)"
)
BEAN_CHECK = Path(sys.executable).with_name("bean-check")


@needs_hledger
def test_hledger_agrees(written):
    done = checked("hledger", "-f", written("hledger"), "check", "--strict")
    assert done.returncode == 0, done.stderr


@needs_hledger
def test_hledger_sees_a_cent_that_is_wrong(written):
    file = written("hledger")
    file.write_text(file.read_text().replace("0 USD == 455.79 USD", "0 USD == 455.80 USD"))
    assert checked("hledger", "-f", file, "check", "--strict").returncode != 0


@needs_hledger
def test_hledger_has_our_trial_balance(written, books):
    done = checked("hledger", "-f", written("hledger"), "balance", "--flat", "-O", "csv", "-N")
    found = {}
    for account, amount in list(csv.reader(io.StringIO(done.stdout)))[1:]:
        found[account.split(":")[2][:4]] = amount.removesuffix(" USD")
    ours = books("report", "trial-balance", "--format", "json").json["US"]["accounts"]
    assert found == ours


def test_beancount_agrees(written):
    done = checked(BEAN_CHECK, written("beancount"))
    assert done.returncode == 0, done.stderr


def test_beancount_sees_a_cent_that_is_wrong(written):
    file = written("beancount")
    file.write_text(file.read_text().replace("455.79 ~ 0 USD", "455.80 ~ 0 USD"))
    assert checked(BEAN_CHECK, file).returncode != 0


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
