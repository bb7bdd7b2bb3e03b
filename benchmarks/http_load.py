"""Sends usage to a served ledger: raw HTTP/1.1 over sockets, so that the sender costs little."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic

import httpx
import orjson
import uvloop

ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"


@contextmanager
def served(home: Path) -> Iterator[int]:
    """Serve the ledger of this home by one process, and give its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "ledger.api.app:create_app"]
    command += ["--port", str(port), "--log-level", "warning", "--no-access-log", "--workers", "2"]
    process = subprocess.Popen(command, env=os.environ | {"LEDGER_HOME": str(home)})
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(60)


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("the ledger is not ready")


def event(run: str, number: int, accounts: list[str]) -> bytes:
    """Return one event; a run's events differ from those of every other run."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"{run}-{number:09d}",
            "source": "gateway/3",
            "type": "calls",
            "subject": accounts[number % len(accounts)],
            "time": f"2026-10-{1 + number % 28:02d}T{number % 24:02d}:{number % 60:02d}:07.123456Z",
            "data": {"quantity": "12.5", "region": ("eu", "us", "ap")[number % 3], "status": 200},
        }
    )


def request(key: str, kind: str, body: bytes) -> bytes:
    """Return the bytes of one request."""
    head = f"POST /v1/events HTTP/1.1\r\nhost: ledger\r\nauthorization: Bearer {key}\r\n"
    return f"{head}content-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def post(port: int, requests: list[bytes], connections: int) -> tuple[int, float]:
    """Send large requests over some connections; return the events accepted and the seconds."""
    waiting: SimpleQueue[bytes] = SimpleQueue()
    for one in requests:
        waiting.put(one)

    def send(_: int) -> int:
        accepted = 0
        with socket.create_connection(("127.0.0.1", port)) as connection:
            while True:
                try:
                    connection.sendall(waiting.get_nowait())
                except Empty:
                    return accepted
                accepted += orjson.loads(_answer(connection))["accepted"]

    started = monotonic()
    with ThreadPoolExecutor(connections) as pool:
        accepted = sum(pool.map(send, range(connections)))
    return accepted, monotonic() - started


def post_singly(port: int, requests: list[bytes], connections: int) -> float:
    """Send small requests over many connections, one at a time on each; return the seconds."""
    waiting = iter(requests)

    async def send() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for one in waiting:
            writer.write(one)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            await reader.readexactly(_length(head))
        writer.close()

    async def all_of_them() -> None:
        await asyncio.gather(*(send() for _ in range(connections)))

    started = monotonic()
    uvloop.run(all_of_them())
    return monotonic() - started


def _answer(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), received
    while len(body) < _length(head + b"\r\n"):
        body += connection.recv(65_536)
    return body


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
