"""replay_dead_letters: events that were refused, sent through again once their cause is mended.

Letters leave the list in transactions of their own, so a replay that was killed is asked for again:
a letter that left the list under this key counts as done. What is refused again stays.
"""

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command
from ledger.commands.form.types import Id
from ledger.errors import BadValue, MissingField, UnknownDeadLetter
from ledger.events.fact import Cause
from ledger.events.streams import stream, usage_stream
from ledger.ingest.answer import Rejection, Tally
from ledger.ingest.directory import Directory
from ledger.ingest.replay import Replay, Replayed
from ledger.store.database import Query, Role

DONE = """
select data ->> 'dead_letter', data ->> 'outcome' from ledger.log
where stream = any(%(streams)s) and version = 1 and meta ->> 'key' = %(key)s"""


class ReplayDeadLetters(Command):
    """Send dead letters through again: those named, or all with a code."""

    NAME = "replay_dead_letters"

    ids: list[Id] | None = Field(default=None, max_length=10_000)
    code: Id | None = None


def replay_dead_letters(command: ReplayDeadLetters, context: Context) -> Decision:
    """Replay what is open, and decide on the answer."""
    if command.ids is None and command.code is None:
        raise MissingField(field="ids", name="ids")
    if command.ids is not None and command.code is not None:
        raise BadValue(field="code", why="Name the letters by their ids or by a code, not both.")
    ids = _ids(command.ids or [])
    done = _done(ids, context)
    replay = Replay(
        context.ledger.db,
        Directory(context.ledger.db),
        context.ledger.settings.usage_ahead_days,
        context.meta,
        context.ledger.clock,
    )
    results = replay.of([id_ for id_ in ids if id_ not in done], command.code)
    appended = [cause for result in results for cause in _appended(result)]
    return Decision(before=appended, usage=_tally(results, list(done.values())))


def _ids(given: Sequence[str]) -> list[UUID]:
    found: dict[UUID, None] = {}
    for text in given:
        try:
            found[UUID(text)] = None
        except ValueError:
            raise UnknownDeadLetter(field="ids", id=text) from None
    return list(found)


def _done(ids: Sequence[UUID], context: Context) -> dict[UUID, str]:
    """Return the letters that an earlier try under this key took off the list, and as what."""
    if not ids:
        return {}
    streams = [stream("replay", str(id_)) for id_ in ids]
    with context.ledger.db.transaction(Role.READER) as tx:
        rows: list[tuple[str, str]] = tx.all(
            Query(DONE, {"streams": streams, "key": context.meta.key})
        )
    return {UUID(letter): outcome for letter, outcome in rows}


def _appended(result: Replayed) -> list[Cause]:
    """Return the facts that a replay made: the event where it is new, and that it was replayed."""
    if result.place is None:
        return []
    off = Cause(stream("replay", str(result.letter.id)), 1)
    if result.outcome != "accepted" or result.letter.event_id is None:
        return [off]
    return [Cause(usage_stream(result.letter.source, result.letter.event_id), 1), off]


def _tally(results: Sequence[Replayed], done: Sequence[str]) -> Tally:
    outcomes = [*done, *(result.outcome for result in results)]
    tally = Tally(outcomes.count("accepted"), outcomes.count("duplicate"))
    for index, result in enumerate(results):
        if result.error is not None:
            letter = str(result.letter.id)
            tally.reject(Rejection(index, letter, result.error.code, result.error.message))
    return tally
