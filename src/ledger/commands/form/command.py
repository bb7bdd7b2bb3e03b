"""The record every command extends: the envelope of the contract."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ledger.commands.form.types import Day, Id, Text
from ledger.errors import BadValue


class Record(BaseModel):
    """A frozen, strict record: nothing is guessed, nothing unknown is passed over."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        hide_input_in_errors=True,
        ser_json_inf_nan="null",
        defer_build=True,  # at first use: eighty validators took a sixth of every start
    )


class Command(Record):
    """The envelope: what is asked, under which key, why and on which accounting date."""

    NAME: ClassVar[str] = ""
    PERSONAL: ClassVar[tuple[str, ...]] = ()  # fields whose digest is an HMAC

    command: Id
    key: Id
    reason: Text | None = None
    on: Day | None = None
    dry_run: bool | None = None


StartsOn = Annotated[Day, Field(alias="from")]


def refuse_no_change(command: Command) -> None:
    """Refuse a change of master data that names nothing but whose it is, and from when."""
    envelope = {*Command.model_fields, "account", "entity", "starts_on"}
    if not command.model_fields_set - envelope:
        raise BadValue(why="Nothing is to change; name at least one field with its new value.")
