"""Whatever happens in whatever order, the books agree with the facts, to the cent.

A history records, corrects and voids usage, republishes prices into the past, rates, bills and
takes payments, for two entities of unlike currencies. Afterwards everything that SQL computed in
sets is computed again, one fact at a time, by the auditor.
"""

import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.projector.projection import projections
from ledger.projector.rebuild import rebuild
from ledger.reads.exceptions import unrated
from ledger.store.database import Role

ACCOUNTS = ("group", "branch", "solo")
METERS = ("count", "sum", "max", "latest", "unique_count", "weighted_sum")
END = "2026-12-31"

prices = st.sampled_from(["0.005", "0.01", "0.0333", "0.335", "1.19", "2.5", "0.00025"])
flats = st.none() | st.sampled_from(["0.005", "1.5", "10"])
days = st.integers(0, 110).map(lambda n: (date(2026, 9, 1) + timedelta(n)).isoformat())


def without_none(**fields: Any) -> dict[str, Any]:
    """Return the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


tiers = st.builds(
    lambda first, second, last: [{"up_to": "10", **first}, {"up_to": "150.5", **second}, last],
    *[st.builds(without_none, unit=st.none() | prices, flat=flats)] * 3,
)
quantity_models = st.one_of(
    st.builds(lambda unit: {"type": "per_unit", "unit": unit}, prices),
    st.builds(lambda rows: {"type": "graduated", "tiers": rows}, tiers),
    st.builds(lambda rows: {"type": "volume", "tiers": rows}, tiers),
    st.builds(
        lambda amount, free, way: {
            "type": "package", "size": "7", "amount": amount, "free": free, "round": way,
        },
        prices, st.sampled_from(["0", "3.5"]), st.sampled_from(["up", "down"]),
    ),
    st.builds(
        lambda eu, us, default: without_none(
            type="matrix", dimensions=["region"], default=default,
            prices=[{"when": {"region": "eu"}, "unit": eu}, {"when": {"region": "us"}, "unit": us}],
        ),
        prices, prices, st.none() | prices,
    ),
)  # fmt: skip
event_models = st.one_of(
    st.builds(
        lambda rate, **fields: without_none(type="percentage", rate=rate, **fields),
        st.sampled_from(["2.9", "0.35"]),
        fixed=st.none() | prices,
        free_events=st.sampled_from([None, None, 0, 3]),
        free_amount=st.sampled_from([None, None, "100", "250.5"]),
        min_per_event=st.sampled_from([None, "0.02"]),
        max_per_event=st.sampled_from([None, "1.19"]),
    ),
    st.just({"type": "dynamic", "amount_property": "price"}),
)
shares = st.builds(
    lambda first, last: {
        "type": "graduated_percentage",
        "tiers": [{"up_to": "99.5", "rate": first, "flat": "1.5"}, {"rate": last}],
    },
    prices, prices,
)  # fmt: skip


def terms_of(models: Any) -> Any:
    """Return what an item of a meter may say."""
    return st.builds(
        without_none,
        model=models,
        discount_percent=st.sampled_from([None, None, "12.5", "33.333"]),
        minimum=st.sampled_from([None, None, None, "7.77"]),
        maximum=st.sampled_from([None, None, None, "49.99"]),
        group_by=st.sampled_from([None, None, None, ["region"]]),
        split=st.sampled_from([None, None, None, True]),
        tax=st.sampled_from([None, None, "low", "zero"]),
        interval=st.sampled_from(["month", "month", "month", "quarter"]),
    )


priced = {
    meter: terms_of(
        quantity_models | shares
        if meter == "weighted_sum"
        else quantity_models | shares | event_models
    )
    for meter in METERS
}
every_item = st.fixed_dictionaries(priced)
some_items = st.fixed_dictionaries({}, optional=priced).filter(lambda items: len(items) > 1)
events = st.fixed_dictionaries(
    {
        "account": st.sampled_from(ACCOUNTS),
        "meter": st.sampled_from(METERS),
        "hour": st.integers(0, 85 * 24 * 2),  # half hours from 30 August on
        "quantity": st.integers(-40_000, 400_000).map(lambda n: str(Decimal(n).scaleb(-3))),
        "region": st.sampled_from(["eu", "us", "mars", ""]),
        "user": st.sampled_from(["ann", "bob", "eve"]),
        "price": st.sampled_from(["0.5", "12.345", "-1", 3, "", "dear"]),
        "named": st.sampled_from([None, None, None, "own", "other"]),
    }
)
steps = st.one_of(
    st.tuples(st.just("use"), st.integers(0, 1), st.lists(events, min_size=3, max_size=30)),
    st.tuples(st.just("correct"), st.integers(0, 200), st.integers(-9_000, 90_000), st.booleans()),
    st.tuples(st.just("void"), st.integers(0, 200)),
    st.tuples(st.just("again")),
    st.tuples(st.just("publish"), st.integers(0, 1), st.sampled_from(["net", "gross"]), days,
              some_items, st.booleans(), st.sampled_from(["all", "all", "new_subscriptions"])),
    st.tuples(st.just("rate"), days, st.sampled_from([None, "entity", "group", "branch"])),
    st.tuples(st.just("rate"), days, st.none()),
    st.tuples(st.just("issue"), st.integers(30, 110), st.integers(0, 3),
              st.sampled_from([None, "entity", "branch", "solo"])),
    st.tuples(st.just("pay"), st.integers(0, 1), st.sampled_from(["group", "solo"]),
              st.sampled_from([35, 100, 110])),
)  # fmt: skip


def playable(second: str, plans: Any, first_use: Any, rest: Any) -> dict[str, Any]:
    """Return a history that begins with usage of every account."""
    return {"entities": ("US", second), "plans": plans,
            "steps": [("use", n, use) for n, use in enumerate(first_use)] + rest}  # fmt: skip


histories = st.builds(
    playable,
    st.sampled_from(["JP", "KW"]),
    st.fixed_dictionaries({"net": every_item, "gross": every_item}),
    st.tuples(*[st.lists(events, min_size=10, max_size=40)] * 2),
    st.lists(steps, min_size=6, max_size=16),
)


def perform(play, step) -> None:
    """Do one step of a history."""
    kind, *given_ = step
    if kind == "use":
        entity, drawn = given_
        play.use([event_of(play, play.entities[entity], n, one) for n, one in enumerate(drawn)])
    elif kind in ("correct", "void"):
        change(play, kind, *given_)
    elif kind == "again":
        play.again()
    elif kind == "publish":
        entity, *version = given_
        play.publish(play.entities[entity], *version)
    elif kind == "rate":
        play.do("rate_usage", through=given_[0], **scope(given_[1]))
    elif kind == "issue":
        through = date(2026, 9, 1) + timedelta(given_[0])
        play.do("issue_invoices", through=through.isoformat(),
                on=(through + timedelta(given_[1])).isoformat(), **scope(given_[2]))  # fmt: skip
    else:
        play.pay(f"{play.entities[given_[0]]}-{given_[1]}", given_[2])


def scope(name: str | None) -> dict[str, str]:
    """Return whom a run is for."""
    return {} if name is None else {"entity": "US"} if name == "entity" else {
        "account": f"US-{name}"}  # fmt: skip


def event_of(play, entity: str, number: int, drawn: dict[str, Any]) -> dict[str, Any]:
    """Return an event; no two have one time, so that the latest is the same in any order."""
    number += len(play.events)
    at = datetime(2026, 8, 30, tzinfo=UTC) + timedelta(
        minutes=30 * drawn["hour"], microseconds=number
    )
    account = f"{entity}-{drawn['account']}"
    other = f"s/{entity}-{'solo' if drawn['account'] != 'solo' else 'group'}"
    named = {None: None, "own": f"s/{account}", "other": other}[drawn["named"]]
    return without_none(
        account=account, meter=drawn["meter"], time=at.isoformat(timespec="microseconds"),
        properties={name: drawn[name] for name in ("quantity", "region", "user", "price")},
        subscription=named,
    )  # fmt: skip


def change(play, kind: str, index: int, quantity: int = 0, move: bool = False) -> None:
    """Correct or void an event; a void one stays void, and an equal one stays as it is."""
    event = play.events[index % len(play.events)]
    properties = {**event["properties"], "quantity": str(Decimal(quantity).scaleb(-2))}
    properties |= {"region": "eu", "user": "zoe"} if move else {}
    how = {"void": True} if kind == "void" else {"properties": properties}
    body = {"source": "app", "id": event["id"], "reason": "test", **how}
    answer = play.ask("correct_usage", **body)
    if answer.status == "accepted":
        play.changes.append(body)
    else:
        assert answer.error.code in ("USAGE_VOIDED", "NOTHING_CHANGED"), answer


# The same few histories every time; with HISTORIES=100 as many, and other ones each time.
HISTORIES = int(os.environ.get("HISTORIES", "0"))
SETTINGS = settings(
    max_examples=HISTORIES or 8,
    phases=[Phase.generate],  # looking for a shorter failure would take many minutes
    derandomize=not HISTORIES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def settle(play) -> None:
    """Rate and bill all there is."""
    play.do("rate_usage", through=END)
    play.do("issue_invoices", through=END, on="2027-01-01")


def hold(play, audit) -> Any:
    """Check every projection and every figure; return the auditor."""
    catch_up(play.ledger.db)
    assert list(run_checks(play.ledger.db)) == []
    auditor = audit(play.ledger)
    auditor.check_charges()
    auditor.check_documents()
    auditor.check_books()
    return auditor


def check_exceptions(play, auditor) -> None:
    """The usage that is listed as unrated is what no charge's set was taken over."""
    with play.ledger.db.transaction(Role.READER) as tx:
        listed: Counter[tuple[str, str]] = Counter()
        for row in tx.all(unrated()):
            listed[row.account, row.meter] += row.facts
    assert listed == auditor.unrated()


def check_nothing_is_left(play, audit) -> None:
    """The same events and runs once more append nothing but the count of duplicates."""
    facts = len(audit(play.ledger).charges), len(audit(play.ledger).documents)
    play.again()
    for _ in range(2):
        assert not play.do("rate_usage", through=END).facts
        assert not play.do("issue_invoices", through=END, on="2027-01-01").facts
    assert facts == (len(audit(play.ledger).charges), len(audit(play.ledger).documents))


def check_rebuilds(play) -> None:
    """Every projection made anew from the log is the live one, row by row."""
    catch_up(play.ledger.db)
    for name in projections():
        rebuild(play.ledger.db, name, workers=1)  # raises where the builds differ


def results(auditor) -> dict[Any, Any]:
    """Return what every charge stream ended with; streams that hold nothing are left out."""
    return {
        (c.subscription, c.item, c.period_from, *sorted(c.group.items())): (
            c.quantity,
            c.amount,
            c.accrued,
            c.usage.count,
        )
        for c in auditor.latest.values()
        if c.usage.count or c.amount
    }


@SETTINGS
@given(history=histories)
def test_the_books_agree_with_the_facts(
    playing, audit, statements, programs, rolling, tmp_path_factory, history
):
    with playing(history["entities"]) as play:
        play.begin(history["plans"])
        for number, step in enumerate(history["steps"]):
            perform(play, step)
            if number % 5 == 4:
                hold(play, audit)
        settle(play)
        auditor = hold(play, audit)
        auditor.check_homes()
        auditor.check_billed(date.fromisoformat(END))
        check_exceptions(play, auditor)
        rolling(play.ledger)
        statements(play.ledger.db)
        check_nothing_is_left(play, audit)
        check_rebuilds(play)
        programs.agree(play.ledger.db, tmp_path_factory.mktemp("books"))


@settings(SETTINGS, max_examples=HISTORIES or 6)
@given(history=histories, random=st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(playing, audit, history, random):
    """What every stream holds, and so revenue net of tax, is the same for every path.

    Not the same, by contract: how many documents there are, when a delta is dated, and the cents of
    tax, which is computed once per document.
    """
    with playing(history["entities"]) as play, playing(history["entities"]) as other:
        for each in (play, other):
            each.begin(history["plans"])
        for step in history["steps"]:
            perform(play, step)
            if step[0] == "publish":
                perform(other, step)
        other.do("record_usage", events=random.sample(play.events, len(play.events)))
        for body in play.changes:
            other.do("correct_usage", **body)
        for each in (play, other):
            settle(each)
        one, two = hold(play, audit), hold(other, audit)
        assert results(one) == results(two)
        for auditor in (one, two):
            auditor.check_homes()
            auditor.check_billed(date.fromisoformat(END))
