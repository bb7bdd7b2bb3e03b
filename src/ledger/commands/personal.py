"""Personal fields of an account: kept beside the log, known to the log by keyed digests only."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from psycopg.errors import UniqueViolation

from ledger.errors import VersionConflict
from ledger.events.streams import stream
from ledger.store.canonical import canonical
from ledger.store.database import Transaction

KEY_BYTES = 32

INSERT = """
insert into ledger.personal_data (account, version, hmac_key, name, address, vat_id, recorded_at)
values (%(account)s, 1, %(hmac_key)s, %(name)s, %(address)s, %(vat_id)s, now())"""


class Carrier(Protocol):
    """A command that carries the personal fields of an account."""

    @property
    def account(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str | None: ...
    @property
    def vat_id(self) -> str | None: ...


@dataclass(frozen=True)
class Personal:
    """The personal fields of one account, and the key of their digests."""

    account: str
    hmac_key: bytes
    name: str
    address: str | None
    vat_id: str | None

    @classmethod
    def of(cls, command: Carrier, hmac_key: bytes) -> "Personal":
        """Take the personal fields out of a command."""
        return cls(command.account, hmac_key, command.name, command.address, command.vat_id)

    @property
    def digest(self) -> str:
        """Return the HMAC-SHA256 (hex) of the fields; it dies with the key."""
        fields = {"name": self.name, "address": self.address, "vat_id": self.vat_id}
        return keyed(self.hmac_key, fields)

    def insert(self, tx: Transaction) -> None:
        """Write the first version of the row; somebody else's row is a conflict like any other."""
        try:
            tx.execute(INSERT, vars(self))
        except UniqueViolation as error:
            raise VersionConflict(count=1, streams=[stream("account", self.account)]) from error


def keyed(key: bytes, fields: Mapping[str, Any]) -> str:
    """Return the HMAC-SHA256 (hex) of the canonical JSON of some fields."""
    return hmac.digest(key, canonical(fields), "sha256").hex()
