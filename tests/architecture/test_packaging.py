"""A wheel, a source distribution and an editable install all find the three data folders."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = ("migrations", "projections", "graphql")
ASK = (
    "from ledger.resources import folder; import sys; print(*map(folder, sys.argv[1:]), sep='\\n')"
)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, by its path in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.name != ".gitkeep"
    }


def answered(cwd: Path, first_on_path: Path | None = None) -> list[Path]:
    """What an interpreter with nothing but this on its path says the folders are."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if first_on_path:
        env["PYTHONPATH"] = str(first_on_path)
    done = subprocess.run(
        [sys.executable, "-c", ASK, *DATA], cwd=cwd, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return [Path(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The source distribution, and the wheel that is built from it and not from the checkout."""
    out = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory):
    """The wheel, unpacked: what pip would put into site-packages."""
    site = tmp_path_factory.mktemp("site")
    (wheel,) = built.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    return site


def test_the_wheel_carries_the_folders_as_they_are(unpacked):
    for name in DATA:
        packed = contents(unpacked / "ledger" / "_resources" / name)
        assert packed == contents(ROOT / name)
        assert packed, f"{name} is empty"


def test_the_wheel_carries_the_templates_of_documents(unpacked):
    place = Path("ledger", "documents", "templates")
    assert contents(unpacked / place) == contents(ROOT / "src" / place)


def test_the_source_distribution_carries_the_folders_as_they_are(built, tmp_path):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    (top,) = tmp_path.iterdir()
    for name in DATA:
        assert contents(top / name) == contents(ROOT / name)


def test_an_installed_wheel_finds_its_own_folders(unpacked, tmp_path):
    resources = unpacked / "ledger" / "_resources"
    assert answered(tmp_path, unpacked) == [resources / name for name in DATA]


def test_an_editable_install_finds_the_checkout(tmp_path):
    assert answered(tmp_path) == [ROOT / name for name in DATA]


def test_the_wheel_needs_no_tests_and_brings_the_command(unpacked):
    (scripts,) = unpacked.glob("*.dist-info/entry_points.txt")
    assert "usage-ledger = ledger.cli:main" in scripts.read_text()
    assert not (unpacked / "tests").exists()
