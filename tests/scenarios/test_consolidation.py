"""The group in one currency, as of a day and as the books stood at a position."""

from datetime import date

import pytest

from ledger.errors import BadCurrency, NoExchangeRate
from ledger.projector.follower import catch_up
from ledger.reads.consolidation import group
from ledger.store.database import Role


@pytest.fixture
def two(books):
    """US and EU; EU charges US 1,000.00 USD in October, when EU's books are closed."""
    books.entity("US", "USD")
    books.entity("EU", "EUR")
    for day, value in (("2026-10-01", "0.90"), ("2026-11-30", "0.95")):
        books.do("set_exchange_rate", base="USD", quote="EUR", rate=value, on=day, source="ECB")
    for month in range(1, 11):
        books.do("close_period", entity="EU", period=f"2026-{month:02}")
    books.do("charge_intercompany", reference="hosting", payer="US", payee="EU", currency="USD",
             amount="1000.00", on="2026-10-31")  # fmt: skip
    return books


def look(books, *when, **how):
    catch_up(books._ledger.db)
    with books._ledger.db.transaction(Role.READER) as tx:
        return group(tx, date(*when), **how)


def plain(amounts):
    return {account: str(amount) for account, amount in amounts.items()}


def test_until_the_late_side_is_posted_the_charge_is_unmatched(two):
    october = look(two, 2026, 10, 31)
    assert [row.reference for row in october.unmatched] == ["hosting"]
    assert plain(october.statement.totals) == {"2300": "-1000.00", "5200": "1000.00"}
    november = look(two, 2026, 11, 29)
    assert november.unmatched == ()
    assert plain(november.statement.totals) == {}


def test_the_default_currency_is_that_of_the_first_entity(two):
    """At the close of November 900.00 EUR are 947.37 USD, sold when they were 1,000.00."""
    statement = look(two, 2026, 11, 30).statement
    assert statement.currency == "USD"
    us, eu = statement.books[1], statement.books[0]
    assert (us.rate, str(us.difference)) == (None, "0.00")
    assert (str(eu.rate.rate), eu.rate.inverted, str(eu.difference)) == ("0.95", True, "52.63")
    assert [(each.account, str(each.balance), str(each.translated)) for each in eu.accounts] == [
        ("1300", "900.00", "947.37"),
        ("4200", "-900.00", "-1000.00"),
    ]
    assert (str(statement.elimination_difference), str(statement.total)) == ("-52.63", "0.00")


def test_another_currency_and_another_position(two):
    before = look(two, 2026, 11, 30, currency="EUR", at=two._ledger.books.head() - 4)
    assert (before.statement.books, before.statement.total) == ((), 0)
    statement = look(two, 2026, 11, 30, currency="EUR").statement
    assert plain(statement.eliminations) == {
        "1300": "-900.00",
        "2300": "950.00",
        "4200": "900.00",
        "5200": "-900.00",
    }


def test_a_rate_that_is_missing_refuses_the_statement(two):
    with pytest.raises(NoExchangeRate):
        look(two, 2026, 11, 30, currency="JPY")
    with pytest.raises(BadCurrency):
        look(two, 2026, 11, 30, currency="XAU")


def test_without_entities_there_is_nothing(books):
    assert look(books, 2026, 11, 30) is None


def test_journals_by_hand_between_entities_are_not_eliminated(two):
    """4200 is no control account; what somebody books there has no reference to match."""
    lines = [{"account": "1000", "debit": "5.00"}, {"account": "4200", "credit": "5.00"}]
    two.do("post_journal", entity="US", on="2026-11-20", lines=lines, reason="test",
           approved_by="boss")  # fmt: skip
    assert plain(look(two, 2026, 11, 29).statement.totals) == {"1000": "5.00", "4200": "-5.00"}


def test_after_both_sides_revalued_only_the_gain_is_left_of_a_charge(two):
    """EU revalues 900.00 EUR to 950.00: both sides are worth the same, and the day after not."""
    two.do("revalue", entity="EU", on="2026-11-30")
    closing = look(two, 2026, 11, 30).statement
    assert plain(closing.eliminations) == {
        "1300": "-1000.00",
        "2300": "1000.00",
        "4200": "1000.00",
        "5200": "-1000.00",
    }
    assert plain(closing.totals) == {"7010": "-52.63"}
    assert (str(closing.elimination_difference), str(closing.translation_difference)) == (
        *("0.00", "52.63"),
    )
    after = look(two, 2026, 12, 1).statement
    assert str(after.elimination_difference) == "-52.63"
    two.do("settle_intercompany", reference="hosting", payer="US", payee="EU", currency="USD",
           amount="1000.00", on="2026-12-01")  # fmt: skip
    assert two.balances("EU") == {"1000": "950.00", "4200": "-900.00", "7000": "-50.00"}
