"""Filters, groups, levels, prices by event and bounds, from the command to charge and lineage."""

from decimal import Decimal

import pytest

from ledger.events.billing import UsageRated
from ledger.lineage import up
from ledger.lineage.usage_set import usage_page
from ledger.money import plain
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.reads.charges import charges as charge_rows
from ledger.reads.exceptions import unpriced, unrated
from ledger.reads.invoices import invoice_lines, invoices
from ledger.store.database import Role

UNIT = {"type": "per_unit", "unit": "1"}


class Shop:
    """One account with one plan, and short ways to use and rate."""

    def __init__(self, ask, ledger) -> None:
        self.ask, self.ledger, self.db = ask, ledger, ledger.db
        self.used = 0

    def do(self, command, **fields):
        answer = self.ask(command, **fields)
        assert answer.status == "accepted", answer
        return answer

    def sell(self, *items, aggregation="sum", day="2026-10-01", **fields):
        """Define the meter, publish a plan with these items of it, and subscribe."""
        self.do("define_meter", meter="m", aggregation=aggregation, dimensions=["region", "tier"])
        self.offer(*items)
        self.do("open_account", account="shop", entity="US", name="Shop", currency="USD")
        self.do("start_subscription", subscription="s/1", account="shop", plan="p", from_=day,
                **fields)  # fmt: skip

    def offer(self, *items, day="2026-01-01"):
        rows = [
            {"item": f"i{n}", "kind": "usage", "meter": "m", "interval": "month", "model": UNIT}
            | item
            for n, item in enumerate(items)
        ]
        self.do("publish_plan", plan="p", currency="USD", from_=day, items=rows)

    def use(self, quantity, day=5, month=10, hour=12, **properties):
        self.used += 1
        name = f"u{self.used}"
        event = {
            "source": "app", "id": name, "account": "shop", "meter": "m",
            "time": f"2026-{month:02}-{day:02}T{hour:02}:00:00Z",
            "properties": {"quantity": quantity, **properties},
        }  # fmt: skip
        answer = self.do("record_usage", events=[event])
        assert answer.usage["accepted"] == 1, answer
        return name

    def change(self, name, **how):
        self.do("correct_usage", source="app", id=name, reason="test", **how)

    def rate(self, through="2026-10-31"):
        return self.do("rate_usage", through=through).facts

    def read(self, query):
        catch_up(self.db)
        with self.db.transaction(Role.READER) as tx:
            return tx.all(query)

    def charges(self):
        """Return what each charge stream comes to now: (amount, quantity, count)."""
        rows = {row.charge.rpartition("/")[0]: row for row in self.read(charge_rows("shop"))}
        return {
            name.removeprefix("s/1/"): (plain(row.amount), plain(row.quantity), row.usage_count)
            for name, row in rows.items()
        }

    def all_holds(self):
        """Rating again yields nothing, every check holds, and every set is proven."""
        assert list(self.rate()) == []
        catch_up(self.db)
        assert list(run_checks(self.db)) == []
        for row in self.read(charge_rows("shop")):
            with self.db.transaction(Role.READER) as tx:
                page = usage_page(tx, row.charge, prove=True)
            assert page.proven, row
            assert len(page.events) == row.usage_count, row


@pytest.fixture
def shop(world, ledger):
    return Shop(world, ledger)


def traced(shop, name):
    catch_up(shop.db)
    with shop.db.transaction(Role.READER) as tx:
        return {link.id for link in up(tx, "app", name).links}


def test_a_filter_takes_its_usage_and_what_none_takes_is_an_open_exception(shop):
    shop.sell({"filter": {"region": "eu"}}, {"filter": {"region": "us"}, "model": {
        "type": "per_unit", "unit": "2"}})  # fmt: skip
    eu, us = shop.use("10", region="eu"), shop.use("5", region="us")
    mars = shop.use("7", region="mars")
    shop.rate()
    assert shop.charges() == {"i0/2026-10-01": ("10", "10", 1), "i1/2026-10-01": ("10", "5", 1)}
    (open_,) = shop.read(unpriced("shop"))
    assert (open_.item, open_.unpriced_count, open_.unpriced_quantity) == ("i0", 1, 7)
    assert shop.read(unrated("shop")) == []
    assert traced(shop, eu) == {"s/1/i0/2026-10-01/1"}
    assert traced(shop, us) == {"s/1/i1/2026-10-01/1"}
    assert traced(shop, mars) == set()
    shop.all_holds()

    shop.change(mars, properties={"quantity": "7", "region": "us"})
    shop.rate()
    assert shop.charges()["i1/2026-10-01"] == ("24", "12", 2)
    assert shop.read(unpriced("shop")) == []
    shop.all_holds()


def test_absent_and_empty_are_equal_in_a_filter(shop):
    shop.sell({"filter": {"region": ""}})
    shop.use("1")
    shop.use("2", region="")
    shop.use("4", region="eu")
    shop.rate()
    assert shop.charges() == {"i0/2026-10-01": ("3", "3", 2)}
    shop.all_holds()


def test_each_group_is_priced_alone_and_is_a_charge_of_its_own(shop):
    tiers = {"type": "graduated", "tiers": [{"up_to": "10", "unit": "1"}, {"unit": "0.5"}]}
    shop.sell({"group_by": ["region"], "model": tiers})
    shop.use("12", region="eu")
    shop.use("12", region="us/east")
    shop.use("1")
    shop.rate()
    assert shop.charges() == {
        "i0/2026-10-01/region=": ("1", "1", 1),
        "i0/2026-10-01/region=eu": ("11", "12", 1),
        "i0/2026-10-01/region=us%2Feast": ("11", "12", 1),
    }
    shop.all_holds()
    shop.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    (invoice,) = shop.read(invoices("shop"))
    lines = shop.read(invoice_lines([invoice.number]))
    assert [line.net for line in lines] == [1, 11, 11]
    assert not shop.do("issue_invoices", through="2026-10-31", on="2026-11-02").facts
    shop.all_holds()


def test_a_change_of_one_group_charges_no_other(shop):
    shop.sell({"group_by": ["region"]})
    event = shop.use("10", region="eu")
    shop.use("5", region="us")
    shop.rate()
    shop.use("1", region="us")
    assert [fact.type for fact in shop.rate()] == ["usage.rated/1", "journal.posted/1"]
    shop.all_holds()

    # a correction moves the event to another group; the one it leaves vanishes to zero
    shop.change(event, properties={"quantity": "10", "region": "us"})
    shop.rate()
    assert shop.charges() == {
        "i0/2026-10-01/region=eu": ("0", "0", 0),
        "i0/2026-10-01/region=us": ("16", "16", 3),
    }
    assert traced(shop, event) == {"s/1/i0/2026-10-01/region=eu/1", "s/1/i0/2026-10-01/region=us/3",
                                   "s/1/i0/2026-10-01/region=eu/2"}  # fmt: skip
    shop.all_holds()


def test_groups_all_voided_leave_nothing_and_nothing_unrated(shop):
    flat = {"type": "graduated", "tiers": [{"unit": "1", "flat": "3"}]}
    shop.sell({"group_by": ["region"], "model": flat})
    event = shop.use("10", region="eu")
    shop.rate()
    assert shop.charges() == {"i0/2026-10-01/region=eu": ("13", "10", 1)}
    shop.change(event, void=True)
    shop.rate()
    # a live subscription without usage still pays the flat fee, once
    assert shop.charges() == {
        "i0/2026-10-01/region=": ("3", "0", 0),
        "i0/2026-10-01/region=eu": ("0", "0", 0),
    }
    assert shop.read(unrated("shop")) == []
    shop.all_holds()


def test_facts_that_no_group_holds_are_noted(shop):
    shop.sell({"group_by": ["region"], "filter": {"tier": "x"}})
    shop.use("10", region="eu", tier="x")
    shop.rate()
    shop.use("7", region="eu", tier="y")
    facts = shop.rate()
    assert [fact.type for fact in facts] == ["usage.rated/1"]
    assert shop.read(unrated("shop")) == []
    (open_,) = shop.read(unpriced("shop"))
    assert (open_.unpriced_count, open_.unpriced_quantity) == (1, 7)
    shop.all_holds()


def test_a_plan_change_cuts_every_group(shop):
    shop.sell({"group_by": ["region"]})
    shop.use("10", day=5, region="eu")
    shop.use("5", day=25, region="us")
    shop.rate()
    shop.offer({"group_by": ["region"], "model": {"type": "per_unit", "unit": "2"}},
               day="2026-10-15")  # fmt: skip
    shop.rate()
    assert shop.charges() == {
        "i0/2026-10-01/region=eu": ("10", "10", 1),
        "i0/2026-10-01/region=us": ("0", "0", 0),
        "i0/2026-10-15/region=us": ("10", "5", 1),
    }
    shop.all_holds()


def test_a_plan_that_drops_a_meter_leaves_its_usage_unrated_never_lost(shop):
    shop.sell({})
    shop.use("10", day=5)
    shop.use("5", day=25)
    shop.rate()
    shop.do("publish_plan", plan="p", currency="USD", from_="2026-10-15", items=[
        {"item": "setup", "kind": "one_time", "amount": "1"}])  # fmt: skip
    shop.rate()
    assert shop.charges() == {
        "i0/2026-10-01": ("10", "10", 1),
        "setup/2026-10-15/one_time": ("1.00", "1", 0),
    }
    (left,) = shop.read(unrated("shop"))
    assert (left.meter, left.facts) == ("m", 1)
    assert list(shop.rate()) == []


def test_percentages_run_over_the_events_of_the_period(shop):
    model = {"type": "percentage", "rate": "2", "fixed": "0.1", "free_events": 3,
             "free_amount": "100", "max_per_event": "1"}  # fmt: skip
    shop.sell({"model": model, "discount_percent": "50"})
    shop.use("60", day=1)
    shop.use("60", day=2)  # 20 pay: 0.4 + 0.1
    shop.use("80", day=3)  # 1.6 + 0.1, at most 1
    shop.rate()
    assert shop.charges() == {"i0/2026-10-01": ("0.75", "200", 3)}
    (row,) = shop.read(charge_rows("shop"))
    shown = [(tier["kind"], tier["amount"], tier["count"]) for tier in row.tiers]
    assert shown == [
        ("free", "0", 1), ("percentage", "2", 2), ("fixed", "0.2", None),
        ("max_per_event", "-0.7", None), ("discount", "-0.75", None),
    ]  # fmt: skip
    shop.use("60", day=1, hour=1)  # late, and first: the allowances move
    shop.rate()
    assert shop.charges() == {"i0/2026-10-01": ("1.25", "260", 4)}
    shop.all_holds()


def test_events_carry_their_price_or_are_open_exceptions(shop):
    shop.sell({"model": {"type": "dynamic", "amount_property": "price"}, "group_by": ["region"]})
    shop.use("1", region="eu", price="1.25")
    shop.use("1", region="eu", price=3)
    none = shop.use("1", region="eu")
    for bad in ("dear", "1e3", True, ""):
        shop.use("2", region="us", price=bad)
    shop.rate()
    assert shop.charges() == {
        "i0/2026-10-01/region=eu": ("4.25", "2", 3),
        "i0/2026-10-01/region=us": ("0", "0", 4),
    }
    found = {row.charge: row.unpriced_count for row in shop.read(unpriced("shop"))}
    assert found == {"s/1/i0/2026-10-01/region=eu/1": 1, "s/1/i0/2026-10-01/region=us/1": 4}
    shop.all_holds()
    shop.change(none, properties={"quantity": "1", "region": "eu", "price": "0.75"})
    shop.rate()
    assert shop.charges()["i0/2026-10-01/region=eu"] == ("5", "3", 3)


def test_a_minimum_is_accrued_when_the_period_is_finished(shop):
    shop.sell({"minimum": "31", "maximum": "310"})
    shop.use("10")
    shop.rate("2026-10-30")
    assert shop.charges() == {"i0/2026-10-01": ("10", "10", 1)}
    shop.rate()
    assert shop.charges() == {"i0/2026-10-01": ("31", "10", 1)}
    shop.all_holds()
    shop.use("1000")
    shop.rate()
    assert shop.charges() == {"i0/2026-10-01": ("310", "1010", 2)}
    shop.offer({"minimum": "31", "maximum": "310"}, day="2026-10-11")  # both parts are bounded
    shop.rate()
    assert shop.charges() == {
        "i0/2026-10-01": ("100", "1010", 2),
        "i0/2026-10-11": ("21", "0", 0),
    }
    shop.all_holds()


def test_a_subscription_that_begins_late_has_its_share_of_the_minimum(shop):
    shop.sell({"minimum": "31"}, day="2026-10-22", anchor=1)
    shop.rate()
    assert shop.charges() == {"i0/2026-10-22": ("10", "0", 0)}


def test_a_level_is_carried_over_period_ends(shop):
    shop.sell({"model": {"type": "per_unit", "unit": "10"}}, aggregation="weighted_sum")
    shop.use("31", day=1, hour=0)
    shop.use("-31", day=2, hour=0)  # one day of 31
    first = shop.use("5", day=2, hour=0)  # thirty days of 5
    shop.rate("2026-11-30")
    october = Decimal(1) + Decimal(5) * 30 / 31
    rows = {row.period_from.month: row for row in shop.read(charge_rows("shop"))}
    assert rows[10].quantity == round(october, 12)
    assert (rows[11].quantity, rows[11].amount, rows[11].usage_count) == (5, 50, 0)
    assert (rows[10].usage_carried, rows[11].usage_carried) == (0, 5)
    assert shop.read(unrated("shop")) == []

    # a correction in October changes the level of November too
    shop.change(first, properties={"quantity": "8"})
    shop.rate("2026-11-30")
    last = {row.period_from.month: row for row in shop.read(charge_rows("shop"))}
    assert (last[11].quantity, last[11].delta) == (8, 30)
    assert list(shop.rate("2026-11-30")) == []
    shop.all_holds()


def test_a_level_of_a_cut_period_weighs_as_much_as_of_a_whole_one(shop):
    shop.sell({}, aggregation="weighted_sum")
    shop.use("31", day=1, hour=0)
    shop.rate()
    shop.offer({}, day="2026-10-11")
    shop.rate()
    assert {name: found[1] for name, found in shop.charges().items()} == {
        "i0/2026-10-01": "10",
        "i0/2026-10-11": "21",
    }
    shop.all_holds()


def test_levels_by_group_go_on_without_events(shop):
    shop.sell({"group_by": ["region"]}, aggregation="weighted_sum")
    shop.use("4", day=1, hour=0, region="eu")
    shop.use("2", day=1, hour=0, region="us")
    gone = shop.use("-2", day=15, hour=12, region="us")
    shop.rate("2026-11-30")
    found = {name: amounts[1] for name, amounts in shop.charges().items()}
    assert found["i0/2026-11-01/region=eu"] == "4"
    assert "i0/2026-11-01/region=us" not in found
    shop.change(gone, void=True)
    shop.rate("2026-11-30")
    assert shop.charges()["i0/2026-11-01/region=us"] == ("2", "2", 0)
    shop.all_holds()


def test_a_voided_maximum_falls_back_to_the_next_one(shop):
    shop.sell({}, aggregation="max")
    shop.use("4")
    high = shop.use("9")
    shop.rate()
    assert shop.charges()["i0/2026-10-01"][0] == "9"
    shop.change(high, properties={"quantity": "6"})
    shop.rate()
    assert shop.charges()["i0/2026-10-01"][0] == "6"
    shop.change(high, void=True)
    shop.rate()
    assert shop.charges()["i0/2026-10-01"] == ("4", "4", 1)
    shop.all_holds()


def test_a_voided_latest_falls_back_and_groups_have_their_own(shop):
    shop.sell({"group_by": ["region"]}, aggregation="latest")
    shop.use("4", day=1, region="eu")
    last = shop.use("9", day=2, region="eu")
    shop.use("7", day=3, region="us")
    shop.rate()
    assert {f[0] for f in shop.charges().values()} == {"9", "7"}
    shop.change(last, void=True)
    shop.rate()
    assert {f[0] for f in shop.charges().values()} == {"4", "7"}
    shop.all_holds()


def test_a_charge_says_which_usage_it_takes(shop, ledger):
    shop.sell({"group_by": ["region"], "filter": {"tier": "x"}})
    shop.use("10", region="eu", tier="x")
    shop.rate()
    (row,) = shop.read(charge_rows("shop"))
    fact = next(f for f in ledger.books.read_stream(row.stream) if isinstance(f, UsageRated))
    assert (fact.filter, fact.group) == ({"tier": "x"}, {"region": "eu"})
    assert (row.filter, row.group_values) == (fact.filter, fact.group)
