"""Reading the contract's JSON piece by piece, with the exact field in every refusal."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, NoReturn

from ledger.errors import BadPlan
from ledger.money import decimal_of, plain

_COUNT_MAX = 10**12


class Piece:
    """A JSON object at a place in the command; absent and null are the same."""

    def __init__(self, raw: Any, at: str, known: Collection[str]) -> None:
        if not isinstance(raw, dict):
            refuse(at, "This has to be an object with named fields.")
        self.at = at
        self.raw = {name: value for name, value in raw.items() if value is not None}
        for name in self.raw:
            if name not in known:
                refuse(self.place(name), f"There is no field {name:.60} here; remove it.")

    def place(self, name: str) -> str:
        """Return where a field of this object is, like ``items.0.model``."""
        return f"{self.at}.{name}"

    def required(self, name: str) -> Any:
        """Return a field's value; refuse its absence."""
        if name not in self.raw:
            refuse(self.place(name), f"The field {name} is required; give it a value.")
        return self.raw[name]

    def text(self, name: str) -> str:
        """Return a required text, neither empty nor longer than 255 characters."""
        value = self.required(name)
        if not is_text(value):
            refuse(self.place(name), f"The field {name} has to be a text of 1 to 255 characters.")
        return str(value)

    def optional_text(self, name: str) -> str | None:
        """Return an optional text."""
        return self.text(name) if name in self.raw else None

    def choice(self, name: str, choices: Collection[str]) -> str:
        """Return a required text that is one of the choices."""
        value = self.text(name)
        if value not in choices:
            refuse(self.place(name), f"The {name} has to be one of {', '.join(choices)}.")
        return value

    def optional_choice(self, name: str, choices: Sequence[str]) -> str:
        """Return an optional text that is one of the choices; the first is the default."""
        return self.choice(name, choices) if name in self.raw else choices[0]

    def rows(self, name: str) -> list[tuple[str, Any]]:
        """Return the entries of a required list, each with its place."""
        value = self.required(name)
        if not isinstance(value, list | tuple):
            refuse(self.place(name), f"The field {name} has to be a list.")
        return [(f"{self.place(name)}.{index}", entry) for index, entry in enumerate(value)]

    def price(self, name: str) -> Decimal:
        """Return a required amount; a negative one is refused (credits are negative quantities)."""
        value = decimal_of(self.required(name), self.place(name))
        if value < 0:
            refuse(
                self.place(name), f"The {name} {plain(value)} is negative; write 0 or a positive."
            )
        return value

    def optional_price(self, name: str) -> Decimal | None:
        """Return an optional amount."""
        return self.price(name) if name in self.raw else None

    def positive(self, name: str) -> Decimal:
        """Return a required quantity above zero."""
        value = decimal_of(self.required(name), self.place(name))
        if value <= 0:
            refuse(self.place(name), f"The {name} {plain(value)} has to be more than 0.")
        return value

    def optional_positive(self, name: str) -> Decimal | None:
        """Return an optional quantity above zero."""
        return self.positive(name) if name in self.raw else None

    def optional_count(self, name: str) -> int | None:
        """Return an optional count: a JSON integer, not negative."""
        value = self.raw.get(name)
        if value is not None and (type(value) is not int or not 0 <= value <= _COUNT_MAX):
            refuse(self.place(name), f"The {name} has to be a whole number from 0 to {_COUNT_MAX}.")
        return value


def is_text(value: Any) -> bool:
    """Say whether this is a text of 1 to 255 characters that the database can keep."""
    return isinstance(value, str) and 0 < len(value) <= 255 and "\0" not in value


def refuse(field: str, why: str) -> NoReturn:
    """Refuse a plan for one field of it."""
    raise BadPlan(field=field, why=why)
