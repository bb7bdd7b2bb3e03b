"""The ERP's plain door: the same documents and commands as GraphQL, as pages of bytes.

    GET  /v1/erp/{target}/documents?after=&limit=      the feed, in the order of offering
    GET  /v1/erp/{target}/outstanding?after=&limit=    offered and not acknowledged, oldest first
    GET  /v1/erp/{target}/documents/{external_id}      the revision in force: the bytes hashed
    POST /v1/erp/{target}/ack, …/nack                  one or many answers, each judged alone

Reading changes nothing: the same cursor gives the same bytes. A page is JSON, or one document a
line for ``Accept: application/x-ndjson``.
"""

import asyncio
from hashlib import sha256
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.api.access import Principal, Scope
from ledger.api.body import whole
from ledger.api.keys import Gate
from ledger.api.plain import Endpoint, cached, guarded
from ledger.commands.engine.ledger import Ledger
from ledger.commands.form.answer import Answer
from ledger.commands.registry import execute
from ledger.errors import BadValue, Malformed
from ledger.reads import exports
from ledger.store.canonical import canonical
from ledger.store.database import Query, Role

PAGE: Final = 100
PAGE_MAX: Final = 200
ANSWERS_MAX: Final = 500
BODY_BYTES_MAX: Final = 1024 * 1024
LINES: Final = "application/x-ndjson"


def feed_routes(ledger: Ledger, gate: Gate) -> list[Route]:
    """Return the routes of the feed."""
    feed = Feed(ledger)
    read, answer = Scope.EXPORT_READ, Scope.EXPORT_ANSWER
    return [
        _route(gate, "documents", "GET", read, feed.documents),
        _route(gate, "documents/{external_id}", "GET", read, feed.document),
        _route(gate, "outstanding", "GET", read, feed.outstanding),
        _route(gate, "ack", "POST", answer, feed.acknowledge),
        _route(gate, "nack", "POST", answer, feed.reject),
    ]


class Feed:
    """The endpoints, for a principal who may use them."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def documents(self, request: Request, _: Principal) -> Response:
        """Answer a page of the feed."""
        target, after, limit = _page(request)
        revisions = await self._all(exports.feed(target, after=after, limit=limit))
        return _paged(request, revisions, [revision.position for revision in revisions])

    async def outstanding(self, request: Request, _: Principal) -> Response:
        """Answer a page of what the ERP has not acknowledged; the cursor is its own."""
        target, after, limit = _page(request)
        documents = await self._all(exports.outstanding(target, after=after, limit=limit))
        ids = [document.external_id for document in documents]
        rows = await self._all(exports.revisions_in_force(target, ids))
        found = {row.external_id: row for row in rows}
        places = [document.position for document in documents]
        return _paged(request, [found[external_id] for external_id in ids], places)

    async def document(self, request: Request, _: Principal) -> Response:
        """Answer the revision in force of one document: the bytes behind its sha256."""
        path = request.path_params
        found = await self._all(exports.revision(path["target"], path["external_id"]))
        if not found:
            return Response(status_code=404)
        body = canonical(found[0].content)
        return cached(
            request, body, "application/json", {"ledger-revision": str(found[0].revision)}
        )

    async def acknowledge(self, request: Request, principal: Principal) -> Response:
        """Take acknowledgements."""
        return await self._answered(request, principal, "acknowledge_export")

    async def reject(self, request: Request, principal: Principal) -> Response:
        """Take rejections."""
        return await self._answered(request, principal, "reject_export")

    async def _answered(self, request: Request, principal: Principal, command: str) -> Response:
        items = _items(await whole(dict(request.headers.raw), request.receive, BODY_BYTES_MAX))
        target = request.path_params["target"]

        def carry_out() -> list[Answer]:
            bodies = [_body(command, target, item) for item in items]
            return [execute(self._ledger, body, principal.actor) for body in bodies]

        answers = await asyncio.to_thread(carry_out)
        results = [
            {"external_id": item.get("external_id"), **answer.to_dict()}
            for item, answer in zip(items, answers, strict=True)
        ]
        return Response(orjson.dumps({"results": results}), 207, media_type="application/json")

    async def _all(self, query: Query[Any]) -> list[Any]:
        async with self._ledger.db.async_transaction(Role.READER) as tx:
            return await tx.all(query)


def _route(gate: Gate, path: str, method: str, scope: Scope, endpoint: Endpoint) -> Route:
    return guarded(gate, f"/v1/erp/{{target}}/{path}", method, scope, endpoint)


def _page(request: Request) -> tuple[str, int, int]:
    """Return the target, the cursor and the size of the page that is asked for."""
    after = request.query_params.get("after", "0")
    limit = request.query_params.get("limit", str(PAGE))
    if not (after.isdecimal() and after.isascii() and len(after) <= 18):
        raise BadValue(field="after", why="The cursor is not one of ours; start without it.")
    if not (limit.isdecimal() and limit.isascii() and 1 <= int(limit[:9]) <= PAGE_MAX):
        raise BadValue(field="limit", why=f"A page has 1 to {PAGE_MAX} documents; ask for fewer.")
    return request.path_params["target"], int(after), int(limit)


def _paged(request: Request, revisions: list[exports.Revision], places: list[int]) -> Response:
    """Write a page; the content of each document is exactly the bytes behind its sha256."""
    cursor = str(places[-1]) if places else request.query_params.get("after", "0")
    lines = [_line(row, place) for row, place in zip(revisions, places, strict=True)]
    headers = {"ledger-next-cursor": cursor}
    if LINES in request.headers.get("accept", ""):
        return cached(request, b"".join(line + b"\n" for line in lines), LINES, headers)
    body = b'{"documents":[%s],"next_cursor":"%s"}' % (b",".join(lines), cursor.encode())
    return cached(request, body, "application/json", headers)


def _line(revision: exports.Revision, place: int) -> bytes:
    head = {
        "cursor": str(place),
        "external_id": revision.external_id,
        "short_ref": revision.short_ref,
        "revision": revision.revision,
        "sha256": revision.sha256,
    }
    return orjson.dumps(head)[:-1] + b',"content":' + canonical(revision.content) + b"}"


def _items(body: bytes) -> list[dict[str, Any]]:
    """Return the answers in a body: ``{"documents": [...]}`` or a bare one."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed(why="The body is not JSON; send an object.") from None
    items = sent.get("documents", [sent]) if isinstance(sent, dict) else sent
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Malformed(why="Send one answer as an object, or several in documents.")
    if not 1 <= len(items) <= ANSWERS_MAX:
        raise BadValue(field="documents", why=f"Send 1 to {ANSWERS_MAX} answers at a time.")
    return items


def _body(command: str, target: str, item: dict[str, Any]) -> dict[str, Any]:
    """Return the command of an answer; without a key it gets one that follows from its content."""
    digest = sha256(orjson.dumps(item, option=orjson.OPT_SORT_KEYS)).hexdigest()
    key = f"{command}/{target}/{digest}"[-255:]
    return {"key": key, **item, "command": command, "target": target}
