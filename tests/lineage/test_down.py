"""From a journal line down to exactly the events behind it."""

import pytest

from ledger.errors import UnknownLine
from ledger.lineage import as_json, down
from ledger.lineage.nodes import Node
from ledger.reads.journal import JournalRow, journal_lines
from ledger.store.database import Role


def lines(story, account: str) -> list[JournalRow]:
    with story.caught_up().db.transaction(Role.READER) as tx:
        return tx.all(journal_lines(account=account))


def walk(story, line: str, **how) -> Node:
    with story.caught_up().db.transaction(Role.READER) as tx:
        return down(tx, line, **how)


def kinds(node: Node) -> list[str]:
    """The chain of first links, from the line to the usage set."""
    return [node.kind, *(kinds(node.links[0]) if node.links else [])]


def found(node: Node, kind: str) -> list[Node]:
    own = [node] if node.kind == kind else []
    return own + [one for link in node.links for one in found(link, kind)]


def events(node: Node) -> list[tuple[str, int]]:
    """The events of every usage set in the tree, as (id, version)."""
    sets = [one.usage for one in found(node, "usage_set")]
    return [(event.id, event.version) for usage in sets for event in usage.events]


def test_an_accrual_leads_to_its_events(story):
    story.usage("e-1", "300", day=5)
    story.usage("e-2", "200", day=4)
    story.rate()

    (line,) = lines(story, "1150")
    tree = walk(story, line.id, prove=True)

    assert kinds(tree) == ["journal_line", "journal_entry", "charge", "usage_set"]
    assert events(tree) == [("e-2", 1), ("e-1", 1)]  # by time, not by arrival
    assert (tree.detail["amount"], tree.detail["account"]) == ("5.00", "1150")
    (usage,) = (one.usage for one in found(tree, "usage_set"))
    assert (usage.count, usage.facts, usage.proven) == (2, 2, True)


def test_a_charge_names_price_subscription_account_and_meter(story):
    story.usage("e-1", "300")
    story.rate()
    tree = walk(story, lines(story, "4010")[0].id)
    (charge,) = found(tree, "charge")
    terms = {link.kind: link.id for link in charge.links if link.kind != "usage_set"}
    assert terms == {
        "price": "basic@1",
        "subscription": "s-1",
        "account": "acme",
        "meter": "api",
    }


@pytest.mark.parametrize("account", ["1100", "2200"])
def test_a_receivable_and_its_tax_lead_to_the_same_events(story, account):
    story.usage("e-1", "300")
    story.rate()
    story.bill()
    tree = walk(story, lines(story, account)[0].id)
    assert kinds(tree)[:4] == ["journal_line", "journal_entry", "invoice_line", "charge"]
    assert events(tree) == [("e-1", 1)]
    (rate,) = found(tree, "tax_rate")
    assert (rate.id, rate.detail["rate"]) == ("sales", "8.875")


def test_a_payment_leads_to_the_payment(story):
    story.usage("e-1", "30000")
    story.rate()
    story.bill()
    story.ask("capture_payment", payment="p-1", account="acme", amount="326.63", currency="USD",
              on="2026-11-03", via="psp")  # fmt: skip
    tree = walk(story, lines(story, "1010")[0].id)
    assert kinds(tree) == ["journal_line", "journal_entry", "payment"]
    assert tree.links[0].links[0].detail["amount"] == "326.63"


def test_each_rating_keeps_the_set_it_was_made_of(story):
    story.usage("e-1", "10000")
    story.usage("e-2", "500")
    story.rate()
    story.correct("e-1", "1000")
    story.void("e-2")
    story.rate()

    first, second = lines(story, "1150")
    before, after = walk(story, first.id, prove=True), walk(story, second.id, prove=True)

    assert (first.amount, second.amount) == (105, -95)
    assert events(before) == [("e-1", 1), ("e-2", 1)]
    assert events(after) == [("e-1", 2)]
    sets = [found(tree, "usage_set")[0].usage for tree in (before, after)]
    assert [(usage.count, usage.facts, usage.proven) for usage in sets] == [
        (2, 2, True),
        (1, 4, True),
    ]
    assert found(after, "charge")[1].id == found(before, "charge")[0].id  # the one it corrects


def test_a_credit_note_line_names_the_line_it_takes_back(story):
    story.usage("e-1", "10000")
    story.rate()
    story.bill()
    story.correct("e-1", "1000")
    story.rate()
    story.bill()
    line = next(one for one in lines(story, "1150") if one.entry.startswith("credit_note/"))
    (credit,) = found(walk(story, line.id), "credit_note_line")
    assert credit.detail["against"] == "US-2026-000001"
    assert credit.detail["net"] == "90.00"


def test_pages_go_on_where_the_last_one_ended(story):
    for number in range(5):
        story.usage(f"e-{number}", "1", day=3)
    story.rate()
    (line,) = lines(story, "1150")
    seen, after = [], None
    for _ in range(3):
        tree = walk(story, line.id, first=2, after=after)
        seen += events(tree)
        after = found(tree, "usage_set")[0].usage.after
    assert after is None
    assert seen == [(f"e-{number}", 1) for number in range(5)]


def test_the_json_is_that_of_the_contract(story):
    story.usage("e-1", "300")
    story.rate()
    (line,) = lines(story, "1150")
    tree = as_json(walk(story, line.id, prove=True), "causes")
    assert {"kind", "id", "lane", "position", "type", "causes"} <= set(tree)
    (entry,) = tree["causes"]
    (charge,) = entry["causes"]
    usage = charge["causes"][0]
    assert usage["kind"] == "usage_set"
    assert (usage["count"], usage["quantity"], usage["proven"]) == (1, "300", True)
    assert len(usage["digest"]) == 64
    (event,) = usage["causes"]
    assert (event["source"], event["id"], event["position"]) == ("app", "e-1", 1)


@pytest.mark.parametrize("line", ["1.1", "999.1", "0.1", "x", "1", "1.1.1", "-1.1", "871.99999"])
def test_what_is_no_journal_line_is_refused(story, line):
    with pytest.raises(UnknownLine):
        walk(story, line)


def test_what_credit_and_discounts_take_leads_to_them_and_to_the_usage(story):
    story.ask("grant_credit", grant="pack", account="acme", kind="prepaid", amount="2.00",
              from_="2026-10-01")  # fmt: skip
    story.ask("add_discount", discount="d", account="acme", percent="10", from_="2026-10-01")
    story.usage("e-1", "300")
    story.rate()
    for account, kind, name in (("2110", "grant", "pack"), ("4090", "discount", "d")):
        (line,) = lines(story, account)
        tree = walk(story, line.id)
        assert kinds(tree) == ["journal_line", "journal_entry", "charge", "usage_set"]
        assert tree.detail[kind] == name
        assert {one.id for one in found(tree, kind)} == {name}
        assert events(tree) == [("e-1", 1)]


def test_a_bought_grant_and_its_breakage_lead_to_the_grant(story):
    story.ask("grant_credit", grant="pack", account="acme", kind="prepaid", amount="5.00",
              from_="2026-10-01", expires="2026-10-31", tax="sales")  # fmt: skip
    story.usage("e-1", "300")
    story.rate()
    story.bill()
    (broken,) = lines(story, "4030")
    tree = walk(story, broken.id)
    assert kinds(tree) == ["journal_line", "journal_entry", "credit_expired", "grant"]
    bought = next(one for one in lines(story, "2110") if one.entry.startswith("invoice/"))
    assert kinds(walk(story, bought.id)) == [
        "journal_line", "journal_entry", "invoice_line", "charge", "grant",
    ]  # fmt: skip


def test_proportional_breakage_leads_to_the_draws_behind_it(story):
    story.ask("register_entity", entity="EU", name="E", currency="EUR", country="DE",
              time_zone="UTC", first_period="2026-01",
              policies={"breakage": "proportional"})  # fmt: skip
    story.ask("open_account", account="emil", entity="EU", name="E", currency="EUR")
    model = {"type": "per_unit", "unit": "0.01"}
    item = {"item": "calls", "kind": "usage", "meter": "api", "interval": "month", "model": model}
    story.ask("publish_plan", plan="euro", currency="EUR", from_="2026-01-01", items=[item])
    story.ask("start_subscription", subscription="s-e", account="emil", plan="euro",
              from_="2026-10-01")  # fmt: skip
    story.ask("grant_credit", grant="pack", account="emil", kind="prepaid", amount="5.00",
              from_="2026-10-01", expected_breakage="0.10")  # fmt: skip
    body = {"source": "app", "id": "e-1", "account": "emil", "meter": "api",
            "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "300"}}  # fmt: skip
    story.ask("record_usage", events=[body])
    story.rate()
    (broken,) = lines(story, "4030")
    tree = walk(story, broken.id)
    assert [one.id for one in found(tree, "grant")][:1] == ["pack"]
    assert events(tree) == [("e-1", 1)]


def test_a_fee_leads_to_its_price_and_to_what_changed_the_subscription(story):
    for name, amount in (("team", "99"), ("company", "249")):
        item = {"item": "base", "kind": "recurring", "amount": amount, "interval": "month",
                "timing": "in_advance"}  # fmt: skip
        story.ask("publish_plan", plan=name, currency="USD", from_="2026-01-01", items=[item])
    story.ask("start_subscription", subscription="s-2", account="acme", plan="team",
              from_="2026-10-01")  # fmt: skip
    story.ask("change_subscription", subscription="s-2", from_="2026-10-12", plan="company")
    story.ask("issue_invoices", through="2026-10-12", on="2026-10-12")

    deferred = lines(story, "2100")
    trees = [walk(story, line.id) for line in deferred]
    assert [kinds(tree)[:4] for tree in trees] == [
        ["journal_line", "journal_entry", "invoice_line", "charge"]
    ] * 2
    told = [{(link.kind, link.id) for link in found(tree, "charge")[0].links} for tree in trees]
    assert told == [
        {("subscription", "s-2"), ("price", "team@1")},
        {("subscription", "s-2"), ("subscription_change", "s-2/2"), ("price", "company@1")},
    ]
