"""Every trusted document is valid, within the limits, and answers what it promises."""

import pytest
from graphql import parse, validate
from strawberry.utils.str_converters import to_camel_case

from ledger import resources
from ledger.api.limits import RULES, operations_of
from ledger.api.schema import schema
from ledger.commands.registry import COMMANDS

ROOT = resources.folder("graphql") / "operations"
DOCUMENTS = sorted(ROOT.rglob("*.graphql"))
OCTOBER = {"from": "2026-10-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"}
VARIABLES = {
    "usage": {"meter": "api", **OCTOBER, "groupBy": "region"},
    "usage-events": {"meter": "api", **OCTOBER},
    "draft": {"account": "acme"},
    "invoice": {"number": "US-2026-000001"},
    "journal-entry": {"position": "1"},
    "waterfall": {"entity": "US"},
    "consolidation": {"asOf": "2026-10-31", "currency": "USD"},
    "exposures": {"entity": "US", "on": "2026-10-31"},
    "realised-exchange": {"from": "2026-10-01", "to": "2026-10-31"},
    "roll-forward": {"entity": "US", "of": "EVERY_CONTROL_ACCOUNT", "asOf": "2026-11-30"},
    "contract-disclosure": {"entity": "US", "asOf": "2026-11-30"},
    "tax-report": {"entity": "US", "from": "2026-10-01", "asOf": "2026-11-30"},
    "trial-balance": {"entity": "US", "asOf": "2026-10-31"},
    "general-ledger": {"entity": "US", "account": "1100", "from": "2026-10-01"},
    "balance-sheet": {"entity": "US", "asOf": "2026-10-31", "compare": "2026-09-30"},
    "income-statement": {
        "entity": "US",
        "from": "2026-10-01",
        "asOf": "2026-12-31",
        "byMonth": True,
    },
    "lineage": {"line": "1.1"},
    "charge-usage": {"charge": "none"},
    "trace": {"source": "gateway", "id": "acme-1"},
    "export-documents": {"target": "netsuite"},
    "outstanding": {"target": "netsuite"},
    "export-document": {"target": "netsuite", "externalId": "none"},
}
INPUTS = {
    "register-entity": {
        "entity": "EU",
        "name": "E",
        "currency": "EUR",
        "country": "DE",
        "timeZone": "Europe/Berlin",
        "firstPeriod": "2026-01",
    },
    "open-account": {"account": "acme", "entity": "US", "name": "A", "currency": "USD"},
    "post-journal": {
        "entity": "US",
        "lines": [{"account": "5000", "debit": "1.00"}, {"account": "1000", "credit": "1.00"}],
        "reason": "bank charges",
        "approvedBy": "boss",
    },
    "change-chart": {
        "from": "2026-11-01",
        "accounts": [{"account": "5005", "name": "Card fees", "class": "Expenses"}],
    },
    "change-posting-rule": {
        "rule": "payout_settled",
        "from": "2026-11-01",
        "accounts": {"5000": "5010"},
        "entity": "US",
    },
    "soft-close-period": {"entity": "US", "period": "2026-01"},
    "close-period": {"entity": "US", "period": "2026-01"},
    "reopen-period": {
        "entity": "US",
        "period": "2026-01",
        "reason": "test",
        "approvedBy": "boss",
    },
    "change-account": {"account": "acme", "from": "2026-12-01", "name": "Acme Ltd"},
    "change-entity": {"entity": "US", "from": "2026-12-01", "name": "Example Ltd"},
    "erase-account": {"account": "acme"},
    "set-exchange-rate": {
        "base": "EUR",
        "quote": "USD",
        "rate": "1.1",
        "on": "2026-10-01",
        "source": "ECB",
    },
    "define-meter": {"meter": "gb", "aggregation": "sum"},
    "publish-plan": {"plan": "p", "currency": "USD", "from": "2026-01-01", "items": []},
    "set-tax-rate": {"code": "z", "rate": "0", "from": "2026-01-01", "category": "Z"},
    "start-subscription": {
        "subscription": "s",
        "account": "acme",
        "plan": "pro",
        "from": "2026-01-01",
    },
    "change-subscription": {"subscription": "s", "from": "2026-01-01", "plan": "pro"},
    "end-subscription": {"subscription": "s", "on": "2026-02-01"},
    "grant-credit": {
        "grant": "g",
        "account": "acme",
        "kind": "prepaid",
        "from": "2026-01-01",
        "amount": "100",
    },
    "set-spend-limit": {"account": "acme", "from": "2026-01-01", "amount": "500"},
    "add-discount": {"discount": "d", "account": "acme", "percent": "5", "from": "2026-01-01"},
    "record-usage": {"events": []},
    "correct-usage": {"source": "gateway", "id": "acme-1", "void": True, "reason": "test"},
    "rate-usage": {"through": "2026-10-31"},
    "issue-invoices": {"through": "2026-10-31", "on": "2026-10-31"},
    "issue-credit-note": {"invoice": "US-2026-000001", "lines": "all", "reason": "test"},
    "recognise-revenue": {"entity": "US", "through": "2026-10-31"},
    "revalue": {"entity": "US", "on": "2026-10-31"},
    "capture-payment": {
        "payment": "p",
        "account": "other",
        "amount": "1.00",
        "currency": "USD",
        "via": "psp",
    },
    "fail-payment": {"payment": "f", "account": "acme", "amount": "1.00", "code": "declined"},
    "return-payment": {"payment": "none", "code": "R01"},
    "settle-payout": {
        "payout": "po",
        "entity": "US",
        "amount": "9.00",
        "fee": "1.00",
        "currency": "USD",
    },
    "open-dispute": {"dispute": "d", "payment": "none", "amount": "1.00", "fee": "0"},
    "close-dispute": {"dispute": "none", "outcome": "won"},
    "refund": {"refund": "r", "account": "acme", "amount": "1.00", "via": "bank"},
    "apply-balance": {"account": "acme", "invoice": "none", "from": "credit_balance"},
    "adjust-allowance": {"entity": "US", "amount": "1.00"},
    "write-off": {"invoice": "none"},
    "recover-write-off": {"invoice": "none", "amount": "1.00"},
    "set-dunning-policy": {
        "entity": "US",
        "from": "2026-01-01",
        "steps": [{"days": 7, "name": "first"}],
    },
    "run-dunning": {"on": "2026-11-23"},
    "charge-intercompany": {
        "reference": "r",
        "payer": "US",
        "payee": "EU",
        "amount": "1.00",
        "currency": "USD",
    },
    "settle-intercompany": {
        "reference": "none",
        "payer": "US",
        "payee": "EU",
        "amount": "1.00",
        "currency": "USD",
    },
    "import-statement": {"entity": "US", "statement": "PHg+PC94Pg=="},
    "settle-statement-entry": {"entry": "none", "outside": True},
    "map-account": {
        "target": "t",
        "entity": "US",
        "account": "1100",
        "erpAccount": "1",
        "from": "2026-01-01",
    },
    "set-export-profile": {"target": "t", "entity": "US", "profile": {"default": "document"}},
    "seal-exports": {"target": "netsuite", "through": "2026-10-31"},
    "acknowledge-export": {
        "target": "netsuite",
        "externalId": "x",
        "revision": 1,
        "sha256": "0" * 64,
        "erpDocumentId": "1",
        "erpNumber": "1",
        "erpPostingDate": "2026-10-31",
        "erpPeriod": "2026-10",
    },
    "reject-export": {
        "target": "netsuite",
        "externalId": "x",
        "revision": 1,
        "sha256": "0" * 64,
        "code": "PERIOD_CLOSED",
        "message": "closed",
    },
    "revise-export": {"target": "netsuite", "externalId": "x"},
    "replay-dead-letters": {"code": "UNKNOWN_METER"},
}


def variables_of(document):
    """Return the variables to run a document with."""
    if document.stem in INPUTS:
        return {"input": {"key": document.stem, **INPUTS[document.stem]}}
    if document.stem in ("rebuild-projection", "rollback-projection"):
        return {"projection": "none"}
    return VARIABLES.get(document.stem, {})


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_the_document_is_valid_and_named_after_its_file(document):
    parsed = parse(document.read_text(encoding="utf-8"))
    assert validate(schema._schema, parsed) == []
    assert validate(schema._schema, parsed, RULES) == []
    (operation,) = operations_of(parsed)
    assert operation.name.value == to_camel_case(f"_{document.stem}".replace("-", "_"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_its_user_gets_an_answer(own_october, document):
    role = document.parent.name
    text = document.read_text(encoding="utf-8")
    account = "acme" if role == "portal" else None
    request = {"query": text, "variables": variables_of(document)}
    answer = own_october.send(role=role, account=account, json=request).json()
    assert "errors" not in answer, answer
    if document.stem in INPUTS:
        ((result,),) = [list(answer["data"].values())]
        assert "code" in result or "facts" in result


def test_every_command_has_a_document():
    stems = {document.stem for document in DOCUMENTS}
    assert {name.replace("_", "-") for name in COMMANDS} <= stems
    assert set(INPUTS) <= stems
