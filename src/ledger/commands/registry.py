"""Every command there is, by name: its record, and how it is carried out."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ledger.commands.books.chart import ChangeChart, change_chart
from ledger.commands.books.closing import (
    ClosePeriod,
    ReopenPeriod,
    SoftClosePeriod,
    close_period,
    reopen_period,
    soft_close_period,
)
from ledger.commands.books.intercompany import (
    ChargeIntercompany,
    SettleIntercompany,
    charge_intercompany,
    settle_intercompany,
)
from ledger.commands.books.manual import PostJournal, post_journal
from ledger.commands.books.posting_rules import ChangePostingRule, change_posting_rule
from ledger.commands.books.recognise import RecogniseRevenue, recognise_revenue
from ledger.commands.books.revalue import Revalue, revalue
from ledger.commands.cash.balances import ApplyBalance, Refund, apply_balance, refund
from ledger.commands.cash.disputes import CloseDispute, OpenDispute, close_dispute, open_dispute
from ledger.commands.cash.import_statement import ImportStatement, import_statement
from ledger.commands.cash.payments import CapturePayment, capture_payment
from ledger.commands.cash.payouts import SettlePayout, settle_payout
from ledger.commands.cash.returns import FailPayment, ReturnPayment, fail_payment, return_payment
from ledger.commands.cash.settle_entry import SettleStatementEntry, settle_statement_entry
from ledger.commands.catalog.entities import (
    ChangeEntity,
    RegisterEntity,
    change_entity,
    register_entity,
)
from ledger.commands.catalog.exchange_rates import SetExchangeRate, set_exchange_rate
from ledger.commands.catalog.meters import DefineMeter, define_meter
from ledger.commands.catalog.plans import PublishPlan, publish_plan
from ledger.commands.catalog.tax_rates import SetTaxRate, set_tax_rate
from ledger.commands.customers.account_changes import ChangeAccount, change_account
from ledger.commands.customers.accounts import OpenAccount, open_account
from ledger.commands.customers.credits import GrantCredit, grant_credit
from ledger.commands.customers.discounts import AddDiscount, add_discount
from ledger.commands.customers.erase import EraseAccount, erase_account
from ledger.commands.customers.subscription_changes import (
    ChangeSubscription,
    EndSubscription,
    change_subscription,
    end_subscription,
)
from ledger.commands.customers.subscriptions import StartSubscription, start_subscription
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.rulebook import by_the_rulebook
from ledger.commands.engine.runs import running
from ledger.commands.engine.shell import Asked, Caller, decide_once
from ledger.commands.engine.together import Together
from ledger.commands.erp.exports import (
    AcknowledgeExport,
    RejectExport,
    ReviseExport,
    acknowledge_export,
    reject_export,
    revise_export,
)
from ledger.commands.erp.mapping import (
    MapAccount,
    SetExportProfile,
    map_account,
    set_export_profile,
)
from ledger.commands.erp.seal import SealExports, seal_exports
from ledger.commands.form.answer import Answer, refused
from ledger.commands.form.command import Command
from ledger.commands.form.parse import parse, required_text, without_nulls
from ledger.commands.invoicing.concession import IssueCreditNote, issue_credit_note
from ledger.commands.invoicing.invoice import IssueInvoices, issue_invoices
from ledger.commands.rating.rate import RateUsage, rate_usage
from ledger.commands.receivables.allowances import AdjustAllowance, adjust_allowance
from ledger.commands.receivables.dunning import SetDunningPolicy, set_dunning_policy
from ledger.commands.receivables.remind import RunDunning, run_dunning
from ledger.commands.receivables.write_offs import (
    RecoverWriteOff,
    WriteOff,
    recover_write_off,
    write_off,
)
from ledger.commands.rehearse import rehearse
from ledger.commands.usage.events import CorrectUsage, RecordUsage, correct_usage, record_usage
from ledger.commands.usage.replay import ReplayDeadLetters, replay_dead_letters
from ledger.commands.usage.spend_limits import SetSpendLimit, set_spend_limit
from ledger.errors import (
    ProjectionOutdated,
    ProjectionStopped,
    Refusal,
    SelfApproval,
    UnknownCommand,
)

log = logging.getLogger(__name__)

Decide = Callable[[Any, Context], Decision]
Run = Callable[[Ledger, Asked], Answer]

_DECIDED: tuple[tuple[type[Command], Decide], ...] = (
    (RegisterEntity, register_entity),
    (OpenAccount, open_account),
    (ChangeAccount, change_account),
    (ChangeEntity, change_entity),
    (EraseAccount, erase_account),
    (SetExchangeRate, set_exchange_rate),
    (PostJournal, post_journal),
    (ChangeChart, change_chart),
    (ChangePostingRule, change_posting_rule),
    (SoftClosePeriod, soft_close_period),
    (ClosePeriod, close_period),
    (ReopenPeriod, reopen_period),
    (DefineMeter, define_meter),
    (PublishPlan, publish_plan),
    (SetTaxRate, set_tax_rate),
    (StartSubscription, start_subscription),
    (ChangeSubscription, change_subscription),
    (EndSubscription, end_subscription),
    (GrantCredit, grant_credit),
    (SetSpendLimit, set_spend_limit),
    (AddDiscount, add_discount),
    (RecordUsage, record_usage),
    (CorrectUsage, correct_usage),
    (IssueCreditNote, issue_credit_note),
    (CapturePayment, capture_payment),
    (FailPayment, fail_payment),
    (ReturnPayment, return_payment),
    (SettlePayout, settle_payout),
    (SettleStatementEntry, settle_statement_entry),
    (OpenDispute, open_dispute),
    (CloseDispute, close_dispute),
    (Refund, refund),
    (ApplyBalance, apply_balance),
    (AdjustAllowance, adjust_allowance),
    (WriteOff, write_off),
    (RecoverWriteOff, recover_write_off),
    (SetDunningPolicy, set_dunning_policy),
    (ChargeIntercompany, charge_intercompany),
    (SettleIntercompany, settle_intercompany),
    (MapAccount, map_account),
    (SetExportProfile, set_export_profile),
    (AcknowledgeExport, acknowledge_export),
    (RejectExport, reject_export),
    (ReviseExport, revise_export),
    (ReplayDeadLetters, replay_dead_letters),
)
DECISIONS = tuple((record, by_the_rulebook(decide)) for record, decide in _DECIDED)
"""How each command is decided, its journal entries by the posting rules in force."""

RUNS: tuple[tuple[type[Command], Run], ...] = (
    (RateUsage, running(rate_usage)),
    (IssueInvoices, running(issue_invoices)),
    (ImportStatement, import_statement),
    (RunDunning, running(run_dunning)),
    (RecogniseRevenue, running(recognise_revenue)),
    (Revalue, running(revalue)),
    (SealExports, running(seal_exports)),
)

_TOGETHER: tuple[type[Command], ...] = (
    CapturePayment,
    FailPayment,
    ReturnPayment,
    SettlePayout,
    OpenDispute,
    CloseDispute,
    Refund,
    ApplyBalance,
    WriteOff,
    RecoverWriteOff,
    ChargeIntercompany,
    SettleIntercompany,
)
"""Commands that may be decided in groups: they read and append single streams of the books."""

COMMANDS: dict[str, type[Command]] = {record.NAME: record for record, _ in (*DECISIONS, *RUNS)}
"""The record of every command, by its name."""


def execute(
    ledger: Ledger,
    body: Mapping[str, Any],
    actor: str,
    *,
    on_behalf: str | None = None,
    trace: str | None = None,
) -> Answer:
    """Carry out one command and answer it; a refusal is an answer, never an exception."""
    asked = asked_of(ledger, body, Caller(actor, on_behalf, trace))
    return carry_out(ledger, asked) if isinstance(asked, Asked) else asked


def asked_of(ledger: Ledger, body: Mapping[str, Any], caller: Caller) -> Asked | Answer:
    """Return a command as it was asked, or the answer that refuses its form."""
    key = body.get("key")
    try:
        return Asked.of(ledger, parse(_record(body), body), without_nulls(body), caller)
    except Refusal as error:
        return refused(key if isinstance(key, str) else None, error)


def carry_out(ledger: Ledger, asked: Asked) -> Answer:
    """Carry out one command, or rehearse it, and answer it."""
    command = asked.command
    run = _CARRY_OUT[type(command)]
    try:
        return rehearse(ledger, asked, run) if command.dry_run else run(ledger, asked)
    except SelfApproval as error:
        log.warning("%s tried to approve their own %s", asked.caller.actor, command.command)
        return refused(command.key, error)
    except (Refusal, ProjectionOutdated, ProjectionStopped) as error:
        return refused(command.key, error)


def together(ledger: Ledger, *, stop_on_refusal: bool = False) -> Together:
    """Return what carries out commands in groups, where they may."""
    decides = {record: decide for record, decide in DECISIONS if record in _TOGETHER}
    return Together(ledger, decides, partial(carry_out, ledger), stop_on_refusal=stop_on_refusal)


def _record(body: Mapping[str, Any]) -> type[Command]:
    name = required_text(body, "command")
    if name not in COMMANDS:
        raise UnknownCommand(field="command", command=name[:80])
    return COMMANDS[name]


def _deciding(decide: Decide) -> Run:
    return lambda ledger, asked: decide_once(ledger, asked, decide)


_CARRY_OUT: dict[type[Command], Run] = {
    **{record: _deciding(decide) for record, decide in DECISIONS},
    **dict(RUNS),
}
