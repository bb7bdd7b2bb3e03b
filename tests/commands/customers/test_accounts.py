"""Accounts: what has to fit, and personal data that never enters the log."""

from ledger.commands.customers.accounts import lane_of
from ledger.events.catalog import AccountOpened
from ledger.events.streams import stream
from ledger.store.database import Role

GLOBEX = {"account": "globex", "entity": "US", "name": "Globex Corp", "currency": "USD"}


def opened(ledger, account: str) -> AccountOpened:
    """Return the fact that opened an account."""
    fact = ledger.books.read_stream(stream("account", account))[0]
    assert isinstance(fact, AccountOpened)
    return fact


def test_every_field_is_kept(world, ledger):
    answer = world("open_account", **GLOBEX, country="DE", address="Berlin", vat_id="DE136695976",
                   time_zone="Europe/Berlin", tax="sales",
                   parent="acme", payment_terms_days=14)  # fmt: skip
    assert answer.status == "accepted", answer
    fact = opened(ledger, "globex")
    assert (fact.country, fact.time_zone, fact.tax) == ("DE", "Europe/Berlin", "sales")
    assert (fact.parent, fact.payment_terms_days, fact.has_vat_id) == ("acme", 14, True)


def test_defaults_are_the_entitys(world, ledger):
    world("open_account", **GLOBEX)
    fact = opened(ledger, "globex")
    assert (fact.time_zone, fact.tax, fact.payment_terms_days) == ("UTC", None, 30)
    assert fact.lane == 1


def test_the_log_holds_digests_of_personal_data_and_the_table_holds_the_data(world, ledger):
    world("open_account", key="g", **GLOBEX, address="Secret Street 1", vat_id="X-99")
    with ledger.db.transaction(Role.WRITER) as tx:
        texts = tx.execute("select data::text || meta::text from ledger.log").fetchall()
        row = tx.execute(
            "select name, address, vat_id, version from ledger.personal_data "
            "where account = 'globex'"
        ).fetchone()
    assert row == ("Globex Corp", "Secret Street 1", "X-99", 1)
    for secret in ("Globex Corp", "Secret Street", "X-99"):
        assert not [text for (text,) in texts if secret in text]


def test_the_digest_of_the_command_is_keyed_too(world, ledger):
    first = world("open_account", key="g", **GLOBEX)
    assert first.status == "accepted"
    assert world("open_account", key="g", **GLOBEX).status == "duplicate"
    other = world("open_account", key="g", **{**GLOBEX, "name": "Globex Inc"})
    assert other.error.code == "KEY_REUSED"


REFUSED = [
    ({"account": "acme"}, "ALREADY_EXISTS", "account"),
    ({"entity": "EU"}, "UNKNOWN_ENTITY", "entity"),
    ({"currency": "EUR", "parent": "acme"}, "CURRENCY_MISMATCH", "currency"),
    ({"tax": "vat"}, "UNKNOWN_TAX_CODE", "tax"),
    ({"parent": "nobody"}, "UNKNOWN_ACCOUNT", "parent"),
    ({"parent": "globex"}, "UNKNOWN_ACCOUNT", "parent"),
    ({"country": "DE", "vat_id": "DE1"}, "BAD_VALUE", "vat_id"),
    ({"vat_id": " "}, "BAD_VALUE", "vat_id"),
    ({"payment_terms_days": "30"}, "BAD_VALUE", "payment_terms_days"),
    ({"payment_terms_days": -1}, "BAD_VALUE", "payment_terms_days"),
    ({"payment_terms_days": True}, "BAD_VALUE", "payment_terms_days"),
    ({"time_zone": "CEST"}, "BAD_VALUE", "time_zone"),
    ({"name": None}, "MISSING_FIELD", "name"),
]


def test_what_does_not_fit_is_refused(world, ledger, subtests):
    for change, code, field in REFUSED:
        with subtests.test(change=change):
            head = ledger.books.head()
            answer = world("open_account", **{**GLOBEX, **change})
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_a_reverse_charge_needs_both_vat_ids(world, ask):
    ask("set_tax_rate", code="rc", rate="0", from_="2026-01-01", category="AE")
    without = world("open_account", **GLOBEX, tax="rc")
    assert (without.error.code, without.error.field) == ("VAT_ID_MISSING", "vat_id")
    assert "account" in without.error.message
    one = world("open_account", **GLOBEX, tax="rc", vat_id="X1")
    assert one.error.code == "VAT_ID_MISSING"
    assert "entity" in one.error.message


def test_a_parent_belongs_to_the_same_entity(world, ask):
    ask("register_entity", entity="U2", name="Two", currency="USD", country="US",
        time_zone="UTC", first_period="2026-01")  # fmt: skip
    answer = world("open_account", **{**GLOBEX, "entity": "U2"}, parent="acme")
    assert (answer.error.code, answer.error.field) == ("BAD_VALUE", "parent")


def test_accounts_spread_over_the_lanes_there_are():
    lanes = {lane_of(f"account-{number}", 4) for number in range(100)}
    assert lanes == {1, 2, 3, 4}
    assert lane_of("acme", 1) == 1
