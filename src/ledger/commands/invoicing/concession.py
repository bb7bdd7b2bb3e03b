"""issue_credit_note: give back part of an invoice, or all of it, as a concession.

The note stands in the receivables stream of the account that pays: there it meets what else credits
or settles the invoice. Its number is drawn in the same append.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, cast

from pydantic import field_validator

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.engine.open_periods import open_day, period_guard
from ledger.commands.form.command import Command, Record
from ledger.commands.form.types import Amount, Id, Positive, bad_value
from ledger.commands.invoicing.billing import books_of
from ledger.commands.receivables.debtor import minor
from ledger.errors import LostToDispute, MissingField, UnknownInvoice, WrittenOff
from ledger.events.billing import CreditNoteIssued, InvoiceIssued, NumbersDrawn
from ledger.events.catalog import EntityRegistered
from ledger.events.fact import Fact
from ledger.events.streams import stream
from ledger.invoicing.concession import Wanted, concession
from ledger.invoicing.lines import Issue
from ledger.invoicing.numbers import numbered, series_of
from ledger.invoicing.schedules import terms_of
from ledger.money import ZERO, plain
from ledger.periods import instant
from ledger.posting.documents import document_entries
from ledger.projector.follower import catch_up
from ledger.reads.invoices import invoices_by_number
from ledger.receivables.items import Item
from ledger.receivables.state import fold
from ledger.store.database import Role


class Credit(Record):
    """So much of one line, net."""

    line: Positive
    net: Amount


class IssueCreditNote(Command):
    """Give back part of an invoice, or all of it; nothing becomes billable again."""

    NAME = "issue_credit_note"

    invoice: Id
    lines: list[Credit] | Literal["all"]

    @field_validator("lines")
    @classmethod
    def _once(cls, lines: Any) -> Any:
        numbers = [] if lines == "all" else [each.line for each in lines]
        if lines != "all" and not numbers:
            raise bad_value('Name a line, or write "all".')
        if len(set(numbers)) < len(numbers):
            raise bad_value("Name each line once.")
        return lines


def issue_credit_note(command: IssueCreditNote, context: Context) -> Decision:
    """Decide a concession: its credit note, number and journal entry."""
    if command.reason is None:
        raise MissingField(field="reason", name="reason")
    history = _receivables(command.invoice, context)
    invoice = _invoice(command.invoice, history)
    entity = context.entity(invoice.entity)
    on = open_day(context.day(command, entity.time_zone), entity, "on")
    issue = Issue(through=on, on=on, at=instant(on, entity.time_zone))
    state = fold(history)
    note = concession(
        invoice,
        _wanted(command, invoice),
        issue,
        terms_of(entity.currency, entity.rounding, entity.policies),
        history,
        state.open_amounts,
        command.reason,
        books_of(state, invoice.currency, entity, on, context),
    )
    _refuse_unpaid(note, state.items[invoice.number])
    facts = _numbered(note, history, entity, on, context)
    return Decision(facts, guards=[period_guard(entity.entity, on)])


def _refuse_unpaid(note: CreditNoteIssued, item: Item) -> None:
    """Refuse to give back what is not paid: it is written off, or a dispute took it."""
    paid = max(item.gross - item.unpaid, ZERO)
    if note.to_credit_balance <= paid:
        return
    if item.given_up:
        raise WrittenOff(field="invoice", invoice=item.invoice, amount=plain(item.given_up))
    if item.lost:
        limit, lost = plain(item.open + paid), plain(item.lost)
        raise LostToDispute(field="invoice", invoice=item.invoice, amount=lost, limit=limit)


def _receivables(number: str, context: Context) -> list[Fact]:
    """Return the receivables stream in which an invoice stands, or refuse."""
    catch_up(context.ledger.db, ["invoices"])
    with context.ledger.db.transaction(Role.READER) as tx:
        row = tx.one(invoices_by_number([number]))
    if row is None or row.kind != "invoice":
        raise UnknownInvoice(field="invoice", id=number)
    return context.history(stream("receivables", row.account))


def _invoice(number: str, history: Sequence[Fact]) -> InvoiceIssued:
    found = (fact for fact in history if isinstance(fact, InvoiceIssued) and fact.number == number)
    return next(found)


def _wanted(command: IssueCreditNote, invoice: InvoiceIssued) -> list[Wanted] | None:
    if command.lines == "all":
        return None
    return [
        Wanted(each.line, minor(each.net, invoice.currency, f"lines.{index}.net"), f"lines.{index}")
        for index, each in enumerate(command.lines)
    ]


def _numbered(
    note: CreditNoteIssued,
    history: Sequence[Fact],
    entity: EntityRegistered,
    on: date,
    context: Context,
) -> list[Fact]:
    """Return the number drawn, the note and its journal entries."""
    at = instant(on, entity.time_zone)
    series = series_of(note)
    where = stream("series", series.entity, series.kind, f"{series.year:04d}")
    last = cast("NumbersDrawn | None", context.ledger.books.latest(where))
    first = last.first + last.count if last else 1
    version = last.originator_version + 1 if last else 1
    drawn = series.drawn(first, 1, version, at)
    at_version = history[-1].originator_version
    (document,) = numbered([note], {series: first}, {note.account: at_version})
    return [drawn, document, *document_entries(document, on, at)]
