"""The auditor: the journal, the trial balance, the log, and both walks in one query each."""

from decimal import Decimal

import pytest


def test_journal_lines_page_by_page(october):
    query = """query ($after: String, $code: String) {
        journalLines(entity: "US", account: $code, first: 3, after: $after) {
            nodes { id entry account amount debit credit customer postedOn rule }
            pageInfo { hasNextPage endCursor } totalCount { value } asOf { position }
        } }"""
    lines, after = [], None
    while True:
        page = october.data(query, "auditor", after=after)["journalLines"]
        lines += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(lines) == page["totalCount"]["value"] == len({line["id"] for line in lines})
    assert sum(Decimal(line["amount"]) for line in lines) == 0
    assert all(
        Decimal(line["debit"]) - Decimal(line["credit"]) == Decimal(line["amount"])
        for line in lines
    )
    some = october.data(query, "auditor", code="1100")["journalLines"]["nodes"]
    assert {line["account"] for line in some} == {"1100"}
    reused = october.ask(query, "auditor", code="1100", after=after)
    assert reused["errors"][0]["extensions"]["code"] == "BAD_CURSOR"


def test_an_entry_by_its_position(october):
    line = october.data("{ journalLines(first: 1) { nodes { position entry } } }", "auditor")
    (node,) = line["journalLines"]["nodes"]
    query = (
        "query ($p: Long!) { journalEntry(position: $p) { entry currency lines { line amount } } }"
    )
    entry = october.data(query, "auditor", p=node["position"])["journalEntry"]
    assert entry["entry"] == node["entry"]
    assert sum(Decimal(line["amount"]) for line in entry["lines"]) == 0
    assert october.data(query, "auditor", p="1")["journalEntry"] is None


def test_the_trial_balance_now_as_of_a_day_and_at_a_position(october):
    query = """query ($asOf: Date, $at: Long) {
        trialBalance(entity: "US", asOf: $asOf, atPosition: $at) {
            currency total accounts { account debit credit balance } asOf { position } } }"""
    now = october.data(query, "auditor")["trialBalance"]
    balances = {row["account"]: row["balance"] for row in now["accounts"]}
    assert (now["currency"], Decimal(now["total"])) == ("USD", 0)
    assert balances["1100"] == "34.10"
    assert balances["4010"] == "-40.50"
    then = october.data(query, "auditor", asOf="2026-10-31")["trialBalance"]["accounts"]
    assert {row["account"]: row["balance"] for row in then}["1100"] == "44.10"
    before = october.data(query, "auditor", at="1")["trialBalance"]
    assert (before["accounts"], before["currency"]) == ([], None)


LINEAGE = """query ($line: ID!, $first: Int!, $after: String) {
    lineage(line: $line, first: $first, after: $after, prove: true) {
        root asOf { position }
        nodes { ref kind id lane position type detail { name value }
                usage { charge count quantity facts digest proven after
                        events { source id position quantity } } }
        links { effect cause } } }"""


def revenue_line(door):
    query = '{ journalLines(account: "4010", first: 1) { nodes { id } } }'
    return door.data(query, "auditor")["journalLines"]["nodes"][0]["id"]


def test_lineage_leads_down_to_the_very_events_in_one_query(october):
    graph = october.data(LINEAGE, "auditor", line=revenue_line(october), first=100)["lineage"]
    assert graph["nodes"][0]["ref"] == graph["root"]
    refs = {node["ref"] for node in graph["nodes"]}
    assert {end for link in graph["links"] for end in link.values()} <= refs
    (usage,) = [node["usage"] for node in graph["nodes"] if node["usage"]]
    assert (usage["count"], usage["quantity"], usage["proven"]) == ("10", "305", True)
    assert sorted(event["id"] for event in usage["events"]) == [f"acme-{n}" for n in range(10)]
    assert usage["after"] is None


def test_lineage_pages_through_a_usage_set(october):
    line, after, seen = revenue_line(october), None, []
    while True:
        graph = october.data(LINEAGE, "auditor", line=line, first=4, after=after)["lineage"]
        (usage,) = [node["usage"] for node in graph["nodes"] if node["usage"]]
        seen += [event["id"] for event in usage["events"]]
        after = usage["after"]
        if after is None:
            break
    assert seen == [f"acme-{number}" for number in range(10)]
    query = """query ($charge: ID!) {
        chargeUsage(charge: $charge, first: 3) { count events { id } after } }"""
    page = october.data(query, "auditor", charge=usage["charge"])["chargeUsage"]
    assert [event["id"] for event in page["events"]] == seen[:3]


def test_trace_leads_up_to_lines_and_documents_in_one_query(october):
    query = """query ($id: ID!) { trace(source: "gateway", id: $id) {
        root nodes { ref kind id } links { effect cause } } }"""
    graph = october.data(query, "auditor", id="acme-3")["trace"]
    kinds = {node["kind"] for node in graph["nodes"]}
    assert {"usage_event", "charge", "invoice_line", "journal_line", "export_document"} <= kinds
    assert graph["root"] in {link["cause"] for link in graph["links"]}
    assert october.data(query, "auditor", id="nobody")["trace"] is None


@pytest.mark.parametrize("line", ["999999.1", "1.1", "x", "", "1.99"])
def test_a_line_that_is_none_answers_null(october, line):
    assert october.data(LINEAGE, "auditor", line=line, first=1)["lineage"] is None


def test_the_log_itself(october):
    query = """{ facts(lane: 1, first: 2) { nodes { lane position stream version type data leaf } }
                 fact(position: "1") { type stream data meta }
                 none: fact(position: "99999") { type } }"""
    data = october.data(query, "auditor")
    assert [fact["type"] for fact in data["facts"]["nodes"]] == ["usage.recorded/1"] * 2
    assert data["fact"]["type"] == "entity.registered/1"
    assert data["fact"]["meta"]["actor"] == "test"
    assert data["none"] is None
    stream = "query ($id: ID!) { stream(id: $id) { nodes { version type } } }"
    facts = october.data(stream, "auditor", id=data["fact"]["stream"])["stream"]["nodes"]
    assert facts == [{"version": 1, "type": "entity.registered/1"}]
    refused = october.ask(stream, "auditor", id="x")
    assert refused["errors"][0]["extensions"]["code"] == "BAD_VALUE"


def test_completeness_adds_up(october):
    query = "{ completeness { nodes { source received accepted duplicate deadLettered } } }"
    (row,) = october.data(query, "auditor")["completeness"]["nodes"]
    assert (row["source"], row["received"], row["accepted"]) == ("gateway", "20", "20")


def test_reference_data(october):
    data = october.data(
        """{ entities { id currency } meters { id aggregation } plans { plan version items }
             taxRates { code rate } accounts { nodes { id entity } totalCount { value } } }""",
        "auditor",
    )
    assert data["entities"] == [{"id": "US", "currency": "USD"}]
    assert data["meters"] == [{"id": "api", "aggregation": "sum"}]
    assert data["plans"][0]["items"][0]["item"] == "api"
    assert data["taxRates"] == [{"code": "us-ny", "rate": "8.875"}]
    assert data["accounts"]["totalCount"]["value"] == 2


def test_an_auditor_changes_nothing(october):
    mutation = 'mutation { rateUsage(input: {key: "k", through: "2026-10-31"}) { __typename } }'
    assert october.ask(mutation, "auditor")["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_the_group_in_one_currency_and_what_is_owed_within_it(october):
    query = """query ($asOf: Date, $currency: CurrencyCode) {
        consolidation(asOf: $asOf, currency: $currency) {
            on currency total translationDifference eliminationDifference
            entities { entity rate { rate } accounts { account balance translated } }
            totals { account amount } unmatched { reference } asOf { position } }
        intercompany { nodes { reference state } } }"""
    found = october.data(query, "auditor", asOf="2026-10-31")
    group = found["consolidation"]
    assert (group["on"], group["currency"], group["unmatched"]) == ("2026-10-31", "USD", [])
    (us,) = group["entities"]
    assert (us["entity"], us["rate"]) == ("US", None)
    assert {row["account"]: row["amount"] for row in group["totals"]}["1100"] == "44.10"
    assert Decimal(group["total"]) == 0
    assert found["intercompany"]["nodes"] == []
    refused = october.ask(query, "auditor", currency="JPY")
    assert refused["errors"][0]["extensions"]["code"] == "NO_EXCHANGE_RATE"
    assert "errors" in october.ask(query, "portal", "acme")
