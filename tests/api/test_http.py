"""Usage in over HTTP: the four forms, who may, how much at once, and what is answered."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import orjson
import pytest

from ledger.api.http import Events
from ledger.api.keys import Gate, create_key
from ledger.commands.registry import execute
from ledger.errors import StoreUnavailable
from ledger.ingest.intake import Intake
from ledger.settings import Settings
from ledger.store.database import Query, Role

GZIP = {"content-encoding": "gzip"}
ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"


def event(id_: str = "e1", **given: Any) -> dict[str, Any]:
    fields = {
        "specversion": "1.0",
        "id": id_,
        "source": "gateway",
        "type": "api",
        "subject": "acme",
        "time": "2026-10-31T10:00:00Z",
        "data": {"quantity": "2.5"},
    }
    return fields | given


COMMANDS = [
    {
        "command": "register_entity",
        "entity": "US",
        "name": "US Inc",
        "currency": "USD",
        "country": "US",
        "time_zone": "UTC",
        "first_period": "2026-01",
    },
    {
        "command": "open_account",
        "account": "acme",
        "entity": "US",
        "name": "Acme",
        "currency": "USD",
    },
    {"command": "define_meter", "meter": "api", "aggregation": "sum"},
]


@pytest.fixture
def settings() -> Settings:
    return Settings.load(body_bytes_max=4096, requests_per_key_max=2)


@pytest.fixture
def ask(ledger: Any, settings: Settings) -> Any:
    """Run a conversation with the endpoint: ``ask(talk)`` awaits ``talk(post)``."""
    for number, command in enumerate(COMMANDS):
        answer = execute(ledger, {**command, "key": f"k{number}"}, "test")
        assert answer.status == "accepted", answer
    key = create_key(ledger.db, "ingest", None, "test").key

    def run(talk: Callable[..., Any], on: Callable[[Events], None] = lambda _: None) -> Any:
        async def conversation() -> Any:
            with Intake(ledger.db, settings) as intake:
                events = Events(intake, Gate(ledger.db), settings)
                on(events)
                transport = httpx.ASGITransport(app=events)
                async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:

                    async def post(content: Any, kind: str = ONE, **headers: str) -> Any:
                        named = {name.replace("_", "-"): text for name, text in headers.items()}
                        given = {"authorization": f"Bearer {key}", "content-type": kind} | named
                        return await client.post("/v1/events", content=content, headers=given)

                    try:
                        return await talk(post)
                    finally:
                        await ledger.db.aclose()

        return asyncio.run(conversation())

    run.db = ledger.db  # type: ignore[attr-defined]
    return run


def post_one(ask: Any, *args: Any, **headers: str) -> httpx.Response:
    async def talk(post: Any) -> Any:
        return await post(*args, **headers)

    return ask(talk)


def test_a_structured_event_is_answered_after_it_is_in_the_log(ask: Any) -> None:
    response = post_one(ask, orjson.dumps(event()))

    assert (response.status_code, response.json()) == (
        200,
        {"accepted": 1, "duplicate": 0, "rejected": []},
    )
    with ask.db.transaction(Role.READER) as tx:
        rows = tx.all(
            Query("select data ->> 'id', meta ->> 'actor' from ledger.log where lane = 1")
        )
    assert rows[0][0] == "e1"
    assert rows[0][1].startswith("key:")


def test_a_batch_answers_for_every_event_by_its_index(ask: Any) -> None:
    batch = [
        event("a"),
        event("b", subject="nobody"),
        event("a"),
        event("c", data={"quantity": 1.5}),
    ]

    answer = post_one(ask, orjson.dumps(batch), BATCH).json()

    assert (answer["accepted"], answer["duplicate"]) == (1, 1)
    assert [(one["index"], one["id"], one["code"]) for one in answer["rejected"]] == [
        (1, "b", "UNKNOWN_ACCOUNT"),
        (3, "c", "BAD_VALUE"),
    ]
    assert answer["rejected"][0]["detail"] == "There is no account nobody; open it first."


def test_a_batch_with_one_malformed_event_costs_only_that_one(ask: Any) -> None:
    bad = orjson.dumps(event("b")).replace(b'"2.5"', b"NaN")
    body = b"[" + orjson.dumps(event("a")) + b", " + bad + b"," + orjson.dumps(event("c")) + b"]"

    answer = post_one(ask, body, BATCH).json()

    assert answer["accepted"] == 2
    assert [(one["index"], one["code"]) for one in answer["rejected"]] == [(1, "BAD_SCHEMA")]


@pytest.mark.parametrize("body", [b"", b"{", b'{"a":1}', b"[{]", b"[[", b"nonsense"])
def test_a_batch_that_is_none_is_kept_whole(ask: Any, body: bytes) -> None:
    answer = post_one(ask, body, BATCH).json()

    assert (answer["accepted"], len(answer["rejected"])) == (0, 1)
    with ask.db.transaction(Role.READER) as tx:
        assert tx.all(Query("select code, raw from ledger.dead_letters")) == [("BAD_SCHEMA", body)]


def test_an_empty_batch_and_an_empty_stream_are_fine(ask: Any) -> None:
    nothing = {"accepted": 0, "duplicate": 0, "rejected": []}
    assert post_one(ask, b"[]", BATCH).json() == nothing
    assert post_one(ask, b"\n\n", LINES).json() == nothing


def test_a_binary_event_comes_in_headers_percent_decoded(ask: Any) -> None:
    attributes = {
        "ce-specversion": "1.0",
        "ce-id": "caf%C3%A9",
        "ce-source": "gateway",
        "ce-type": "api",
        "ce-subject": '"acme"',
        "ce-time": "2026-10-31T10:00:00Z",
    }

    answer = post_one(ask, b'{"quantity":"1"}', "application/json; charset=utf-8", **attributes)

    assert answer.json()["accepted"] == 1, answer.json()
    with ask.db.transaction(Role.READER) as tx:
        rows = tx.all(Query("select data ->> 'id' from ledger.log where lane = 1"))
    assert rows == [("café",)]


def test_a_bad_binary_event_is_kept_with_its_headers(ask: Any) -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "x", "ce-source": "gateway"}

    answer = post_one(ask, b'{},"subject":"acme"', "application/json", **headers).json()

    assert [(one["id"], one["code"]) for one in answer["rejected"]] == [("x", "BAD_SCHEMA")]
    with ask.db.transaction(Role.READER) as tx:
        ((form, raw),) = tx.all(Query("select format, raw from ledger.dead_letters"))
    assert form == "cloudevents-binary"
    assert raw.endswith(b'\r\n\r\n{},"subject":"acme"')
    assert b"ce-id: x\r\n" in raw


def test_lines_come_in_pieces_that_end_anywhere(ask: Any) -> None:
    body = b"\n".join(orjson.dumps(event(f"e{n}")) for n in range(1200)) + b"\n{bad\r\n"

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 997):
            yield body[start : start + 997]

    answer = post_one(ask, pieces(), LINES).json()

    assert (answer["accepted"], answer["rejected"][0]["index"]) == (1200, 1200)


@pytest.mark.parametrize(
    ("content", "kind", "headers", "status", "code"),
    [
        (b"{}", "application/json", {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"{}", "text/csv", {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"{}", ONE + "; charset=latin-1", {}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (gzip.compress(b"{}", mtime=0), ONE, GZIP, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b" " * 5000, ONE, {}, 413, "TOO_LARGE"),
        (b" " * 5000, BATCH, {}, 413, "TOO_LARGE"),
        (b"{}", ONE, {"authorization": ""}, 401, "UNAUTHENTICATED"),
        (b"{}", ONE, {"authorization": "Bearer lgr_ingest_x_y_z"}, 401, "UNAUTHENTICATED"),
    ],
)
def test_what_is_no_usage_is_refused_as_a_whole(
    ask: Any, content: bytes, kind: str, headers: dict[str, str], status: int, code: str
) -> None:
    response = post_one(ask, content, kind, **headers)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(ask: Any) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 1000

    assert post_one(ask, endless(), BATCH).status_code == 413


def test_a_key_for_reading_may_not_write(ask: Any) -> None:
    key = create_key(ask.db, "portal", "acme", "test").key

    response = post_one(ask, orjson.dumps(event()), ONE, authorization=f"Bearer {key}")

    assert (response.status_code, response.json()["code"]) == (403, "FORBIDDEN")


def test_a_key_has_so_many_requests_at_once(ask: Any) -> None:
    async def talk(post: Any) -> list[int]:
        go = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            await go.wait()
            yield orjson.dumps(event())

        tasks = [asyncio.create_task(post(slow(), LINES)) for _ in range(2)]
        await asyncio.sleep(0.3)
        third = await post(orjson.dumps(event("e3")))
        go.set()
        return [third, *[await task for task in tasks]]

    third, *others = ask(talk)

    assert (third.status_code, third.headers["retry-after"]) == (429, "1")
    assert [one.status_code for one in others] == [200, 200]


def test_a_full_house_and_a_lost_database_ask_to_come_again(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talk(post: Any) -> Any:
        return await post(orjson.dumps(event()))

    with monkeypatch.context() as patch:
        patch.setattr(Intake, "is_full", property(lambda _: True))
        full = ask(talk)

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr("ledger.store.flush.commit", away)
        lost = ask(talk)

    assert (full.status_code, full.json()["code"]) == (503, "OVERLOADED")
    assert (lost.status_code, lost.json()["code"]) == (503, "STORE_UNAVAILABLE")
    assert "retry-after" in full.headers
    assert "retry-after" in lost.headers


def test_a_client_that_goes_away_leaves_whole_lines_only(ask: Any) -> None:
    whole = orjson.dumps(event("whole")) + b"\n"
    messages = [
        {
            "type": "http.request",
            "body": whole + orjson.dumps(event("cut"))[:50],
            "more_body": True,
        },
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def talk(post: Any) -> None:
        await post(orjson.dumps(event("first")))
        key = create_key(ask.db, "ingest", None, "test").key
        headers = [
            (b"authorization", f"Bearer {key}".encode()),
            (b"content-type", LINES.encode()),
        ]

        async def receive() -> Any:
            return messages.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/v1/events", "headers": headers}
        await talk.events(scope, receive, send)  # type: ignore[attr-defined]

    ask(talk, on=lambda events: setattr(talk, "events", events))

    assert sent == []
    with ask.db.transaction(Role.READER) as tx:
        rows = tx.all(Query("select data ->> 'id' from ledger.log where lane = 1 and version = 1"))
        letters = tx.all(Query("select 1 from ledger.dead_letters"))
    assert {row[0] for row in rows} <= {"first", "whole"}
    assert letters == []
