"""Invoices and credit notes as files, and bills in FOCUS, for whoever may see them.

    GET /v1/invoices/{number}.html|.pdf|.xml|.json
    GET /v1/accounts/{account}/focus.csv?from=&to=      what was billed on the days [from, to)

The database decides who may: a portal key's own transaction has to find the document. It is then
put together as staff would see it, because the buyer pays for all that stands on it; everybody gets
the same bytes. One at a time: drawing is work for the processor, and usage goes first.
"""

import asyncio
import re
from datetime import date
from typing import Final, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.api.access import Principal, Scope
from ledger.api.access import Role as Who
from ledger.api.keys import Gate
from ledger.api.plain import cached, guarded
from ledger.commands.engine.ledger import Ledger
from ledger.errors import BadDate
from ledger.printing import SUFFIXES, Form, Printed, document, focus, printed
from ledger.reads import invoices, subscriptions
from ledger.store.database import Query, Role

FORMS: Final = {suffix: form for form, suffix in SUFFIXES.items()}
SAFE: Final = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
}


class Owned(Protocol):
    """A row of an account."""

    @property
    def account(self) -> str:
        """Whose it is."""


Whose = TypeVar("Whose", bound=Owned)


def path_of(number: str, form: Form) -> str:
    """Return where a document is to be had in a form."""
    return f"/v1/invoices/{number}.{SUFFIXES[form]}"


def paper_routes(ledger: Ledger, gate: Gate) -> list[Route]:
    """Return the routes of documents."""
    papers = Papers(ledger)
    read = Scope.BILLING_READ
    return [
        guarded(gate, "/v1/invoices/{number}.{suffix}", "GET", read, papers.invoice),
        guarded(gate, "/v1/accounts/{account}/focus.csv", "GET", read, papers.focus),
    ]


class Papers:
    """The endpoints, for a principal who may read what was billed."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._drawing = asyncio.Semaphore(1)

    async def invoice(self, request: Request, principal: Principal) -> Response:
        """Answer one document as a file."""
        number = request.path_params["number"]
        form = FORMS.get(request.path_params["suffix"])
        if form is None or not await self._finds(principal, invoices.invoices_by_number([number])):
            return Response(status_code=404)
        async with self._drawing:
            made = await asyncio.to_thread(self._print, number, form)
        name = f"{re.sub(r'[^A-Za-z0-9_.-]', '_', number)}.{SUFFIXES[form]}"
        told = {**SAFE, "content-disposition": f'inline; filename="{name}"'}
        return cached(request, made.body, made.media_type, told)

    async def focus(self, request: Request, principal: Principal) -> Response:
        """Answer what was billed to an account as FOCUS rows."""
        account = request.path_params["account"]
        if not await self._finds(principal, subscriptions.accounts([account])):
            return Response(status_code=404)
        start, end = (_day(request, name) for name in ("from", "to"))
        async with self._drawing:
            body = await asyncio.to_thread(self._rows, account, start, end)
        return cached(
            request, body, "text/csv; charset=utf-8", {"x-content-type-options": "nosniff"}
        )

    async def _finds(self, principal: Principal, query: Query[Whose]) -> bool:
        """Tell whether this principal finds a row, and a portal's key one of its own account."""
        own = principal.account if principal.role is Who.PORTAL else None
        async with self._ledger.db.async_transaction(principal.database_role, own) as tx:
            found = await tx.one(query)
        return found is not None and own in (None, found.account)

    def _print(self, number: str, form: Form) -> Printed:
        with self._ledger.db.transaction(Role.READER) as tx:
            made = document(tx, number)
        return printed(made, form)

    def _rows(self, account: str, start: date, end: date) -> bytes:
        with self._ledger.db.transaction(Role.READER) as tx:
            return "".join(focus(tx, account, start, end)).encode()


def _day(request: Request, name: str) -> date:
    told = request.query_params.get(name, "")
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise BadDate(field=name, value=told[:40]) from None
