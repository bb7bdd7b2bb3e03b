"""A customer sees rows of the own account and nothing else, by row-level security alone."""

from psycopg.sql import SQL, Identifier

from ledger.projector.follower import catch_up
from ledger.store.database import Role

READABLE = """
select n.nspname, c.relname, c.relrowsecurity
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'v', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
  and has_schema_privilege('ledger_portal', n.oid, 'usage')
  and has_any_column_privilege('ledger_portal', c.oid, 'select')
order by 1, 2"""

OPEN = {("ledger", "active_builds")}
PROTECTED = {
    "account_changes",
    "accounts",
    "adjustments",
    "balances",
    "charge_streams",
    "charges",
    "discounts",
    "grants",
    "invoice_lines",
    "invoice_taxes",
    "invoices",
    "open_items",
    "payments",
    "revenue_schedules",
    "spend_limits",
    "receivable_entries",
    "subscription_changes",
    "subscriptions",
    "thresholds",
    "usage_daily",
    "usage_events",
    "usage_hourly",
}


def readable_by_the_portal(db) -> list:
    with db.transaction(Role.READER) as tx:
        return tx.execute(READABLE).fetchall()


def test_the_portal_can_read_only_tables_with_a_policy(played):
    readable = readable_by_the_portal(played.db)

    assert {(schema, name) for schema, name, protected in readable if not protected} == OPEN
    assert {name for _, name, protected in readable if protected} == PROTECTED


def test_each_account_sees_its_own_rows_of_every_table(played):
    names = sorted(PROTECTED)
    for account in ("acme", "beta"):
        played.ask("add_discount", discount=f"october-{account}", account=account, percent="10",
                   from_="2026-10-01")  # fmt: skip
    played.ask("rate_usage", through="2026-11-02")
    catch_up(played.db)
    with played.db.transaction(Role.READER) as tx:
        whole = {name: accounts(tx, name) for name in names}
    assert all({"acme", "beta"} <= found for found in whole.values()), whole

    for account in ("acme", "beta"):
        with played.db.transaction(Role.PORTAL, account) as tx:
            assert {name: accounts(tx, name) for name in names} == {
                name: {account} for name in names
            }


def test_without_an_account_there_is_nothing(played):
    with played.db.transaction(Role.PORTAL, "") as tx:
        assert {name: accounts(tx, name) for name in PROTECTED} == {
            name: set() for name in PROTECTED
        }


def accounts(tx, table: str) -> set[str]:
    found = tx.conn.execute(SQL("select distinct account from {}").format(Identifier(table)))
    return {account for (account,) in found}
