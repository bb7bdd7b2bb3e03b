"""What a command is answered with: its facts, or the one error that refused it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from ledger.commands.form.effect import Effect
from ledger.errors import LedgerError

Status = Literal["accepted", "duplicate", "refused", "would_accept"]


class FactAt(NamedTuple):
    """Where a fact stands in the log, and what it is; of a dry run it stands nowhere."""

    lane: int
    position: int | None
    type: str


@dataclass(frozen=True)
class AnswerError:
    """Why a command was refused; ``line`` is the line of the file, for lines nobody could read."""

    code: str
    message: str
    field: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Answer:
    """The answer to one command; ``usage`` counts events, of the two commands that carry some.

    ``effect`` is what a dry run would make.
    """

    key: str | None
    status: Status
    facts: Sequence[FactAt] = ()
    error: AnswerError | None = None
    usage: dict[str, Any] | None = None
    effect: Effect | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the answer in the shape of the contract."""
        out: dict[str, Any] = {"key": self.key, "status": self.status}
        out["facts"] = [fact._asdict() for fact in self.facts]
        out["error"] = None
        if self.error is not None:
            out["error"] = {
                "code": self.error.code,
                "message": self.error.message,
                "field": self.error.field,
            }
            if self.error.line is not None:
                out["error"]["line"] = self.error.line
        if self.usage is not None:
            out["usage"] = self.usage
        if self.effect is not None:
            out["effect"] = self.effect.to_dict()
        return out


def refused(key: str | None, error: LedgerError, line: int | None = None) -> Answer:
    """Return the answer of a refused command."""
    return Answer(key, "refused", (), AnswerError(error.code, error.message, error.field, line))
