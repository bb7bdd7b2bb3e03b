"""Transactions: the role they run as, the account they see, and what is left when they end."""

import pytest

from ledger.store.database import Database, Query, Role

WHO = Query("select current_user, current_setting('app.account'), current_setting('search_path')")


@pytest.mark.parametrize("role", [Role.WRITER, Role.PROJECTOR, Role.READER])
def test_a_transaction_takes_its_role(database: Database, role: Role) -> None:
    with database.transaction(role) as tx:
        user, account, path = tx.all(WHO)[0]
    assert (user, account) == (role.value, "")
    assert path.endswith("ledger, pg_catalog, pg_temp")


def test_the_portal_account_does_not_leak_to_the_next_borrower(database: Database) -> None:
    with database.transaction(Role.PORTAL, "acme") as tx:
        first = tx.conn
        assert tx.all(WHO)[0][:2] == ("ledger_portal", "acme")
    with database.transaction(Role.PORTAL, "beta") as tx:
        assert tx.conn is first, "the pool lends the same connection again"
        assert tx.all(WHO)[0][1] == "beta"
    with database._pools[True].connection() as connection:
        left = connection.execute("select current_user, current_setting('app.account', true)")
        assert left.fetchone() == ("ledger_service", "")
