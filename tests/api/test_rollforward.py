"""The auditor's reports that tie: roll-forwards, disclosures, tax."""

from decimal import Decimal

ROLL = """query ($of: RollForwardOf!, $from: Date, $asOf: Date, $at: Long, $whose: ID) {
    rollForward(entity: "US", of: $of, from: $from, asOf: $asOf, atPosition: $at,
                account: $whose) {
        entity currency ties asOf { position }
        accounts { account name opening movements { movement amount } closing subledger revalued
                   difference } } }"""
BALANCE = """query ($asOf: Date, $at: Long) {
    trialBalance(entity: "US", asOf: $asOf, atPosition: $at) { accounts { account balance } } }"""


def test_every_control_account_ties_to_the_trial_balance(october):
    days = {"from": "2026-10-01", "asOf": "2026-11-30"}
    found = october.data(ROLL, "auditor", of="EVERY_CONTROL_ACCOUNT", **days)["rollForward"]
    assert (found["currency"], found["ties"]) == ("USD", True)
    told = october.data(BALANCE, "auditor", asOf="2026-11-30")["trialBalance"]["accounts"]
    balances = {row["account"]: abs(Decimal(row["balance"])) for row in told}
    assert {row["account"] for row in found["accounts"]} >= {"1100", "1150", "2200"}
    for row in found["accounts"]:
        moved = sum(Decimal(one["amount"]) for one in row["movements"])
        assert (
            Decimal(row["opening"]) + moved == Decimal(row["closing"]) == Decimal(row["subledger"])
        ), row
        assert Decimal(row["closing"]) == balances.get(row["account"], 0), row


def test_one_customer_and_one_position(october):
    days = {"from": "2026-10-01", "asOf": "2026-11-30", "of": "RECEIVABLES"}
    whole = october.data(ROLL, "auditor", **days)["rollForward"]["accounts"]
    acme = october.data(ROLL, "auditor", whose="acme", **days)["rollForward"]["accounts"]
    assert Decimal(acme[0]["closing"]) <= Decimal(whole[0]["closing"])
    before = october.data(ROLL, "auditor", at="1", **days)["rollForward"]
    assert (before["accounts"], before["ties"]) == ([], True)


def test_a_span_that_ends_before_it_begins_is_refused(october):
    asked = october.ask(
        ROLL, "auditor", of="ALLOWANCE", asOf="2026-10-01", **{"from": "2026-11-01"}
    )
    assert asked["errors"][0]["extensions"]["code"] == "BAD_SPAN"


def test_the_disclosure_and_the_tax_report(october):
    query = """{ contractDisclosure(entity: "US", from: "2026-10-01", asOf: "2026-11-30") {
            balances { name opening closing movements { movement amount } }
            obligations { account total difference } }
        taxReport(entity: "US", from: "2026-10-01", asOf: "2026-11-30") {
            rows { category kinds { kind base tax } } posted reported difference }
        none: taxReport(entity: "nobody") { posted } }"""
    found = october.data(query, "auditor")
    names = [row["name"] for row in found["contractDisclosure"]["balances"]]
    assert names[:2] == ["receivables", "unbilled_receivables"]
    assert names[-1] == "contract_liabilities_net"
    report = found["taxReport"]
    assert (report["posted"], Decimal(report["difference"])) == (report["reported"], 0)
    assert report["rows"]
    assert found["none"] is None


def test_the_portal_may_not_ask(october):
    asked = october.ask(ROLL, "portal", "acme", of="RECEIVABLES")
    assert asked["errors"][0]["extensions"]["code"] == "FORBIDDEN"
