"""seal_exports: fix which journal entries make which ERP document, and offer what is mapped.

Documents are sealed in batches. Each append makes sure that nobody else sealed for the entity and
that its profile and mapping stand; otherwise everything is looked at anew. So no entry is in two
documents and no reference is given twice.
"""

from collections.abc import Sequence
from uuid import UUID

from ledger.commands.engine.ground import Ground
from ledger.commands.engine.runs import Run
from ledger.commands.engine.shell import retrying
from ledger.commands.erp.sealing import Counterpart, counterparts, documents
from ledger.commands.form.command import Command
from ledger.commands.form.types import Day, Id
from ledger.errors import UnknownTarget
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.store.append import Guard, SealingGuard

BATCH_DOCUMENTS = 500
PROJECTIONS = ("exports", "subscriptions")


class SealExports(Command):
    """Seal and offer everything posted up to a day that a target was not told of."""

    NAME = "seal_exports"

    target: Id
    through: Day


def seal_exports(run: Run, command: SealExports) -> None:
    """Seal for every entity that has a profile for the target."""
    Ground.take(run.ledger, PROJECTIONS)
    parts = counterparts(run.ledger, command.target)
    if not parts:
        raise UnknownTarget(field="target", id=command.target)
    for part in parts:
        _seal_all(run, command, part)


def _seal_all(run: Run, command: SealExports, part: Counterpart) -> None:
    """Look and append until nothing is left; who else seals meanwhile makes it look again."""

    def attempt() -> None:
        ground = Ground.take(run.ledger, PROJECTIONS)
        _append(run, part, documents(part, command.through, ground), ground.read_at)

    retrying(attempt)


def _append(run: Run, part: Counterpart, found: Sequence[Sequence[Fact]], read_at: int) -> None:
    """Append in batches; what one append made sure of is read as of its own last position."""
    guards: list[Guard] = [SealingGuard(part.entity), *_terms(part)]
    for start in range(0, len(found), BATCH_DOCUMENTS):
        batch = [fact for facts in found[start : start + BATCH_DOCUMENTS] for fact in facts]
        read_at = run.append(batch, read_at, guards)


def _terms(part: Counterpart) -> list[UUID]:
    return [stream(kind, part.target, part.entity) for kind in ("profile", "mapping")]
