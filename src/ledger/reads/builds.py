"""Reads of the builds of projections: which is live, and how far each has folded each lane."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ledger.store.database import Query

BUILDS: Final = """
select builds.build, builds.projection, builds.checksum, builds.state, builds.created_at,
       builds.error, active_builds.build is not null as live,
       coalesce(jsonb_agg(jsonb_build_array(cursors.lane, cursors.position, log_heads.position)
                          order by cursors.lane) filter (where cursors.lane is not null),
                '[]') as lanes
from ledger.builds
left join ledger.active_builds on active_builds.build = builds.build
left join ledger.cursors on cursors.build = builds.build
left join ledger.log_heads on log_heads.lane = cursors.lane
where %(projection)s::text is null or builds.projection = %(projection)s
group by builds.build, active_builds.build
order by builds.projection, builds.created_at, builds.build
"""


@dataclass(frozen=True)
class Build:
    """A build; ``lanes`` holds [lane, position folded, head] each."""

    build: str
    projection: str
    checksum: str
    state: str
    created_at: datetime
    error: str | None
    live: bool
    lanes: list[list[Any]]


def builds(projection: str | None = None) -> Query[Build]:
    """Return every build, or those of one projection, oldest first."""
    return Query(BUILDS, {"projection": projection}, Build)
