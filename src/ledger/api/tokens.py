"""The text of an API key: ``lgr_<role>_<id>_<secret>_<checksum>``.

The prefix lets scanners find a leaked key, the checksum refuses a mistyped one without a look-up.
The secret has 256 bits, so a plain SHA-256 of it is what the database keeps.
"""

import secrets
from binascii import crc32
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID_LETTERS: Final = 8
SECRET_LETTERS: Final = 43
CHECK_LETTERS: Final = 6


@dataclass(frozen=True)
class Token:
    """A key's parts; the secret is shown once and never stored."""

    role: str
    id: str
    secret: str

    @classmethod
    def fresh(cls, role: str) -> "Token":
        """Return a new key of a role."""
        key_id = "".join(secrets.choice(ALPHABET) for _ in range(ID_LETTERS))
        return cls(role, key_id, _base62(secrets.randbits(256), SECRET_LETTERS))

    @classmethod
    def read(cls, text: str) -> "Token | None":
        """Return the key in a text, or None if it is not one or was mistyped."""
        parts = text.split("_")
        if len(parts) != 5 or parts[0] != "lgr" or not text.isascii():
            return None
        token = cls(*parts[1:4])
        fits = len(token.id) == ID_LETTERS and len(token.secret) == SECRET_LETTERS
        return token if fits and token.checksum == parts[4] else None

    def __str__(self) -> str:
        return f"{self._body}_{self.checksum}"

    def __repr__(self) -> str:
        return f"Token({self.role}, {self.id})"

    @property
    def hash(self) -> bytes:
        """SHA-256 of the secret: all that is kept of it."""
        return sha256(self.secret.encode()).digest()

    @property
    def checksum(self) -> str:
        """CRC-32 of everything before it, in base 62."""
        return _base62(crc32(self._body.encode()), CHECK_LETTERS)

    @property
    def _body(self) -> str:
        return f"lgr_{self.role}_{self.id}_{self.secret}"


def _base62(number: int, letters: int) -> str:
    digits = []
    for _ in range(letters):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
