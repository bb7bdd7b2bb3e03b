"""A session at the command line, typed by the demo: each command is shown, then really run."""

import json
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

SHOWN_LINES = 40

Command = Callable[[list[str]], tuple[int, str]]
"""Runs the words of a command line; returns the exit code and what went to standard output."""


@dataclass(frozen=True)
class Session:
    """Where the session takes place, and where it is shown."""

    home: Path
    console: Console
    command: Command

    def say(self, text: str) -> None:
        """Tell what comes next."""
        self.console.print(f"\n# {text}", style="bold")

    def run(self, *words: str, show: int = SHOWN_LINES, may_refuse: bool = False) -> str:
        """Show and run one command; return its standard output, the first lines of it shown.

        ``may_refuse`` is for commands that are meant to meet bad input: exit code 1 is no failure.
        """
        self.console.print(f"$ usage-ledger {shlex.join(words)}", style="cyan")
        code, output = self.command([*words])
        if code not in ((0, 1) if may_refuse else (0,)):
            raise SystemExit(code)
        self._show(output.splitlines(), show)
        return output

    def read(self, *words: str) -> Any:
        """Run one report and return it as JSON, without showing it."""
        return json.loads(self.run(*words, "--format", "json", show=0))

    def apply(self, name: str, commands: Iterable[dict[str, Any]], *, show: int = 0) -> list[Any]:
        """Write commands to a file, apply it, and return the answers."""
        path = self.write(name, (orjson.dumps(command) for command in commands))
        lines = self.run("apply", path.name, show=show).splitlines()
        answers = [json.loads(line) for line in lines]
        facts = sum(len(answer["facts"]) for answer in answers)
        self.console.print(f"  {len(answers):,} commands accepted, {facts:,} facts appended")
        return answers

    def write(self, name: str, lines: Iterable[bytes]) -> Path:
        """Write a file of lines into the home of the session."""
        path = self.home / name
        with path.open("wb") as file:
            file.writelines(line + b"\n" for line in lines)
        return path

    def _show(self, lines: Sequence[str], most: int) -> None:
        for line in lines[:most]:
            self.console.print(line, markup=False, highlight=False, no_wrap=True, overflow="crop")
        if most and len(lines) > most:
            self.console.print(f"… {len(lines) - most:,} more lines", style="dim")
