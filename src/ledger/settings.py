"""Every setting of the service, read from ``LEDGER_…`` variables of the environment.

Nothing else reads the environment. The values are the operator's; what follows from them (a
connection, a key file) belongs to the module that needs it.
"""

import os
import secrets
from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.errors import Misconfigured


class Settings(BaseSettings):
    """The settings of one process; durations in milliseconds, sizes in events or bytes."""

    model_config = SettingsConfigDict(env_prefix="LEDGER_", frozen=True, extra="forbid")

    database_url: SecretStr | None = None
    """Any PostgreSQL 18; without it the embedded server below ``home`` is used."""
    migrate_url: SecretStr | None = None
    """The login that migrates; the same as ``database_url`` when it is not given."""
    home: Path = Path(".ledger")
    """Where the embedded server and the key files live."""
    cursor_secret: SecretStr | None = None
    """Signs page cursors; without it a key file in ``home`` does (one host only)."""

    tax_engine: str | None = None
    """The tax engine as ``module:object``; without it the table of set_tax_rate is used."""

    usage_lanes: int = Field(default=1, ge=1, le=1024)
    usage_ahead_days: int = Field(default=1, ge=0, le=366)
    flush_events: int = Field(default=4_000, ge=1, le=50_000)
    flush_ms: int = Field(default=5, ge=0, le=1_000)
    flush_waiting: int = Field(default=50_000, ge=1)
    """How many events may wait for a flush before submitting blocks or is refused."""
    body_bytes_max: int = Field(default=32 * 1024 * 1024, ge=1_024)
    """The largest request body that is not a stream of lines."""
    requests_per_key_max: int = Field(default=256, ge=1)
    """How many requests with usage one API key may have under way."""

    dry_run_seconds: int = Field(default=60, ge=1, le=3_600)
    """How long a dry run may take; the follower may have to wait for its end."""

    pool_max: int = Field(default=20, ge=2, le=1_000)
    host: str = "127.0.0.1"
    port: int = Field(default=8_080, ge=0, le=65_535)
    log_level: str = "info"

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Read the environment; what is given here wins over it.

        Raises ``Misconfigured`` naming the variable.
        """
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            first = error.errors()[0]
            name = "LEDGER_" + "_".join(str(part) for part in first["loc"]).upper()
            raise Misconfigured(setting=name, why=first["msg"]) from None

    def key(self, name: str) -> bytes:
        """Return 32 secret bytes kept in ``home``, made on first use and readable by us alone."""
        path = self.home.absolute() / "keys" / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path, secrets.token_bytes(32))
        return path.read_bytes()

    def cursor_key(self) -> bytes:
        """Return the key that signs page cursors."""
        if self.cursor_secret is not None:
            return self.cursor_secret.get_secret_value().encode()
        return self.key("cursor")


def _write_once(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all; the first of several writers wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
