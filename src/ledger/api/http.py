"""``POST /v1/events``: usage in over HTTP, as bare ASGI because every event may be a request.

Takes CloudEvents 1.0 structured, in batches, in binary mode, and as lines of any number. A body
with one array is bounded; a stream of lines is read no faster than the log takes it, so memory
stays flat. The answer comes after the commit of the last event.
"""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from ledger.api.access import Principal
from ledger.api.access import Scope as Right
from ledger.api.body import Headers, announced, pieces, whole
from ledger.api.keys import Gate
from ledger.api.problem import RETRY_SECONDS, problem
from ledger.errors import (
    BadSchema,
    Overloaded,
    Refusal,
    StoreUnavailable,
    TooManyRequests,
    Unauthenticated,
    UnsupportedMediaType,
)
from ledger.ingest import cloudevents, metrics
from ledger.ingest.answer import Tally
from ledger.ingest.event import EVENT_BYTES_MAX
from ledger.ingest.form import BINARY, STRUCTURED, Form, broken_batch
from ledger.ingest.intake import RUN_EVENTS, Intake
from ledger.ingest.lines import Lines
from ledger.settings import Settings
from ledger.store.meta import meta

PATH: Final = "/v1/events"
ONE: Final = b"application/cloudevents+json"
BATCH: Final = b"application/cloudevents-batch+json"
LINES: Final = b"application/x-ndjson"
JSON: Final = b"application/json"
KNOWN: Final = b", ".join((ONE, BATCH, LINES, JSON + b" with ce- headers")).decode()

RUN_BYTES: Final = 1024 * 1024
BODIES_BYTES_MAX: Final = 256 * 1024 * 1024

Runs = AsyncIterator[list[bytes]]


class Events:
    """The endpoint: who may, how much at once, in which form, and the answer."""

    def __init__(self, intake: Intake, gate: Gate, settings: Settings) -> None:
        self._intake = intake
        self._gate = gate
        self._body_max = settings.body_bytes_max
        self._per_key_max = settings.requests_per_key_max
        self._under_way: Counter[str] = Counter()
        self._held = 0  # bytes of whole bodies under way
        self._metas: dict[str, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers: Headers = dict(scope["headers"])
        try:
            principal = await self._admitted(headers)
            tally = await self._counted(principal, headers, scope, receive)
        except (Refusal, StoreUnavailable) as refusal:
            metrics.REFUSED.labels(refusal.code).inc()
            await problem(refusal)(scope, receive, send)
        except ClientDisconnect:
            return
        else:
            metrics.count(tally)
            await _answer(tally, send)

    async def _admitted(self, headers: Headers) -> Principal:
        """Return who asks, if that key may write usage and the service can take more."""
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        principal = await self._gate.principal(authorization)
        if principal is None:
            raise Unauthenticated
        principal.require(Right.USAGE_WRITE)
        if self._under_way[principal.key_id] >= self._per_key_max:
            raise TooManyRequests(limit=self._per_key_max)
        if self._intake.is_full:
            raise Overloaded(seconds=RETRY_SECONDS)
        return principal

    async def _counted(
        self, principal: Principal, headers: Headers, scope: Scope, receive: Receive
    ) -> Tally:
        """Take the events of this request while it counts against its key."""
        key, kind = principal.key_id, _media_type(headers)
        size = 0 if kind == LINES else announced(headers, self._body_max)
        if self._held and self._held + size > BODIES_BYTES_MAX:
            raise Overloaded(seconds=RETRY_SECONDS)
        self._held += size
        self._under_way[key] += 1
        metrics.UNDER_WAY.inc()
        try:
            form, runs = await self._read(kind, headers, scope, receive)
            return await self._intake.take(runs, form, self._meta(principal))
        finally:
            metrics.UNDER_WAY.dec()
            self._held -= size
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]

    async def _read(
        self, kind: bytes, headers: Headers, scope: Scope, receive: Receive
    ) -> tuple[Form, Runs]:
        """Return the form of the body and its events in runs."""
        if headers.get(b"content-encoding", b"identity").lower() not in (b"identity", b""):
            encoding = headers[b"content-encoding"].decode("latin-1")
            raise UnsupportedMediaType(value=encoding, known="identity (no content encoding)")
        if kind == LINES:
            return STRUCTURED, _lines(receive)
        if kind == BATCH:
            return _batch(await whole(headers, receive, self._body_max))
        if kind == ONE:
            return STRUCTURED, _once([await whole(headers, receive, self._body_max)])
        if kind == JSON and (b"ce-id" in headers or b"ce-specversion" in headers):
            body = await whole(headers, receive, self._body_max)
            return BINARY, _once([cloudevents.pack_binary(scope["headers"], body)])
        raise UnsupportedMediaType(value=kind.decode("latin-1"), known=KNOWN)

    def _meta(self, principal: Principal) -> bytes:
        if principal.key_id not in self._metas:
            self._metas[principal.key_id] = meta(principal.actor)
        return self._metas[principal.key_id]


def _media_type(headers: Headers) -> bytes:
    kind, *parameters = headers.get(b"content-type", b"").lower().split(b";")
    for parameter in parameters:
        name, _, value = parameter.strip().partition(b"=")
        if name == b"charset" and value.strip(b'"') not in (b"utf-8", b"utf8", b"us-ascii"):
            raise UnsupportedMediaType(value=parameter.decode("latin-1").strip(), known="UTF-8")
    return kind.strip()


async def _once(run: list[bytes]) -> Runs:
    yield run


def _batch(body: bytes) -> tuple[Form, Runs]:
    try:
        events = cloudevents.split(body)
    except BadSchema as error:
        return broken_batch(error), _once([body[:EVENT_BYTES_MAX]])
    return STRUCTURED, _in_runs(events)


async def _in_runs(events: list[bytes]) -> Runs:
    for start in range(0, len(events), RUN_EVENTS):
        yield events[start : start + RUN_EVENTS]


async def _lines(receive: Receive) -> Runs:
    """Gather lines to runs; a line cut off by a client that went away is never read as an event."""
    lines, run, size = Lines(), [], 0
    async for piece in pieces(receive):
        metrics.BYTES.inc(len(piece))
        found = lines.feed(piece)
        run += found
        size += len(piece)
        while len(run) >= RUN_EVENTS:
            yield run[:RUN_EVENTS]
            run, size = run[RUN_EVENTS:], 0
        if size >= RUN_BYTES:
            yield run
            run, size = [], 0
    run += lines.end()
    if run:
        yield run


async def _answer(tally: Tally, send: Send) -> None:
    body = orjson.dumps(tally.to_dict())
    length = str(len(body)).encode()
    headers = [(b"content-type", JSON), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
