"""A bank's statement imported: payments of many payers, each by several entries.

Nine entries in ten name an invoice, one nobody can match. ``BENCH_ENTRIES`` and ``BENCH_PAYERS``
set the sizes; what is owed is made straight into the log.
"""

import base64
import os
from collections.abc import Iterator
from resource import RUSAGE_SELF, getrusage
from time import monotonic

from made import ledger, send
from owed import LARGE_EVERY, owe
from table import Figure, main, per_second

from ledger.projector.follower import catch_up

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "10000"))
PAYERS = int(os.environ.get("BENCH_PAYERS", "1000"))
INVOICES = 10  # of each payer; one in LARGE_EVERY has a thousand

ENTRY = """<Ntry><Amt Ccy="USD">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
<BookgDt><Dt>2026-11-02</Dt></BookgDt><AcctSvcrRef>R{number}</AcctSvcrRef><NtryDtls><TxDtls>\
<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""
BALANCE = """<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="USD">{amount}</Amt>\
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-02</Dt></Dt></Bal>"""
MESSAGE = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>\
<Id>S-1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>{parts}</Stmt>\
</BkToCstmrStmt></Document>"""


def message(invoices: int) -> bytes:
    """Write a statement whose entries name invoices far from each other."""
    texts = (
        "no idea" if number % 10 == 9 else f"invoice US-2026-{number * 7919 % invoices + 1:07d}"
        for number in range(ENTRIES)
    )
    entries = [ENTRY.format(number=number, text=text) for number, text in enumerate(texts)]
    balances = [
        BALANCE.format(code="OPBD", amount="0.00"),
        BALANCE.format(code="CLBD", amount=f"{ENTRIES}00.00"),
    ]
    return MESSAGE.format(parts="".join(balances + entries)).encode()


def measure() -> Iterator[Figure]:
    """Yield the figures of one import."""
    accounts = [f"acct-{number:05d}" for number in range(PAYERS)]
    with ledger() as opened:
        invoices = owe(opened, accounts, INVOICES)
        catch_up(opened.db)
        told = base64.b64encode(message(invoices)).decode()
        before = getrusage(RUSAGE_SELF).ru_maxrss // 1024
        started = monotonic()
        send(opened, command="import_statement", key="i", entity="US", statement=told)
        seconds = monotonic() - started
        peak = getrusage(RUSAGE_SELF).ru_maxrss // 1024
        work = (
            f"Import a statement of {ENTRIES:,} entries of {PAYERS:,} payers, one in {LARGE_EVERY}"
            f" with many of {invoices:,} invoices"
        )
        yield Figure(work, per_second(ENTRIES, seconds), f"{seconds:.1f} s")
        yield Figure("Memory of the process that did it", f"{peak} MB", f"before: {before} MB")


if __name__ == "__main__":
    main(measure)
