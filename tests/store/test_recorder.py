"""The recorder passes the eventsourcing library's own test cases, unmodified, as the writer role.

The library's cases store opaque bytes under topics of their own; our log stores JSON. So the cases
run through a subclass that carries a state as a JSON string; the real form has its own test.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import NotSupportedError, StoredEvent
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from ledger.store.append import NewFact
from ledger.store.canonical import canonical
from ledger.store.database import Database
from ledger.store.meta import Meta
from ledger.store.recorder import LedgerFactory, LedgerRecorder
from ledger.testing import TestServer

NOW = datetime(2026, 11, 1, tzinfo=UTC)


class OpaqueRecorder(LedgerRecorder):
    """Carries any state as a JSON string of one character per byte."""

    def _new_fact(self, event: StoredEvent, meta: Meta) -> NewFact:
        assert isinstance(event.originator_id, UUID)
        data = canonical(event.state.decode("latin-1"))
        version = event.originator_version
        return NewFact(0, event.originator_id.bytes, version, event.topic, NOW, data, meta.encode())

    def _stored_event(
        self, stream: UUID, version: int, type_: str, occurred_at: datetime, data: Any, causes: Any
    ) -> StoredEvent:
        return StoredEvent(stream, version, type_, data.encode("latin-1"))


class OnOurServer:
    """Gives each case a fresh database of the session's server."""

    @pytest.fixture(autouse=True)
    def _databases(self, server: TestServer) -> Iterator[None]:
        with ExitStack() as stack:
            self._fresh: Callable[[], Database] = lambda: stack.enter_context(server.database())
            yield

    def create_recorder(self) -> OpaqueRecorder:
        return OpaqueRecorder(self._fresh())


class TestApplicationRecorder(OnOurServer, ApplicationRecorderTestCase[OpaqueRecorder]):
    pass


class TestNonInterleavingNotificationIDs(OnOurServer, NonInterleavingNotificationIDsBaseCase):
    pass


del ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase  # not to be collected


def test_the_json_of_a_state_comes_back_byte_for_byte(database: Database) -> None:
    recorder = LedgerRecorder(database)
    state = (
        b'{"causes":[{"stream":"00000000-0000-0000-0000-000000000001","version":2}],'
        b'"data":{"a":"1.50","b":[true,null,9007199254740991],"\xc3\xa9":{"z":"\xf0\x9f\x98\x80"}},'
        b'"occurred_at":"2026-10-31T23:59:59.999999Z"}'
    )
    event = StoredEvent(UUID(int=9), 1, "test.happened/1", state)
    assert recorder.insert_events([event]) == [1]
    assert recorder.select_events(UUID(int=9)) == [event]


def test_what_the_ledger_does_otherwise_is_refused(database: Database) -> None:
    factory = LedgerFactory({})
    factory.use(database)
    recorder = factory.application_recorder()
    for refused in (
        recorder.subscribe,
        factory.aggregate_recorder,
        factory.tracking_recorder,
        factory.process_recorder,
    ):
        with pytest.raises(NotSupportedError):
            refused()
