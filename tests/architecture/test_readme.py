"""The sessions in the manuals are real: each command is run, and prints what stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DIGEST = re.compile(r"digest [0-9a-f]{16}")
PAGES = ("README.md", "docs/billing.md", "docs/month-end.md", "docs/reports.md")


def session(page: str) -> list[tuple[str, str]]:
    """The commands of a page's session, each with the output that follows it."""
    (block,) = re.findall(r"```console\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    steps = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [
        (command, output.rstrip("\n")) for command, _, output in (s.partition("\n") for s in steps)
    ]


@pytest.mark.parametrize("page", PAGES)
def test_the_session_prints_what_the_page_says(page, tmp_path):
    """Digests differ from run to run: they cover when each event was recorded, and by whom."""
    programs = str(Path(sys.executable).parent)
    env = os.environ | {
        "LEDGER_HOME": str(tmp_path / "home"),
        "NO_COLOR": "1",
        "PATH": os.pathsep.join((programs, os.environ["PATH"])),
    }
    env.pop("LEDGER_DATABASE_URL", None)
    for command, output in session(page):
        done = subprocess.run(
            ["bash", "-c", command], cwd=ROOT, env=env, capture_output=True, text=True
        )
        assert done.stderr == "", command
        assert DIGEST.sub("digest …", done.stdout.rstrip("\n")) == DIGEST.sub("digest …", output)
