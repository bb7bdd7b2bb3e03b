"""The base of every fact, and the registry that leads from a stored type back to its record.

A type is ``name/version``. ``record`` registers the current version of a name; ``upcast`` registers
how the data of an older version becomes that of the next one, so old facts stay readable.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID


@dataclass(frozen=True)
class Cause:
    """A fact that led to another one, by its stream and version (positions come later)."""

    stream: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that happened. The first four fields are the envelope, the rest is ``data``.

    ``originator_id`` is the stream, ``originator_version`` the version in it, ``timestamp`` the
    time it happened in the world (aware); the names are those of the eventsourcing library.
    """

    TYPE: ClassVar[str]
    originator_id: UUID
    originator_version: int
    timestamp: datetime
    causes: tuple[Cause, ...] = ()

    @property
    def cause(self) -> Cause:
        """This fact, as the cause of another."""
        return Cause(self.originator_id, self.originator_version)


ENVELOPE = ("originator_id", "originator_version", "timestamp", "causes")

F = TypeVar("F", bound=Fact)
Upcast = Callable[[dict[str, Any]], dict[str, Any]]

RECORDS: dict[str, type[Fact]] = {}
UPCASTS: dict[str, Upcast] = {}


def record(type_: str) -> Callable[[type[F]], type[F]]:
    """Register a record as the current version of its name, e.g. ``account.opened/1``."""

    def register(cls: type[F]) -> type[F]:
        name, _, version = type_.partition("/")
        assert name not in RECORDS, f"{name} is registered twice"
        assert version.isdigit(), type_
        cls.TYPE = type_
        RECORDS[name] = cls
        return cls

    return register


def upcast(type_: str) -> Callable[[Upcast], Upcast]:
    """Register the function that lifts data of this older type to the next version."""

    def register(function: Upcast) -> Upcast:
        assert type_ not in UPCASTS, f"{type_} is lifted twice"
        UPCASTS[type_] = function
        return function

    return register


def lift(type_: str, data: dict[str, Any]) -> tuple[type[Fact], dict[str, Any]]:
    """Return the current record class of a stored type, and its data in the current shape."""
    name, _, version = type_.partition("/")
    cls = RECORDS[name]
    while type_ != cls.TYPE:
        data = UPCASTS[type_](data)
        version = str(int(version) + 1)
        type_ = f"{name}/{version}"
    return cls, data
