"""``usage-ledger import FILE``: a bank's statement from a file, as the command import_statement."""

import base64
import hashlib
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from ledger.cli.shell import Exit, actor, shell_of
from ledger.commands.registry import execute


def add_to(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command("import")(import_file)


def import_file(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A camt.053 message (XML).")
    ],
    entity: Annotated[str, typer.Option(help="Whose bank account it is.")],
    key: Annotated[
        str | None, typer.Option(help="The command's key; default made of the file's content.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what it would do; nothing is appended.")
    ] = False,
) -> None:
    """Import a bank statement: payments are captured, the rest is in report bank-exceptions."""
    data = file.read_bytes()
    made = f"import/{entity}/{hashlib.sha256(data).hexdigest()}"
    body = {
        "command": "import_statement",
        "key": key or made[:255],
        "entity": entity,
        "statement": base64.b64encode(data).decode(),
        **({"dry_run": True} if dry_run else {}),
    }
    with shell_of(context).ledger() as ledger:
        answer = execute(ledger, body, actor())
    sys.stdout.buffer.write(orjson.dumps(answer.to_dict(), option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()
    if answer.status == "refused":
        raise typer.Exit(Exit.FAILED)
