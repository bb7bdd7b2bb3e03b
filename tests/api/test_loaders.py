"""Look-ups are one statement per answer, and nothing loaded for one caller reaches another."""

import pytest

from ledger.reads import exports, invoices

OUTSTANDING = '{ outstanding(target: "netsuite") { nodes { externalId current { sha256 } } } }'


@pytest.fixture
def counted(monkeypatch):
    """Count how often a read is asked for, and with how many keys."""

    def count(module, name):
        read, calls = getattr(module, name), []
        monkeypatch.setattr(module, name, lambda *a: calls.append(len(a[-1])) or read(*a))
        return calls

    return count


def test_the_revisions_of_all_documents_are_one_statement(october, counted):
    calls = counted(exports, "revisions_in_force")
    nodes = october.data(OUTSTANDING, "erp")["outstanding"]["nodes"]
    assert len(nodes) > 2
    assert all(node["current"]["sha256"] for node in nodes)
    assert calls == [len(nodes)]


def test_every_request_loads_anew(october, counted):
    calls = counted(exports, "revisions_in_force")
    for _ in range(2):
        october.data(OUTSTANDING, "erp")
    assert len(calls) == 2


def test_lines_are_loaded_once_though_asked_for_twice(october, counted):
    calls = counted(invoices, "invoice_lines")
    query = "{ invoices { nodes { lines { line } again: lines { net } } } }"
    (invoice,) = october.data(query, "portal", "acme")["invoices"]["nodes"]
    assert (len(invoice["lines"]), len(invoice["again"])) == (1, 1)
    assert calls == [1]


def test_lines_are_not_loaded_unless_asked_for(october, counted):
    calls = counted(invoices, "invoice_lines")
    october.data("{ invoices { nodes { number } } }", "portal", "acme")
    assert calls == []
