"""The documents hold: commands they show exist, links lead somewhere, examples compute."""

import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from ledger.cli.app import app
from ledger.cli.report import DRAFT
from ledger.cli.reports import REPORTS
from ledger.commands.registry import COMMANDS
from ledger.events.fact import RECORDS

ROOT = Path(__file__).parents[2]
TOP = [path for path in sorted(ROOT.glob("*.md")) if path.name != "LICENSE"]
DOCUMENTS = [*TOP, *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = ("migrations", "projections", "graphql", "tests", "benchmarks")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def shell_words(text: str) -> list[list[str]]:
    """The words of each ``usage-ledger`` command in the fenced blocks of a document."""
    blocks = re.findall(r"```(?:sh|console|text)\n(.*?)```", text, re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    found = [re.search(r"\busage-ledger ([a-z][^|&#]*)", line) for line in lines]
    return [match.group(1).split() for match in found if match]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text())
    assert not [link for link in links if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_make_targets_exist(path):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    used = set(re.findall(r"(?:^|`|\n)make ([a-z]+)", path.read_text()))
    assert used <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_commands_exist(path):
    tree = get_command(app)
    for words in shell_words(path.read_text()):
        command = tree
        for word in words:
            below = getattr(command, "commands", {})
            if not below:
                break
            assert word in below, f"{name(path)}: usage-ledger {' '.join(words)}"
            command = below[word]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_data_folder_says_what_it_owns(folder):
    assert (ROOT / folder / "README.md").is_file()


def test_decisions_are_numbered_once_and_listed():
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [page.name[:4] for page in pages]
    assert sorted(set(numbers)) == numbers
    assert not [
        page.name for page in pages if not page.read_text().startswith(f"# {page.name[:4]}")
    ]
    index = (ROOT / "docs" / "decisions" / "README.md").read_text()
    assert not [page.name for page in pages if page.name not in index]


def test_the_worked_example_of_the_log_computes():
    text = (ROOT / "docs" / "log.md").read_text()
    json, content, leaf = (
        re.search(rf"^{word} +(.+)$", text, re.MULTILINE).group(1)
        for word in ("json", "content", "leaf")
    )
    recorded = int(re.search(r"\((\d+) µs\)", text).group(1))
    assert sha256(json.encode()).hexdigest() == content
    place = b"\0" + (1).to_bytes(2, "big") + recorded.to_bytes(8, "big")
    assert sha256(place + bytes.fromhex(content)).hexdigest() == leaf


def test_docker_compose_asks_for_every_password():
    text = (ROOT / "docker-compose.yml").read_text()
    services = yaml.safe_load(text)["services"]
    assert set(services) == {"db", "migrate", "api", "work"}
    secrets = re.findall(r"\$\{([A-Z_]+)([^}]*)\}", text)
    assert {one for one, _ in secrets} == {
        "POSTGRES_PASSWORD",
        "LEDGER_MIGRATE_PASSWORD",
        "LEDGER_SERVICE_PASSWORD",
        "LEDGER_CURSOR_SECRET",
    }
    assert not [one for one, rest in secrets if not rest.startswith(":?")]


def test_the_roles_of_docker_compose_are_those_of_the_manual():
    statement = re.compile(r"^\s*((?:create|grant|revoke)\b[^;]*;)", re.MULTILINE)

    def statements(file: str) -> list[str]:
        return [" ".join(one.split()) for one in statement.findall((ROOT / file).read_text())]

    assert statements("docker-compose.yml") == statements("docs/postgresql.md")


def test_make_help_names_every_target():
    done = subprocess.run(
        ["make", "-s", "help", f"PYTHON={sys.executable}"], cwd=ROOT, capture_output=True, text=True
    )
    listed = {line.split()[1] for line in done.stdout.splitlines()}
    assert {"install", "demo", "test", "check", "bench", "serve"} <= listed


def row_of(word: str, document: str) -> str:
    """The row of a table that begins with a word in code marks."""
    rows = (ROOT / "docs" / document).read_text().splitlines()
    found = [row for row in rows if f"`{word}`" in row.partition("|")[2].partition("|")[0]]
    assert len(found) == 1, f"docs/{document} has {len(found)} rows for {word}"
    return found[0]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented_with_every_field(command):
    row = row_of(command, "commands.md")
    common = {"command", "key", "reason", "on", "dry_run"}
    for name, field in COMMANDS[command].model_fields.items():
        word = field.alias or name
        if name not in common:
            assert f"`{word}`" in row or f"`{word}?`" in row, word


@pytest.mark.parametrize("fact", sorted(RECORDS))
def test_every_fact_has_a_stream_in_the_table(fact):
    row_of(fact, "architecture.md")


def test_every_report_is_documented():
    rows = (ROOT / "docs" / "reports.md").read_text().splitlines()
    table = [
        row.split("|")[1] for row in rows if re.match(r"\| `[a-z][a-z-]*`(, `[a-z-]+`)* \|", row)
    ]
    named = [word for cell in table for word in re.findall(r"`([a-z-]+)`", cell)]
    assert sorted(named) == sorted([*REPORTS, DRAFT]), "give each a row in docs/reports.md"
