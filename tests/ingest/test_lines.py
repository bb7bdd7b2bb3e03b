"""Lines out of pieces, bounded."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.ingest.lines import Lines, in_runs

TEXT = st.lists(st.sampled_from([b"a", b"bc", b" ", b"\r", b"\n", b"defghij"]), max_size=40)


@given(TEXT, st.integers(1, 5))
def test_lines_do_not_depend_on_where_the_pieces_end(parts: list[bytes], size: int) -> None:
    text = b"".join(parts)
    lines = Lines(limit=6)
    found = [line for at in range(0, len(text), size) for line in lines.feed(text[at : at + size])]
    found += lines.end()

    whole = [line for line in text.split(b"\n") if line.strip()]
    assert [line[:6] for line in found] == [line[:6] for line in whole]
    assert [len(line) > 6 for line in found] == [len(line) > 6 for line in whole]


def test_a_line_without_end_takes_no_memory() -> None:
    lines = Lines(limit=100)
    for _ in range(1000):
        assert lines.feed(b"x" * 10_000) == []
    (rest,) = lines.end()
    assert rest[:101] == b"x" * 101
    assert len(rest) <= 10_000


def test_runs_are_full_but_the_last() -> None:
    assert [len(run) for run in in_runs([b"x"] * 7, 3)] == [3, 3, 1]
