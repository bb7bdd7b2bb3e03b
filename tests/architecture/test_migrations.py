"""Migrations only move forward: numbered without gaps, and each as it was when it was listed."""

from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "migrations"
FILES = sorted(FOLDER.glob("*.sql"))


def test_they_are_numbered_from_one_without_gaps():
    assert [int(path.name[:4]) for path in FILES] == list(range(1, len(FILES) + 1))


def test_each_is_listed_with_the_checksum_it_has():
    """A released migration never changes. After adding one: sha256sum *.sql > checksums."""
    lines = (FOLDER / "checksums").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split() for line in lines)}
    assert listed == {path.name: sha256(path.read_bytes()).hexdigest() for path in FILES}
