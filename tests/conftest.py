"""The real database for every test: one server per run, one fresh copy of a template per test."""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import settings

from ledger.store.database import Database
from ledger.testing import TestServer, home_of_run

# Machines that run tests are slow at times; a test is never judged by its speed. A run that decides
# whether a change lands draws the same examples every time; everybody else's runs look further.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

if TYPE_CHECKING:
    from ledger.commands.engine.ledger import Ledger
    from ledger.commands.form.answer import Answer

    Ask = Callable[..., Answer]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    """One server for the run; the workers of pytest-xdist share it."""
    base = tmp_path_factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    server = TestServer(home_of_run(run))
    yield server
    server.close()


@pytest.fixture
def database(server: TestServer) -> Iterator[Database]:
    """A fresh, migrated, empty database, with a live build of every projection."""
    with server.database() as database:
        yield database


@pytest.fixture
def bare(server: TestServer) -> Iterator[Database]:
    """The same without any build, for tests of how builds are made."""
    with server.database(built=False) as database:
        yield database


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home for tests that start a server of their own."""
    return tmp_path / "home"


@pytest.fixture
def ledger(database: Database) -> Iterator["Ledger"]:
    """A ledger over the fresh database.

    Its clock stands still at noon (UTC) on 23 November 2026.
    """
    from ledger.commands.engine.ledger import Ledger
    from ledger.settings import Settings
    from ledger.store.books import Books

    books = Books(database)
    yield Ledger(database, books, Settings(), lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))
    books.close()


@pytest.fixture
def ask(ledger: "Ledger") -> "Ask":
    """Ask a command by keyword; ``from_`` is ``from``. A key is made up unless one is given."""
    from ledger.commands.registry import execute

    keys = (f"k-{number}" for number in itertools.count(1))

    def ask(command: str, **fields: Any) -> "Answer":
        body = {"command": command, "key": next(keys), **fields}
        return execute(ledger, {name.rstrip("_"): value for name, value in body.items()}, "tester")

    return ask


@pytest.fixture
def world(ask: "Ask") -> "Ask":
    """The entity US, the meter api, the plan basic (0.01 a call), and acme on it since October."""
    model = {"type": "per_unit", "unit": "0.01"}
    item = {"item": "calls", "kind": "usage", "meter": "api", "interval": "month", "model": model}
    us = {"name": "Example Inc", "currency": "USD", "country": "US", "time_zone": "UTC"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("register_entity", {"entity": "US", "first_period": "2026-01", **us}),
        ("define_meter", {"meter": "api", "aggregation": "sum", "dimensions": ["region"]}),
        ("set_tax_rate", {"code": "sales", "rate": "8.875", "from": "2026-01-01", "category": "S"}),
        ("publish_plan", {"plan": "basic", "currency": "USD", "from": "2026-01-01",
                          "items": [item]}),
        ("open_account", {"account": "acme", "entity": "US", "name": "Acme", "currency": "USD"}),
        ("start_subscription", {"subscription": "s-1", "account": "acme", "plan": "basic",
                                "from": "2026-10-01"}),
    ]  # fmt: skip
    for name, fields in steps:
        answer = ask(name, **fields)
        assert answer.status == "accepted", answer
    return ask


class Programs:
    """Other programs that read our journal: each is asked to check a file in its own notation."""

    CHECKS: ClassVar[dict[str, tuple[str, ...]]] = {
        "hledger": ("hledger", "check", "--strict", "-f"),
        "ledger": ("ledger", "--init-file", "/dev/null", "--strict", "--pedantic", "balance", "-f"),
        "beancount": (str(Path(sys.executable).with_name("bean-check")),),
    }
    """By the notation, which is the program's name."""

    def __init__(self) -> None:
        self.present = {name for name, words in self.CHECKS.items() if shutil.which(words[0])}

    def need(self, name: str) -> None:
        """Skip the test where this program is missing."""
        if name not in self.present:
            pytest.skip(f"{name} is not installed (.ci/run does, on Debian)")

    def refusals(self, files: dict[str, Path]) -> dict[str, str]:
        """Let the programs check their files, all at once; return what those say that refuse."""
        running = {
            name: subprocess.Popen([*self.CHECKS[name], str(file)], text=True,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for name, file in files.items()
        }  # fmt: skip
        said = {name: process.communicate(timeout=120)[1] for name, process in running.items()}
        return {name: text for name, text in said.items() if running[name].returncode}

    def files(self, database: Database, folder: Path, at: int | None = None) -> dict[str, Path]:
        """Write everybody's books for each program that is present, into files of their names."""
        from ledger.cli.journal.command import Notation, written
        from ledger.cli.journal.source import books
        from ledger.projector.follower import catch_up
        from ledger.store.database import Role

        catch_up(database)
        with database.transaction(Role.READER) as tx:
            found = books(tx, None, at)
        files = {name: folder / f"books.{name}" for name in sorted(self.present)}
        for name, file in files.items():
            lines = written(database, found, Notation(name))
            file.write_text("".join(f"{line}\n" for line in lines))
        return files

    def agree(self, database: Database, folder: Path) -> None:
        """Fail unless every program that is present accepts everybody's books."""
        assert self.refusals(self.files(database, folder)) == {}


@pytest.fixture(scope="session")
def programs() -> Programs:
    """hledger, ledger and beancount, as far as they are installed here."""
    return Programs()
