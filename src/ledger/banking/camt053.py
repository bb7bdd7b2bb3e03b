"""Reads ISO 20022 camt.053 (bank to customer statement), versions 02 and later.

A statement comes from outside: no document type is taken, no entity resolved, nothing fetched, and
libxml2's own limits on depth and text stay on. Names of elements hardly changed between versions;
where they did, both are read. What is only pending or for information is left out.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from lxml import etree

from ledger.banking.statement import Entry, Statement
from ledger.errors import BadStatement
from ledger.money import ZERO, digits

BYTES_MAX = 24 * 1024 * 1024
NAMESPACE = re.compile(
    r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(0[2-9]|[1-9]\d)\}Document"
)
OPENING = ("OPBD", "PRCD")
CLOSING = "CLBD"
INTERIM = "ITBD"
NO_REFERENCE = {"", "NONREF", "NOTPROVIDED"}
_AMOUNT = re.compile(r"\d{1,18}(\.\d{1,5})?", re.ASCII)

Node = Any
"""An element of lxml."""


def read(data: bytes) -> list[Statement]:
    """Return the statements of a camt.053 message, or raise BadStatement."""
    if len(data) > BYTES_MAX:
        raise _bad(f"it is larger than {BYTES_MAX} bytes")
    root = _parsed(data)
    if NAMESPACE.fullmatch(root.tag) is None:
        raise _bad("its namespace is not that of camt.053.001.02 or later")
    found = root.findall("{*}BkToCstmrStmt/{*}Stmt")
    if not found:
        raise _bad("it holds no statement")
    return [_statement(one) for one in found]


def _parsed(data: bytes) -> Node:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _bad(f"it is no well-formed XML ({str(error)[:120]})") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _bad("it has a document type, which no camt.053 has")
    return root


def _statement(node: Node) -> Statement:
    account = _text(node, "Acct/Id/IBAN") or _text(node, "Acct/Id/Othr/Id")
    if not account:
        raise _bad("it names no account")
    balances = [(_text(one, "Tp/CdOrPrtry/Cd"), one) for one in _all(node, "Bal")]
    opening = _balance(balances, OPENING, first=True)
    closing = _balance(balances, (CLOSING,), first=False)
    currency = _currency(_one(closing, "Amt"))
    closed_on = _day(closing, "Dt")
    return Statement(
        account=account.replace(" ", "").upper(),
        id=_text(node, "Id") or "",
        sequence=_text(node, "ElctrncSeqNb") or _text(node, "LglSeqNb") or "",
        page=_text(node, "StmtPgntn/PgNb") or "",
        currency=currency,
        opening=_signed(opening, currency),
        closing=_signed(closing, currency),
        opened_on=_day(opening, "Dt"),
        closed_on=closed_on,
        entries=tuple(
            part
            for one in _all(node, "Ntry")
            if _status(one) == "BOOK"
            for part in _parts(one, currency, closed_on)
        ),
    )


def _balance(balances: list[tuple[str | None, Node]], codes: tuple[str, ...], first: bool) -> Node:
    """Return the balance with one of these codes; a page in the middle has interim ones."""
    for code in (*codes, INTERIM):
        having = [node for name, node in balances if name == code]
        if having:
            return having[0 if first else -1]
    raise _bad(f"it has no {'opening' if first else 'closing'} balance ({', '.join(codes)})")


def _status(entry: Node) -> str | None:
    return _text(entry, "Sts/Cd") or _text(entry, "Sts")


def _parts(entry: Node, currency: str, closed_on: date) -> Iterator[Entry]:
    """Yield an entry, or the transactions that it bundles where these account for all of it."""
    amount = _signed(entry, currency)
    booked_on = _day_or(entry, "BookgDt", closed_on)
    common: dict[str, Any] = {
        "booked_on": booked_on,
        "valued_on": _day_or(entry, "ValDt", booked_on),
    }
    reference = _reference(_text(entry, "AcctSvcrRef"))
    sign = "C" if amount >= 0 else "D"
    reversal = _text(entry, "RvslInd") in ("true", "1")
    key: tuple[str, ...] = (_digest(entry),)
    if reference:
        key = (reference, booked_on.isoformat(), sign, str(abs(amount)))
    details = _all(entry, "NtryDtls/TxDtls")
    shares = [_share(one, sign, currency) for one in details]
    if len(details) > 1 and None not in shares and sum(shares, ZERO) == amount:
        for number, (one, share) in enumerate(zip(details, shares, strict=True), start=1):
            own = _reference(_text(one, "Refs/AcctSvcrRef")) or reference
            about = _about([one])
            yield Entry((*key, str(number)), share, bank_reference=own, reversal=reversal,
                        **common, **about)  # fmt: skip
        return
    if len(details) == 1 and reference is None:
        reference = _reference(_text(details[0], "Refs/AcctSvcrRef"))
    about = _about(details, _text(entry, "AddtlNtryInf"))
    yield Entry(key, amount, bank_reference=reference, reversal=reversal, **common, **about)


def _share(details: Node, sign: str, currency: str) -> Any:
    """Return what one transaction of an entry moved, or None where it does not say."""
    node = details.find("{*}Amt")
    if node is None:
        node = details.find("{*}AmtDtls/{*}TxAmt/{*}Amt")
    if node is None or node.get("Ccy") != currency:
        return None
    says = _text(details, "CdtDbtInd") or {"C": "CRDT", "D": "DBIT"}[sign]
    return _amount(node, currency) * (1 if says == "CRDT" else -1)


def _about(details: list[Node], more: str | None = None) -> dict[str, Any]:
    """Return what the payer said: references in fields of their own, and free text."""
    structured: list[str] = []
    text = [more] if more else []
    returned = None
    for one in details:
        for path in ("Refs/EndToEndId", "RmtInf/Strd/CdtrRefInf/Ref",
                     "RmtInf/Strd/RfrdDocInf/Nb", "Refs/InstrId"):  # fmt: skip
            structured += [said for node in _all(one, path) if (said := _reference(node.text))]
        for path in ("RmtInf/Ustrd", "RmtInf/Strd/AddtlRmtInf", "AddtlTxInf"):
            text += [node.text.strip() for node in _all(one, path) if node.text]
        if one.find("{*}RtrInf") is not None:
            returned = _text(one, "RtrInf/Rsn/Cd") or _text(one, "RtrInf/Rsn/Prtry") or "returned"
    whole = [" ".join(text), "".join(text)] if len(text) > 1 else []
    return {
        "structured": tuple(dict.fromkeys(structured)),
        "text": tuple(dict.fromkeys([*text, *whole])),
        "returned": returned,
    }


def _digest(entry: Node) -> str:
    """Return the hash of an entry that has no bank reference, but for its number in the file."""
    number = entry.find("{*}NtryRef")
    parts = [one for one in entry if one is not number]
    whole = b"".join(etree.tostring(one, method="c14n", with_tail=False) for one in parts)
    return sha256(whole).hexdigest()


def _signed(node: Node, currency: str) -> Decimal:
    amount = _amount(_one(node, "Amt"), currency)
    match _text(node, "CdtDbtInd"):
        case "CRDT":
            return amount
        case "DBIT":
            return -amount
    raise _bad("an amount is neither CRDT nor DBIT")


def _amount(node: Node, currency: str) -> Decimal:
    """Return an amount in the minor units of the statement's currency."""
    if node.get("Ccy") != currency:
        raise _bad(f"an amount is not in its currency {currency}")
    text = (node.text or "").strip()
    if not _AMOUNT.fullmatch(text):
        raise _bad(f"{text[:20]} is no amount")
    exact = Decimal(text)
    rounded = exact.quantize(Decimal(1).scaleb(-digits(currency)))
    if rounded != exact:
        raise _bad(f"{text} is finer than the smallest unit of {currency}")
    return rounded


def _currency(node: Node) -> str:
    try:
        digits(code := str(node.get("Ccy")))
    except (Exception, InvalidOperation):
        raise _bad("its balance names no currency of ISO 4217") from None
    return code


def _day(node: Node, path: str) -> date:
    text = _text(node, f"{path}/Dt") or _text(node, f"{path}/DtTm")
    try:
        return datetime.fromisoformat(str(text)).date()
    except ValueError:
        raise _bad(f"{str(text)[:40]} is no date") from None


def _day_or(node: Node, path: str, otherwise: date) -> date:
    return otherwise if node.find(f"{{*}}{path}") is None else _day(node, path)


def _reference(text: str | None) -> str | None:
    said = (text or "").strip()
    return None if said.upper() in NO_REFERENCE else said


def _one(node: Node, path: str) -> Node:
    found = node.find(_path(path))
    if found is None:
        raise _bad(f"{etree.QName(node).localname} has no {path}")
    return found


def _all(node: Node, path: str) -> list[Node]:
    return list(node.findall(_path(path)))


def _text(node: Node, path: str) -> str | None:
    text = node.findtext(_path(path))
    return text.strip() if text and text.strip() else None


def _path(path: str) -> str:
    return "/".join(f"{{*}}{part}" for part in path.split("/"))


def _bad(why: str) -> BadStatement:
    return BadStatement(field="statement", why=why)
