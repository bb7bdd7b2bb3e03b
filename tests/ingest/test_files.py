"""Files of CloudEvents: lines or one array, again and again without harm."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.errors import Malformed
from ledger.ingest.files import ingest_file
from ledger.ingest.intake import Intake
from ledger.store.meta import meta

META = meta("test")
Make = Callable[..., bytes]


def test_lines_with_a_ten_megabyte_one_among_them(
    intake: Intake, tmp_path: Path, event: Make
) -> None:
    path = tmp_path / "events.ndjson"
    huge = b'{"id":"' + b"x" * 10_000_000 + b'"}'
    path.write_bytes(b"\n".join([event("a"), huge, b"", event("b")]))
    seen: list[int] = []

    tally = ingest_file(intake, path, "cloudevents", META, seen.append)

    assert (tally.accepted, [one.code for one in tally.rejected]) == (2, ["BAD_SCHEMA"])
    assert seen[-1] == path.stat().st_size


def test_an_array_and_then_the_same_again(intake: Intake, tmp_path: Path, event: Make) -> None:
    path = tmp_path / "events.json"
    path.write_bytes(b" [" + event("a") + b",\n" + event("b") + b"]")

    assert ingest_file(intake, path, "cloudevents", META).accepted == 2
    assert ingest_file(intake, path, "cloudevents", META).duplicate == 2


@pytest.mark.parametrize(("form", "text"), [("cloudevents", b"[1"), ("focus", b"a,b\n1,2\n")])
def test_a_file_that_is_neither_is_refused_whole(
    intake: Intake, tmp_path: Path, form: str, text: bytes
) -> None:
    path = tmp_path / "file"
    path.write_bytes(text)
    with pytest.raises(Malformed):
        ingest_file(intake, path, form, META)
