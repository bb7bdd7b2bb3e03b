"""Appending a batch account by account: what conflicts is dropped, and the rest goes on."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar
from uuid import UUID

from ledger.commands.engine.rulebook import RULEBOOK
from ledger.commands.engine.runs import Run
from ledger.commands.engine.shell import ATTEMPTS, pause
from ledger.errors import Contention, GuardMoved, Refusal, VersionConflict
from ledger.events.fact import Fact
from ledger.store.append import Guard

AHEAD = 3
PAGE_NAMES = 10_000
Given = TypeVar("Given")
Ready = TypeVar("Ready")
Row = TypeVar("Row")


@dataclass(frozen=True)
class Work:
    """What is to be appended for one account, and the guards that concern it alone."""

    facts: Sequence[Fact]
    guards: Sequence[UUID] = ()

    @property
    def streams(self) -> set[Guard]:
        """What another writer must not have moved."""
        return {*self.guards, *(fact.originator_id for fact in self.facts)}


@dataclass(frozen=True)
class Batch:
    """The work of some accounts, as read at a position of lane 0.

    ``shared`` are guards that concern all of them. ``assemble`` makes the facts of those accounts
    that are left; it is asked again after each conflict, so numbers drawn in it stay gapless.
    ``left_out`` are those for whom no facts can be made, each with what is missing.
    """

    read_at: int
    works: Mapping[str, Work]
    shared: Sequence[Guard]
    assemble: Callable[[Mapping[str, Work]], list[Fact]]
    left_out: Mapping[str, Refusal] = field(default_factory=dict)


def append_batch(run: Run, batch: Batch) -> list[str]:
    """Append a batch in one transaction; return the accounts that have to wait.

    Whom the batch leaves out, the run leaves out.
    """
    run.left_out |= batch.left_out
    left, dropped = dict(batch.works), list[str]()
    for attempt in range(ATTEMPTS):
        if not left:
            return dropped
        try:
            run.append(batch.assemble(left), batch.read_at, [*batch.shared, *_guards(left)])
            return dropped
        except VersionConflict as error:
            moved = set[Guard](error.facts["streams"])
        except GuardMoved as error:
            moved = set[Guard](error.facts["guards"])
            if moved & {*batch.shared, RULEBOOK}:
                return [*dropped, *left]
        hit = [name for name, work in left.items() if work.streams & moved]
        dropped += hit
        left = {name: work for name, work in left.items() if name not in hit}
        if not hit:
            pause(attempt)
    return [*dropped, *left]


def ahead(prepare: Callable[[Given], Ready], inputs: Iterable[Given]) -> Iterator[Ready]:
    """Yield what is prepared, in order; the next are prepared while the caller appends the present.

    Preparing waits for the database longer than it computes, so there are some at a time.
    """
    source = iter(inputs)
    with ThreadPoolExecutor(AHEAD, "run") as workers:
        coming = deque(workers.submit(prepare, given) for given in islice(source, AHEAD))
        while coming:
            ready = coming.popleft().result()
            coming.extend(workers.submit(prepare, given) for given in islice(source, 1))
            yield ready


def in_batches(
    page: Callable[[str], Sequence[Row]], name: Callable[[Row], str], size: int
) -> Iterator[Sequence[Row]]:
    """Yield rows ``size`` at a time; ``page`` has those after a name, at most ``PAGE_NAMES``.

    A page is found by looking at all that there is, so it is much larger than a batch.
    """
    after = ""
    while rows := page(after):
        for start in range(0, len(rows), size):
            yield rows[start : start + size]
        after = name(rows[-1])


def until_done(again: Callable[[str], bool], names: Sequence[str]) -> None:
    """Come back to the accounts that were dropped, until none is; ``again`` says if one is done."""
    left = list(dict.fromkeys(names))
    for attempt in range(ATTEMPTS):
        if not left:
            return
        pause(attempt)
        left = [name for name in left if not again(name)]
    if left:
        raise Contention


def _guards(works: Mapping[str, Work]) -> list[UUID]:
    return [guard for work in works.values() for guard in work.guards]
