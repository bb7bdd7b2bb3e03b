"""Aggregates are folds of their streams, and pass over what does not concern them."""

from datetime import UTC, datetime

from ledger.commands.engine.aggregates import project_account, project_payment, project_subscription
from ledger.events.catalog import AccountOpened, AccountSubscribed
from ledger.events.streams import stream

AT = datetime(2026, 11, 1, tzinfo=UTC)
WHERE = stream("account", "acme")
OPENED = AccountOpened(
    originator_id=WHERE, originator_version=1, timestamp=AT, account="acme", entity="US",
    currency="USD", lane=1, person="0", has_vat_id=False, time_zone="UTC",
)  # fmt: skip


def test_an_account_knows_its_subscriptions():
    facts = [
        AccountSubscribed(originator_id=WHERE, originator_version=version, timestamp=AT,
                          account="acme", subscription=f"s-{version}", plan="basic")
        for version in (2, 3)
    ]  # fmt: skip
    account = project_account(None, [OPENED, *facts])
    assert account is not None
    assert (account.version, account.subscriptions) == (3, ("s-2", "s-3"))
    assert project_account(account, []) == account


def test_nothing_is_nothing():
    for project in (project_account, project_subscription, project_payment):
        assert project(None, []) is None
    assert project_payment(None, [OPENED]) is None
