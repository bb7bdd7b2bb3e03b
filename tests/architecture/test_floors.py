"""Imports go down only, and the rules do no input or output (the contracts in pyproject.toml)."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_imports_go_down_only():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, f"an import goes up a floor:\n{done.stdout}{done.stderr}"


def test_a_new_package_must_take_a_floor():
    """Without ``exhaustive`` a package that no floor names could import anything."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    floors = [one for one in settings["contracts"] if one["type"] == "layers"]
    assert [one["exhaustive"] for one in floors] == [True, True]
