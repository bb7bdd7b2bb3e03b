"""The steps of the demo, from an empty directory to the lineage of one journal line."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console

from ledger.demo import month
from ledger.demo.session import Command, Session
from ledger.settings import Settings
from ledger.store.database import Database

LARGE = month.account_id(1)
"""The account that has the most usage; the demo looks at its bill."""


def play(home: Path, console: Console, command: Command, size: month.Size) -> None:
    """Play the whole month in ``home``, command by command, and show it."""
    started = monotonic()
    session = Session(home, console, command)
    with Database.open(Settings.load(home=home)):  # keeps the embedded server up between commands
        _set_up(session, size)
        _take_in(session, size)
        _bill(session)
        _collect(session)
        _correct(session, size)
        _export(session)
        _show_the_books(session)
    console.print(f"\nFrom nothing to a proven lineage in {monotonic() - started:.0f} s.")


def _set_up(session: Session, size: month.Size) -> None:
    session.say(f"Nimbus Inc. sells an API to {size.accounts} customers on three plans.")
    session.apply("reference.ndjson", month.reference_data(size))


def _take_in(session: Session, size: month.Size) -> None:
    session.say("October's usage comes in, with retries, torn bytes and a stranger's events.")
    path = session.write("usage.ndjson", month.usage(size))
    session.run("ingest", path.name, may_refuse=True)
    session.say("Nothing is lost: received = accepted + duplicate + dead-lettered.")
    session.run("report", "completeness")


def _bill(session: Session) -> None:
    session.say("Rate the month, then issue one invoice per customer, with gapless numbers.")
    session.apply(
        "close-october.ndjson",
        [
            {"command": "rate_usage", "key": "rate-1", "through": "2026-10-31"},
            _issue("bill-1", "2026-11-01"),
        ],
    )
    session.run("report", "invoices", "--account", LARGE)


def _issue(key: str, on: str) -> dict[str, Any]:
    return {"command": "issue_invoices", "key": key, "through": "2026-10-31", "on": on}


def _collect(session: Session) -> None:
    session.say("The largest customer pays by card, a little too much.")
    bill = session.read("report", "invoices", "--account", LARGE)[0]
    paid = Decimal(bill["total"]) + Decimal("12.50")
    payment = {
        "command": "capture_payment", "key": "pay-1", "payment": "pi-1", "account": LARGE,
        "amount": f"{paid:f}", "currency": "USD", "on": "2026-11-03", "via": "psp",
    }  # fmt: skip
    session.apply("payment.ndjson", [payment])


def _correct(session: Session, size: month.Size) -> None:
    session.say("Then the truth changes: an event was wrong, and others arrive after the invoice.")
    late = session.write("late.ndjson", month.late_usage(size))
    session.run("ingest", late.name)
    session.apply("correction.ndjson", _changes(month.first_event(size, LARGE)))
    session.run("report", "invoices", "--account", LARGE)


def _changes(wrong: str) -> Iterator[dict[str, Any]]:
    yield {
        "command": "correct_usage", "key": "correct-1", "source": "nimbus/edge", "id": wrong,
        "void": True, "reason": "the customer's probe, not usage",
    }  # fmt: skip
    yield {"command": "rate_usage", "key": "rate-2", "through": "2026-10-31"}
    yield _issue("bill-2", "2026-11-15")


def _export(session: Session) -> None:
    session.say("The ERP gets its documents: sealed once, in an order that never changes.")
    accounts = {"1010": "10200", "1100": "12000", "1150": "12900", "2120": "23100",
                "2130": "23200", "2200": "24000", "4010": "40100"}  # fmt: skip
    session.apply(
        "exports.ndjson",
        [
            {"command": "set_export_profile", "key": "profile", "target": "erp", "entity": "US",
             "profile": {"receivables": "document", "accruals": "journal_daily"}},
            *(
                {"command": "map_account", "key": f"map-{ours}", "target": "erp", "entity": "US",
                 "account": ours, "erp_account": theirs, "from": "2026-10-01"}
                for ours, theirs in accounts.items()
            ),
            {"command": "seal_exports", "key": "seal-1", "target": "erp", "through": "2026-11-30"},
        ],
    )  # fmt: skip
    session.run("export", "list", "erp", show=12)


def _show_the_books(session: Session) -> None:
    session.say("The books balance.")
    session.run("report", "trial-balance")
    session.say("Why this amount? Down from one journal line to the usage events behind it.")
    line = _revenue_line(session)
    session.run("lineage", line)
    session.say("And up again, from one event to every line and ERP document it touched.")
    session.run("trace", "nimbus/edge", "e-1")


def _revenue_line(session: Session) -> str:
    lines = session.read("report", "journal", "--account", LARGE)
    return next(str(line["line"]) for line in lines if line["account"] == "4010")
