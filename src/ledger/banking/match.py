"""What an entry of a bank statement is for: the rule of matching.

    credit  names a payment or payout that stands in the books, same amount  → that, nothing posted
            names invoices of one payer, anywhere                            → pays them, in order
            names an account, in a field of its own                          → pays its oldest due
    debit   a return that names a captured payment                           → that payment returns
            names a refund or payout that stands in the books, same amount   → that, nothing posted
    all else, and whatever could be more than one thing, is an exception with its reason

An invoice number counts only as a token of its own. An account's id may be a common word, so it
counts only in a field of its own, and only if it is all of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from stdnum.iso11649 import is_valid

from ledger.banking.statement import Entry
from ledger.money import ZERO

NO_REFERENCE = "no_reference"
AMBIGUOUS = "ambiguous"
WRONG_CURRENCY = "wrong_currency"
NOTHING_OPEN = "nothing_open"
AMOUNT_DIFFERS = "amount_differs"
ALREADY_MATCHED = "already_matched"
RETURN_UNMATCHED = "return_unmatched"
REVERSAL = "reversal"
DEBIT = "debit"
REFUSED = "refused"


@dataclass(frozen=True)
class Owner:
    """Who pays for an invoice or account, and in which currency."""

    account: str
    currency: str


@dataclass(frozen=True)
class Standing:
    """What stands in the books under an id: a payment, payout or refund of so much."""

    kind: str
    id: str
    amount: Decimal
    account: str | None = None

    @property
    def journal_entry(self) -> str:
        """The name of its journal entry."""
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True)
class Known:
    """What the references of a statement lead to, in the books of one entity."""

    invoices: Mapping[str, Owner] = field(default_factory=dict)
    accounts: Mapping[str, Owner] = field(default_factory=dict)
    standing: Mapping[str, Sequence[Standing]] = field(default_factory=dict)


@dataclass(frozen=True)
class Pays:
    """Money of an account; for these invoices, or its oldest due where none is named."""

    account: str
    invoices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stands:
    """Money that is in the books already, as this."""

    what: Standing


@dataclass(frozen=True)
class Returns:
    """Money of a captured payment that went back, with the bank's reason."""

    payment: str
    account: str | None
    code: str


@dataclass(frozen=True)
class Excepted:
    """Money that somebody has to look at; ``detail`` names what was found or refused."""

    reason: str
    detail: str | None = None


Proposal = Pays | Stands | Returns | Excepted


def numbers(entry: Entry, entity: str) -> tuple[str, ...]:
    """Return the invoice numbers of an entity that an entry names, in the order of naming."""
    token = re.compile(
        rf"(?<![\w-]){re.escape(entity)}-(\d{{4}})-(\d{{6,}})(?![\w-])", re.IGNORECASE | re.ASCII
    )
    bare = re.compile(rf"{re.sub('[^A-Z0-9]', '', entity.upper())}(\d{{4}})(\d{{6,}})", re.ASCII)
    found: list[str] = []
    for said in (*entry.structured, *entry.text):
        found += [f"{entity}-{year}-{count}" for year, count in token.findall(said)]
    for said in entry.structured:
        compact = said.replace(" ", "").upper()
        if is_valid(compact) and (parts := bare.fullmatch(compact[4:])):
            found.append(f"{entity}-{parts[1]}-{parts[2]}")
    return tuple(dict.fromkeys(found))


def ids(entry: Entry) -> tuple[str, ...]:
    """Return what may be the id of a payment, payout or refund: fields, and words of the text."""
    words = (word for said in entry.text for word in said.split())
    return tuple(dict.fromkeys((*entry.structured, *words)))


def propose(entry: Entry, entity: str, currency: str, known: Known) -> Proposal:
    """Say what an entry is for, by its references; amounts that are open are not looked at."""
    return _credit(entry, entity, currency, known) if entry.amount > 0 else _debit(entry, known)


def share(
    amount: Decimal, invoices: Sequence[str], is_open: Mapping[str, Decimal]
) -> list[tuple[str, Decimal]]:
    """Share an amount among invoices in the order named, each up to what is open of it."""
    shares = []
    for invoice in invoices:
        taken = min(amount, is_open.get(invoice, ZERO))
        if taken > 0:
            shares.append((invoice, taken))
            amount -= taken
    return shares


def _credit(entry: Entry, entity: str, currency: str, known: Known) -> Proposal:
    if entry.reversal:
        return Excepted(REVERSAL)
    if (there := _standing(entry, known, ("payment", "payout"), entry.amount)) is not None:
        return there
    named = [number for number in numbers(entry, entity) if number in known.invoices]
    owners = {known.invoices[number] for number in named}
    if not owners:
        owners = {known.accounts[said] for said in entry.structured if said in known.accounts}
    if not owners:
        return Excepted(NO_REFERENCE)
    if len(owners) > 1:
        return Excepted(AMBIGUOUS, ", ".join(sorted(named or (one.account for one in owners))))
    (owner,) = owners
    if owner.currency != currency:
        return Excepted(WRONG_CURRENCY, owner.currency)
    return Pays(owner.account, tuple(named))


def _debit(entry: Entry, known: Known) -> Proposal:
    if entry.returned or entry.reversal:
        named = {
            one.id: one
            for said in entry.structured
            for one in known.standing.get(said, ())
            if one.kind == "payment"
        }
        if len(named) == 1:
            (one,) = named.values()
            return Returns(one.id, one.account, entry.returned or REVERSAL)
        return Excepted(RETURN_UNMATCHED)
    return _standing(entry, known, ("refund", "payout"), entry.amount) or Excepted(DEBIT)


def _standing(
    entry: Entry, known: Known, kinds: Sequence[str], amount: Decimal
) -> Stands | Excepted | None:
    """Return what stands in the books under an id that the entry names, if its amount does too."""
    found = {
        (one.kind, one.id): one
        for said in ids(entry)
        for one in known.standing.get(said, ())
        if one.kind in kinds and (one.amount == amount or said in entry.structured)
    }
    if not found:
        return None
    equal = [one for one in found.values() if one.amount == amount]
    if len(equal) > 1:
        return Excepted(AMBIGUOUS, ", ".join(sorted(one.id for one in equal)))
    if not equal:
        return Excepted(AMOUNT_DIFFERS, ", ".join(sorted(one.id for one in found.values())))
    return Stands(equal[0])
