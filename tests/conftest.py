"""The real database for every test: one server per run, one fresh copy of a template per test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from ledger.store.database import Database
from ledger.testing import TestServer

# Machines that run tests are slow at times; a test is never judged by its speed.
settings.register_profile("here", deadline=None)
settings.load_profile("here")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    """One server for the run; the workers of pytest-xdist share it."""
    base = tmp_path_factory.getbasetemp()
    home = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    server = TestServer(home / "server")
    yield server
    server.close()


@pytest.fixture
def database(server: TestServer) -> Iterator[Database]:
    """A fresh, migrated, empty database."""
    with server.database() as database:
        yield database


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home for tests that start a server of their own."""
    return tmp_path / "home"
