"""Bodies of requests: whole ones up to a limit, and streams in pieces."""

from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from ledger.errors import TooLarge

Headers = dict[bytes, bytes]


async def pieces(receive: Receive) -> AsyncIterator[bytes]:
    """Yield a body as it comes; raise ClientDisconnect when its sender went away."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        more = message.get("more_body", False)
        if piece := message.get("body", b""):
            yield piece


def announced(headers: Headers, unknown: int) -> int:
    """Return the length that a request announces, or ``unknown`` if it does not."""
    length = headers.get(b"content-length", b"")
    return int(length) if length.isdigit() else unknown


async def whole(headers: Headers, receive: Receive, limit: int) -> bytes:
    """Return a body, or raise TOO_LARGE as soon as it is known to pass the limit."""
    if announced(headers, 0) > limit:
        raise TooLarge(limit=limit)
    parts, size = [], 0
    async for piece in pieces(receive):
        size += len(piece)
        if size > limit:
            raise TooLarge(limit=limit)
        parts.append(piece)
    return b"".join(parts)
