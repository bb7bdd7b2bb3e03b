"""Real usage, from a file to the books and back: the FOCUS sample through the command line alone.

Given a month of anonymised cloud usage of 73 sub-accounts, priced at its own list prices; when it
is ingested, rated and invoiced; then every charge agrees with the provider's figures, every journal
line leads back to exactly its rows, and outside programs agree with our books.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.commands.engine.ledger import Ledger
from ledger.lineage import down
from ledger.lineage.nodes import Node, UsageSetView
from ledger.reads.journal import journal_lines
from ledger.settings import Settings
from ledger.store.database import Role
from ledger.store.transaction import Transaction

SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "focus_sample.csv"
TEN_DECIMALS = Decimal("0.00000000005")

pytestmark = pytest.mark.skipif(
    not SAMPLE.exists(), reason="the FOCUS sample is not on this machine (../shared/data)"
)


class Shell:
    """The command line of one installation with a ledger of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = os.environ | {"LEDGER_HOME": str(home), "NO_COLOR": "1"}
        self.env.pop("LEDGER_DATABASE_URL", None)

    def run(self, *words: str, stdin: str | None = None, codes: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run(
            [str(Path(sys.executable).parent / "usage-ledger"), *words],
            input=stdin, capture_output=True, text=True, env=self.env, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode in codes, (words, done.returncode, done.stdout[-2000:], done.stderr)
        return done.stdout

    def json(self, *words: str) -> object:
        return json.loads(self.run(*words, "--format", "json"))

    def apply(self, *commands: dict) -> list[dict]:
        lines = "".join(json.dumps(command) + "\n" for command in commands)
        return [json.loads(line) for line in self.run("apply", "-", stdin=lines).splitlines()]


class Row:
    """One row of the sample, with what our rules need of it."""

    def __init__(self, row: dict[str, str]) -> None:
        self.id, self.account = row["Id"], row["SubAccountId"]
        self.sku = (_value(row["SkuId"]), _value(row["SkuPriceId"]))
        self.quantity = Decimal(row["PricingQuantity"])
        self.price = Decimal(price) if (price := _value(row["ListUnitPrice"])) else None
        self.cost = Decimal(row["ListCost"])

    @property
    def multiplies(self) -> bool:
        """Whether the provider's own figures multiply to ten decimals."""
        return (
            self.price is not None and abs(self.quantity * self.price - self.cost) <= TEN_DECIMALS
        )


def _value(text: str) -> str:
    return "" if text == "NULL" else text


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with SAMPLE.open(newline="", encoding="utf-8") as file:
        return [Row(row) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def prices(rows: list[Row]) -> dict[tuple[str, str], Decimal]:
    return {row.sku: row.price for row in rows if row.multiplies and row.price is not None}


@pytest.fixture(scope="module")
def billed(rows: list[Row], prices: dict, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """The whole sample ingested, rated and invoiced in a ledger of its own."""
    shell = Shell(tmp_path_factory.mktemp("focus"))
    shell.apply(*_reference_data(sorted({row.account for row in rows}), prices))
    shell.run("ingest", str(SAMPLE), "--format", "focus")
    shell.apply(
        {"command": "rate_usage", "key": "rate", "through": "2024-09-30"},
        {"command": "issue_invoices", "key": "bill", "through": "2024-09-30", "on": "2024-10-01"},
    )
    return shell


def _reference_data(accounts: list[str], prices: dict) -> list[dict]:
    matrix = {
        "type": "matrix",
        "dimensions": ["sku_id", "sku_price_id"],
        "prices": [
            {"when": {"sku_id": sku, "sku_price_id": price_id}, "unit": f"{unit:f}"}
            for (sku, price_id), unit in sorted(prices.items())
        ],
    }
    item = {
        "item": "cloud",
        "kind": "usage",
        "meter": "focus",
        "model": matrix,
        "interval": "month",
    }
    commands: list[dict] = [
        {
            "command": "register_entity", "key": "us", "entity": "US", "name": "SunBird Resale",
            "currency": "USD", "country": "US", "time_zone": "UTC", "first_period": "2024-09",
        },
        {
            "command": "define_meter", "key": "meter", "meter": "focus", "aggregation": "sum",
            "dimensions": ["sku_id", "sku_price_id", "service", "region"],
        },
        {
            "command": "publish_plan", "key": "list", "plan": "list", "currency": "USD",
            "from": "2024-09-01", "items": [item],
        },
    ]  # fmt: skip
    for account in accounts:
        commands += [
            {
                "command": "open_account", "key": f"open {account}", "account": account,
                "entity": "US", "name": account, "currency": "USD",
            },
            {
                "command": "start_subscription", "key": f"start {account}", "account": account,
                "subscription": account, "plan": "list", "from": "2024-09-01", "anchor": 1,
            },
        ]  # fmt: skip
    return commands


@pytest.fixture(scope="module")
def charges(billed: Shell, rows: list[Row]) -> dict[str, list[dict]]:
    """The charges of each sub-account, oldest first."""
    found: dict[str, list[dict]] = {row.account: [] for row in rows}
    report = billed.json("report", "charges")
    assert isinstance(report, list)
    for charge in report:
        found[charge["account"]].append(charge)
    return found


def test_every_row_is_accepted_once(billed: Shell, rows: list[Row]) -> None:
    report = billed.json("report", "completeness")
    text = json.dumps(report)
    assert text, report
    totals = [sum(int(line[key]) for line in report) for key in ("received", "accepted")]
    assert totals == [len(rows), len(rows)]


def test_charges_agree_with_the_providers_own_figures(
    charges: dict[str, list[dict]], rows: list[Row]
) -> None:
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.multiplies:
            assert row.price is not None
            expected[row.account] += row.quantity * row.price
    for account, found in charges.items():
        amount = Decimal(found[-1]["amount"]) if found else Decimal(0)
        assert amount == expected[account], account


def test_each_row_has_the_unit_price_that_gives_its_list_cost(
    charges: dict[str, list[dict]], rows: list[Row]
) -> None:
    units = {
        account: {
            (tier["when"].get("sku_id", ""), tier["when"].get("sku_price_id", "")): Decimal(
                tier["unit"]
            )
            for tier in found[-1]["tiers"]
        }
        for account, found in charges.items()
        if found
    }
    checked = 0
    for row in rows:
        if row.multiplies:
            assert abs(row.quantity * units[row.account][row.sku] - row.cost) <= TEN_DECIMALS
            checked += 1
    assert checked == 968


def test_the_other_rows_are_explained_not_dropped(billed: Shell, rows: list[Row]) -> None:
    unpriced = billed.json("report", "unpriced")
    assert isinstance(unpriced, list)
    expected: dict[str, int] = defaultdict(int)
    for row in rows:
        expected[row.account] += not row.multiplies
    found = {line["account"]: int(line["count"]) for line in unpriced}
    assert found == {account: count for account, count in expected.items() if count}
    assert sum(found.values()) == 32


def test_every_journal_line_leads_back_to_exactly_its_rows(billed: Shell, rows: list[Row]) -> None:
    ids = _ids_by_account(rows)
    settings = Settings.load(home=billed.home)
    with Ledger.open(settings) as ledger, ledger.db.transaction(Role.READER) as tx:
        lines = [line for line in tx.all(journal_lines(limit=10_000)) if line.charge]
        assert {line.customer for line in lines} <= set(ids)
        for line in lines:
            assert _usage_of(tx, line.id) == ids[str(line.customer)], line
    assert len(lines) > 2 * len({line.charge for line in lines})


def _ids_by_account(rows: list[Row]) -> dict[str, set[str]]:
    ids: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        ids[row.account].add(row.id)
    return ids


def _usage_of(tx: Transaction, line: str) -> set[str]:
    """The ids of all usage below a line, page by page; the sets are proven by count and digest."""
    found: list[str] = []
    after = None
    while True:
        sets = _usage_sets(down(tx, line, first=100, after=after, prove=True))
        assert all(one.proven for one in sets)
        found += [event.id for one in sets for event in one.events]
        after = next((one.after for one in sets if one.after), None)
        if after is None:
            assert len(found) == len(set(found))
            return set(found)


def _usage_sets(node: Node) -> list[UsageSetView]:
    own = [node.usage] if node.usage else []
    return own + [one for link in node.links for one in _usage_sets(link)]


def test_the_command_line_shows_the_same_tree(billed: Shell, rows: list[Row]) -> None:
    lines = billed.json("report", "journal")
    assert isinstance(lines, list)
    line = next(line for line in lines if line["charge"])
    tree = billed.json("lineage", line["line"])
    found = {node["id"] for node in _nodes(tree) if node["kind"] == "usage_event"}
    assert found == _ids_by_account(rows)[line["customer"]]


def _nodes(node: object) -> Iterator[dict]:
    """Every node of a lineage tree."""
    assert isinstance(node, dict)
    yield node
    for cause in node["causes"]:
        yield from _nodes(cause)


def test_the_books_balance_and_rate_again_changes_nothing(billed: Shell) -> None:
    before = billed.json("report", "trial-balance")
    assert isinstance(before, dict)
    assert sum(Decimal(amount) for amount in before["US"]["accounts"].values()) == 0
    answers = billed.apply({"command": "rate_usage", "key": "again", "through": "2024-09-30"})
    assert answers[0]["status"] == "accepted"
    assert answers[0]["facts"] == []
    assert billed.json("report", "trial-balance") == before


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_agrees(billed: Shell, tmp_path: Path) -> None:
    journal = tmp_path / "books.journal"
    journal.write_text(billed.run("journal", "--format", "hledger"))
    subprocess.run(["hledger", "-f", str(journal), "check", "--strict"], check=True, timeout=120)


def test_beancount_agrees(billed: Shell, tmp_path: Path) -> None:
    journal = tmp_path / "books.beancount"
    journal.write_text(billed.run("journal", "--format", "beancount"))
    check = Path(sys.executable).parent / "bean-check"
    subprocess.run([str(check), str(journal)], check=True, timeout=120)
