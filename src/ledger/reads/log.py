"""Reads of the log itself: facts by their place or stream, and how far the live builds are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from ledger.store.database import Query

FACTS: Final = """
select lane::int as lane, position, stream, version, type, occurred_at, recorded_at, data, meta,
       encode(content, 'hex') as content, encode(leaf, 'hex') as leaf
from ledger.log
where lane = %(lane)s and position > %(after)s
order by position
limit %(limit)s
"""

STREAM: Final = """
select lane::int as lane, position, stream, version, type, occurred_at, recorded_at, data, meta,
       encode(content, 'hex') as content, encode(leaf, 'hex') as leaf
from ledger.log
where stream = %(stream)s and version > %(after)s
order by version
limit %(limit)s
"""

SEEN: Final = """
select seen.position, log.recorded_at
from (select coalesce(min(cursors.position), 0) as position
      from ledger.active_builds
      join ledger.cursors on cursors.build = active_builds.build and cursors.lane = 0) as seen
left join ledger.log on log.lane = 0 and log.position = seen.position
"""


TOUCHED: Final = """
select distinct log.data ->> 'account' as account
from jsonb_each_text(%(after)s) as after (lane, position)
join ledger.log_heads on log_heads.lane = after.lane::smallint
join ledger.log on log.lane = log_heads.lane and log.position > after.position::bigint
where log.data ? 'account'
order by 1
"""

WHOLE: Final = """
select coalesce(
    (select before.position
     from ledger.log as here
     join ledger.log as next on next.lane = 0 and next.position = here.position + 1
                            and next.recorded_at = here.recorded_at
                            and coalesce(next.meta ->> 'key', next.meta ->> 'run', '')
                                = coalesce(here.meta ->> 'key', here.meta ->> 'run', '')
     cross join lateral (
         select coalesce((select log.position from ledger.log
                          where log.lane = 0 and log.position < here.position
                            and (log.recorded_at <> here.recorded_at
                                 or coalesce(log.meta ->> 'key', log.meta ->> 'run', '')
                                    <> coalesce(here.meta ->> 'key', here.meta ->> 'run', ''))
                          order by log.position desc limit 1), 0) as position
     ) as before
     where here.lane = 0 and here.position = %(position)s),
    %(position)s) as position
"""


@dataclass(frozen=True)
class Fact:
    """A fact as it is stored; digests in hex."""

    lane: int
    position: int
    stream: UUID
    version: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    data: dict[str, Any]
    meta: dict[str, Any]
    content: str
    leaf: str


@dataclass(frozen=True)
class Seen:
    """Up to which position of the books every live build has folded, and when it was recorded."""

    position: int
    recorded_at: datetime | None


@dataclass(frozen=True)
class Whole:
    """A position of the books at which no decision is half appended."""

    position: int


@dataclass(frozen=True)
class Touched:
    """An account that a fact is about."""

    account: str


def touched(after: Mapping[int, int]) -> Query[Touched]:
    """Return the accounts that the facts above these positions are about."""
    return Query(TOUCHED, {"after": Jsonb({str(k): v for k, v in after.items()})}, Touched)


def facts(lane: int, *, after: int = 0, limit: int = 100) -> Query[Fact]:
    """Return the facts of a lane after a position."""
    return Query(FACTS, {"lane": lane, "after": after, "limit": limit}, Fact)


def facts_of_stream(stream: UUID, *, after: int = 0, limit: int = 100) -> Query[Fact]:
    """Return the facts of a stream after a version."""
    return Query(STREAM, {"stream": stream, "after": after, "limit": limit}, Fact)


def seen() -> Query[Seen]:
    """Return what the live builds know of the books."""
    return Query(SEEN, {}, Seen)


def whole(position: int) -> Query[Whole]:
    """Return the last position up to this one at which what was appended at once is all there."""
    return Query(WHOLE, {"position": position}, Whole)
