"""``usage-ledger invoice NUMBER``: an invoice or credit note as a file."""

from typing import Annotated

import typer

from ledger.cli.files import Output, opened
from ledger.cli.shell import shell_of
from ledger.printing import Form, document, printed


def add_to(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command()(invoice)


def invoice(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="The number of an invoice or credit note.")],
    form: Annotated[
        Form, typer.Option("--format", help="html, pdf, ubl (EN 16931 XML) or json.")
    ] = Form.HTML,
    output: Output = None,
) -> None:
    """Print an invoice or credit note."""
    with shell_of(context).reading() as tx:
        made = document(tx, number)
    with opened(output) as file:
        file.write(printed(made, form).body)
