"""A session at the command line, typed by the demo: each command is shown, then really run."""

import contextlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

SHOWN_LINES = 40


@dataclass(frozen=True)
class Session:
    """Where the session takes place, and where it is shown."""

    home: Path
    console: Console

    def say(self, text: str) -> None:
        """Tell what comes next."""
        self.console.print(f"\n# {text}", style="bold")

    def run(self, *words: str, show: int = SHOWN_LINES, may_refuse: bool = False) -> str:
        """Show and run one command; return its standard output, the first lines of it shown.

        ``may_refuse`` is for commands that are meant to meet bad input: exit code 1 is no failure.
        """
        self.console.print(f"$ usage-ledger {shlex.join(words)}", style="cyan")
        done = subprocess.run(  # noqa: S603 - our own command line, with words of our own
            self._command(words),
            stdout=subprocess.PIPE,
            env=self._environment,
            cwd=self.home,
            text=True,
            check=False,
        )
        if done.returncode not in ((0, 1) if may_refuse else (0,)):
            raise SystemExit(done.returncode)
        self._show(done.stdout.splitlines(), show)
        return done.stdout

    def hand_over(self, *words: str) -> None:
        """Run one command in the foreground until it ends or the user interrupts it."""
        with contextlib.suppress(KeyboardInterrupt):
            subprocess.run(self._command(words), env=self._environment, check=False)  # noqa: S603

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

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "LEDGER_DATABASE_URL"}
        return kept | {"LEDGER_HOME": str(self.home)}

    def _command(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "ledger", *words]

    def _show(self, lines: Sequence[str], most: int) -> None:
        for line in lines[:most]:
            self.console.print(line, markup=False, highlight=False, no_wrap=True, overflow="crop")
        if most and len(lines) > most:
            self.console.print(f"… {len(lines) - most:,} more lines", style="dim")
