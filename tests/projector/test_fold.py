"""What a fold holds does not depend on which lane came first, nor on how it was cut."""

import pytest

from ledger.projector import compare, follower, switch
from ledger.projector.projection import ensure, projection
from ledger.store.database import Role


@pytest.mark.parametrize("name", ["usage", "exceptions"])
def test_the_order_of_lanes_does_not_matter(story, name):
    ensure(story.database)
    story.play()
    follower.catch_up(story.database)
    one = projection(name)
    with story.database.transaction(Role.PROJECTOR) as tx:
        live, heads = switch.live_build(tx, name), tx.heads()
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2)):
        with story.database.transaction(Role.PROJECTOR) as tx:
            build = one.start(tx)
        for lane in order:
            switch.fold_to(story.database, build, one, {lane: heads[lane]})
        found = compare.compare(story.database, live, build)
        assert found.count == 0, (order, found.listed[:3])
