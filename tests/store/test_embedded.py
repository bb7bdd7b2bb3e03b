"""The embedded server: shared, outliving who started it, stopped by who leaves last."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import pq

from ledger.errors import StartFailed
from ledger.settings import Settings
from ledger.store.database import Database, Role
from ledger.store.embedded import Embedded
from ledger.store.embedded_conf import configuration
from ledger.store.embedded_server import Server

# What a shell starts in the background ignores Ctrl-C, and so would what it starts.
USER = """
import signal, sys, time
from pathlib import Path
from ledger.store.embedded import Embedded
signal.signal(signal.SIGINT, signal.default_int_handler)
server = Embedded(Path(sys.argv[1]), durable=False)
print("ready", flush=True)
time.sleep(600)
"""


def answers(server: Embedded) -> bool:
    return pq.PGconn.ping(server.admin_url.encode()) == pq.Ping.OK


def join(home: Path) -> subprocess.Popen[str]:
    """Start another process that uses the server of this home, in a session of its own."""
    command = [sys.executable, "-c", USER, str(home)]
    user = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert user.stdout is not None
    assert user.stdout.readline() == "ready\n"
    return user


@pytest.fixture
def closed_home(tmp_path: Path) -> Path:
    """A home below a directory that only its owner may enter, as a checkout of root's may be."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    return closed / "home"


@pytest.fixture
def server(closed_home: Path) -> Iterator[Embedded]:
    server = Embedded(closed_home, durable=False)
    yield server
    server.leave()


def test_the_last_to_leave_stops_the_server(server: Embedded, closed_home: Path) -> None:
    second = Embedded(closed_home, durable=False)
    server.leave()
    assert answers(second)
    second.leave()
    assert not answers(second)
    assert not second.sockets.exists()
    third = Embedded(closed_home, durable=False)
    assert answers(third), "it starts again with the same files"
    third.leave()


def test_killing_a_user_harms_nobody_and_holds_nothing(closed_home: Path) -> None:
    first = join(closed_home)  # this one starts the server
    second = Embedded(closed_home, durable=False)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert answers(second)
    second.leave()
    assert not answers(second), "the dead process is no user any more"


def test_ctrl_c_of_the_starter_leaves_the_server_to_the_others(closed_home: Path) -> None:
    first = join(closed_home)
    second = Embedded(closed_home, durable=False)
    os.killpg(first.pid, signal.SIGINT)
    first.communicate(timeout=20)
    assert answers(second)
    second.leave()


def test_only_its_user_may_enter_the_socket_directory(server: Embedded) -> None:
    assert server.sockets.stat().st_mode & 0o777 == 0o700
    assert (server.home / "data").stat().st_mode & 0o777 == 0o700
    with psycopg.connect(server.admin_url) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert connection.execute("show unix_socket_permissions").fetchone() == ("0700",)


def test_a_socket_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    os.chown(other, 12345, 12345)
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    for sockets in (other, link):
        with pytest.raises(StartFailed, match="belongs to somebody else"):
            Server(tmp_path / "data", sockets, durable=False).start()


test_a_socket_directory_of_somebody_else_is_refused = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can make a directory of somebody else's"
)(test_a_socket_directory_of_somebody_else_is_refused)


def test_a_killed_server_comes_back_though_its_pid_file_names_another_program(
    server: Embedded, closed_home: Path
) -> None:
    pid_file = server.home / "data" / "postmaster.pid"
    kill_server(server)
    pid_file.write_text(f"{os.getpid()}\n")
    again = Embedded(closed_home, durable=False)
    assert answers(again)
    again.leave()


def kill_server(server: Embedded) -> None:
    pid = int((server.home / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while answers(server):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_settings_of_ones_own_come_last(server: Embedded, closed_home: Path) -> None:
    server.leave()
    (server.home / "custom.conf").write_text("work_mem = '7MB'\n")
    again = Embedded(closed_home, durable=False)
    with psycopg.connect(again.admin_url) as connection:
        assert connection.execute("show work_mem").fetchone() == ("7MB",)
    again.leave()


def test_it_is_durable_unless_a_test_asks_otherwise(tmp_path: Path) -> None:
    assert "fsync" not in configuration(tmp_path, tmp_path, durable=True)
    assert "synchronous_commit" not in configuration(tmp_path, tmp_path, durable=True)


def test_a_database_by_url_needs_no_embedded_roles(tmp_path: Path) -> None:
    """Any PostgreSQL 18 will do: here a bare server, without our roles and logins."""
    data, sockets = tmp_path / "data", Path(f"/tmp/usage-ledger-test-{os.getpid()}")
    bare = Server(data, sockets, durable=False)
    bare.start()
    url = f"host={sockets} user=postgres dbname=postgres"
    try:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("create role app login createrole")
            admin.execute("create database app owner app")
        url = f"host={sockets} user=app dbname=app"
        for _ in range(2):
            with Database.open(Settings(database_url=url, usage_lanes=3)) as database:
                with database.transaction(Role.WRITER) as tx:
                    assert tx.heads() == {0: 0, 1: 0, 2: 0, 3: 0}
                with database.transaction(Role.PROJECTOR) as tx:
                    tx.execute("create schema if not exists build_1")
    finally:
        bare.stop()
