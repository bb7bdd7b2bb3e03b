"""Digests of bodies, and what a repeat is answered with."""

from ledger.commands.catalog.meters import DefineMeter
from ledger.commands.customers.accounts import OpenAccount
from ledger.commands.engine.keys import digest_of, usage_of
from ledger.events.command import CommandAccepted
from ledger.events.streams import stream

METER = {"command": "define_meter", "key": "a", "meter": "api", "aggregation": "sum"}
ACME = {"command": "open_account", "key": "a", "account": "acme", "name": "Acme", "vat_id": "X"}


def test_the_key_is_no_part_of_the_digest_and_the_order_of_fields_neither():
    body = dict(reversed(METER.items()))
    assert digest_of(DefineMeter, METER, b"") == digest_of(DefineMeter, {**body, "key": "b"}, b"")
    assert digest_of(DefineMeter, METER, b"") != digest_of(DefineMeter, {**METER, "unit": "x"}, b"")


def test_personal_fields_enter_under_the_accounts_key():
    one, other = digest_of(OpenAccount, ACME, b"k" * 32), digest_of(OpenAccount, ACME, b"l" * 32)
    assert one != other
    assert digest_of(OpenAccount, {**ACME, "vat_id": "Y"}, b"k" * 32) != one


def accepted(**more: object) -> CommandAccepted:
    """Return an acceptance as it is stored."""
    fields = {"key": "k", "command": "record_usage", "digest": "0", **more}
    from datetime import UTC, datetime

    at = datetime(2026, 11, 1, tzinfo=UTC)
    where = stream("command", "k")
    return CommandAccepted(originator_id=where, originator_version=1, timestamp=at, **fields)


def test_only_commands_that_carry_events_answer_for_them():
    assert usage_of(accepted(counts={"meter.defined/1": 1})) is None
    answers = ({"index": "3", "code": "BAD_TIME", "detail": "…"},)
    told = usage_of(accepted(counts={"accepted": 2, "duplicate": 1}, answers=answers))
    assert told == {
        "accepted": 2,
        "duplicate": 1,
        "rejected": [{"index": 3, "id": None, "code": "BAD_TIME", "detail": "…"}],
    }
