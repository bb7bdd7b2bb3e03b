"""Reports of exchange: rates, what is held in other currencies, and what rates made of it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from ledger.cli.output import Report, listed, money
from ledger.cli.reports.asked import PAGE, Asked, every
from ledger.money import ZERO, plain
from ledger.posting.chart import EXCHANGE_GAIN
from ledger.reads import exchange as rates
from ledger.reads import revaluation as reads
from ledger.reads.chart import charted
from ledger.reads.exposure import Exposure, exposures
from ledger.store.transaction import Transaction

COLUMNS = (
    *("entity", "account", "name", "currency", "#foreign", "rate", "rate_on", "source"),
    *("#carried", "#closing", "#unrealised", "#posted", "#due", "#realised", "document", "line"),
)


def exchange_rates(tx: Transaction, asked: Asked) -> Report:
    """Every exchange rate that was set; of one day the later version holds."""
    found = every(
        tx,
        lambda after: rates.exchange_rates(at=asked.at, after=after, limit=PAGE),
        lambda row: row.key,
        rates.START,
    )
    rows = [
        (row.base, row.quote, row.starts_on, row.rate, row.source, row.version)
        for row in found
        if asked.as_of is None or row.starts_on <= asked.as_of
    ]
    return listed(("base", "quote", "on", "#rate", "source", "version"), rows)


def fx(tx: Transaction, asked: Asked) -> Report:
    """What is held in other currencies at the end of a day, and what rates made of it.

    Unrealised by account and currency; realised in the month of the day, by document.
    """
    day = asked.as_of or asked.today
    chart = charted(tx, asked.at).on(day)
    held = exposures(tx, entity=asked.entity, as_of=day, at=asked.at)
    shape: dict[str, dict[str, Any]] = {}
    rows: list[tuple[Any, ...]] = []
    for entity, balances in groupby(held, lambda one: one.entity):
        shape[entity] = {"balances": []}
        for one in balances:
            shape[entity] |= {"currency": one.currency}
            shape[entity]["balances"].append(_balance(one))
            rows.append(_row(one, chart[one.account].name))
    for entity, gains in groupby(_realised(tx, asked, day), lambda one: one.entity):
        books = shape.setdefault(entity, {"balances": []})
        books |= {"realised": [], "realised_total": ZERO}
        for gain in gains:
            books |= {"currency": gain.currency}
            books["realised"].append(_gain(gain))
            books["realised_total"] -= gain.amount
            rows.append(_realised_row(gain, chart[EXCHANGE_GAIN].name))
    for books in shape.values():
        total = books.pop("realised_total", ZERO)
        books |= {"as_of": day, "realised": books.get("realised", [])}
        books["realised_total"] = money(total, books["currency"])
    return Report(COLUMNS, rows, shape)


def _realised(tx: Transaction, asked: Asked, day: date) -> Iterator[reads.Realised]:
    """Yield what was realised in the month up to the day, entity by entity."""
    return every(
        tx,
        lambda after: reads.realised(
            asked.entity,
            from_=day.replace(day=1),
            as_of=day,
            at=asked.at,
            after=after,
            limit=PAGE,
        ),
        lambda row: row.key,
        ("", 0),
    )


def _unrealised(one: Exposure) -> Decimal | None:
    return None if one.closing is None else one.closing - one.carried


def _shown(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else money(amount, currency)


def _balance(one: Exposure) -> dict[str, Any]:
    """Return a balance as the machine contract shows it; without a rate there is no closing."""
    books = one.currency
    rate = one.exchange
    return {
        "account": one.account,
        "currency": one.foreign_currency,
        "amount": money(one.amount, one.foreign_currency),
        "carried": money(one.carried, books),
        "rate": rate
        and {
            "rate": plain(rate.rate),
            "inverted": rate.inverted,
            "on": rate.on,
            "source": rate.source,
        },
        "closing": _shown(one.closing, books),
        "unrealised": _shown(_unrealised(one), books),
        "posted": money(one.posted, books),
        "due": _shown(one.due, books),
    }


def _row(one: Exposure, name: str) -> tuple[Any, ...]:
    shown = _balance(one)
    rate = one.exchange
    return (
        *(one.entity, one.account, name, one.foreign_currency, shown["amount"]),
        *((f"{'1/' if rate.inverted else ''}{plain(rate.rate)}", rate.on, rate.source)
          if rate else (None, None, None)),
        *(shown[name] for name in ("carried", "closing", "unrealised", "posted", "due")),
        *(None, None, None),
    )  # fmt: skip


def _gain(one: reads.Realised) -> dict[str, Any]:
    """Return what an entry realised; a gain is positive."""
    return {
        "line": one.id,
        "entry": one.entry,
        "on": one.posted_on,
        "document": one.document,
        "customer": one.customer,
        "text": one.text,
        "amount": money(-one.amount, one.currency),
    }


def _realised_row(one: reads.Realised, name: str) -> tuple[Any, ...]:
    gain = money(-one.amount, one.currency)
    head = (one.entity, EXCHANGE_GAIN, name, one.currency)
    return (*head, *[None] * 9, gain, one.document or one.entry, one.id)
