"""A dry run for people: what was tried, and tables of what it would come to."""

from collections.abc import Iterator, Sequence

from ledger.cli.output import Format, Report, emit, listed, money
from ledger.cli.shell import Shell
from ledger.commands.form.answer import Answer
from ledger.commands.form.effect import DocumentEffect, Effect, shape


def show(answer: Answer, shell: Shell) -> None:
    """Print one answer: its line, and the tables of its effect that hold something."""
    shell.out.print(_line(answer))
    if answer.effect is None:
        return
    for title, report in _tables(answer.effect):
        if report.rows:
            shell.out.print(f"\n{title}", style="bold")
            emit(report, Format.TABLE, shell.out)
    shell.out.print()


def _line(answer: Answer) -> str:
    if answer.error is not None:
        return f"{answer.key}: refused, {answer.error.code}: {answer.error.message}"
    facts = f"{len(answer.facts)} fact{'s' if len(answer.facts) != 1 else ''}"
    return f"{answer.key}: {answer.status.replace('_', ' ')}, {facts}"


def _tables(effect: Effect) -> Iterator[tuple[str, Report]]:
    yield "Totals", totals(effect)
    yield _title("Documents", effect.counts["documents"], len(effect.documents)), documents(effect)
    yield _title("Charges", effect.counts["charges"], len(effect.charges)), charges(effect)
    yield "Journal", balances(effect)
    yield _title("Left out", effect.counts["left_out"], len(effect.left_out)), left_out(effect)


def _title(name: str, count: int, shown: int) -> str:
    return f"{name} ({shown} of {count})" if shown < count else name


def totals(effect: Effect) -> Report:
    """Return a row per entity and currency."""
    columns = ("entity", "#accounts", "#documents", "#net", "#tax", "#total", "#charges", "#delta")
    rows = [
        (
            row.entity,
            row.accounts,
            row.documents,
            money(row.net, row.currency),
            money(row.tax, row.currency),
            f"{money(row.total, row.currency)} {row.currency}",
            row.charges,
            row.delta,
        )
        for row in effect.totals
    ]
    return listed(columns, rows)


def documents(effect: Effect) -> Report:
    """Return a row per line of a document."""
    return drafted(effect.documents)


def drafted(documents: Sequence[DocumentEffect]) -> Report:
    """Return a row per line of documents, and in JSON the documents."""
    columns = ("kind", "account", "issued", "line", "against", "#net", "#tax")
    rows = [
        (
            document.kind.replace("_", " "),
            document.account,
            document.issued_on,
            line.description,
            document.invoice or "",
            line.net,
            line.tax,
        )
        for document in documents
        for line in document.lines
    ]
    return Report(columns, rows, [shape(document) for document in documents])


def charges(effect: Effect) -> Report:
    """Return a row per charge that changes."""
    columns = ("account", "subscription", "item", "from", "to", "#before", "#amount", "#delta")
    rows = [
        (
            row.account,
            row.subscription,
            row.item,
            row.period_from,
            row.period_to,
            row.before,
            row.amount,
            row.delta,
        )
        for row in effect.charges
    ]
    return listed(columns, rows)


def balances(effect: Effect) -> Report:
    """Return a row per account of the chart whose balance changes."""
    rows = [
        (
            row.entity,
            row.account,
            row.amount if row.amount > 0 else None,
            -row.amount if row.amount < 0 else None,
        )
        for row in effect.balances
    ]
    return listed(("entity", "account", "#debit", "#credit"), rows)


def left_out(effect: Effect) -> Report:
    """Return a row per account of which nothing is told."""
    rows = [(row.account, row.code, row.message) for row in effect.left_out]
    return listed(("account", "code", "what to do"), rows)
