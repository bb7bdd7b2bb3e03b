"""The decoder: whatever the bytes are, it gives an event or a refusal, and never anything else."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import BadSchema, BadValue, Refusal
from ledger.ingest import cloudevents
from ledger.ingest.chunk import Chunk
from ledger.ingest.event import SAFE_INTEGER, Event
from ledger.ingest.form import BINARY, STRUCTURED

GOOD = {
    "specversion": "1.0",
    "id": "1",
    "source": "s",
    "type": "api",
    "subject": "acme",
    "time": "2026-10-31T10:00:00Z",
    "data": {"quantity": "1"},
}
PLAIN = st.none() | st.booleans() | st.text() | st.integers(-SAFE_INTEGER, SAFE_INTEGER)
ANY_JSON = st.recursive(
    PLAIN | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_a_refusal(raw: bytes) -> None:
    for form in (STRUCTURED, BINARY):
        chunk = Chunk.read(form, 0, [raw])
        assert (chunk.events[0] is None) == (len(chunk.rejects) == 1)


@given(
    st.dictionaries(st.sampled_from(sorted([*GOOD, "subscription", "extra"])), ANY_JSON, max_size=4)
)
def test_any_values_of_the_attributes_are_an_event_or_a_refusal(changed: dict[str, object]) -> None:
    raw = orjson.dumps(GOOD | changed)
    chunk = Chunk.read(STRUCTURED, 3, [raw, orjson.dumps(GOOD)])
    assert isinstance(chunk.events[1], Event)
    assert [reject.code for reject in chunk.rejects] in ([], ["BAD_SCHEMA"], ["BAD_VALUE"])
    assert all(reject.at == 3 and reject.raw == raw for reject in chunk.rejects)


@given(st.dictionaries(st.text(), PLAIN))
def test_plain_properties_come_through_as_they_were_sent(properties: dict[str, object]) -> None:
    event = cloudevents.read(orjson.dumps(GOOD | {"data": properties}))
    assert event.properties == properties


@given(st.lists(ANY_JSON, max_size=6), st.sampled_from([b"NaN", b"-", b'"\\x"', b"tru", b"1e"]))
def test_a_batch_falls_apart_between_its_elements(elements: list[object], bad: bytes) -> None:
    parts = [orjson.dumps(element) for element in elements]
    assert cloudevents.split(b" [" + b" , ".join([*parts, bad]) + b"]\n") == [
        *[part if part == bad else part + b" " for part in parts],
        bad,
    ] or [part.strip() for part in cloudevents.split(b"[" + b",".join([*parts, bad]) + b"]")] == [
        *parts,
        bad,
    ]


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b"[{]}", b"[1]]", b"x[1]", b"[1] x", b"[1,"])
def test_what_is_no_array_is_no_batch(body: bytes) -> None:
    with pytest.raises(BadSchema):
        cloudevents.split(body)


def test_attributes_of_a_binary_event_are_quoted_or_percent_encoded() -> None:
    headers = [
        (b"host", b"x"),
        (b"ce-specversion", b"1.0"),
        (b"ce-id", b'"a \\"b\\""'),
        (b"ce-source", b"%E2%82%AC/%25"),
        (b"ce-type", b"api"),
        (b"ce-subject", b"acme"),
        (b"ce-time", b"2026-10-31T10:00:00Z"),
        (b"ce-subscription", b"sub-1"),
        (b"content-type", b"application/json"),
    ]

    event = cloudevents.read_binary(cloudevents.pack_binary(headers, b'{"quantity":5}'))

    assert (event.id, event.source, event.subscription) == ('a "b"', "€/%", "sub-1")
    assert event.properties == {"quantity": 5}


@pytest.mark.parametrize("body", [b"", b'{},"subject":"other"', b"[1]", b'{"a":1.5}', b"\xff"])
def test_the_body_of_a_binary_event_is_one_object_of_plain_values(body: bytes) -> None:
    headers = [(b"ce-" + name.encode(), b"x") for name in ("id", "source", "type", "subject")]
    headers += [(b"ce-specversion", b"1.0"), (b"ce-time", b"2026-10-31T10:00:00Z")]
    with pytest.raises(Refusal) as caught:
        cloudevents.read_binary(cloudevents.pack_binary(headers, body))
    assert isinstance(caught.value, BadSchema | BadValue)


def test_a_header_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(BadSchema, match="percent-encode"):
        cloudevents.read_binary(cloudevents.pack_binary([(b"ce-id", b"\xff")], b"{}"))
