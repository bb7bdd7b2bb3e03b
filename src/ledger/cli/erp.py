"""``usage-ledger export``: documents for an ERP, and what was billed to an account in FOCUS."""

from datetime import datetime
from typing import Annotated
from uuid import uuid4

import typer

from ledger.cli.files import Output, opened
from ledger.cli.output import Format, emit, print_json
from ledger.cli.reports.asked import every
from ledger.cli.reports.erp import documents
from ledger.cli.shell import Exit, actor, shell_of
from ledger.commands.registry import execute
from ledger.errors import UnknownExport
from ledger.printing import focus
from ledger.reads import exports as reads

Target = Annotated[str, typer.Argument(help="The ERP.")]
DAY = ["%Y-%m-%d"]
Form = Annotated[Format, typer.Option("--format", help="table, json or csv.")]

app = typer.Typer(
    help="Documents for an ERP, and bills in FOCUS.", no_args_is_help=True, rich_markup_mode=None
)


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the tree."""
    parent.add_typer(app, name="export")


@app.command()
def seal(
    context: typer.Context,
    target: Target,
    through: Annotated[datetime, typer.Option(formats=DAY, help="The last posting date.")],
    key: Annotated[str | None, typer.Option(help="The command's key; default a new one.")] = None,
) -> None:
    """Fix which journal entries make which documents, and offer them."""
    body = {
        "command": "seal_exports",
        "key": key or f"seal {target} {uuid4()}",
        "target": target,
        "through": through.date().isoformat(),
    }
    with shell_of(context).ledger() as ledger:
        answer = execute(ledger, body, actor())
    print_json(answer.to_dict())
    if answer.status == "refused":
        raise typer.Exit(Exit.FAILED)


@app.command(name="list")
def list_(context: typer.Context, target: Target, form: Form = Format.TABLE) -> None:
    """List every document of a target, oldest first."""
    shell = shell_of(context)
    with shell.reading() as tx:
        rows = every(
            tx,
            lambda after: reads.documents(target, after=after),
            lambda row: row.position,
            0,
        )
        emit(documents(rows), form, shell.out)


@app.command()
def outstanding(context: typer.Context, target: Target, form: Form = Format.TABLE) -> None:
    """List what was offered and not acknowledged, oldest first."""
    shell = shell_of(context)
    with shell.reading() as tx:
        rows = every(
            tx,
            lambda after: reads.outstanding(target, after=after),
            lambda row: row.position,
            0,
        )
        emit(documents(rows), form, shell.out)


@app.command()
def show(
    context: typer.Context,
    target: Target,
    external_id: Annotated[str, typer.Argument(help="The document.")],
    revision: Annotated[int | None, typer.Option(min=1, help="Default the one in force.")] = None,
) -> None:
    """Print a document as the ERP reads it."""
    with shell_of(context).reading() as tx:
        found = tx.one(reads.revision(target, external_id, revision))
    if found is None:
        raise UnknownExport(field="external_id", id=external_id)
    print_json(
        {
            "external_id": found.external_id,
            "revision": found.revision,
            "sha256": found.sha256,
            "cursor": found.position,
            "content": found.content,
        }
    )


@app.command(name="focus")
def focus_(
    context: typer.Context,
    account: Annotated[str, typer.Option(help="The account that pays.")],
    start: Annotated[datetime, typer.Option("--from", formats=DAY, help="The first day of issue.")],
    end: Annotated[datetime, typer.Option("--to", formats=DAY, help="The day after the last.")],
    output: Output = None,
) -> None:
    """Write what was billed to an account as FOCUS 1.0, in CSV."""
    with shell_of(context).reading() as tx, opened(output) as file:
        for line in focus(tx, account, start.date(), end.date()):
            file.write(line.encode())
