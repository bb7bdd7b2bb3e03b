"""The programs that run until they are stopped: the API and the follower."""

import os
import signal
from types import FrameType
from typing import Annotated

import typer

from ledger.api.logs import configure_logs
from ledger.cli.shell import Exit, shell_of
from ledger.work import work as follow_until_stopped
from ledger.work import working


def add_to(app: typer.Typer) -> None:
    """Add these commands to the tree."""
    app.command()(serve)
    app.command()(work)


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535)] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer requests.")] = 1,
    follow: Annotated[
        bool, typer.Option("--follow/--no-follow", help="Also keep the projections up to date.")
    ] = True,
) -> None:
    """Serve GraphQL, usage ingestion and the ERP feed."""
    configure_logs()
    shell = shell_of(context)
    if shell.database_url:  # worker processes read the environment
        os.environ["LEDGER_DATABASE_URL"] = shell.database_url
    settings = shell.settings()
    address = {"host": host or settings.host, "port": settings.port if port is None else port}
    signal.signal(signal.SIGTERM, _leave)
    with shell.database() as database:
        shell.say(f"usage-ledger on http://{address['host']}:{address['port']}")
        if not follow:
            _listen(workers, address)
            return
        with working(database):
            _listen(workers, address)


def work(context: typer.Context) -> None:
    """Keep every projection up to date until stopped."""
    configure_logs()
    shell = shell_of(context)
    with shell.database() as database:
        shell.say("following the log; stop with Ctrl-C")
        follow_until_stopped(database)


def _leave(number: int, frame: FrameType | None) -> None:
    """End by an exception, so that whatever is open is closed; uvicorn hands the signal on."""
    del number, frame
    raise SystemExit(Exit.DONE)


def _listen(workers: int, address: dict[str, object]) -> None:
    import uvicorn  # no other command needs it

    uvicorn.run(
        "ledger.api.app:create_app",
        factory=True,
        workers=workers,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        server_header=False,
        **address,  # type: ignore[arg-type]
    )
