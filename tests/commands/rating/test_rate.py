"""Rating by command: who and what is rated, and what a refusal says."""

import pytest

from ledger.events.billing import UsageRated
from ledger.events.journal import JournalPosted
from ledger.events.streams import stream
from ledger.projector.follower import catch_up


def use(ask, name: str, quantity: str, day: str, account: str = "acme") -> None:
    """Record one usage event."""
    event = {"source": "shop", "id": name, "account": account, "meter": "api",
             "time": f"{day}T10:00:00Z", "properties": {"quantity": quantity}}  # fmt: skip
    assert ask("record_usage", events=[event]).usage["accepted"] == 1


def charges(ledger, first: str = "2026-10-01", subscription: str = "s-1") -> list[UsageRated]:
    """Return the charges of one period, oldest first."""
    return ledger.books.read_stream(stream("charge", subscription, "calls", first))


REFUSED = [
    ({"through": None}, "MISSING_FIELD", "through"),
    ({"through": "October"}, "BAD_DATE", "through"),
    ({"account": "nobody"}, "UNKNOWN_ACCOUNT", "account"),
    ({"entity": "EU"}, "UNKNOWN_ENTITY", "entity"),
]


def test_what_does_not_fit_is_refused(world, ledger, subtests):
    for change, code, field in REFUSED:
        with subtests.test(change=change):
            head = ledger.books.head()
            answer = world("rate_usage", **{"through": "2026-10-31", **change})
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_a_charge_says_what_it_was_made_of(world, ledger):
    use(world, "1", "100", "2026-10-05")
    use(world, "2", "50", "2026-10-06")
    world("rate_usage", through="2026-10-31")
    (charge,) = charges(ledger)
    assert (charge.charge, str(charge.quantity), str(charge.amount)) == (
        "s-1/calls/2026-10-01/1", "150", "1.5",
    )  # fmt: skip
    assert (charge.usage.lane, charge.usage.to_position, charge.usage.count) == (1, 2, 2)
    assert (str(charge.accrued), str(charge.posted)) == ("1.50", "1.50")
    assert (charge.posted_on.isoformat(), charge.rated_to.isoformat()) == (
        "2026-10-31", "2026-11-01",
    )  # fmt: skip
    entry = ledger.books.latest(stream("journal", "accrual/s-1/calls/2026-10-01/1"))
    assert isinstance(entry, JournalPosted)
    assert [(line.account, str(line.amount)) for line in entry.lines] == [
        ("1150", "1.50"), ("4010", "-1.50"),
    ]  # fmt: skip


def test_rating_twice_yields_nothing(world, ledger):
    use(world, "1", "100", "2026-10-05")
    assert len(world("rate_usage", through="2026-10-31").facts) == 2
    assert list(world("rate_usage", through="2026-10-31").facts) == []
    assert list(world("rate_usage", through="2026-11-05").facts) == []


def test_only_the_account_or_entity_that_is_named_is_rated(world, ledger):
    world("open_account", account="globex", entity="US", name="G", currency="USD")
    world("start_subscription", subscription="s-2", account="globex", plan="basic",
          from_="2026-10-01")  # fmt: skip
    use(world, "1", "100", "2026-10-05")
    use(world, "2", "100", "2026-10-05", "globex")
    world("rate_usage", through="2026-10-31", account="globex")
    assert charges(ledger) == []
    assert len(charges(ledger, subscription="s-2")) == 1
    world("rate_usage", through="2026-10-31", entity="US")
    assert len(charges(ledger)) == 1


def test_usage_before_the_first_period_is_posted_into_it(world, ledger):
    world("register_entity", entity="U2", name="Two", currency="USD", country="US",
          time_zone="UTC", first_period="2026-11")  # fmt: skip
    world("open_account", account="late", entity="U2", name="L", currency="USD")
    world("start_subscription", subscription="s-2", account="late", plan="basic",
          from_="2026-10-01")  # fmt: skip
    use(world, "1", "100", "2026-10-05", "late")
    world("rate_usage", through="2026-10-31", account="late")
    (charge,) = charges(ledger, subscription="s-2")
    assert charge.posted_on.isoformat() == "2026-11-01"
    assert charge.period_from.isoformat() == "2026-10-01"


def test_the_accounts_time_zone_decides_the_day(world, ledger):
    world("open_account", account="tokyo", entity="US", name="T", currency="USD",
          time_zone="Asia/Tokyo")  # fmt: skip
    world("start_subscription", subscription="s-2", account="tokyo", plan="basic",
          from_="2026-10-01")  # fmt: skip
    for name, time in (("in", "2026-09-30T15:00:00Z"), ("out", "2026-09-30T14:59:59Z")):
        event = {"source": "shop", "id": name, "account": "tokyo", "meter": "api", "time": time,
                 "properties": {"quantity": "100"}}  # fmt: skip
        world("record_usage", events=[event])
    world("rate_usage", through="2026-10-31", account="tokyo")
    (charge,) = charges(ledger, subscription="s-2")
    assert str(charge.quantity) == "100"


def test_a_trial_is_free_and_an_override_is_the_price(world, ledger):
    world("open_account", account="vip", entity="US", name="V", currency="USD")
    world("start_subscription", subscription="s-2", account="vip", plan="basic",
          from_="2026-10-01", trial_until="2026-10-15",
          overrides=[{"item": "calls", "model": {"type": "per_unit", "unit": "0.5"}}])  # fmt: skip
    use(world, "1", "100", "2026-10-14", "vip")
    use(world, "2", "10", "2026-10-15", "vip")
    world("rate_usage", through="2026-10-31", account="vip")
    (charge,) = charges(ledger, subscription="s-2")
    assert (str(charge.quantity), str(charge.amount)) == ("10", "5")


def test_a_price_published_while_it_is_rated_is_not_missed(world, ledger, monkeypatch):
    """Given a new price between reading and appending, the account is rated again at the end."""
    from ledger.commands.rating import batch

    use(world, "1", "100", "2026-10-05")
    charges_of = batch.charges_of
    once = iter([True])

    def meanwhile(*given, **more):
        found = charges_of(*given, **more)
        if next(once, False):
            world("publish_plan", key="new", plan="basic", currency="USD", from_="2026-01-01",
                  items=[{"item": "calls", "kind": "usage", "meter": "api", "interval": "month",
                          "model": {"type": "per_unit", "unit": "0.02"}}])  # fmt: skip
        return found

    monkeypatch.setattr(batch, "charges_of", meanwhile)
    world("rate_usage", through="2026-10-31")
    (charge,) = charges(ledger)
    assert (str(charge.amount), charge.plan_version) == ("2", 2)


def test_a_run_with_an_older_view_takes_nothing_back(world, ledger, monkeypatch):
    """Given usage and a rating after a run took its view, that run leaves what was charged."""
    from ledger.commands.rating import rate

    use(world, "1", "100", "2026-10-05")
    pages = rate.to_rate
    once = iter([True])

    def meanwhile(run, through, **scope):
        if next(once, False):
            use(world, "2", "100", "2026-10-06")
            assert world("rate_usage", key="other", through="2026-10-31").status == "accepted"
            catch_up(ledger.db)  # as a follower does at any time
        yield from pages(run, through, **scope)

    monkeypatch.setattr(rate, "to_rate", meanwhile)
    assert list(world("rate_usage", through="2026-10-31").facts) == []
    assert [str(charge.amount) for charge in charges(ledger)] == ["2"]


def test_a_grant_that_comes_while_its_account_is_rated_is_drawn_at_once(world, ledger, monkeypatch):
    """Given usage that is being rated, when a gift comes in, the account is rated anew with it."""
    from ledger.commands.rating import batch

    body = {"source": "app", "id": "e-g", "account": "acme", "meter": "api",
            "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "300"}}  # fmt: skip
    world("record_usage", events=[body])
    real, asked = batch.charges_of, []

    def meanwhile(*given, **more):
        made = real(*given, **more)
        if not asked:
            asked.append(world("grant_credit", grant="gift", account="acme", kind="promotional",
                               amount="1.00", from_="2026-10-01"))  # fmt: skip
        return made

    monkeypatch.setattr(batch, "charges_of", meanwhile)
    answer = world("rate_usage", through="2026-10-31")
    assert [fact.type for fact in answer.facts].count("usage.rated/1") == 1
    charge = ledger.books.latest(stream("charge", "s-1", "calls", "2026-10-01"))
    assert [(each.id, str(each.amount)) for each in charge.adjustments] == [("gift", "1.00")]
    assert str(charge.due) == "2.00"


@pytest.fixture
def looked_at(world, monkeypatch):
    """Return a function that rates and tells which accounts that looked at."""
    from ledger.commands.rating import batch

    seen = []
    charges_of = batch.charges_of

    def spy(rows, *given, **more):
        seen.extend(sorted({row.account for row in rows}))
        return charges_of(rows, *given, **more)

    monkeypatch.setattr(batch, "charges_of", spy)

    def rate(through, **scope):
        seen.clear()
        assert world("rate_usage", through=through, **scope).status == "accepted"
        return list(seen)

    return rate


def test_a_rating_looks_only_where_something_may_have_changed(world, looked_at):
    for account in ("idle", "busy", "flat"):
        world("open_account", account=account, entity="US", name=account, currency="USD")
    flat = {"item": "fee", "kind": "recurring", "amount": "9", "interval": "month",
            "timing": "in_advance"}  # fmt: skip
    world("publish_plan", plan="flat", currency="USD", from_="2026-01-01", items=[flat])
    for account, plan in (("idle", "basic"), ("busy", "basic"), ("flat", "flat")):
        world("start_subscription", subscription=account, account=account, plan=plan,
              from_="2026-10-01")  # fmt: skip
    everybody = ["acme", "busy", "flat", "idle"]
    use(world, "1", "5", "2026-10-02", "busy")
    assert looked_at("2026-10-10") == everybody
    assert looked_at("2026-10-10") == []
    assert looked_at("2026-10-05") == []
    use(world, "2", "5", "2026-10-03", "busy")
    assert looked_at("2026-10-10") == ["busy"]
    assert looked_at("2026-10-11") == ["flat"]  # a fee moves with time, usage without events not
    world("change_subscription", subscription="flat", from_="2026-10-05", quantity={"fee": "2"})
    assert looked_at("2026-10-11") == ["flat"]
    assert looked_at("2026-10-11", entity="US") == []
    world("publish_plan", plan="basic", currency="USD", from_="2026-10-20", items=[
        {"item": "calls", "kind": "usage", "meter": "api", "interval": "month",
         "model": {"type": "per_unit", "unit": "0.02"}}])  # fmt: skip
    assert looked_at("2026-10-11") == ["acme", "busy", "idle"]
    world("set_tax_rate", code="other", rate="7", from_="2026-01-01", category="S")
    assert looked_at("2026-10-11") == everybody


def test_a_rating_of_one_account_tells_nothing_of_others(world, looked_at):
    world("open_account", account="globex", entity="US", name="Globex", currency="USD")
    world("start_subscription", subscription="g", account="globex", plan="basic",
          from_="2026-10-01")  # fmt: skip
    use(world, "1", "5", "2026-10-02")
    assert looked_at("2026-10-31", account="acme") == ["acme"]
    assert looked_at("2026-10-31", account="acme") == []
    assert looked_at("2026-10-31") == ["acme", "globex"]


def test_a_window_that_cannot_differ_is_not_measured(world, ledger, monkeypatch):
    from ledger.commands.rating import charging

    measured = charging.measured
    counts = []

    def spy(candidates, ground):
        counts.append(len(candidates))
        return measured(candidates, ground)

    monkeypatch.setattr(charging, "measured", spy)
    for month in ("10", "11"):
        use(world, month, "5", f"2026-{month}-02")
    world("rate_usage", through="2026-11-30")
    use(world, "late", "5", "2026-10-03")
    world("rate_usage", key="again", through="2026-11-30")
    assert counts == [2, 1]
