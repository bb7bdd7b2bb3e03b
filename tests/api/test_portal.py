"""The portal: what a customer sees of its own account, and that it sees nothing else."""

import pytest

from ledger.api.access import Scope
from ledger.api.context import Context
from ledger.api.roots import RequireScope
from ledger.api.schema import schema

OCTOBER = 'from: "2026-10-01T00:00:00Z", to: "2026-11-01T00:00:00Z"'


def test_usage_over_time_by_day_hour_and_dimension(october):
    days = october.data(
        f"""{{ usage(meter: "api", {OCTOBER}) {{
            aggregation unit nextFrom points {{ start value events quantity }} }} }}""",
        "portal",
        "acme",
    )["usage"]
    assert (days["aggregation"], days["unit"], days["nextFrom"]) == ("sum", "call", None)
    assert days["points"][0] == {
        "start": "2026-10-01T00:00:00.000000Z",
        "value": None,
        "events": "1",
        "quantity": "30.5",
    }
    assert len(days["points"]) == 10
    hours = october.data(
        f"""{{ usage(meter: "api", {OCTOBER}, bucket: HOUR, groupBy: "region") {{
            points {{ start value }} }} }}""",
        "portal",
        "acme",
    )["usage"]["points"]
    assert hours[0] == {"start": "2026-10-01T12:00:00.000000Z", "value": "us"}
    assert {point["value"] for point in hours} == {"us", "eu"}


def test_usage_is_grouped_by_a_dimension_of_the_meter_only(october):
    query = f'{{ usage(meter: "api", {OCTOBER}, groupBy: "x") {{ points {{ value }} }} }}'
    (error,) = october.ask(query, "portal", "acme")["errors"]
    assert error["extensions"] == {"code": "BAD_VALUE", "field": "groupBy"}
    assert "region" in error["message"]


def test_usage_events_are_paged_by_signed_cursors(october):
    query = f"""query ($after: String) {{
        usageEvents(meter: "api", {OCTOBER}, first: 4, after: $after) {{
            nodes {{ id quantity dimensions occurredAt }}
            edges {{ cursor node {{ id }} }}
            pageInfo {{ hasNextPage hasPreviousPage endCursor }}
            totalCount {{ value precision }}
        }}
    }}"""
    seen, after = [], None
    while True:
        page = october.data(query, "portal", "acme", after=after)["usageEvents"]
        seen += [node["id"] for node in page["nodes"]]
        assert [edge["node"]["id"] for edge in page["edges"]] == [n["id"] for n in page["nodes"]]
        assert page["totalCount"] == {"value": 10, "precision": "EXACT"}
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [f"acme-{number}" for number in range(10)]
    other = query.replace('"api"', '"api2"')
    refused = october.ask(other, "portal", "acme", after=after)
    assert refused["errors"][0]["extensions"] == {"code": "BAD_CURSOR", "field": "after"}
    stolen = october.ask(query, "portal", "other", after=after)
    assert stolen["errors"][0]["extensions"]["code"] == "BAD_CURSOR"


def test_an_invoice_with_lines_and_taxes_and_its_charge(october):
    (invoice,) = october.data(
        """{ invoices { nodes { number kind dueOn net { amount currency } tax { amount }
             total { amount } open { amount } lines { line item net tax charge quantity }
             taxes { category rate base tax code } } } }""",
        "portal",
        "acme",
    )["invoices"]["nodes"]
    assert invoice["kind"] == "INVOICE"
    assert invoice["net"] == {"amount": "20.25", "currency": "USD"}
    assert invoice["tax"] == {"amount": "1.80"}
    assert invoice["open"] == {"amount": "12.05"}
    (line,) = invoice["lines"]
    assert (line["net"], line["quantity"]) == ("20.25", "305")
    assert invoice["taxes"] == [
        {"category": "S", "rate": "8.875", "base": "20.25", "tax": "1.80", "code": "us-ny"}
    ]
    (charge,) = october.data(
        """{ charges { nodes { id amount { amount } tiers { quantity amount unit upTo }
             usage { count facts digest } } } }""",
        "portal",
        "acme",
    )["charges"]["nodes"]
    assert charge["id"] == line["charge"]
    assert charge["amount"] == {"amount": "20.25"}
    assert charge["usage"]["count"] == "10"
    assert [tier["upTo"] for tier in charge["tiers"]] == ["100", None]


def test_the_balance_tells_what_is_open_and_as_of_when(october):
    balance = october.data(
        """{ balance { open { amount } overdue { amount } unapplied { amount } credit { amount }
             nextDueOn asOf { position recordedAt } } }""",
        "portal",
        "acme",
    )["balance"]
    assert balance["open"] == {"amount": "12.05"}
    assert balance["unapplied"] == {"amount": "0.00"}
    assert balance["nextDueOn"] == "2026-11-30"
    assert int(balance["asOf"]["position"]) > 30


def test_the_rest_of_the_portal(october):
    data = october.data(
        """{ account { id payer timeZone } subscriptions { nodes { id plan startsOn } }
             payments { nodes { id amount { amount } applications { invoice amount } } } }""",
        "portal",
        "acme",
    )
    assert data["account"] == {"id": "acme", "payer": "acme", "timeZone": "America/New_York"}
    assert data["subscriptions"]["nodes"] == [
        {"id": "acme-1", "plan": "pro", "startsOn": "2026-10-01"}
    ]
    (payment,) = data["payments"]["nodes"]
    assert payment["applications"][0]["amount"] == "10.00"


def test_an_auditor_names_the_account(october):
    assert october.data('{ balance(account: "acme") { open { amount } } }', "auditor")["balance"]
    refused = october.ask("{ balance { open { amount } } }", "auditor")
    assert refused["errors"][0]["extensions"] == {"code": "ACCOUNT_MISSING", "field": "account"}


COUNTED = "totalCount { value }"
FIELDS = {
    "usage": f'usage(account: $whose, meter: "api", {OCTOBER}) {{ points {{ events }} }}',
    "usageEvents": f"""usageEvents(account: $whose, meter: "api", {OCTOBER}) {{
        nodes {{ id }} {COUNTED} }}""",
    "invoices": f"""invoices(account: $whose) {{
        nodes {{ number lines {{ line }} taxes {{ tax }} }} {COUNTED} }}""",
    "invoice": "invoice(number: $number) { number lines { line } }",
    "account": "account(account: $whose) { id }",
    "balance": "balance(account: $whose) { open { amount } }",
    "subscriptions": f"subscriptions(account: $whose) {{ nodes {{ id }} {COUNTED} }}",
    "charges": f"charges(account: $whose) {{ nodes {{ id }} {COUNTED} }}",
    "grants": f"grants(account: $whose) {{ nodes {{ id draws {{ item }} }} {COUNTED} }}",
    "discounts": f"discounts(account: $whose) {{ nodes {{ id taken {{ item }} }} {COUNTED} }}",
    "openItems": f"openItems(account: $whose) {{ nodes {{ invoice }} {COUNTED} }}",
    "statement": "statement(account: $whose) { closing { amount } }",
    "statementLines": f"statementLines(account: $whose) {{ nodes {{ day }} {COUNTED} }}",
    "payments": f"payments(account: $whose) {{ nodes {{ id }} {COUNTED} }}",
}
NOTHING = (None, {"points": []}, {"nodes": [], "totalCount": {"value": 0}})


def portal_fields():
    """Return the root fields that a portal key may ask and that are about an account."""
    for name, field in schema._schema.query_type.fields.items():
        for extension in field.extensions["strawberry-definition"].extensions:
            if isinstance(extension, RequireScope) and extension.scope in {
                Scope.USAGE_READ,
                Scope.BILLING_READ,
            }:
                yield name


def test_every_portal_field_is_tried_below():
    assert set(portal_fields()) == {*FIELDS, "drafts", "revenueSchedules"}


SCHEDULES = """query ($whose: ID!) {
    revenueSchedules(account: $whose) { nodes { item deferred { amount } } } }"""


def test_what_is_deferred_is_told_to_its_own_account_alone(door, carry_out, the_month, monkeypatch):
    fee = {"item": "base", "kind": "recurring", "amount": "12.00", "interval": "month",
           "timing": "in_advance", "proration": "day"}  # fmt: skip
    used, _ = the_month
    carry_out(
        *used,
        {"command": "publish_plan", "plan": "flat", "currency": "USD", "from": "2026-01-01",
         "items": [fee]},
        {"command": "start_subscription", "subscription": "other-flat", "account": "other",
         "plan": "flat", "from": "2026-11-01"},
        {"command": "issue_invoices", "through": "2026-11-01", "on": "2026-11-01"},
    )  # fmt: skip
    expected = {"nodes": [{"item": "base", "deferred": {"amount": "12.00"}}]}
    for _ in range(2):
        own = door.data(SCHEDULES, "portal", "other", whose="other")
        assert own["revenueSchedules"] == expected
        strange = door.data(SCHEDULES, "portal", "acme", whose="other")
        assert strange["revenueSchedules"] == {"nodes": []}
        monkeypatch.setattr(Context, "account", lambda self, asked: asked)


DRAFTS = """query ($whose: ID!) {
    drafts(account: $whose, through: "2026-10-31") { account total lines { net } } }"""


def test_a_draft_is_what_would_be_invoiced_and_of_the_own_account_alone(
    door, carry_out, the_month, monkeypatch
):
    used, billed = the_month
    carry_out(*used)
    head = door.ledger.books.head()
    expected = [{"account": "other", "total": "22.05", "lines": [{"net": "20.25"}]}]
    for _ in range(2):
        assert door.data(DRAFTS, "portal", "other", whose="other")["drafts"] == expected
        assert door.data(DRAFTS, "auditor", whose="other")["drafts"] == expected
        assert door.data(DRAFTS, "portal", "acme", whose="other")["drafts"] == []
        monkeypatch.setattr(Context, "account", lambda self, asked: asked)
    assert door.ledger.books.head() == head
    carry_out(*billed[:2])
    assert door.data(DRAFTS, "portal", "other", whose="other")["drafts"] == []


def ask_for_the_other(door, field):
    """Ask as acme for what belongs to other; first make sure that there is something."""
    mine = door.data('{ invoices(account: "other") { nodes { number } } }', "admin")
    number = mine["invoices"]["nodes"][0]["number"]
    declared = "$number: ID!" if field == "invoice" else "$whose: ID!"
    query = f"query ({declared}) {{ {FIELDS[field]} }}"
    variables = {"number": number} if field == "invoice" else {"whose": "other"}
    if field == "payments":
        variables = {"whose": "acme"}
        assert door.data(query, "portal", "acme", **variables)[field] not in NOTHING
        return door.data(query, "portal", "other", **variables)[field]
    assert door.data(query, "portal", "other", **variables)[field] not in NOTHING
    return door.data(query, "portal", "acme", **variables)[field]


@pytest.mark.parametrize("field", FIELDS)
def test_another_account_looks_like_one_without_anything(october, field):
    assert ask_for_the_other(october, field) in NOTHING


@pytest.mark.parametrize("field", FIELDS)
def test_the_database_holds_it_when_the_resolvers_do_not(october, field, monkeypatch):
    monkeypatch.setattr(Context, "account", lambda self, asked: asked)
    monkeypatch.setattr(Context, "sees", lambda self, account: True)
    assert ask_for_the_other(october, field) in NOTHING


@pytest.mark.parametrize(
    "query",
    [
        "{ journalLines { nodes { id } } }",
        '{ trialBalance(entity: "US") { total } }',
        '{ lineage(line: "1.1") { root } }',
        "{ facts { nodes { data } } }",
        '{ exportDocuments(target: "netsuite") { nodes { sha256 } } }',
        "{ projections { id } }",
        "{ apiKeys { id } }",
        'mutation { rebuildProjection(projection: "usage") { __typename } }',
        'mutation { rateUsage(input: {key: "k", through: "2026-10-31"}) { __typename } }',
    ],
)
def test_the_rest_of_the_house_is_closed_to_a_portal(october, query):
    answer = october.ask(query, "portal", "acme")
    assert not answer["data"] or set(answer["data"].values()) == {None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
