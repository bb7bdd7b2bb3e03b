"""Where a command writes what is a file: to a path, or to standard output.

A file appears under its name when it is whole: what failed half way leaves nothing behind.
"""

import os
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
        return
    if output.exists() and not output.is_file():  # a pipe, or a device
        with output.open("wb") as file:
            yield file
        return
    part = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
