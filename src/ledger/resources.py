"""Where the three data folders are: in the wheel first, in the checkout second."""

from pathlib import Path

from ledger.errors import StartFailed

FOLDERS = ("migrations", "projections", "graphql")


def folder(name: str) -> Path:
    """Return the path of one data folder, wherever this installation keeps it."""
    assert name in FOLDERS, name
    here = Path(__file__).resolve()
    for place in (here.parent / "_resources" / name, here.parents[2] / name):
        if place.is_dir():
            return place
    raise StartFailed(what="usage-ledger", why=f"the folder {name} was not installed with it")
