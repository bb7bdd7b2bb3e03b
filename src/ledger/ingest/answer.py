"""What the sender is told: how many events were accepted or known before, and which refused."""

from dataclasses import dataclass, field
from typing import Any

from ledger.store.flush import Outcome

REJECTED_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Rejection:
    """One refused event: its place in the request, its id if it could be read, and why."""

    index: int
    id: str | None
    code: str
    detail: str


@dataclass(slots=True)
class Tally:
    """The counts of one request. Refusals beyond ``REJECTED_MAX`` are counted, not listed: all of
    them are in the dead letters, and memory stays flat however long a stream is.
    """

    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def received(self) -> int:
        """Return how many events were answered for: the sum that always holds."""
        return self.accepted + self.duplicate + self.refused

    def reject(self, rejection: Rejection) -> None:
        """Count a refusal, and list it while the list is short enough."""
        self.refused += 1
        if len(self.rejected) < REJECTED_MAX:
            self.rejected.append(rejection)

    def add(self, outcome: Outcome) -> None:
        """Add what became of some events of the request."""
        self.accepted += outcome.accepted
        self.duplicate += outcome.duplicate
        for one in outcome.rejected:
            self.reject(Rejection(one.at, one.id, one.code, one.detail))

    def to_dict(self) -> dict[str, Any]:
        """Return the answer of the contract; ``rejected_more`` only where the list was cut."""
        listed = sorted(self.rejected, key=lambda rejection: rejection.index)
        answer: dict[str, Any] = {
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "rejected": [
                {"index": one.index, "id": one.id, "code": one.code, "detail": one.detail}
                for one in listed
            ],
        }
        if self.refused > len(listed):
            answer["rejected_more"] = self.refused - len(listed)
        return answer
