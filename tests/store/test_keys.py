"""API keys: shown once, kept as a hash, bound to an account when they are a portal's."""

import psycopg
import pytest

from ledger.store import keys
from ledger.store.database import Database, Role


def test_a_key_is_known_by_its_token_alone(database: Database) -> None:
    with database.transaction(Role.WRITER) as tx:
        token = keys.create(tx, role="portal", account="acme", created_by="admin")
        key = tx.one(keys.find(token))
        assert keys.admits(key, token)
        assert not keys.admits(key, token[:-1])
        assert not keys.admits(tx.one(keys.find("ulk_nobody_x")), "ulk_nobody_x")
        assert (key.role, key.account) == ("portal", "acme")
        secret = token.split("_", 2)[2]
        assert secret not in str(
            tx.execute("select api_keys::text from ledger.api_keys").fetchall()
        )


def test_a_revoked_key_admits_nobody(database: Database) -> None:
    with database.transaction(Role.WRITER) as tx:
        token = keys.create(tx, role="admin", created_by="admin")
        assert keys.revoke(tx, token.split("_")[1])
        assert not keys.revoke(tx, token.split("_")[1])
        assert not keys.admits(tx.one(keys.find(token)), token)


@pytest.mark.parametrize("token", ["", "ulk", "ulk_", "x_a_b", "ulk_\0_b", "ulk_é_b"])
def test_what_is_no_token_finds_nothing(database: Database, token: str) -> None:
    with database.transaction(Role.WRITER) as tx:
        assert not keys.admits(tx.one(keys.find(token)), token)


@pytest.mark.parametrize(("role", "account"), [("portal", None), ("admin", "acme")])
def test_a_portal_key_has_an_account_and_no_other_has(
    database: Database, role: str, account: str | None
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation), database.transaction(Role.WRITER) as tx:
        keys.create(tx, role=role, account=account, created_by="admin")


def test_the_reader_lists_keys_without_their_hashes(database: Database) -> None:
    with database.transaction(Role.WRITER) as tx:
        token = keys.create(tx, role="admin", created_by="admin", name="laptop")
    with database.transaction(Role.READER) as tx:
        assert [key.name for key in tx.all(keys.listed())] == ["laptop"]
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.transaction(Role.READER) as tx,
    ):
        tx.one(keys.find(token))
