"""Lines in, answers out: one each, in order, whatever stands in a line."""

import io
import json
import os
import tracemalloc

import pytest

from ledger.commands.lines import LINE_BYTES_MAX, apply_lines, read_lines


def meter(name: str, **more: object) -> bytes:
    """Return the line that defines a meter."""
    body = {"command": "define_meter", "key": name, "meter": name, "aggregation": "sum", **more}
    return json.dumps(body).encode() + b"\n"


def test_each_line_is_answered_in_order_and_a_broken_one_by_its_number(ledger):
    lines = [meter("a"), b"\n", b"{oops\n", meter("a"), b'{"key": "x\xff"}\n', meter("b", unit=5)]
    answers = list(apply_lines(ledger, [lines], "tester"))
    assert [(a.key, a.status) for a in answers] == [
        ("a", "accepted"), (None, "refused"), ("a", "duplicate"), (None, "refused"),
        ("b", "refused"),
    ]  # fmt: skip
    assert answers[1].error.code == "MALFORMED"
    assert answers[1].error.line == 3
    assert "Line 3" in answers[1].error.message
    assert answers[3].error.line == 5


def test_the_answer_has_the_shape_of_the_contract(ledger):
    accepted, refused = apply_lines(ledger, [[meter("a"), meter("a", unit="GB")]], "tester")
    assert accepted.to_dict() == {
        "key": "a",
        "status": "accepted",
        "facts": [{"lane": 0, "position": 1, "type": "meter.defined/1"}],
        "error": None,
    }
    assert refused.to_dict() == {
        "key": "a",
        "status": "refused",
        "facts": [],
        "error": {
            "code": "KEY_REUSED",
            "message": "The key a was used before with another body; send the first body again or "
            "use a new key.",
            "field": "key",
        },
    }


def test_it_stops_at_a_refusal_only_when_told(ledger):
    lines = [meter("a"), b"{\n", meter("b")]
    stopped = list(apply_lines(ledger, [lines], "tester", stop_on_refusal=True))
    assert [answer.status for answer in stopped] == ["accepted", "refused"]


def test_a_line_that_is_too_long_is_refused_and_the_next_one_read(ledger):
    long = b'{"command": "' + b"x" * (LINE_BYTES_MAX + 10) + b'"}\n'
    stream = io.BytesIO(long + meter("a"))
    answers = list(apply_lines(ledger, read_lines(stream), "tester"))
    assert [a.status for a in answers] == ["refused", "accepted"]
    assert (answers[0].error.code, answers[0].error.line) == ("TOO_LARGE", 1)


def test_a_line_of_the_largest_size_is_whole():
    stream = io.BytesIO(b"a" * 9 + b"\n" + b"b" * 25 + b"\n" + b"c")
    lines = [line for some in read_lines(stream, limit=10) for line in some]
    assert lines == [b"a" * 9 + b"\n", b"b" * 11, b"c"]


def test_memory_stays_flat_however_long_the_file_is(ledger):
    def lines(count: int):
        for _ in range(count):
            yield [b'{"command": "define_meter", "key": "' + b"k" * 20_000 + b'"}\n']

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in apply_lines(ledger, lines(count), "tester"):
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    peak(10)
    assert peak(1_000) < peak(10) + 500_000


@pytest.mark.parametrize("limit", [3, 64 * 1024, LINE_BYTES_MAX])
def test_lines_are_the_same_however_they_come(limit):
    text = b"a\n" * 40_000 + b"b" * 200_000 + b"\n\r\n\n" + b"c" * 70_000
    there = [line for some in read_lines(io.BytesIO(text), limit) for line in some]
    lines = io.BytesIO(text)
    expected = [line[: limit + 1] for line in lines]
    assert there == expected


def test_a_line_waits_for_no_other_line():
    """Given a program that sends a command and waits for its answer, it is not waited for."""
    receiving, sending = os.pipe()
    with os.fdopen(receiving, "rb") as stream, os.fdopen(sending, "wb", buffering=0) as sender:
        lines = read_lines(stream)
        sender.write(meter("a"))
        assert next(lines) == [meter("a")]
        sender.write(meter("b") + meter("c") + b"{")
        assert next(lines) == [meter("b"), meter("c")]
        sender.write(b"}\n")
        assert next(lines) == [b"{}\n"]
