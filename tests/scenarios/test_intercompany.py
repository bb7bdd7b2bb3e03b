"""What one entity charges another: both books, in the currency of each, to the last cent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest

from ledger.reads.exports import feed
from ledger.reads.intercompany import references


def rate(books, base, quote, value, on):
    books.do("set_exchange_rate", base=base, quote=quote, rate=value, on=on, source="ECB")


@pytest.fixture
def group(books):
    """US (USD) and EU (EUR), who deal in yen: 150 a dollar and 160 a euro on 2 November."""
    books.entity("US", "USD")
    books.entity("EU", "EUR")
    rate(books, "USD", "JPY", "150", "2026-11-01")
    rate(books, "EUR", "JPY", "160", "2026-11-01")
    return books


def charge(books, amount="100000", currency="JPY", on="2026-11-02", **more):
    """Charge US by EU under the reference support-11."""
    deal = {"reference": "support-11", "payer": "US", "payee": "EU"} | more
    return books.do("charge_intercompany", amount=amount, currency=currency, on=on, **deal)


def settle(books, amount, on, currency="JPY", reference="support-11"):
    return books.do("settle_intercompany", reference=reference, payer="US", payee="EU",
                    amount=amount, currency=currency, on=on)  # fmt: skip


def test_a_charge_stands_in_both_books_at_the_rate_of_the_day(group):
    assert charge(group) == ["intercompany.charged", "journal.posted", "journal.posted"]
    assert group.journal("US") == [
        ("2026-11-02", "intercompany_charged", "2300", "-666.67"),
        ("2026-11-02", "intercompany_charged", "5200", "666.67"),
    ]
    assert group.journal("EU") == [
        ("2026-11-02", "intercompany_charged", "1300", "625.00"),
        ("2026-11-02", "intercompany_charged", "4200", "-625.00"),
    ]


def test_a_settlement_in_parts_at_other_rates_leaves_nothing(group):
    charge(group)
    rate(group, "USD", "JPY", "148", "2026-11-10")
    settle(group, "33333", "2026-11-10")
    # 33,333 of 100,000 carry 222.22 and 208.33; at 148 and 160 they are 225.22 USD and 208.33 EUR.
    assert group.journal("US")[2:] == [
        ("2026-11-10", "intercompany_settled", "1000", "-225.22"),
        ("2026-11-10", "intercompany_settled", "2300", "222.22"),
        ("2026-11-10", "intercompany_settled", "7000", "3.00"),
    ]
    assert group.journal("EU")[2:] == [
        ("2026-11-10", "intercompany_settled", "1000", "208.33"),
        ("2026-11-10", "intercompany_settled", "1300", "-208.33"),
    ]
    rate(group, "EUR", "JPY", "158", "2026-11-20")
    settle(group, "66667", "2026-11-20")
    # The rest carries 444.45 and 416.67; it costs 450.45 USD and brings 421.94 EUR.
    assert group.balances("US") == {"1000": "-675.67", "5200": "666.67", "7000": "9.00"}
    assert group.balances("EU") == {"1000": "630.27", "4200": "-625.00", "7000": "-5.27"}


def test_a_side_whose_period_is_closed_posts_when_it_can(group):
    """November is over for EU: its side of a charge of 20 October goes to 1 November."""
    for month in range(1, 11):
        group.do("close_period", entity="EU", period=f"2026-{month:02}")
    rate(group, "USD", "JPY", "145", "2026-10-01")
    rate(group, "EUR", "JPY", "155", "2026-10-01")
    charge(group, on="2026-10-20")
    assert [line[0] for line in group.journal("US")] == ["2026-10-20"] * 2
    assert group.journal("EU") == [
        ("2026-11-01", "intercompany_charged", "1300", "645.16"),  # at the rate of 20 October
        ("2026-11-01", "intercompany_charged", "4200", "-645.16"),
    ]
    rows = group.read(references(as_of=None))
    assert [row.state for row in rows] == ["open"]


def test_what_only_one_side_has_posted_is_unmatched(group):
    for month in range(1, 11):
        group.do("close_period", entity="EU", period=f"2026-{month:02}")
    rate(group, "USD", "JPY", "145", "2026-10-01")
    rate(group, "EUR", "JPY", "155", "2026-10-01")
    charge(group, on="2026-10-20")
    (row,) = group.read(references(as_of=date(2026, 10, 31)))
    assert (row.state, str(row.payer_open), str(row.payee_open)) == ("unmatched", "100000", "0")
    assert (str(row.difference), str(row.result_difference)) == ("-100000", "-100000")


def test_a_credit_takes_back_what_was_charged_too_much(group):
    charge(group)
    rate(group, "USD", "JPY", "100", "2026-11-05")
    types = charge(group, amount="40000", on="2026-11-05", credit=True)
    assert types == ["intercompany.credited", "journal.posted", "journal.posted"]
    assert group.balances("US") == {"2300": "-400.00", "5200": "400.00"}
    assert group.balances("EU") == {"1300": "375.00", "4200": "-375.00"}
    settle(group, "60000", "2026-11-05")
    (row,) = group.read(references())
    assert (row.state, str(row.charged), str(row.credited), str(row.settled)) == (
        *("settled", "100000", "40000"),
        "60000",
    )


def test_in_the_currency_of_one_side_only_the_other_has_gains(group):
    rate(group, "USD", "EUR", "0.90", "2026-11-01")
    charge(group, amount="1000.00", currency="USD")
    rate(group, "USD", "EUR", "0.95", "2026-11-30")
    settle(group, "1000.00", "2026-11-30", "USD")
    assert group.balances("US") == {"1000": "-1000.00", "5200": "1000.00"}
    assert group.balances("EU") == {"1000": "950.00", "4200": "-900.00", "7000": "-50.00"}


REFUSED = [
    ({"payee": "US"}, "SAME_ENTITY", "payee"),
    ({"payer": "XX"}, "UNKNOWN_ENTITY", "payer"),
    ({"payee": "XX"}, "UNKNOWN_ENTITY", "payee"),
    ({"amount": "0"}, "BAD_VALUE", "amount"),
    ({"amount": "-1"}, "BAD_VALUE", "amount"),
    ({"amount": "0.5"}, "BAD_VALUE", "amount"),
    ({"amount": 5}, "BAD_DECIMAL", "amount"),
    ({"currency": "GBP"}, "NO_EXCHANGE_RATE", None),
    ({"currency": "XAU"}, "BAD_CURRENCY", "currency"),
    ({"on": "2025-12-31"}, "PERIOD_NOT_OPEN", "on"),
    ({"on": "2026-13-01"}, "BAD_DATE", "on"),
    ({"reference": ""}, "BAD_VALUE", "reference"),
    ({"reference": "taken"}, "ALREADY_EXISTS", "reference"),
    ({"credit": True}, "UNKNOWN_REFERENCE", "reference"),
    ({"credit": True, "reference": "taken", "amount": "501"}, "AMOUNT_TOO_LARGE", "amount"),
]
NOT_SETTLED = [
    ({"reference": "nobody"}, "UNKNOWN_REFERENCE", "reference"),
    ({"payer": "EU", "payee": "US"}, "REFERENCE_MISMATCH", "payer"),
    ({"payer": "JP"}, "REFERENCE_MISMATCH", "payer"),
    ({"payee": "JP"}, "REFERENCE_MISMATCH", "payee"),
    ({"currency": "USD"}, "REFERENCE_MISMATCH", "currency"),
    ({"amount": "501"}, "AMOUNT_TOO_LARGE", "amount"),
    ({"amount": "0"}, "BAD_VALUE", "amount"),
    ({"on": "2026-11-01"}, "TOO_EARLY", "on"),
    ({"credit": True}, "UNKNOWN_FIELD", "credit"),
]


def test_what_does_not_fit_is_refused_and_appends_nothing(group, ledger, subtests):
    group.entity("JP", "JPY")
    charge(group, amount="500", reference="taken")
    head = ledger.books.head()
    said = {"payer": "US", "payee": "EU", "amount": "500", "currency": "JPY"}
    for command, reference, cases in (
        ("charge_intercompany", "new", REFUSED),
        ("settle_intercompany", "taken", NOT_SETTLED),
    ):
        for change, code, field in cases:
            with subtests.test(command=command, change=change):
                body = said | {"reference": reference, "on": "2026-11-02"} | change
                answer = group._ask(command, **body)
                assert (answer.error.code, answer.error.field) == (code, field)
    assert ledger.books.head() == head


def test_an_amount_that_comes_to_nothing_in_the_books_is_refused(group):
    """A yen is a cent, so of 2 yen each part carries one; a tenth of a fils carries none."""
    rate(group, "USD", "KWD", "0.30", "2026-11-01")
    rate(group, "EUR", "KWD", "0.35", "2026-11-01")
    refused = group._ask("charge_intercompany", reference="dust", payer="US", payee="EU",
                         amount="0.001", currency="KWD", on="2026-11-02")  # fmt: skip
    assert refused.error.code == "BAD_VALUE"
    charge(group, amount="0.010", currency="KWD")  # 0.03 USD, 0.03 EUR
    for amount in ("0.001", "0.009"):
        refused = group._ask("settle_intercompany", reference="support-11", payer="US", payee="EU",
                             amount=amount, currency="KWD", on="2026-11-02")  # fmt: skip
        assert (refused.error.code, refused.error.field) == ("BAD_VALUE", "amount")
    settle(group, "0.004", "2026-11-02", "KWD")
    settle(group, "0.006", "2026-11-02", "KWD")
    assert "2300" not in group.balances("US")
    assert "1300" not in group.balances("EU")


def test_a_day_that_neither_side_takes_is_refused(group):
    for entity in ("US", "EU"):
        group.do("soft_close_period", entity=entity, period="2026-10")
    rate(group, "USD", "JPY", "145", "2026-10-01")
    rate(group, "EUR", "JPY", "155", "2026-10-01")
    refused = group._ask("charge_intercompany", reference="late", payer="US", payee="EU",
                         amount="5000", currency="JPY", on="2026-10-20")  # fmt: skip
    assert (refused.error.code, refused.error.field) == ("PERIOD_NOT_OPEN", "on")


def test_a_soft_closed_side_posts_in_its_next_open_period(group):
    group.do("soft_close_period", entity="US", period="2026-10")
    rate(group, "USD", "JPY", "145", "2026-10-01")
    rate(group, "EUR", "JPY", "155", "2026-10-01")
    charge(group, on="2026-10-20")
    assert {line[0] for line in group.journal("US")} == {"2026-11-01"}
    assert {line[0] for line in group.journal("EU")} == {"2026-10-20"}


def test_two_settlements_that_race_never_pay_twice(group, ledger):
    """Six pay all of it at once: one is accepted, the others find nothing left."""
    charge(group)
    gate = Barrier(6)

    def pay(number):
        gate.wait()
        answer = group._ask("settle_intercompany", key=f"pay-{number}", reference="support-11",
                            payer="US", payee="EU", amount="100000", currency="JPY",
                            on="2026-11-10")  # fmt: skip
        return answer.error.code if answer.error else answer.status

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(pay, range(6))) == ["AMOUNT_TOO_LARGE"] * 5 + ["accepted"]
    assert group.balances("US") == {"1000": "-666.67", "5200": "666.67"}


def test_a_close_that_races_with_a_charge_sends_its_side_on_or_waits(group, ledger):
    """Whoever comes first, the closed period of EU stands as its digest says."""
    for month in range(1, 10):
        group.do("close_period", entity="EU", period=f"2026-{month:02}")
    rate(group, "USD", "JPY", "145", "2026-10-01")
    rate(group, "EUR", "JPY", "155", "2026-10-01")
    gate = Barrier(2)

    def go(command, fields):
        gate.wait()
        return group._ask(command, key=command, **fields).status

    deal = {"reference": "race", "payer": "US", "payee": "EU", "amount": "5000", "currency": "JPY"}
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(go, "close_period", {"entity": "EU", "period": "2026-10"}),
                 pool.submit(go, "charge_intercompany", {"on": "2026-10-20", **deal})]  # fmt: skip
        assert [each.result() for each in asked] == ["accepted", "accepted"]
    assert group.balances("EU") == {"1300": "32.26", "4200": "-32.26"}


def test_the_two_sides_go_to_their_erps_one_by_one_with_the_trading_partner(group, ledger):
    charge(group)
    settle(group, "40000", "2026-11-03")
    for entity in ("US", "EU"):
        group.do("set_export_profile", target="erp", entity=entity, profile={})
        for account in ("1000", "1300", "2300", "4200", "5200", "7000"):
            group.do("map_account", target="erp", entity=entity, account=account,
                     erp_account=f"9{account}", from_="2026-01-01")  # fmt: skip
    group.do("seal_exports", target="erp", through="2026-11-30")
    told = {
        (row.content["entity"], row.content["account_class"]): row.content
        for row in group.read(feed("erp"))
    }
    assert {key: one["profile"] for key, one in told.items()} == {
        ("US", "intercompany"): "journal_detail",
        ("EU", "intercompany"): "journal_detail",
        ("US", "cash"): "document",
        ("EU", "cash"): "document",
    }
    assert {one["document"] for one in told.values()} == {"support-11"}
    lines = told["US", "intercompany"]["lines"]
    assert [(line["account"], line["counterparty"]) for line in lines] == [
        ("2300", "EU"),
        ("5200", "EU"),
    ]


def test_a_dry_run_shows_both_books_and_forgets_them(group, ledger):
    head = ledger.books.head()
    answer = group._ask("charge_intercompany", reference="r", payer="US", payee="EU",
                        amount="100000", currency="JPY", on="2026-11-02", dry_run=True)  # fmt: skip
    assert [(row.entity, row.account, str(row.amount)) for row in answer.effect.balances] == [
        ("EU", "1300", "625.00"),
        ("EU", "4200", "-625.00"),
        ("US", "2300", "-666.67"),
        ("US", "5200", "666.67"),
    ]
    assert ledger.books.head() == head
