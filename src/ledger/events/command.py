"""Facts about commands: each accepted one, and each long run that began."""

from dataclasses import dataclass, field
from datetime import date

from ledger.events.fact import Cause, Fact, record


@record("command.started/1")
@dataclass(frozen=True, kw_only=True)
class CommandStarted(Fact):
    """A run began; its batches carry the key in their meta, and ``command.accepted`` ends it."""

    key: str
    command: str
    digest: str


@dataclass(frozen=True)
class Looked:
    """What a rating looked at: everything of its scope through a day, as known at a position.

    ``lanes`` are the positions of the usage lanes then. Whoever rates again knows from it what
    cannot have changed since.
    """

    through: date
    read_at: int
    lanes: dict[str, int]
    entity: str | None = None
    account: str | None = None


@record("command.accepted/1")
@dataclass(frozen=True, kw_only=True)
class CommandAccepted(Fact):
    """A command was carried out. ``digest`` (hex) is of its body, with personal fields as HMACs.

    ``result`` names the facts it appended, in order, unless there were too many to list: then they
    are found by the key in their meta. ``counts`` counts them by type, and ``looked`` is told by
    ratings alone.
    """

    key: str
    command: str
    digest: str
    result: tuple[Cause, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    answers: tuple[dict[str, str], ...] = ()
    looked: Looked | None = None
