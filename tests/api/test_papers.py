"""Documents as files: for the account itself and for staff, for nobody else."""

import csv
import io

import httpx
import pytest
from lxml import html
from pypdf import PdfReader
from starlette.applications import Starlette

from ledger.api.keys import Gate
from ledger.api.papers import paper_routes


class Files:
    """The routes of documents over ASGI."""

    def __init__(self, door):
        self.door = door
        self.app = Starlette(routes=list(paper_routes(door.ledger, Gate(door.ledger.db))))

    def __call__(self, path, role="admin", account=None, headers=None):
        return self.door.portal.call(self._send, path, role, account, headers or {})

    async def _send(self, path, role, account, headers):
        if role:
            headers = {"authorization": f"Bearer {self.door.key(role, account)}", **headers}
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://ledger") as client:
            return await client.get(path, headers=headers)


@pytest.fixture
def files(october):
    """The files of October."""
    return Files(october)


@pytest.fixture
def own(october):
    """The paths of acme's invoice, as GraphQL tells them to acme."""
    query = "{ invoices { nodes { number files { html pdf ubl json } } } }"
    return october.data(query, "portal", "acme")["invoices"]["nodes"][0]["files"]


def test_an_account_gets_its_invoice_in_every_form(files, own):
    page = files(own["html"], "portal", "acme")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "Example Inc." in html.fromstring(page.content).text_content()
    drawn = files(own["pdf"], "portal", "acme")
    assert "Invoice" in PdfReader(io.BytesIO(drawn.content)).pages[0].extract_text()
    assert drawn.headers["content-disposition"] == 'inline; filename="US-2026-000001.pdf"'
    assert files(own["json"], "portal", "acme").json()["number"] == "US-2026-000001"


def test_staff_get_the_same_bytes(files, own):
    mine = files(own["pdf"], "portal", "acme")
    assert files(own["pdf"], "auditor").content == mine.content
    kept = files(own["pdf"], "admin", headers={"if-none-match": mine.headers["etag"]})
    assert kept.status_code == 304


@pytest.mark.parametrize("form", ["html", "pdf", "ubl", "json"])
def test_what_is_not_yours_is_as_if_it_were_not_there(files, own, form):
    foreign = files(own[form], "portal", "other")
    missing = files(own[form].replace("000001", "000099"), "portal", "other")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content == b""


def test_who_may_not_read_bills_is_refused(files, own):
    assert files(own["pdf"], None).status_code == 401
    for role in ("ingest", "erp"):
        assert files(own["pdf"], role).json()["code"] == "FORBIDDEN"


def test_a_form_that_is_none_is_not_there(files, own):
    assert files(own["pdf"].replace(".pdf", ".exe")).status_code == 404


def test_a_document_that_is_no_electronic_invoice_says_why(files, own):
    refused = files(own["ubl"], "portal", "acme")
    assert refused.status_code == 400
    assert refused.json()["code"] == "NO_ELECTRONIC_INVOICE"
    assert "entity US has no VAT id" in refused.json()["message"]


FOCUS = "/v1/accounts/acme/focus.csv?from=2026-10-01&to=2026-11-01"


def test_an_account_gets_its_bills_as_focus_rows(files):
    mine = files(FOCUS, "portal", "acme")
    rows = list(csv.DictReader(io.StringIO(mine.text)))
    assert {row["x_InvoiceId"] for row in rows} == {"US-2026-000001"}
    assert {row["SubAccountId"] for row in rows} == {"acme"}
    assert files(FOCUS, "auditor").content == mine.content
    assert files(FOCUS, "portal", "other").status_code == 404
    assert files(FOCUS, "erp").status_code == 403
    assert files(FOCUS.replace("acme", "nobody")).status_code == 404


def test_days_that_are_none_are_refused(files):
    refused = files("/v1/accounts/acme/focus.csv?from=2026-10-01&to=soon")
    assert (refused.status_code, refused.json()["field"]) == (400, "to")
