"""What a dispute took for good is re-rated downwards: nobody is given back what he has back."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.cli.reports.asked import Asked
from ledger.cli.reports.collecting import disputes
from ledger.cli.reports.statement import statement
from ledger.lineage import down
from ledger.reads.journal import journal_lines
from ledger.store.database import Role

CENT = {"type": "per_unit", "unit": "0.01"}
INVOICE = "US-2026-000001"
PAY = {"account": "acme", "currency": "USD", "via": "bank"}
LOSS = {}
REVENUE = {"chargeback": "revenue", "tax_relief_on_write_off": True}


@pytest.fixture
def owing(books):
    """Return how to owe 119.00 with 19.00 tax on 1 November, by an entity with these policies."""

    def owe(policies, *accounts: str) -> None:
        books.entity("US", "USD", policies=policies)
        books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
        books.plan("api", "USD", CENT)
        for account in accounts or ("acme",):
            books.customer(account, "US", "USD", "api", tax="vat")
            books.use(account, f"of-{account}", "2026-10-05", "10000")
        bill(books, "2026-11-01")

    return owe


def bill(books, on: str) -> list[str]:
    books.do("rate_usage", through="2026-10-31")
    return books.do("issue_invoices", through="2026-10-31", on=on)


def pay(books, payment: str, amount: str, on: str = "2026-11-10", **more) -> None:
    books.do("capture_payment", payment=payment, amount=amount, on=on, **{**PAY, **more})


def lose(books, dispute: str, payment: str, amount: str, on: str = "2026-11-20") -> None:
    books.do("open_dispute", dispute=dispute, payment=payment, amount=amount, fee="0", on=on)
    books.do("close_dispute", dispute=dispute, outcome="lost", on=on)


def rerate(books, quantity: str, account: str = "acme", on: str = "2026-12-20") -> list[str]:
    """Correct what was used in October, rate it again, and return what billing it appends."""
    books.do("correct_usage", source="app", id=f"of-{account}", reason="counted twice",
             properties={"quantity": quantity})  # fmt: skip
    return bill(books, on)


@pytest.mark.parametrize(
    ("policies", "undone", "ends"),
    [
        (LOSS, [("5010", "-11.90")], {"2200": "-17.10", "4010": "-90.00", "5010": "107.10"}),
        (REVENUE, [("4010", "-10.00"), ("2200", "-1.90")], {}),
        ({"chargeback": "revenue"}, [("4010", "-10.00"), ("5010", "-1.90")],
         {"2200": "-17.10", "5010": "17.10"}),
    ],
    ids=["loss", "revenue", "revenue-without-relief"],
)  # fmt: skip
def test_what_was_never_owed_was_never_lost(books, owing, policies, undone, ends):
    """Of 119.00 lost 11.90 were never due: it ends as if the rest alone had been paid and lost."""
    owing(policies)
    pay(books, "p-1", "119.00")
    lose(books, "d-1", "p-1", "119.00")
    facts = rerate(books, "9000")
    assert facts == ["numbers.drawn", "dispute.reversed", "receivables.posted", "journal.posted",
                     "credit_note.issued", "journal.posted"]  # fmt: skip
    note = [("1150", "10.00"), ("2200", "1.90"), ("1100", "-11.90")]
    assert books.journal()[-4 - len(undone) :] == [
        ("2026-12-20", "dispute_reversed", "1100", "11.90"),
        *(("2026-12-20", "dispute_reversed", *line) for line in undone),
        *(("2026-12-20", "credit_note_rerating", *line) for line in note),
    ]
    assert books.balances() == ends


@pytest.mark.parametrize("policies", [LOSS, REVENUE], ids=["loss", "revenue"])
@pytest.mark.parametrize(
    ("quantity", "bank", "credit"),
    [("7000", "69.00", None), ("5000", "69.00", "-9.50"), ("0", "69.00", "-69.00")],
)
def test_only_what_is_still_paid_becomes_a_balance(books, owing, policies, quantity, bank, credit):
    """Of 119.00, 50.00 were lost and 69.00 stay paid: 35.70, 59.50 or 119.00 were never due."""
    owing(policies)
    pay(books, "p-1", "50.00")
    pay(books, "p-2", "69.00", "2026-11-11")
    lose(books, "d-1", "p-1", "50.00")
    rerate(books, quantity)
    ends = books.balances()
    assert (ends["1000"], ends.get("2120")) == (bank, credit)
    if quantity == "0":
        assert ends.keys() == {"1000", "2120"}
    if credit:
        assert "5010" not in ends


@pytest.mark.parametrize("policies", [LOSS, REVENUE], ids=["loss", "revenue"])
def test_losses_fall_step_by_step_and_end_at_nothing(books, owing, policies):
    """59.49, 33.33 and 26.18 are lost of three payments; then 10, 50 and 40 of 100 are not due."""
    owing(policies)
    for number, amount in enumerate(("59.49", "33.33", "26.18"), start=1):
        pay(books, f"p-{number}", amount, f"2026-11-1{number}")
        lose(books, f"d-{number}", f"p-{number}", amount, f"2026-11-2{number}")
    if policies:
        assert books.balances() == {}
    for day, quantity in enumerate(("9000", "4000", "0"), start=20):
        rerate(books, quantity, on=f"2026-12-{day}")
        assert not {"1100", "2120"} & books.balances().keys()
    assert books.balances() == {}


@pytest.mark.parametrize("policies", [LOSS, REVENUE], ids=["loss", "revenue"])
def test_what_is_open_and_what_is_given_up_go_before_what_is_lost(books, owing, policies):
    """59.50 lost, 40.00 given up and 19.50 open: of 83.30 never due 23.80 come off what is lost."""
    owing({"tax_relief_on_write_off": True, **policies})
    pay(books, "p-1", "59.50")
    lose(books, "d-1", "p-1", "59.50")
    books.do("write_off", invoice=INVOICE, on="2026-11-25")
    books.do("recover_write_off", invoice=INVOICE, amount="19.50", on="2026-11-26")
    facts = rerate(books, "3000")
    assert facts.index("write_off.reversed") < facts.index("dispute.reversed")
    owed_again = [line[3] for line in books.journal() if line[1].endswith("reversed")
                  and line[2] == "1100"]  # fmt: skip
    assert owed_again == ["40.00", "23.80"]
    assert not {"1100", "2120"} & books.balances().keys()
    rerate(books, "0", on="2026-12-21")
    ends = books.balances()
    assert ends.keys() <= {"1120", "5100"}, ends  # what a recovery set aside again stays


def test_a_payment_after_the_loss_is_not_taken_for_it(books, owing):
    """All lost, and the customer pays again: that is cash no invoice takes, and stays it."""
    owing(LOSS)
    pay(books, "p-1", "119.00")
    lose(books, "d-1", "p-1", "119.00")
    pay(books, "p-2", "119.00", "2026-11-25")
    rerate(books, "9000")
    assert books.balances() == {"1000": "119.00", "2130": "-119.00", "2200": "-17.10",
                                "4010": "-90.00", "5010": "107.10"}  # fmt: skip


@pytest.mark.parametrize("policies", [LOSS, REVENUE], ids=["loss", "revenue"])
def test_a_dispute_over_two_invoices_is_undone_in_both(books, owing, policies):
    """A second invoice of 59.50; one dispute of 178.50 takes both, and both were never due."""
    owing(policies)
    books.use("acme", "of-more", "2026-10-06", "5000")
    bill(books, "2026-11-02")
    pay(books, "p-1", "178.50")
    lose(books, "d-1", "p-1", "178.50")
    books.do("correct_usage", source="app", id="of-more", reason="test", void=True)
    facts = rerate(books, "0")
    assert facts.count("dispute.reversed") == facts.count("credit_note.issued") == 2
    assert books.balances() == {}


def test_losses_of_several_customers_fall_in_one_run(books, owing):
    owing(REVENUE, "acme", "best")
    for number, account in enumerate(("acme", "best")):
        pay(books, f"p-{number}", "119.00", account=account)
        lose(books, f"d-{number}", f"p-{number}", "119.00")
    books.do("correct_usage", source="app", id="of-best", reason="test", void=True)
    assert rerate(books, "0").count("dispute.reversed") == 2
    assert books.balances() == {}


def test_revenue_comes_back_where_the_note_takes_it_first(books):
    """Half of 4010 (100.00) and 4011 (100.00) is lost; 60.00 of 4010 and then of 4011 fall."""
    books.entity("US", "USD", policies=REVENUE)
    items = [
        {
            "item": f"item-{n}",
            "kind": "usage",
            "meter": f"meter-{n}",
            "interval": "month",
            "model": CENT,
            **more,
        }
        for n, more in ((1, {}), (2, {"revenue_account": "4011"}))
    ]
    books.do("change_chart", from_="2026-01-01",
             accounts=[{"account": "4011", "name": "More", "class": "Income"}])  # fmt: skip
    books.do("publish_plan", plan="api", currency="USD", items=items, from_="2026-01-01")
    books.customer("acme", "US", "USD", "api")
    books.use("acme", "of-acme", "2026-10-05", "10000")
    books.use("acme", "of-more", "2026-10-05", "10000", meter="meter-2")
    bill(books, "2026-11-01")
    pay(books, "p-1", "100.00")
    pay(books, "p-2", "100.00", "2026-11-11")
    lose(books, "d-1", "p-1", "100.00")
    rerate(books, "4000")
    undone = [line[2:] for line in books.journal() if line[1] == "dispute_reversed"]
    assert undone == [("1100", "60.00"), ("4010", "-50.00"), ("4011", "-10.00")]
    assert books.balances() == {"1000": "100.00", "4010": "-40.00", "4011": "-60.00"}


def test_what_is_lost_to_a_dispute_is_not_given_back_as_a_concession(books, owing):
    owing(LOSS)
    pay(books, "p-1", "119.00")
    lose(books, "d-1", "p-1", "59.50")
    for lines, answer in (("all", "LOST_TO_DISPUTE"), ([{"line": 1, "net": "50.01"}],
                          "LOST_TO_DISPUTE"), ([{"line": 1, "net": "50.00"}], None)):  # fmt: skip
        given = books._ask("issue_credit_note", invoice=INVOICE, lines=lines, on="2026-12-01",
                           reason="goodwill")  # fmt: skip
        assert (given.error.code if given.error else None) == answer
    assert books.balances()["2120"] == "-59.50"


def test_a_dispute_that_was_undone_stays_decided(books, owing):
    owing(LOSS)
    pay(books, "p-1", "119.00")
    lose(books, "d-1", "p-1", "119.00")
    rerate(books, "0")
    again = books._ask("close_dispute", dispute="d-1", outcome="won", on="2026-12-21")
    assert again.error.code == "DISPUTE_DECIDED"


def test_a_dry_run_shows_it_and_leaves_everything_as_it_was(books, owing):
    owing(LOSS)
    pay(books, "p-1", "119.00")
    lose(books, "d-1", "p-1", "119.00")
    before = books.balances()
    answer = books._ask("correct_usage", source="app", id="of-acme", reason="counted twice",
                        properties={"quantity": "9000"}, dry_run=True)  # fmt: skip
    moved = {each["account"]: each["amount"] for each in answer.effect.to_dict()["balances"]}
    assert moved == {"2200": "1.90", "4010": "10.00", "5010": "-11.90"}
    assert books.balances() == before


def test_lineage_and_the_statement_tell_of_it(books, owing):
    owing(REVENUE)
    pay(books, "p-1", "119.00")
    lose(books, "d-1", "p-1", "119.00")
    rerate(books, "9000")
    lines = [line for line in books.read(journal_lines()) if line.rule == "dispute_reversed@1"]
    with books._ledger.db.transaction(Role.READER) as tx:
        node = down(tx, f"{lines[0].position}.2", first=1, after=None, prove=False)
        table = statement(tx, Asked(today=date(2026, 12, 31), account="acme")).rows
    (entry,) = node.links
    assert [(each.kind, each.id, each.detail["policy"]) for each in entry.links] == [
        ("reversal", "d-1", "revenue")
    ]
    assert [tuple(row[2:6]) for row in table][-3:] == [
        ("reversal", "d-1", INVOICE, "11.90"),
        ("credit_note", "US-CN-2026-000001", INVOICE, "-11.90"),
        ("closing", None, None, None),
    ]


def test_the_report_says_what_was_undone_and_by_which_credit_notes(books, owing):
    """Of d-1 all 50.00 are undone, by two notes, of d-2 9.50 of 69.00; d-3 stays as it was."""
    owing(LOSS)
    for number, amount in enumerate(("69.00", "50.00", "1.00"), start=1):
        pay(books, f"p-{number}", amount, f"2026-11-1{number}")
    for number, amount in ((2, "69.00"), (1, "50.00")):
        lose(books, f"d-{number}", f"p-{3 - number}", amount, f"2026-11-2{3 - number}")
    lose(books, "d-3", "p-3", "1.00", "2026-11-25")
    rerate(books, "7000", on="2026-12-20")
    rerate(books, "5000", on="2026-12-21")
    books.balances()
    with books._ledger.db.transaction(Role.READER) as tx:
        report = disputes(tx, Asked(today=date(2026, 12, 31)))
        rows = [dict(zip(report.columns, row, strict=True)) for row in report.rows]
    first, second = "US-CN-2026-000001", "US-CN-2026-000002"
    assert [(row["dispute"], row["#reversed"], row["credit_notes"]) for row in rows] == [
        ("d-2", "9.50", second), ("d-1", "50.00", f"{first} {second}"), ("d-3", "0.00", None)
    ]  # fmt: skip


RATES = [
    ("USD", "JPY", "1", "150", "151.37"),
    ("USD", "JPY", "1", "149.999", "92.5"),
    ("USD", "EUR", "1", "0.91337", "0.97777"),
    ("KWD", "JPY", "0.1", "486.30", "501.119"),
    ("JPY", "KWD", "100", "0.002057", "0.0021"),
    ("JPY", "USD", "100", "0.0067", "0.00701"),
    ("KWD", "KWD", "0.1", None, None),
    ("JPY", "JPY", "100", None, None),
]


@pytest.mark.parametrize("policies", [LOSS, REVENUE, {"chargeback": "revenue"}],
                         ids=["loss", "relief", "revenue"])  # fmt: skip
@pytest.mark.parametrize(("agreed", "kept", "size", "then", "now"), RATES)
def test_in_any_currency_nothing_is_left_of_what_was_never_owed(
    books, policies, agreed, kept, size, then, now
):
    """3,337 units are billed, paid in three parts and lost at other rates; nothing was due."""
    books.entity("XX", kept, policies=policies)
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    books.plan("api", agreed, {"type": "per_unit", "unit": str(Decimal(size) / 100)})
    if then:
        rate(books, agreed, kept, then, "2026-10-01")
    books.customer("acme", "XX", agreed, "api", tax="vat")
    books.use("acme", "of-acme", "2026-10-05", "3337")
    bill(books, "2026-11-01")
    (total,) = [Decimal(row[3]) for row in books.documents("acme")]
    unit = Decimal(1).scaleb(total.as_tuple().exponent)
    first, second = (total / 3).quantize(unit), (total / 5).quantize(unit)
    for number, part in enumerate((first, second, total - first - second), start=1):
        if now:
            rate(books, agreed, kept, str(Decimal(now) + number), f"2026-11-1{number}")
        pay(books, f"p-{number}", str(part), f"2026-11-1{number}", currency=agreed)
        lose(books, f"d-{number}", f"p-{number}", str(part), f"2026-11-2{number}")
    ends = books.balances("XX")
    assert ("2200" in ends) == ("tax_relief_on_write_off" not in policies), ends
    assert not {"1100", "1110", "2120"} & ends.keys()
    rerate(books, "1234", on="2026-12-20")
    assert not {"1100", "2120"} & books.balances("XX").keys()
    rerate(books, "0", on="2026-12-21")
    ends = books.balances("XX")
    assert ends.keys() <= {"1000", "4010", "7000"}, ends
    assert "4010" not in ends or now, ends
    assert books.do("revalue", entity="XX", on="2026-12-31") == []


def rate(books, base: str, quote: str, value: str, on: str) -> None:
    books.do("set_exchange_rate", base=base, quote=quote, rate=value, on=on, source="test")
