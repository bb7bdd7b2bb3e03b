"""SQL files of named statements.

A statement begins at ``-- name: …`` and runs to the next one. Comment lines below the name are its
sentence, or an option such as ``-- when: load``; they are not sent to the server.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)
OPTION = re.compile(r"^(when|stage): (.+)$")
FACT_TYPE = re.compile(r"'([a-z_]+\.[a-z_]+/\d+)'")


@dataclass(frozen=True)
class Statement:
    """One named statement; ``facts`` are the types of facts that its text names."""

    name: str
    sentence: str
    sql: str
    options: Mapping[str, frozenset[str]]
    facts: frozenset[str]

    def at(self, moment: str) -> bool:
        """Tell whether the statement runs at a fold or a load (its ``when``); by default a fold."""
        return self.stage is None and moment in self.options.get("when", {"fold"})

    @property
    def stage(self) -> str | None:
        """The stage of a load in which the statement runs once, if it does."""
        return next(iter(self.options.get("stage", ())), None)


def read(path: Path) -> tuple[Statement, ...]:
    """Return the statements of a file in order."""
    return parse(path.read_text("utf-8"))


def parse(text: str) -> tuple[Statement, ...]:
    """Return the statements of a text in order."""
    parts = NAME.split(text)
    return tuple(
        _statement(name, body) for name, body in zip(parts[1::2], parts[2::2], strict=True)
    )


def header(text: str, option: str) -> list[str]:
    """Return the words of an option that stands above the first statement: ``-- lanes: all``."""
    found = re.search(rf"^-- {option}: (.+)$", text, re.MULTILINE)
    return found[1].split() if found else []


def _statement(name: str, body: str) -> Statement:
    lines = body.strip().splitlines()
    comments = [line[2:].strip() for line in lines if line.startswith("--")]
    sql = "\n".join(line for line in lines if not line.startswith("--")).strip()
    assert sql.endswith(";"), f"{name} does not end in a semicolon"
    options = {
        match[1]: frozenset(match[2].split()) for text in comments if (match := OPTION.match(text))
    }
    sentence = " ".join(text for text in comments if not OPTION.match(text))
    return Statement(
        name,
        sentence,
        sql[:-1],
        MappingProxyType(options),
        frozenset(FACT_TYPE.findall(sql)),
    )
