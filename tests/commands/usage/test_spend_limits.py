"""Spend limits: one version per change, money in minor units, and nothing about an amount without
one."""

import pytest

from ledger.events.streams import stream
from ledger.projector.follower import catch_up
from ledger.reads.entitlements import spend_limited, spend_limits
from ledger.store.database import Role


def test_each_change_is_a_new_version(world, ledger):
    first = world(
        "set_spend_limit",
        account="acme",
        from_="2026-10-01",
        amount="500",
        notify_at=["80", "100"],
        block=True,
        invoice_at="200.00",
    )
    second = world("set_spend_limit", account="acme", from_="2026-11-01")
    assert [fact.type for fact in (*first.facts, *second.facts)] == ["spend_limit.set/1"] * 2
    assert ledger.books.latest(stream("spend_limit", "acme")).originator_version == 2

    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        set_, lifted = tx.all(spend_limits(["acme"]))
        assert [row.account for row in tx.all(spend_limited())] == ["acme"]
    assert (set_.amount, set_.notify_at, set_.block, set_.invoice_at) == (500, [80, 100], True, 200)
    assert (lifted.amount, lifted.block, str(lifted.starts_on)) == (None, False, "2026-11-01")


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"account": "nobody", "amount": "5"}, "UNKNOWN_ACCOUNT", "account"),
        ({"amount": "0"}, "BAD_VALUE", "amount"),
        ({"amount": "0.001"}, "BAD_VALUE", "amount"),
        ({"invoice_at": "10.001"}, "BAD_VALUE", "invoice_at"),
        ({"amount": "5", "notify_at": ["80", "80"]}, "BAD_VALUE", "notify_at"),
        ({"amount": "5", "notify_at": ["0"]}, "BAD_VALUE", "notify_at.0"),
        ({"notify_at": ["80"]}, "BAD_VALUE", "notify_at"),
        ({"block": True, "invoice_at": "5"}, "BAD_VALUE", "block"),
    ],
)
def test_what_makes_no_sense_is_refused(world, fields, code, field):
    answer = world("set_spend_limit", **{"account": "acme", "from_": "2026-10-01", **fields})
    assert (answer.status, answer.error.code, answer.error.field) == ("refused", code, field)
