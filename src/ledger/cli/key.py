"""``usage-ledger key``: API keys, made here and shown once."""

from typing import Annotated

import typer

from ledger.api.access import Role
from ledger.api.keys import create_key, list_keys, revoke_key
from ledger.cli.output import Format, emit, listed, print_json
from ledger.cli.shell import Exit, actor, shell_of

Form = Annotated[Format, typer.Option("--format", help="table, json or csv.")]

app = typer.Typer(help="API keys.", no_args_is_help=True, rich_markup_mode=None)


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the tree."""
    parent.add_typer(app, name="key")


@app.command()
def create(
    context: typer.Context,
    role: Annotated[Role, typer.Option(help="What the key may do.")],
    account: Annotated[
        str | None, typer.Option(help="The one account that a portal key sees.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    form: Form = Format.TABLE,
) -> None:
    """Make a key. It is shown now and never again."""
    shell = shell_of(context)
    with shell.database() as database:
        made = create_key(database, role, account, actor(), name)
    if form is Format.TABLE:
        shell.say(f"key {made.id}, role {role}; keep it, it is not shown again")
        shell.out.print(made.key, soft_wrap=True)
    else:
        print_json({"id": made.id, "key": made.key})


@app.command()
def revoke(context: typer.Context, key_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Revoke a key; it stops working within seconds."""
    shell = shell_of(context)
    with shell.database() as database:
        revoked = revoke_key(database, key_id)
    if not revoked:
        shell.say(f"There is no working key {key_id}; list them first.")
        raise typer.Exit(Exit.FAILED)
    shell.say(f"revoked {key_id}")


@app.command(name="list")
def list_(context: typer.Context, form: Form = Format.TABLE) -> None:
    """List every key, without its secret."""
    shell = shell_of(context)
    with shell.database() as database:
        rows = list_keys(database)
    columns = ("id", "role", "account", "name", "created_by", "created_at", "revoked_at")
    table = [tuple(getattr(row, column) for column in columns) for row in rows]
    emit(listed(columns, table), form, shell.out)
