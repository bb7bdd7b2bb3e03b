"""What a reader is shown of one fact: its kind, its name in the trade, and what matters in it."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ledger.events.billing import (
    CreditNoteIssued,
    InvoiceIssued,
    InvoiceLine,
    UsageRated,
)
from ledger.events.catalog import (
    AccountOpened,
    ExchangeRateSet,
    MeterDefined,
    PlanPublished,
    TaxRateSet,
)
from ledger.events.charges import ItemCharged
from ledger.events.chart import PostingRuleChanged
from ledger.events.credit import CreditDrawn, CreditExpired, CreditGranted, DiscountAdded
from ledger.events.erp import ExportSealed
from ledger.events.fact import Fact
from ledger.events.journal import JournalEntered, JournalLine, JournalPosted
from ledger.events.revaluation import ReceivableRevalued
from ledger.events.subscriptions import (
    SubscriptionChanged,
    SubscriptionEnded,
    SubscriptionStarted,
)
from ledger.events.usage import UsageCorrected, UsageRecorded, UsageVoided
from ledger.lineage.facts import Placed
from ledger.lineage.money import NAMES, money
from ledger.lineage.nodes import Node, UsageSetView, moment
from ledger.money import plain

Describe = Callable[[Any], tuple[str, str, dict[str, Any]]]


def node(placed: Placed, *links: Node, **more: Any) -> Node:
    """Return the node of a fact, with these links and these details after its own."""
    fact = placed.fact
    describe: Describe = DESCRIBE.get(type(fact), _other)
    kind, name, detail = describe(fact)
    return Node(
        kind=kind,
        id=name,
        lane=placed.lane,
        position=placed.position,
        type=fact.TYPE,
        detail=shown({**detail, **more}),
        links=links,
    )


def journal_line(placed: Placed, entry: JournalPosted, number: int, *links: Node) -> Node:
    """Return the node of one line of an entry; ``number`` counts from 1."""
    line: JournalLine = entry.lines[number - 1]
    detail = {
        "account": line.account,
        "amount": line.amount,
        "currency": entry.currency,
        "entity": entry.entity,
        "on": entry.on,
        "period": entry.period,
        "customer": line.customer,
        "invoice": line.invoice,
        "charge": line.charge,
        "payment": line.payment,
        "grant": line.grant,
        "discount": line.discount,
        "counterparty": line.counterparty,
        "reference": entry.reference,
    }
    name = f"{placed.position}.{number}"
    return _part("journal_line", name, placed, detail, links)


def document_line(
    placed: Placed, document: InvoiceIssued | CreditNoteIssued, line: InvoiceLine, *links: Node
) -> Node:
    """Return the node of one line of an invoice or credit note."""
    kind = "invoice_line" if isinstance(document, InvoiceIssued) else "credit_note_line"
    detail = {
        "number": document.number,
        "line": line.line,
        "item": line.item,
        "account": line.account,
        "issued_on": document.issued_on,
        "net": line.net,
        "tax": line.tax,
        "currency": document.currency,
        "corrects": line.corrects,
        "against": line.against,
    }
    return _part(kind, f"{document.number}/{line.line}", placed, detail, links)


def usage_set(usage: UsageSetView) -> Node:
    """Return the node of a usage set; it is no fact, but a range of them up to a position."""
    return Node(kind="usage_set", id=usage.charge, lane=usage.lane, usage=usage)


def shown(detail: dict[str, Any]) -> dict[str, str]:
    """Return details as text; what is absent is left out."""
    return {name: _text(value) for name, value in detail.items() if value is not None}


def _part(
    kind: str, name: str, placed: Placed, detail: dict[str, Any], links: tuple[Node, ...]
) -> Node:
    return Node(
        kind, name, placed.lane, placed.position, placed.fact.TYPE, shown(detail), links=links
    )


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _other(fact: Fact) -> tuple[str, str, dict[str, Any]]:
    return "fact", f"{fact.originator_id}/{fact.originator_version}", {}


def _usage(fact: UsageRecorded | UsageCorrected) -> tuple[str, str, dict[str, Any]]:
    detail = {
        "source": fact.source,
        "account": fact.account,
        "meter": fact.meter,
        "time": _text(fact.timestamp),
        "quantity": fact.quantity,
        "version": fact.originator_version,
    }
    return "usage_event", fact.id, detail


def _void(fact: UsageVoided) -> tuple[str, str, dict[str, Any]]:
    detail = {"source": fact.source, "version": fact.originator_version, "reason": fact.reason}
    return "usage_event", fact.id, {**detail, "void": "yes"}


def _charge(fact: UsageRated) -> tuple[str, str, dict[str, Any]]:
    detail = {
        "item": fact.item,
        "account": fact.account,
        "from": fact.period_from,
        "to": fact.period_to,
        "quantity": fact.quantity,
        "amount": fact.amount,
        "delta": fact.delta,
        "currency": fact.currency,
        "corrects": fact.corrects,
    }
    return "charge", fact.charge, detail


def _item(fact: ItemCharged) -> tuple[str, str, dict[str, Any]]:
    detail = {
        "item": fact.item,
        "charge_kind": fact.kind,
        "account": fact.account,
        "from": fact.period_from,
        "to": fact.period_to,
        "quantity": fact.quantity,
        "amount": fact.amount,
        "delta": fact.delta,
        "currency": fact.currency,
        "corrects": fact.corrects,
    }
    return "charge", fact.charge, detail


def _granted(fact: CreditGranted) -> tuple[str, str, dict[str, Any]]:
    detail = {"account": fact.account, "credit": fact.kind, "from": fact.starts_on}
    size = {"amount": fact.amount, "units": fact.units, "meter": fact.meter, "price": fact.price}
    return "grant", fact.grant, {**detail, "expires": fact.expires_on, **size}


def _used(fact: CreditDrawn | CreditExpired) -> tuple[str, str, dict[str, Any]]:
    kind = "credit_drawn" if isinstance(fact, CreditDrawn) else "credit_expired"
    detail = {"amount": fact.amount, "units": fact.units, "breakage": fact.breakage}
    return kind, f"{fact.grant}/{fact.originator_version}", {**detail, "posted": fact.posted}


def _discount(fact: DiscountAdded) -> tuple[str, str, dict[str, Any]]:
    detail = {"account": fact.account, "subscription": fact.subscription}
    what = {"percent": fact.percent, "amount": fact.amount, "from": fact.starts_on}
    return "discount", fact.discount, {**detail, **what, "until": fact.until}


def _document(fact: InvoiceIssued | CreditNoteIssued) -> tuple[str, str, dict[str, Any]]:
    kind = "invoice" if isinstance(fact, InvoiceIssued) else "credit_note"
    detail = {"account": fact.account, "issued_on": fact.issued_on}
    totals = {"net": fact.net, "tax": fact.tax, "total": fact.total, "currency": fact.currency}
    return kind, fact.number, {**detail, **totals}


def _entry(fact: JournalPosted) -> tuple[str, str, dict[str, Any]]:
    detail = {"entity": fact.entity, "on": fact.on, "rule": fact.rule, "text": fact.text}
    return "journal_entry", fact.entry, detail


def _export(fact: ExportSealed) -> tuple[str, str, dict[str, Any]]:
    detail = {"target": fact.target, "document_kind": fact.kind, "short_ref": fact.short_ref}
    return "export_document", fact.external_id, {**detail, "posting_date": fact.posting_date}


def _revalued(fact: ReceivableRevalued) -> tuple[str, str, dict[str, Any]]:
    detail = {"currency": fact.currency, "rate": fact.exchange.rate, "on": fact.on}
    name = f"{fact.entity}/{fact.originator_version}"
    return "revaluation", name, {**detail, "reversed_on": fact.reversed_on}


def _counted(quantity: dict[str, Decimal]) -> dict[str, Any]:
    return {f"quantity {item}": number for item, number in sorted(quantity.items())}


DESCRIBE: dict[type[Fact], Describe] = {
    UsageRecorded: _usage,
    UsageCorrected: _usage,
    UsageVoided: _void,
    UsageRated: _charge,
    ItemCharged: _item,
    CreditGranted: _granted,
    CreditDrawn: _used,
    CreditExpired: _used,
    DiscountAdded: _discount,
    InvoiceIssued: _document,
    CreditNoteIssued: _document,
    **dict.fromkeys(NAMES, money),
    ReceivableRevalued: _revalued,
    JournalPosted: _entry,
    PostingRuleChanged: lambda f: (
        "posting_rule",
        f"{f.rule}@{f.version}",
        {"from": f.starts_on, "entity": f.entity, "approved_by": f.approved_by, **f.accounts},
    ),
    JournalEntered: lambda f: (
        "manual_journal",
        f.entry,
        {"on": f.on, "reason": f.reason, "approved_by": f.approved_by, "reverses": f.reverses},
    ),
    ExportSealed: _export,
    PlanPublished: lambda f: (
        "price",
        f"{f.plan}@{f.originator_version}",
        {"plan": f.plan, "from": f.starts_on},
    ),
    SubscriptionChanged: lambda f: (
        "subscription_change",
        f"{f.subscription}/{f.originator_version}",
        {"account": f.account, "plan": f.plan, "from": f.starts_on, **_counted(f.quantity)},
    ),
    SubscriptionEnded: lambda f: (
        "subscription_end",
        f"{f.subscription}/{f.originator_version}",
        {"account": f.account, "on": f.ends_on, "credit_unused": f.credit_unused or None},
    ),
    SubscriptionStarted: lambda f: (
        "subscription",
        f.subscription,
        {"account": f.account, "plan": f.plan, "from": f.starts_on},
    ),
    AccountOpened: lambda f: ("account", f.account, {"entity": f.entity, "tax": f.tax}),
    MeterDefined: lambda f: ("meter", f.meter, {"aggregation": f.aggregation, "unit": f.unit}),
    ExchangeRateSet: lambda f: (
        "exchange_rate",
        f"{f.base}/{f.quote}@{f.originator_version}",
        {"rate": f.rate, "on": f.on, "source": f.source},
    ),
    TaxRateSet: lambda f: (
        "tax_rate",
        f.code,
        {"rate": f.rate, "category": f.category, "from": f.starts_on},
    ),
}
