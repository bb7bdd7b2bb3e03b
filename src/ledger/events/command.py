"""Facts about commands: each accepted one, and each long run that began."""

from dataclasses import dataclass, field

from ledger.events.fact import Cause, Fact, record


@record("command.started/1")
@dataclass(frozen=True, kw_only=True)
class CommandStarted(Fact):
    """A run began; its batches carry the key in their meta, and ``command.accepted`` ends it."""

    key: str
    command: str
    digest: str


@record("command.accepted/1")
@dataclass(frozen=True, kw_only=True)
class CommandAccepted(Fact):
    """A command was carried out. ``digest`` (hex) is of its body, with personal fields as HMACs.

    ``result`` names the facts it appended, in order, unless there were too many to list: then they
    are found by the key in their meta. ``counts`` counts them by type.
    """

    key: str
    command: str
    digest: str
    result: tuple[Cause, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    answers: tuple[dict[str, str], ...] = ()
