"""The user that the embedded server runs as, when root starts it."""

import os
import subprocess
from pathlib import Path

import pytest

from ledger.store.embedded_server import passed_on


@pytest.mark.skipif(
    os.geteuid() != 0 or len(passed_on()) < 3, reason="only root with its capabilities passes them"
)
def test_the_servers_user_may_use_a_checkout_that_only_root_may_enter(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    program = closed / "initdb"
    program.write_text("")
    program.chmod(0o755)
    as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    asks_by_access = ["test", "-x", str(program)]
    assert subprocess.run([*as_nobody, *asks_by_access], check=False).returncode == 1
    assert subprocess.run([*as_nobody, *passed_on(), *asks_by_access], check=False).returncode == 0
