"""What a command decided, before anything is appended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.events.fact import Cause, Fact
from ledger.ingest.answer import Tally
from ledger.store.append import Guard, NewFact
from ledger.store.database import Transaction


@dataclass(frozen=True)
class Decision:
    """The facts to append in lane 0, and what has to hold or happen in the same transaction.

    ``guards`` are the streams and periods that must not have moved since the command began to
    read; ``elsewhere`` are encoded facts of usage lanes; ``inside`` runs in the transaction and
    writes what is no fact (personal data). ``usage`` answers per event. A decision that ``repeats``
    what stands already appends nothing and is answered with those facts. ``before`` names facts
    that the command appended on its way here.
    """

    facts: Sequence[Fact] = ()
    guards: Sequence[Guard] = ()
    elsewhere: Sequence[NewFact] = ()
    inside: Callable[[Transaction], None] | None = None
    usage: Tally | None = None
    repeats: Sequence[Cause] | None = None
    before: Sequence[Cause] = ()
