"""Every error a caller can expect, in one tree.

A docstring is the message: one plain sentence that says what is wrong and what to do, with the
facts of the case in braces. The class name, in capitals, is the code of the contract.
"""

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Self


class LedgerError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "LEDGER_ERROR"

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).upper()

    def __init__(self, field: str | None = None, **facts: Any) -> None:
        self.field = field
        self.facts = facts
        self.message = " ".join((type(self).__doc__ or "").split()).format(**facts)
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


# -- starting up ------------------------------------------------------------------------------


class StartFailed(LedgerError):
    """{what} could not start: {why}"""


class Misconfigured(LedgerError):
    """{setting} is not usable: {why}"""


class ParquetMissing(LedgerError):
    """Parquet needs pyarrow; install usage-ledger[parquet], or ask for another form."""


# -- the store --------------------------------------------------------------------------------


class StoreUnavailable(LedgerError):
    """The database cannot be reached just now; send the same request again in a moment."""


class StoreConflict(LedgerError):
    """The log moved on while this was decided; read again and retry."""


class VersionConflict(StoreConflict):
    """Another writer appended to {count} of these streams first; read them again and retry."""


class GuardMoved(StoreConflict):
    """What this decision relied on changed while it was made ({what}); read again and retry."""


class UnreadableFact(LedgerError):
    """The fact {stream}, version {version}, cannot be read: {why}"""


class RebuildCancelled(LedgerError):
    """The rebuild into {build} was cancelled; start it again when it suits."""


class UnknownFactType(LedgerError):
    """The projection {name} does not know {type} (lane {lane}, position {position}); use a version
    of this software that does."""


class ProjectionStopped(LedgerError):
    """The projection {name} stopped at lane {lane}, position {position}: {why}"""


class ProjectionOutdated(LedgerError):
    """Another version of this software built the projections ({why}); rebuild them with
    usage-ledger projection rebuild --all --accept-differences."""


class ProjectionDiffers(LedgerError):
    """The rebuilt projection {name} differs from the live one in {count} rows; look at the
    differences and accept them, or mend the cause."""


# -- refusals: what a command, an event or a query can be answered with --------------------------


class Refusal(LedgerError):
    """The request was refused."""

    def alone(self) -> Self:
        """Return the same refusal without the calls that led to it, which hold on to their data."""
        return type(self)(self.field, **self.facts)

    def leaving_out(self, accounts: Sequence[str]) -> Self:
        """Return the same refusal, which says whom a run left out; all others it went through."""
        error, count = self.alone(), len(accounts)
        who, it = f"is the account {accounts[0]}", "it"
        if count > 1:
            who, it = f"are {count} accounts, such as {accounts[0]}", "them"
        error.message += (
            f" Left out {who}, and nobody else; send the same command again to go on with {it}."
        )
        return error


class Malformed(Refusal):
    """{why}"""


class UnknownCommand(Refusal):
    """There is no command {command}; see docs/commands.md for the names."""


class MissingField(Refusal):
    """The field {name} is required; give it a value."""


class UnknownField(Refusal):
    """There is no field {name} here; remove it."""


class BadValue(Refusal):
    """{why}"""


class BadDecimal(Refusal):
    """{value} is not a decimal string with at most 18 digits before and 12 after the point;
    write it like "12.50"."""


class BadTime(Refusal):
    """{value} is not a time this ledger can keep; write RFC 3339 with an offset, in the years
    2000 to 2100."""


class BadSpan(Refusal):
    """The span from {first} to {last} ends before it begins; give a from that is not after it."""


class BadDate(Refusal):
    """{value} is not a date; write it like 2026-10-31."""


class BadCurrency(Refusal):
    """{value} is not a currency with minor units in ISO 4217; use a code such as USD."""


class BadSchema(Refusal):
    """{why}"""


class TooFarAhead(Refusal):
    """The time {value} lies more than {days} days ahead of the clock; correct it or send it
    later."""


class IdConflict(Refusal):
    """The event {id} of {source} was recorded before with other content; correct it with
    correct_usage."""


class KeyReused(Refusal):
    """The key {key} was used before with another body; send the first body again or use a new
    key."""


class AlreadyExists(Refusal):
    """The {kind} {id} exists already; choose another id."""


class Unknown(Refusal):
    """There is no {kind} {id}; create it first."""


class UnknownEntity(Unknown):
    """There is no entity {id}; register it first."""


class UnknownAccount(Unknown):
    """There is no account {id}; open it first."""


class UnknownMeter(Unknown):
    """There is no meter {id}; define it first."""


class UnknownPlan(Unknown):
    """There is no plan {id}; publish it first."""


class UnknownTaxCode(Unknown):
    """There is no tax rate for the code {id}; set it with set_tax_rate first."""


class UnknownSubscription(Unknown):
    """There is no subscription {id}; start it first."""


class UnknownUsage(Unknown):
    """There is no usage event {id}; check its source and id."""


class UnknownInvoice(Unknown):
    """There is no invoice {id} of this account; check the number."""


class UnknownInvoiceLine(Unknown):
    """There is no line {id} on this invoice; check the number."""


class UnknownPayment(Unknown):
    """There is no payment {id}; capture it first."""


class UnknownDispute(Unknown):
    """There is no dispute {id}; open it first."""


class UnknownLedgerAccount(Unknown):
    """There is no account {id} in the chart of accounts; see the chart."""


class UnknownAccountClass(Unknown):
    """There is no account class {id}; use a class or an account of the chart."""


class UnknownPostingRule(Unknown):
    """There is no posting rule {id}; see the report posting-rules."""


class UnknownManualJournal(Unknown):
    """There is no journal {id} that was entered by hand in these books; check its name."""


class UnknownExport(Unknown):
    """There is no export document {id} for this target; check the target and the id."""


class UnknownTarget(Unknown):
    """The target {id} has no export profile for any entity; set one with set_export_profile."""


class UnknownLine(Unknown):
    """There is no journal line {id}; take the id from a report."""


class UnknownDeadLetter(Unknown):
    """There is no open dead letter {id}; list them first."""


class NoElectronicInvoice(Refusal):
    """{number} cannot be an EN 16931 invoice: {why}"""


class UnknownProjection(Unknown):
    """There is no projection {id}; list them first."""


class VatIdMissing(Refusal):
    """A reverse charge (category AE) needs the VAT ids of both parties; give the {party} one."""


class SameEntity(Refusal):
    """The entity {entity} cannot owe itself; name another one as the payer or the payee."""


class UnknownReference(Unknown):
    """There is no intercompany charge {id}; make it with charge_intercompany first."""


class ReferenceMismatch(Refusal):
    """The {what} of the intercompany charge {reference} is {known}, not {told}; name that one."""


class CurrencyMismatch(Refusal):
    """The currency {currency} does not fit; {owner} is kept in {expected}."""


class NoExchangeRate(Refusal):
    """There is no exchange rate from {base} to {quote} on or before {on}; set one with
    set_exchange_rate."""


class AccountErased(Refusal):
    """The personal data of the account {id} was erased; open a new account."""


class ErasureBlocked(Refusal):
    """The account {account} cannot be erased yet: {why}"""


class TimeZoneInUse(Refusal):
    """The account {account} has subscriptions, whose days its time zone cuts; open a new
    account."""


class BadPlan(Refusal):
    """{why}"""


class PlanNotLive(Refusal):
    """The plan {plan} has no price on {on}; publish a version that starts by then."""


class SubscriptionOverlap(Refusal):
    """The subscription {other} prices the meter {meter} of this account already; end it first."""


class UsageVoided(Refusal):
    """The usage event {id} is void; record it anew under another id."""


class NothingChanged(Refusal):
    """This is how it stands already; send what is to be different."""


class PeriodNotOpen(Refusal):
    """The period {period} of {entity} takes no postings; use a date in an open period."""


class PeriodNotClosed(Refusal):
    """The period {period} of {entity} is not the one that was closed last; reopen that one
    first."""


class CloseBlocked(Refusal):
    """The period {period} cannot be closed yet: {why}"""


class AmountTooLarge(Refusal):
    """{amount} is more than the {limit} that {what} allows; lower it."""


class NothingToCredit(Refusal):
    """The invoice {invoice} has nothing left to credit; it was taken back already."""


class TaxEngineFailed(Refusal):
    """The tax of {account} could not be worked out ({why}); mend the cause and send the same
    command again."""


class InvoiceSettled(Refusal):
    """The invoice {invoice} has nothing left to pay; name one that is open."""


class NothingToApply(Refusal):
    """There is nothing in {what} of this account; capture a payment first."""


class AlreadyCaptured(Refusal):
    """The payment {payment} was captured, so it cannot fail; return it with return_payment."""


class PaymentSpent(Refusal):
    """Nothing is left of the payment {payment}: it went back, was refunded, or was lost before."""


class PaymentDisputed(Refusal):
    """The payment {payment} is disputed by {dispute}; close that dispute first."""


class DisputeDecided(Refusal):
    """The dispute {dispute} was {outcome} before; open another one if the bank does."""


class WrittenOff(Refusal):
    """Of the invoice {invoice} {amount} is written off; recover that with recover_write_off before
    you give it back."""


class LostToDispute(Refusal):
    """Of the invoice {invoice} {amount} is lost to disputes, and the customer has that back; give
    back at most {limit}, tax included."""


class NotWrittenOff(Refusal):
    """Nothing of the invoice {invoice} is written off any more; check the number."""


class TooEarly(Refusal):
    """The date {on} lies before {what}, which is of {earliest}; use that day or a later one."""


class ControlAccount(Refusal):
    """The account {account} takes postings from the ledger's own rules alone; use the command that
    posts there."""


class AccountBlocked(Refusal):
    """The account {account} is blocked on {on}; use another, or unblock it with change_chart."""


class WrongAccountClass(Refusal):
    """The account {account} is of the class {chart_class}, not {expected}; use one of that
    class."""


class AccountNotReplaceable(Refusal):
    """The posting rule {rule} does not choose the account {account}; of its accounts these can be
    replaced: {known}."""


class UnbalancedJournal(Refusal):
    """The debits are {debit} and the credits {credit}, {difference} {currency} apart; make them
    equal."""


class AlreadyReversed(Refusal):
    """The journal {entry} was reversed by {by} before; enter a new one instead."""


class WrongEntity(Refusal):
    """The account {account} belongs to {owner}, not to {entity}; name one of that entity."""


class ApprovalMissing(Refusal):
    """This needs the approval of another person; name them in approved_by."""


class SelfApproval(Refusal):
    """{actor} cannot approve their own request; another person has to."""


class StaleRevision(Refusal):
    """Revision {revision} with this digest is not the current one of {external_id}; pull the
    document again."""


class AlreadyAcknowledged(Refusal):
    """The document {external_id} was acknowledged before and stays as it is; reverse it with a new
    document."""


class BadStatement(Refusal):
    """This is no usable bank statement: {why}; send a camt.053 message as the bank gave it."""


class StatementUnbalanced(Refusal):
    """The entries of statement {statement} lead to {reached}, but it closes with {closing}; ask the
    bank for the whole statement."""


class StatementConflict(Refusal):
    """A statement {statement} with other figures was imported for {entity}; ask the bank which
    holds."""


class BankAccountTaken(Refusal):
    """Statements of the bank account {account} belong to the books of {owner}; import this one
    there."""


class EntrySettled(Refusal):
    """The statement entry {entry} is {state} already; there is nothing left to settle."""


class AmountDiffers(Refusal):
    """The bank moved {amount}, but {what} moves {other} there; name the entry that fits."""


class UnknownStatementEntry(Unknown):
    """There is no statement entry {id}; find it in the report bank-exceptions."""


class UnknownJournalEntry(Unknown):
    """There is no journal entry {id} in these books; post it first."""


class NotOffered(Refusal):
    """The document {external_id} was never offered; {why}"""


class BadNackCode(Refusal):
    """{value} is not a rejection code; use one of {known}."""


class Contention(Refusal):
    """Others kept changing the same things; send the same command again."""


class DryRunTooLong(Refusal):
    """The dry run took longer than {seconds} s and was given up; narrow it to one account."""


class TooLarge(Refusal):
    """The request is larger than {limit} bytes; send it in parts."""


class UnsupportedMediaType(Refusal):
    """The content type {value} is not understood; use one of {known}."""


class Overloaded(Refusal):
    """The service is at its limit; send the same request again in {seconds} s."""


class TooManyRequests(Refusal):
    """This key has {limit} requests under way, as many as it may; wait for one of them."""


class Unauthenticated(Refusal):
    """A valid API key is needed; send it as a bearer token."""


class Forbidden(Refusal):
    """This key lacks the scope {scope}; ask an admin for one that has it."""
