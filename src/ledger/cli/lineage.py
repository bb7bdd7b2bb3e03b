"""Down from a line to its events, up from an event to its lines: drawn as a tree, or as JSON."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.text import Text
from rich.tree import Tree

from ledger import lineage as walk
from ledger.cli.output import Format, print_json
from ledger.cli.shell import shell_of
from ledger.lineage.nodes import Direction, EventRef, Node, UsageSetView, moment
from ledger.money import plain

PAGE_OF_TABLE, PAGE_OF_JSON = 5, 1_000
TOLD = {
    "journal_line": ("account", "amount", "currency", "on"),
    "journal_entry": ("rule", "text"),
    "invoice_line": ("item", "net", "tax", "currency"),
    "credit_note_line": ("item", "net", "tax", "currency", "against"),
    "charge": ("quantity", "amount", "delta", "currency", "version", "void"),
    "price": ("from",),
    "subscription": ("plan", "from"),
    "account": ("entity",),
    "tax_rate": ("rate", "category", "from"),
    "payment": ("amount", "currency", "on", "via"),
    "return": ("amount", "currency", "on", "code"),
    "refund": ("amount", "currency", "on", "via"),
    "payout": ("amount", "fee", "currency", "on"),
    "application": ("amount", "currency", "on", "source"),
    "dispute": ("amount", "currency", "on", "outcome"),
    "write_off": ("amount", "tax", "currency", "on"),
    "recovery": ("amount", "tax", "currency", "on"),
    "reversal": ("amount", "tax", "currency", "on"),
    "allowance": ("amount", "currency", "on"),
    "intercompany_charge": ("amount", "currency", "on"),
    "intercompany_settlement": ("amount", "currency", "on"),
    "intercompany_credit": ("amount", "currency", "on"),
    "invoice": ("total", "currency", "issued_on"),
}
"""What a tree tells of each kind; JSON tells everything."""

First = Annotated[int | None, typer.Option(min=0, max=10_000, help="Events shown of each set.")]
Form = Annotated[Format, typer.Option("--format", help="table (a tree) or json.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the tree."""
    app.command()(lineage)
    app.command()(trace)


def lineage(
    context: typer.Context,
    line: Annotated[str, typer.Argument(help="A journal line, such as 871.2 (entry.line).")],
    first: First = None,
    after: Annotated[str | None, typer.Option(help="The cursor of the next page.")] = None,
    prove: Annotated[
        bool, typer.Option("--prove/--no-prove", help="Compute every usage set again.")
    ] = True,
    form: Form = Format.TABLE,
) -> None:
    """Show what a journal line came from, down to the usage events."""
    shell = shell_of(context)
    page = (PAGE_OF_JSON if form is Format.JSON else PAGE_OF_TABLE) if first is None else first
    with shell.reading() as tx:
        node = walk.down(tx, line, first=page, after=after, prove=prove)
    if form is Format.JSON:
        print_json(walk.as_json(node, "causes"))
    else:
        shell.out.print(drawn(node, "causes"))


def trace(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="The source of a usage event.")],
    event: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    form: Form = Format.TABLE,
) -> None:
    """Show what a usage event led to: charges, documents, journal lines, and the ERP's numbers."""
    shell = shell_of(context)
    with shell.reading() as tx:
        node = walk.up(tx, source, event)
    if form is Format.JSON:
        print_json(walk.as_json(node, "effects"))
    else:
        shell.out.print(drawn(node, "effects"))


def drawn(node: Node, direction: Direction) -> Tree:
    """Return a tree for a terminal: what a line came from, or what an event led to."""
    tree = Tree(_label(node), guide_style="dim")
    _grow(tree, node)
    return tree


def _grow(tree: Tree, node: Node) -> None:
    for link in node.links:
        _grow(tree.add(_label(link)), link)
    if node.usage:
        for line in _usage_lines(node.usage):
            tree.add(line)


def _label(node: Node) -> Text:
    text = Text(node.kind.replace("_", " "), style="bold")
    if node.usage is None:
        text.append(f" {node.id}", style="cyan")
    if node.position is not None:
        text.append(f" @{node.lane}.{node.position}", style="dim")
    detail = _usage_detail(node.usage) if node.usage else node.detail
    names = [name for name in TOLD.get(node.kind, detail) if name in detail]
    told = "  ".join(f"{name} {detail[name]}" for name in names)
    return text.append(f"  {told}" if told else "", style="not bold")


def _usage_detail(usage: UsageSetView) -> dict[str, str]:
    proven = {True: "yes", False: "NO", None: "not asked"}[usage.proven]
    return {
        "meter": usage.meter,
        "from": moment(usage.window_from),
        "to": moment(usage.window_to),
        "up to": f"{usage.lane}.{usage.to_position}",
        "count": f"{usage.count:,}",
        "quantity": plain(usage.quantity),
        "facts": f"{usage.facts:,}",
        "digest": f"{usage.digest[:16]}…",
        "proven": proven,
    }


def _usage_lines(usage: UsageSetView) -> Iterator[Text]:
    for event in usage.events:
        yield _event(event)
    if usage.after:
        yield Text(f"… more: --after {usage.after}", style="dim")


def _event(event: EventRef) -> Text:
    text = Text("usage event", style="bold").append(f" {event.source} {event.id}", style="cyan")
    text.append(f" @{event.lane}.{event.position}", style="dim")
    told = f"  {moment(event.occurred_at)}  quantity {plain(event.quantity)}"
    return text.append(told, style="not bold")
