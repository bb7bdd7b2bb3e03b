"""The manual for a PostgreSQL of one's own works: its statements, then the commands after them."""

import os
import re
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from ledger.store.embedded_server import Server

ROOT = Path(__file__).parents[2]
USAGE_LEDGER = Path(sys.executable).with_name("usage-ledger")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A fresh PostgreSQL that knows nothing of us, as host and connection for its superuser."""
    # the path of a socket must be short, and the server makes its directory itself
    sockets = Path(tempfile.gettempdir()) / f"ul-{secrets.token_hex(4)}"
    home = tmp_path_factory.mktemp("own")
    server = Server(home / "data", sockets, durable=False)
    server.start()
    yield sockets
    server.stop()


def manual() -> list[str]:
    """The statements of the manual, with passwords in place of psql's variables."""
    text = (ROOT / "docs" / "postgresql.md").read_text()
    (block,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    return re.sub(r":'[a-z]+_password'", "'secret'", block).split(";")[:-1]


def ledger(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [USAGE_LEDGER, *words], env=os.environ | env, capture_output=True, text=True
    )


def test_the_service_needs_no_more_than_the_manual_gives(address):
    with psycopg.connect(host=str(address), user="postgres", autocommit=True) as superuser:
        for statement in manual():
            superuser.execute(statement)
    urls = {
        name: f"postgresql://ledger_{login}:secret@/ledger?host={address}"
        for name, login in (
            ("LEDGER_MIGRATE_URL", "migrator"),
            ("LEDGER_DATABASE_URL", "service"),
        )
    }
    service = {"LEDGER_DATABASE_URL": urls["LEDGER_DATABASE_URL"]}

    early = ledger("doctor", **service)
    assert early.returncode == 3, early.stderr
    assert ledger("db", "check", **service).returncode == 4

    migrated = ledger("db", "migrate", **urls)
    assert migrated.returncode == 0, migrated.stderr
    assert "0001_log" in migrated.stderr

    assert ledger("db", "check", **service).returncode == 0
    healthy = ledger("doctor", **service)
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
