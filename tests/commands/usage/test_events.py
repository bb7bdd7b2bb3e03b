"""Usage by command: judged event by event, corrected as a whole, posting nothing."""

from collections import Counter

from ledger.events.streams import usage_stream
from ledger.projector.follower import catch_up
from ledger.reads.usage import completeness
from ledger.store.database import Role


def event(name: str, quantity: object = "10", **more: object) -> dict[str, object]:
    """Return a usage event of acme in October."""
    return {
        "source": "shop", "id": name, "account": "acme", "meter": "api",
        "time": "2026-10-05T10:00:00Z", "properties": {"quantity": quantity}, **more,
    }  # fmt: skip


def test_each_event_is_answered_for_itself(world, ledger):
    events = [
        event("1"), event("1"), event("1", "11"), event("2", 1.5), event("3", account="nobody"),
        event("4", meter="nothing"), 7, event("5", "a\0"), event("6", colour="red"),
        event("7", time="2026-10-05T10:00:00"), event("8", time="2026-11-25T12:00:01Z"),
        event("9", 25), event("10", "1e3"), event("11", properties=None),
    ]  # fmt: skip
    answer = world("record_usage", events=events)
    assert answer.status == "accepted"
    assert (answer.usage["accepted"], answer.usage["duplicate"]) == (2, 1)
    assert [(told["index"], told["id"], told["code"]) for told in answer.usage["rejected"]] == [
        (2, "1", "ID_CONFLICT"), (3, "2", "BAD_VALUE"), (4, "3", "UNKNOWN_ACCOUNT"),
        (5, "4", "UNKNOWN_METER"), (6, None, "BAD_SCHEMA"), (7, "5", "BAD_VALUE"),
        (8, "6", "BAD_SCHEMA"), (9, "7", "BAD_TIME"), (10, "8", "TOO_FAR_AHEAD"),
        (12, "10", "BAD_VALUE"), (13, "11", "BAD_SCHEMA"),
    ]  # fmt: skip
    assert Counter(fact.type for fact in answer.facts) == {
        "usage.recorded/1": 2, "usage.received/1": 2,
    }  # fmt: skip


def test_received_is_accepted_and_duplicate_and_dead_lettered(world, ledger):
    world("record_usage", events=[event("1"), event("1"), event("2", account="nobody")])
    world("record_usage", events=[event("1"), event("3")])
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        (row,) = tx.all(completeness("shop"))
    assert (row.received, row.accepted, row.duplicate, row.dead_lettered) == (5, 2, 2, 1)


def test_a_repeat_gives_the_first_answer_and_counts_nothing(world, ledger):
    events = [event("1"), event("2", account="nobody")]
    first = world("record_usage", key="u", events=events)
    heads = world and [ledger.books.head()]
    again = world("record_usage", key="u", events=events)
    assert (again.status, again.usage, list(again.facts)) == (
        "duplicate", first.usage, list(first.facts),
    )  # fmt: skip
    assert heads == [ledger.books.head()]


def test_events_that_are_no_list_refuse_the_command(world):
    answer = world("record_usage", events={"id": "1"})
    assert (answer.error.code, answer.error.field) == ("BAD_VALUE", "events")
    assert world("record_usage").error.code == "MISSING_FIELD"
    assert world("record_usage", events=[]).status == "accepted"


def test_a_correction_replaces_the_whole_content(world, ledger):
    world("record_usage", events=[event("1", properties={"quantity": "10", "region": "eu"})])
    head = ledger.books.head()
    answer = world("correct_usage", source="shop", id="1", properties={"quantity": "3"},
                   reason="meter fault")  # fmt: skip
    assert [fact.type for fact in answer.facts] == ["usage.corrected/1"]
    assert ledger.books.head() == head + 1  # the acceptance: it posts nothing
    recorded, corrected = ledger.books.read_stream(usage_stream("shop", "1"))
    assert corrected.properties == {"quantity": "3"}
    assert (str(corrected.quantity), corrected.dimensions) == ("3", {})
    assert (corrected.reason, corrected.timestamp) == ("meter fault", recorded.timestamp)
    assert corrected.causes == (recorded.cause,)


def test_what_is_void_stays_void(world):
    world("record_usage", events=[event("1")])
    void = {"source": "shop", "id": "1", "void": True, "reason": "test traffic"}
    assert world("correct_usage", **void).status == "accepted"
    assert world("correct_usage", **void).error.code == "USAGE_VOIDED"
    content = {"source": "shop", "id": "1", "properties": {"quantity": "1"}, "reason": "back"}
    assert world("correct_usage", **content).error.code == "USAGE_VOIDED"


REFUSED = [
    ({"id": "none", "void": True, "reason": "x"}, "UNKNOWN_USAGE", "id"),
    ({"id": "1", "void": True}, "MISSING_FIELD", "reason"),
    ({"id": "1", "reason": "x"}, "MISSING_FIELD", "properties"),
    ({"id": "1", "reason": "x", "void": False}, "MISSING_FIELD", "properties"),
    ({"id": "1", "reason": "x", "void": True, "properties": {}}, "BAD_VALUE", "void"),
    ({"id": "1", "reason": "x", "properties": {"quantity": "10"}}, "NOTHING_CHANGED",
     "properties"),
    ({"id": "1", "reason": "x", "properties": {"quantity": 1.5}}, "BAD_VALUE", "properties"),
    ({"id": "1", "reason": "x", "properties": {}}, "BAD_VALUE", "properties.quantity"),
    ({"id": "1", "reason": "x", "properties": {"quantity": "a\0"}}, "BAD_VALUE",
     "properties.quantity"),
]  # fmt: skip


def test_a_correction_that_makes_no_sense_is_refused(world, subtests):
    for body, code, field in REFUSED:
        with subtests.test(body=body):
            world("record_usage", events=[event("1")])
            answer = world("correct_usage", source="shop", **body)
            assert (answer.error.code, answer.error.field) == (code, field)
