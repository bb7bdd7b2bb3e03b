"""A ledger opens on any database, migrated, with a live build of every projection."""

from pydantic import SecretStr

from ledger.commands.ledger import Ledger
from ledger.projector.projection import projections
from ledger.settings import Settings
from ledger.store.database import Role


def test_it_opens_with_everything_live_and_opens_again(server, database):
    settings = Settings(
        database_url=SecretStr(database.url),
        migrate_url=SecretStr(server.migrate_url(database)),
        usage_lanes=3,
    )
    for _ in range(2):
        with Ledger.open(settings) as ledger, ledger.db.transaction(Role.READER) as tx:
            rows = tx.execute("select projection from ledger.active_builds").fetchall()
            assert {name for (name,) in rows} == set(projections())
            assert set(tx.heads()) == {0, 1, 2, 3}
