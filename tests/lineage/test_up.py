"""From a usage event up to every charge, document, journal line and export."""

import pytest

from ledger.errors import UnknownUsage
from ledger.lineage import as_json, up
from ledger.lineage.nodes import Node
from ledger.store.database import Role


def trace(story, event: str) -> Node:
    with story.caught_up().db.transaction(Role.READER) as tx:
        return up(tx, "app", event)


def below(node: Node, kind: str) -> list[Node]:
    own = [node] if node.kind == kind else []
    return own + [one for link in node.links for one in below(link, kind)]


def test_an_event_leads_to_its_charge_and_accrual(story):
    story.usage("e-1", "300")
    story.rate()
    tree = trace(story, "e-1")
    (charge,) = tree.links
    assert (tree.kind, charge.id) == ("usage_event", "s-1/calls/2026-10-01/1")
    accounts = [one.detail["account"] for one in below(tree, "journal_line")]
    assert accounts == ["1150", "4010"]


def test_it_leads_on_to_the_invoice_and_all_its_lines(story):
    story.usage("e-1", "300")
    story.rate()
    story.bill()
    tree = trace(story, "e-1")
    (line,) = below(tree, "invoice_line")
    assert line.id == "US-2026-000001/1"
    assert [one.detail["account"] for one in below(line, "journal_line")] == [
        "1100",
        "1150",
        "2200",
    ]


def test_an_event_of_another_month_does_not_lead_here(story):
    story.usage("e-1", "300")
    story.rate()
    story.usage("e-2", "300")  # late: no charge has seen it yet
    assert trace(story, "e-2").links == ()


def test_each_charge_says_which_version_it_counted(story):
    story.usage("e-1", "300")
    story.rate()
    story.correct("e-1", "200")
    story.rate()
    story.void("e-1", version=3)
    story.rate()
    charges = trace(story, "e-1").links
    assert [(one.detail["version"], one.detail.get("void")) for one in charges] == [
        ("1", None),
        ("2", None),
        ("3", "yes"),
    ]


def test_usage_of_another_subscription_is_left_out(story):
    story.usage("e-1", "300")
    story.usage("e-2", "300", subscription="s-2")
    story.rate()
    assert len(trace(story, "e-1").links) == 1
    assert trace(story, "e-2").links == ()


def test_it_ends_at_the_erps_own_number(story):
    story.usage("e-1", "300")
    story.rate()
    story.bill()
    profile = {"default": "document"}
    story.ask("set_export_profile", target="erp", entity="US", profile=profile)
    for account in ("1100", "1150", "2200", "4010"):
        story.ask("map_account", target="erp", entity="US", account=account,
                  erp_account=f"9{account}", from_="2026-01-01")  # fmt: skip
    story.ask("seal_exports", target="erp", through="2026-11-30")
    documents = below(trace(story, "e-1"), "export_document")
    assert len(documents) == 2
    assert {one.detail["state"] for one in documents} == {"offered"}


def test_the_json_names_effects(story):
    story.usage("e-1", "300")
    story.rate()
    tree = as_json(trace(story, "e-1"), "effects")
    assert tree["effects"][0]["kind"] == "charge"


def test_an_unknown_event_is_refused(story):
    with pytest.raises(UnknownUsage):
        trace(story, "e-404")
