"""Who appended a fact, why, and from what: the ``meta`` of every row."""

from collections.abc import Iterable
from dataclasses import dataclass

from ledger import __version__
from ledger.events.fact import Cause
from ledger.store.canonical import canonical


@dataclass(frozen=True)
class Meta:
    """What the facts of one append have in common.

    ``key`` is the command's, ``run`` the key of a run that appends in batches, ``replay_day`` the
    UTC day on which a usage event was first received, when it came in by a replay.
    """

    actor: str
    key: str | None = None
    run: str | None = None
    reason: str | None = None
    on_behalf: str | None = None
    trace: str | None = None
    replay_day: str | None = None

    def encode(self, causes: Iterable[Cause] = ()) -> bytes:
        """Return the canonical JSON of the meta of a fact with these causes; None is left out."""
        found = {name: value for name, value in vars(self).items() if value is not None}
        listed = list(causes)
        if listed:
            found["causes"] = listed
        return canonical({**found, "software": __version__})


def meta(
    actor: str,
    *,
    key: str | None = None,
    run: str | None = None,
    reason: str | None = None,
    on_behalf: str | None = None,
    trace: str | None = None,
    causes: Iterable[Cause] = (),
) -> bytes:
    """Return encoded meta in one call."""
    return Meta(actor, key, run, reason, on_behalf, trace).encode(causes)
