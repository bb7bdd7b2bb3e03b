"""Where a command writes what is a file: to a path, or to standard output."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="The file; default standard output.")
]


@contextmanager
def opened(output: Path | None) -> Iterator[BinaryIO]:
    """Open a file for writing, or give standard output, which stays open."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with output.open("wb") as file:
            yield file
