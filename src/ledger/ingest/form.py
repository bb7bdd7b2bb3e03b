"""A form of usage events: how bytes are read, what a dead letter keeps of them, and what can still
be told of an event that could not be read.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.errors import BadSchema
from ledger.ingest import cloudevents
from ledger.ingest.event import EVENT_BYTES_MAX, Event, Raw


@dataclass(frozen=True, slots=True)
class Form:
    """One form; ``name`` is what a dead letter says about how to read its bytes again.

    ``read`` may raise a refusal or what the decoder raises; ``keep`` returns the bytes of a dead
    letter; ``glimpse`` the source, id and account as far as they can be told.
    """

    name: str
    read: Callable[[Raw], Event]
    glimpse: Callable[[Raw], dict[str, str]]
    keep: Callable[[Raw], bytes] = bytes


STRUCTURED = Form("cloudevents", cloudevents.decode, cloudevents.glimpse)
BINARY = Form("cloudevents-binary", cloudevents.read_binary, cloudevents.glimpse_binary)


def broken_batch(error: BadSchema) -> Form:
    """Return the form of a batch that cannot be taken apart: it is one dead letter."""

    def read(_: Raw) -> Event:
        raise error

    return Form("cloudevents-batch", read, cloudevents.glimpse)


TOO_LONG = f"The event is longer than {EVENT_BYTES_MAX} bytes; its first bytes are kept. Send less."
