"""API keys: shown once, stored hashed, verified quickly, revoked within seconds."""

import asyncio

import pytest

from ledger.api import keys
from ledger.api.access import Principal, Role, Scope
from ledger.api.tokens import Token
from ledger.errors import BadValue, MissingField
from ledger.store.database import Role as DatabaseRole


def verified(database, *headers, clock=None):
    """Return what a gate makes of these headers, one after the other."""

    async def ask():
        gate = keys.Gate(database, *([clock] if clock else []))
        found = [await gate.principal(header) for header in headers]
        await database.aclose()
        return found

    return asyncio.run(ask())


def test_a_key_opens_the_gate_for_its_role_and_account(database):
    key = keys.create_key(database, "portal", "acme", "me", "their portal")
    found, none = verified(database, f"Bearer {key.key}", f"bearer {key.key}x")
    assert found == Principal(key.id, Role.PORTAL, "acme")
    assert found.actor == f"key:{key.id}"
    assert none is None


def test_only_a_hash_is_kept_and_a_list_shows_neither(database):
    key = keys.create_key(database, "admin", None, "me")
    with database.transaction(DatabaseRole.WRITER) as tx:
        rows = tx.execute("select row_to_json(k)::text from ledger.api_keys as k").fetchall()
    secret = Token.read(key.key).secret
    assert secret not in rows[0][0]
    (row,) = keys.list_keys(database)
    assert (row.id, row.role, row.created_by) == (key.id, "admin", "me")
    assert not hasattr(row, "secret_hash")


def test_a_wrong_secret_with_a_known_id_is_nobody(database):
    key = keys.create_key(database, "admin", None, "me")
    forged = Token("admin", key.id, Token.fresh("admin").secret)
    assert verified(database, f"Bearer {forged}") == [None]


def test_the_role_in_the_text_counts_for_nothing(database):
    key = keys.create_key(database, "portal", "acme", "me")
    token = Token.read(key.key)
    dressed_up = Token("admin", token.id, token.secret)
    (found,) = verified(database, f"Bearer {dressed_up}")
    assert found.role is Role.PORTAL
    assert Scope.COMMAND not in found.scopes


def test_a_revoked_key_works_a_few_seconds_at_most(database):
    key = keys.create_key(database, "erp", None, "me")
    header = f"Bearer {key.key}"
    now = [100.0]

    async def story():
        gate = keys.Gate(database, lambda: now[0])
        assert await gate.principal(header)
        assert await asyncio.to_thread(keys.revoke_key, database, key.id)
        assert await gate.principal(header), "remembered"
        now[0] += keys.REMEMBERED_SECONDS + 0.1
        assert await gate.principal(header) is None
        await database.aclose()

    asyncio.run(story())
    assert not keys.revoke_key(database, key.id), "it was revoked before"


def test_roles_and_accounts_have_to_fit(database):
    for role, account, error in (
        ("root", None, BadValue),
        ("portal", None, MissingField),
        ("admin", "acme", BadValue),
    ):
        with pytest.raises(error):
            keys.create_key(database, role, account, "me")
