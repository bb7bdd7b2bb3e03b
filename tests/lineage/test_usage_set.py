"""The usage set of a charge: its digest as the manual gives it, and what breaks its proof."""

from hashlib import sha256
from itertools import groupby

import psycopg
import pytest

from ledger.errors import BadValue, Unknown
from ledger.lineage import usage_page
from ledger.store.database import Query, Role

LEAVES = """
select position, leaf from ledger.log
where lane = 1 and starts_with(type, 'usage.') and type <> 'usage.received/1' order by position"""


def digest(rows):
    """The algorithm of docs/lineage.md, over (position, leaf)."""
    blocks = groupby(rows, key=lambda row: (row[0] - 1) >> 14)
    hashes = (sha256(b"".join(leaf for _, leaf in block)).digest() for _, block in blocks)
    return sha256(b"".join(hashes)).hexdigest()


def page(story, **how):
    with story.caught_up().db.transaction(Role.READER) as tx:
        return usage_page(tx, "s-1/calls/2026-10-01/1", **how)


def test_the_digest_is_the_one_of_the_manual(story):
    story.usage("e-1", "300")
    story.usage("e-2", "200")
    story.correct("e-1", "301")
    story.rate()
    with story.db.transaction(Role.READER) as tx:
        rows = tx.all(Query(LEAVES))
    usage = page(story)
    assert len(rows) == usage.facts == 3
    assert usage.digest == digest(rows)


def test_blocks_are_cut_by_position():
    """Facts at positions 16,384 and 16,385 lie in two blocks, whatever lies between them."""
    leaves = [bytes([n]) * 32 for n in range(3)]
    rows = list(zip((1, 16_384, 16_385), leaves, strict=True))
    first, second = sha256(leaves[0] + leaves[1]).digest(), sha256(leaves[2]).digest()
    assert digest(rows) == sha256(first + second).hexdigest()


def test_a_set_is_proven_until_somebody_tampers_with_it(story, server):
    story.usage("e-1", "300")
    story.rate()
    assert page(story, prove=True).proven is True
    assert page(story).proven is None
    schema = "select build from ledger.active_builds where projection = 'usage'"
    with psycopg.connect(server.admin_url(story.db)) as superuser:
        (build,) = superuser.execute(schema).fetchone()
        superuser.execute(
            psycopg.sql.SQL("update {}.usage_events set quantity = 301").format(
                psycopg.sql.Identifier(build)
            )
        )
    assert page(story, prove=True).proven is False


def test_a_later_event_is_not_in_an_earlier_set(story):
    story.usage("e-1", "300")
    story.rate()
    story.usage("e-late", "5")
    story.rate()
    usage = page(story, prove=True)
    assert [event.id for event in usage.events] == ["e-1"]
    assert usage.proven is True


@pytest.mark.parametrize("after", ["x", "2026-10-01/1", "2026-10-01T00:00:00Z/x/s-1"])
def test_what_is_no_cursor_is_refused(story, after):
    story.usage("e-1", "300")
    story.rate()
    with pytest.raises(BadValue):
        page(story, after=after)


def test_an_unknown_charge_is_refused(story):
    with pytest.raises(Unknown):
        page(story)
