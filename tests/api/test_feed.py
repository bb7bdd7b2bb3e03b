"""The plain pages of the ERP: the same bytes again, and answers judged one by one."""

import json
from hashlib import sha256

import httpx
import pytest
from starlette.applications import Starlette

from ledger.api.feed import feed_routes
from ledger.api.keys import Gate
from ledger.projector.follower import catch_up


class Pages:
    """The feed over ASGI as an ERP calls it."""

    def __init__(self, door):
        self.door = door
        self.app = Starlette(routes=list(feed_routes(door.ledger, Gate(door.ledger.db))))

    def __call__(self, method, path, role="erp", headers=None, **request):
        return self.door.portal.call(self._send, method, path, role, headers or {}, request)

    async def _send(self, method, path, role, headers, request):
        if role:
            headers = {"authorization": f"Bearer {self.door.key(role)}", **headers}
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
            return await client.request(method, f"/v1/erp/{path}", headers=headers, **request)


@pytest.fixture
def pages(october):
    """The feed, to read."""
    return Pages(october)


@pytest.fixture
def own_pages(door, month):
    """A feed of this test alone, to answer."""
    return Pages(door)


def content_bytes(line):
    """Return the bytes of a document inside its line, as they came."""
    return line[line.index(b'"content":') + len(b'"content":') : -1]


def test_the_same_cursor_gives_the_same_bytes(pages):
    first = pages("GET", "netsuite/documents", params={"limit": 2})
    assert first.status_code == 200
    again = pages("GET", "netsuite/documents", params={"limit": 2})
    assert (first.content, first.headers["etag"]) == (again.content, again.headers["etag"])
    kept = pages(
        "GET",
        "netsuite/documents",
        params={"limit": 2},
        headers={"if-none-match": first.headers["etag"]},
    )
    assert (kept.status_code, kept.content) == (304, b"")


def test_the_cursor_leads_through_everything_once(pages):
    seen, cursor = [], "0"
    while True:
        page = pages("GET", "netsuite/documents", params={"after": cursor, "limit": 2}).json()
        if not page["documents"]:
            break
        seen += [document["external_id"] for document in page["documents"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) > 2
    whole = pages("GET", "netsuite/documents").json()["documents"]
    assert [document["external_id"] for document in whole] == seen


def test_every_line_carries_exactly_the_bytes_behind_its_digest(pages):
    lines = pages("GET", "netsuite/documents", headers={"accept": "application/x-ndjson"})
    assert lines.headers["content-type"].startswith("application/x-ndjson")
    for line in lines.content.splitlines():
        told = json.loads(line)
        assert sha256(content_bytes(line)).hexdigest() == told["sha256"]
        one = pages("GET", f"netsuite/documents/{told['external_id']}")
        assert one.content == content_bytes(line)
        assert one.headers["etag"] == f'"{told["sha256"]}"'
    assert lines.headers["ledger-next-cursor"] == told["cursor"]


def test_answers_are_judged_alone_and_repeated_ones_return_the_first(own_pages):
    pages = own_pages
    good, bad, *_ = pages("GET", "netsuite/outstanding").json()["documents"]
    answer = {
        "erp_document_id": "4711",
        "erp_number": "INV-1",
        "erp_posting_date": "2026-10-31",
        "erp_period": "2026-10",
    }
    keys = ("external_id", "revision", "sha256")
    items = [
        {**{key: good[key] for key in keys}, **answer},
        {**{key: bad[key] for key in keys}, **answer, "sha256": "0" * 64},
        {"external_id": "x"},
    ]
    sent = pages("POST", "netsuite/ack", json={"documents": items})
    assert sent.status_code == 207
    first, second, third = sent.json()["results"]
    assert first["status"] == "accepted"
    assert (second["status"], second["error"]["code"]) == ("refused", "STALE_REVISION")
    assert third["error"]["code"] == "MISSING_FIELD"
    again = pages("POST", "netsuite/ack", json=items[0]).json()["results"][0]
    assert (again["status"], again["facts"]) == ("duplicate", first["facts"])
    catch_up(pages.door.ledger.db)
    left = pages("GET", "netsuite/outstanding").json()["documents"]
    assert good["external_id"] not in {document["external_id"] for document in left}


def test_a_nack_is_taken(own_pages):
    pages = own_pages
    document = pages("GET", "netsuite/outstanding").json()["documents"][0]
    nack = {key: document[key] for key in ("external_id", "revision", "sha256")}
    nack |= {"code": "PERIOD_CLOSED", "message": "The period is closed", "line": 1}
    (result,) = pages("POST", "netsuite/nack", json=nack).json()["results"]
    assert result["status"] == "accepted"


@pytest.mark.parametrize(
    ("method", "path", "role", "request_", "status"),
    [
        ("GET", "netsuite/documents", None, {}, 401),
        ("GET", "netsuite/documents", "ingest", {}, 403),
        ("POST", "netsuite/ack", "auditor", {"json": {}}, 403),
        ("GET", "netsuite/documents", "erp", {"params": {"after": "-1"}}, 400),
        ("GET", "netsuite/documents", "erp", {"params": {"after": "x" * 99}}, 400),
        ("GET", "netsuite/documents", "erp", {"params": {"limit": "201"}}, 400),
        ("GET", "netsuite/documents", "erp", {"params": {"limit": "0"}}, 400),
        ("GET", "netsuite/documents/none", "erp", {}, 404),
        ("GET", "%00/documents", "erp", {}, 400),
        ("POST", "netsuite/ack", "erp", {"content": b"{"}, 400),
        ("POST", "netsuite/ack", "erp", {"json": []}, 400),
        ("POST", "netsuite/ack", "erp", {"json": [1]}, 400),
        ("POST", "netsuite/ack", "erp", {"json": {"documents": [{}] * 501}}, 400),
        ("POST", "netsuite/ack", "erp", {"content": b" " * 1_100_000}, 413),
        ("PUT", "netsuite/ack", "erp", {}, 405),
    ],
)
def test_statuses(pages, method, path, role, request_, status):
    assert pages(method, path, role, **request_).status_code == status
