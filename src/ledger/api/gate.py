"""``GET /v1/entitlements/{account}/{meter}``: may this account use more? For services that gate.

One small answer from rollups, so that it can be asked before each request: the entitlement of which
the least is left, and the spend limit. It says up to which usage fact it knows; whoever gates by it
allows for what is on its way.
"""

from datetime import datetime
from typing import Any, Final

import orjson
from psycopg import DataError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.api.access import Principal, Role, Scope
from ledger.api.errors import UnusableText
from ledger.api.keys import Gate
from ledger.api.problem import problem
from ledger.commands.engine.ledger import Ledger
from ledger.errors import Refusal, StoreUnavailable, Unauthenticated
from ledger.limits.standing import Limits, answer_async, limits
from ledger.money import plain
from ledger.store.database import Role as DatabaseRole

PATH: Final = "/v1/entitlements/{account}/{meter}"


def gate_routes(ledger: Ledger, gate: Gate) -> list[Route]:
    """Return the route."""

    async def ask(request: Request) -> Response:
        try:
            principal = await gate.principal(request.headers.get("authorization"))
            if principal is None:
                raise Unauthenticated
            principal.require(Scope.ENTITLEMENT_READ)
            found = await _found(ledger, principal, **request.path_params)
        except (Refusal, StoreUnavailable) as error:
            return problem(error)
        except DataError:
            return problem(UnusableText())
        if found is None:
            return Response(status_code=404)
        headers = {"cache-control": "private, no-store"}
        return Response(orjson.dumps(told(found)), media_type="application/json", headers=headers)

    return [Route(PATH, ask, methods=["GET"])]


def told(found: Limits) -> dict[str, Any]:
    """Return the answer; without an entitlement of the meter, ``limit`` and the like are null."""
    least, spending, known = found.strictest, found.spending, found.known
    return {
        "limit": plain(least.limit) if least else None,
        "used": plain(least.used) if least else None,
        "remaining": plain(least.remaining) if least else None,
        "blocked": found.blocked,
        "resets_at": _text(least.entitled.window_to) if least else None,
        "subscription": least.entitled.subscription if least else None,
        "item": least.entitled.item.item if least else None,
        "spending": None
        if spending is None
        else {
            "limit": _number(spending.limit.amount),
            "spent": plain(spending.spent),
            "remaining": _number(spending.remaining),
            "currency": spending.limit.currency,
            "blocked": spending.blocked,
            "resets_at": _text(found.month_ends_at),
        },
        "known": {
            "lane": known.lane,
            "position": known.position,
            "recorded_at": _text(known.recorded_at),
        },
    }


async def _found(ledger: Ledger, principal: Principal, account: str, meter: str) -> Limits | None:
    if principal.role is Role.PORTAL and account != principal.account:
        return None
    async with ledger.db.async_transaction(DatabaseRole.READER) as tx:
        return await answer_async(tx, limits(account, ledger.clock(), meter))


def _number(value: Any) -> str | None:
    return None if value is None else plain(value)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
