"""The four costs of a line in FOCUS, and the promotional credits that are rows of their own."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.documents import words
from ledger.documents.document import Line
from ledger.money import ZERO

PROMOTIONAL: Final = "promotional"
PREPAID: Final = ("prepaid", "units")
GRANT: Final = "grant"


@dataclass(frozen=True)
class Costs:
    """Costs of a line, negative where they go back; ``promotional`` are (description, amount)."""

    listed: Decimal
    contracted: Decimal
    billed: Decimal
    effective: Decimal
    promotional: tuple[tuple[str, Decimal], ...]


def costs(line: Line, *, credited: bool) -> Costs:
    """Return the costs of a line, of a credit note if ``credited``."""
    sign = -1 if credited else 1
    by_kind = {
        each: sum((taken.amount for taken in line.reductions if taken.kind == each), ZERO)
        for each in {taken.kind for taken in line.reductions}
    }
    billed = line.net + by_kind.get(PROMOTIONAL, ZERO)
    contracted = billed + sum((by_kind.get(kind, ZERO) for kind in PREPAID), ZERO)
    return Costs(
        listed=sign * line.gross_of_reductions,
        contracted=sign * contracted,
        billed=sign * billed,
        effective=ZERO if line.kind == GRANT else sign * contracted,
        promotional=tuple(
            (f"{words.REDUCED[PROMOTIONAL]} {taken.id}", sign * taken.amount)
            for taken in line.reductions
            if taken.kind == PROMOTIONAL
        ),
    )
