"""Statements and tests of journal entries by GraphQL tie to the trial balance."""

from decimal import Decimal

import pytest

from ledger.commands.registry import execute
from ledger.projector.follower import catch_up


def drained(door, query, name, **variables):
    """Return every node of a list that is asked for a page at a time, and its last answer."""
    nodes, after = [], None
    while True:
        answer = door.data(query, "auditor", after=after, **variables)[name]
        page = answer.get("lines", answer)
        nodes += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes, answer


LEDGER = """query ($code: String!, $from: Date, $asOf: Date, $at: Long, $after: String) {
    generalLedger(entity: "US", account: $code, from: $from, asOf: $asOf, atPosition: $at) {
        name currency position opening debit credit closing
        lines(first: 2, after: $after) {
            nodes { id debit credit balance postedOn } pageInfo { hasNextPage endCursor }
            totalCount { value } } } }"""


def test_the_general_ledger_page_by_page_ends_at_its_closing_balance(october):
    trial = october.data(
        '{ trialBalance(entity: "US") { accounts { account balance debit credit } } }', "auditor"
    )["trialBalance"]["accounts"]
    for row in trial:
        lines, account = drained(october, LEDGER, "generalLedger", code=row["account"])
        assert account["lines"]["totalCount"]["value"] == len(lines) > 0
        assert [account[key] for key in ("closing", "debit", "credit")] == [
            row[key] for key in ("balance", "debit", "credit")
        ]
        assert Decimal(lines[-1]["balance"]) == Decimal(account["closing"])
    later, account = drained(
        october, LEDGER, "generalLedger", code="1100", **{"from": "2026-11-01"}
    )
    assert account["opening"] != "0"
    assert all(line["postedOn"] >= "2026-11-01" for line in later)


def test_the_pages_of_a_general_ledger_are_of_one_position(own_october):
    first = own_october.data(LEDGER, "auditor", code="1000")["generalLedger"]
    pay = {"command": "capture_payment", "key": "later", "payment": "later", "account": "acme",
           "amount": "1.00", "currency": "USD", "via": "bank", "on": "2026-10-01"}  # fmt: skip
    assert execute(own_october.ledger, pay, "tester").status == "accepted"
    catch_up(own_october.ledger.db)
    fresh = own_october.data(LEDGER, "auditor", code="1000")["generalLedger"]
    assert int(fresh["position"]) > int(first["position"])
    assert Decimal(fresh["closing"]) == Decimal(first["closing"]) + 1
    mark, last = first["lines"]["pageInfo"]["endCursor"], first["lines"]["nodes"][-1]
    while first["lines"]["pageInfo"]["hasNextPage"]:
        page = own_october.data(LEDGER, "auditor", code="1000", after=mark)["generalLedger"][
            "lines"
        ]
        mark, last = page["pageInfo"]["endCursor"], page["nodes"][-1]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert last["balance"] == first["closing"]
    held = {"at": first["position"], "code": "1000"}
    again = own_october.data(LEDGER, "auditor", **held)["generalLedger"]
    assert {**again, "lines": again["lines"]["nodes"]} == {
        **first,
        "lines": first["lines"]["nodes"],
    }


def test_an_unknown_account_is_refused(october):
    answer = october.ask(LEDGER, "auditor", code="9999")
    assert answer["errors"][0]["extensions"]["code"] == "UNKNOWN_LEDGER_ACCOUNT"


SHEET = """query ($asOf: Date, $compare: Date, $at: Long) {
    balanceSheet(entity: "US", asOf: $asOf, compare: $compare, atPosition: $at) {
        currency columns { asOf } sections { name lines { account amounts } totals }
        resultToDate difference }
    incomeStatement(entity: "US", asOf: $asOf, compare: $compare, atPosition: $at) {
        sections { name totals } result } }"""


def test_the_statements_agree_with_each_other(october):
    for variables in ({}, {"asOf": "2026-10-31"}, {"asOf": "2026-11-30", "compare": "2026-10-31"}):
        found = october.data(SHEET, "auditor", **variables)
        sheet, income = found["balanceSheet"], found["incomeStatement"]
        assert set(map(Decimal, sheet["difference"])) == {Decimal(0)}
        assert sheet["resultToDate"] == income["result"]
        assert len(sheet["columns"]) == len(income["result"])
    nothing = october.data(SHEET, "auditor", at="1")
    assert nothing == {"balanceSheet": None, "incomeStatement": None}


def test_the_months_of_an_income_statement_add_up(october):
    query = """query ($from: Date, $asOf: Date) { incomeStatement(
        entity: "US", from: $from, asOf: $asOf, byMonth: true) { columns { from asOf } result } }"""
    days = {"from": "2026-10-01", "asOf": "2026-12-31"}
    one = october.data(query, "auditor", **days)["incomeStatement"]
    whole, *months = map(Decimal, one["result"])
    assert len(months) == 3
    assert sum(months) == whole != 0
    for wrong in ({"from": "2026-10-01"}, {"from": "2000-01-01", "asOf": "2026-12-31"}):
        answer = october.ask(query, "auditor", **wrong)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_VALUE"


def test_the_population_ties_to_the_trial_balance(october):
    query = """query ($after: String) { journalEntryTests {
        position totals { entity entries lines debit credit }
        lines(first: 7, after: $after) {
            nodes { id entry debit credit manual } pageInfo { hasNextPage endCursor } } } }"""
    lines, answer = drained(october, query, "journalEntryTests")
    (totals,) = answer["totals"]
    assert totals["lines"] == len(lines) == len({line["id"] for line in lines})
    assert totals["entries"] == len({line["entry"] for line in lines})
    trial = october.data('{ trialBalance(entity: "US") { accounts { debit credit } } }', "auditor")[
        "trialBalance"
    ]["accounts"]
    for side in ("debit", "credit"):
        assert Decimal(totals[side]) == sum(Decimal(row[side]) for row in trial)
        assert Decimal(totals[side]) == sum(Decimal(line[side]) for line in lines)
    assert not any(line["manual"] for line in lines)


@pytest.mark.parametrize(
    "argument", ["roundTo: \"0\"", "rareBelow: 0", "rareBelow: 101"]
)  # fmt: skip
def test_criteria_out_of_bounds_are_refused(october, argument):
    query = f"{{ journalEntryTests({argument}) {{ position }} }}"
    assert october.ask(query, "auditor")["errors"][0]["extensions"]["code"] == "BAD_VALUE"


@pytest.mark.parametrize(
    "field",
    [
        'generalLedger(entity: "US", account: "1100") { closing }',
        'balanceSheet(entity: "US") { entity }',
        'incomeStatement(entity: "US") { entity }',
        "journalEntryTests { position }",
        "cutOff { account }",
        "cutOffLines { nodes { id } }",
        "yearEndLines { nodes { id } }",
        "priorPeriod { nodes { id } }",
        "reopened { nodes { entry } }",
        "closings { period }",
    ],
)
def test_nobody_but_auditors_and_admins_reads_the_books(october, field):
    for role, account in (("portal", "acme"), ("erp", None), ("ingest", None)):
        answer = october.ask(f"{{ {field} }}", role, account)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "errors" not in october.ask(f"{{ {field} }}", "admin")
