"""Run every benchmark, each in a process of its own, and print one table."""

import json
import subprocess
import sys
from pathlib import Path

from table import Figure, show

HERE = Path(__file__).parent
SCRIPTS = (
    "ingest",
    "projection",
    "billing",
    "lineage",
    "api",
    "entitlements",
    "books",
    "revaluation",
    "statements",
)


def figures(script: str) -> list[Figure]:
    """Run one script and return its figures; what it has to say meanwhile goes to the terminal."""
    print(f"… {script}", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, str(HERE / f"{script}.py"), "--json"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [Figure(**json.loads(line)) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")] or SCRIPTS
    show([figure for script in wanted for figure in figures(script)])
