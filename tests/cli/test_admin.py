"""Keys, migrations, projections, verification and the doctor."""

import json

import psycopg

from ledger import resources

REGISTER = json.dumps(
    {
        "command": "register_entity",
        "key": "us",
        "entity": "US",
        "name": "Example Inc",
        "currency": "USD",
        "country": "US",
        "time_zone": "UTC",
        "first_period": "2026-01",
    }
)


def test_a_key_is_shown_once_and_can_be_revoked(run):
    made = run("key", "create", "--role", "admin", "--name", "me", "--format", "json").json
    assert set(made) == {"id", "key"}
    listed = run("key", "list", "--format", "json").json
    assert [(row["id"], row["role"], row["revoked_at"]) for row in listed] == [
        (made["id"], "admin", None)
    ]
    assert made["key"] not in run("key", "list").out
    assert run("key", "revoke", made["id"]).code == 0
    assert run("key", "revoke", made["id"]).code == 1


def test_a_portal_key_needs_an_account(run):
    assert run("key", "create", "--role", "portal").code != 0
    assert run("key", "create", "--role", "portal", "--account", "acme").out.startswith(
        "lgr_portal"
    )


def test_every_migration_is_applied(run):
    assert run("db", "check").code == 0


def test_migrating_needs_the_login_that_may(server, runner, monkeypatch):
    with server.database() as database:
        run = runner(database.url)
        assert run("db", "migrate").code == 3
        monkeypatch.setenv("LEDGER_MIGRATE_URL", server.migrate_url(database))
        done = run("db", "migrate")
    assert (done.code, done.err) == (0, "nothing is pending\n")


def test_every_projection_is_live_and_can_be_rebuilt_and_rolled_back(books):
    rows = books("projection", "list", "--format", "json").json
    folders = {path.name for path in resources.folder("projections").iterdir() if path.is_dir()}
    assert {row["projection"] for row in rows if row["live"]} == folders
    before = books("report", "journal", "--format", "json").json
    assert "journal_2 is live" in books("projection", "rebuild", "journal").err
    assert books("report", "journal", "--format", "json").json == before
    assert "journal_1 is live" in books("projection", "rollback", "journal").err
    assert books("report", "journal", "--format", "json").json == before


def test_rebuilding_needs_a_name_or_all(books):
    assert books("projection", "rebuild").code == 2
    assert books("projection", "rebuild", "journal", "--all").code == 2
    assert books("projection", "rebuild", "nope").code == 1


def test_the_doctor_finds_nothing(books):
    rows = books("doctor", "--format", "json").json
    assert {row["state"] for row in rows} == {"ok"}
    assert {"folders", "postgresql", "migrations"} <= {row["what"] for row in rows}


def test_the_schema_is_printed(run):
    assert "type Query" in run("schema", "export").out


def test_the_committed_schema_is_that_of_the_code(run):
    assert run("schema", "export", "--check").code == 0


def test_verification_tells_how_far_it_went(books):
    done = books("verify")
    assert (done.code, done.out.split(":")[0]) == (0, "everything holds")


def test_verification_names_the_first_bad_position(server, runner):
    with server.database() as database:
        run = runner(database.url)
        assert run("apply", "-", stdin=REGISTER).code == 0
        with psycopg.connect(server.admin_url(database)) as superuser:
            superuser.execute("set session_replication_role = replica")
            superuser.execute("update ledger.log set version = 7 where lane = 0 and position = 1")
        done = run("verify")
    assert done.code == 1
    assert "lane 0, position 1:" in done.out
