"""Everything that can be verified: the log first, then what every projection says must hold."""

from collections.abc import Iterator

from ledger.errors import ProjectionStopped
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.proof.log import Finding, Progress, verify_log
from ledger.store.database import Database

__all__ = ["Finding", "verify"]


def verify(db: Database, progress: Progress | None = None) -> Iterator[Finding]:
    """Yield what does not hold, the first bad position of each lane; nothing means all holds."""
    yield from verify_log(db, progress)
    try:
        catch_up(db)
    except ProjectionStopped as error:
        yield Finding("projection", error.message)
        return
    for found in run_checks(db):
        yield Finding(f"check {found.projection}.{found.check}", f"{found.sentence} {found.row}")
