"""A load is a list of work that several processes may share and that survives each of them."""

import threading

from ledger.projector import compare, follower, load, switch
from ledger.projector.projection import ensure, projection
from ledger.store.database import Role


def start(story):
    """An empty build of the usage projection with its work listed, and the live one."""
    one = projection("usage")
    with story.database.transaction(Role.PROJECTOR) as tx:
        live = switch.live_build(tx, "usage")
        build = one.start(tx, load=True)
        load.plan(tx, one, build, switch.positions(tx, live))
    return one, build, live


def test_two_processes_share_one_load(story, monkeypatch):
    monkeypatch.setattr(load, "RANGE", 40)
    ensure(story.database)
    story.play()
    follower.catch_up(story.database)
    one, build, live = start(story)
    told: list[tuple[int, int]] = []

    def join() -> None:
        load.load(story.database, one, build, workers=2, ticked=lambda *at: told.append(at))

    threads = [threading.Thread(target=join) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert compare.compare(story.database, live, build).count == 0
    assert any(done == total for done, total in told)
    with story.database.transaction(Role.PROJECTOR) as tx:
        assert switch.positions(tx, build) == switch.positions(tx, live)


def test_a_load_that_is_done_has_nothing_left_to_do(story):
    ensure(story.database)
    story.catalog()
    follower.catch_up(story.database)
    one, build, _ = start(story)
    load.load(story.database, one, build, workers=1, ticked=lambda *_: None)
    told: list[tuple[int, int]] = []

    load.load(story.database, one, build, workers=1, ticked=lambda *at: told.append(at))

    assert told == []
