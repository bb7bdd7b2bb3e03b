"""A parked build holds every live build still, for as long as its lease lasts."""

from ledger.projector import follower, switch
from ledger.projector.projection import ensure, projection
from ledger.store.database import Role


def test_while_one_build_is_parked_all_stand_still(story):
    ensure(story.database)
    story.catalog()
    follower.catch_up(story.database)
    with story.database.transaction(Role.PROJECTOR) as tx:
        live = switch.live_build(tx, "journal")

    with switch.parked(story.database, live) as renew:
        at = renew()
        story.rate("acme", 1, "3.00")
        assert not follower.advance(story.database, wait=True)
        assert renew() == at

    assert follower.advance(story.database, wait=True)


def test_a_lease_that_nobody_renews_ends(story, monkeypatch):
    monkeypatch.setattr(switch, "LEASE_SECONDS", 0)
    ensure(story.database)
    with story.database.transaction(Role.PROJECTOR) as tx:
        live = switch.live_build(tx, "journal")

    with switch.parked(story.database, live) as renew:
        renew()
        story.catalog()
        assert follower.advance(story.database, wait=True)


def test_a_build_behind_is_not_switched_to(story):
    ensure(story.database)
    story.catalog()
    follower.catch_up(story.database)
    with story.database.transaction(Role.PROJECTOR) as tx:
        live = switch.live_build(tx, "journal")
        behind = projection("journal").start(tx)

    assert not switch.flip(story.database, "journal", live, behind)
