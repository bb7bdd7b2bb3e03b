"""change_posting_rule: the accounts that a rule posts to, other than it was built, from a day on.

A version is whole: what it does not name is as the rule was built. What was posted stays where it
is; later entries, corrections too, go by the version of their own date.
"""

from pydantic import Field

from ledger.commands.books.effective import open_in
from ledger.commands.engine.approval import other_person
from ledger.commands.engine.context import CHART_STREAM, Context
from ledger.commands.engine.decision import Decision
from ledger.commands.engine.rulebook import RULEBOOK
from ledger.commands.form.command import Command, StartsOn
from ledger.commands.form.types import Id
from ledger.errors import (
    AccountBlocked,
    AccountNotReplaceable,
    BadValue,
    ControlAccount,
    NothingChanged,
    UnknownPostingRule,
    WrongAccountClass,
)
from ledger.events.chart import PostingRuleChanged
from ledger.events.fact import Cause
from ledger.posting.accounts import Chart
from ledger.posting.chart import takes_manual
from ledger.posting.rulebook import rulebook_of
from ledger.posting.rules import BUILT_IN, RULES


class ChangePostingRule(Command):
    """Replace accounts of a posting rule by others of their class; none brings it back."""

    NAME = "change_posting_rule"

    rule: Id
    starts_on: StartsOn
    accounts: dict[Id, Id] = Field(default_factory=dict)
    entity: Id | None = None
    approved_by: Id | None = None


def change_posting_rule(command: ChangePostingRule, context: Context) -> Decision:
    """Decide the next version of a rule, for one entity's books or for all."""
    if command.approved_by is not None:
        other_person(command.approved_by, context)
    if command.rule not in RULES:
        raise UnknownPostingRule(field="rule", id=command.rule)
    causes = _entity(command, context)
    guards = open_in(command.entity, command.starts_on, context)
    _check_accounts(command, context.chart())
    history = context.history(RULEBOOK)
    rulebook = rulebook_of(history)
    before = rulebook.in_force(command.rule, command.entity, command.starts_on)
    accounts = {code: other for code, other in command.accounts.items() if code != other}
    if accounts == (before.accounts if before else {}):
        raise NothingChanged(field="accounts")
    fact = PostingRuleChanged(
        originator_id=RULEBOOK,
        originator_version=len(history) + 1,
        timestamp=context.dated(command),
        causes=causes,
        rule=command.rule,
        version=BUILT_IN + 1 + len(rulebook.changes.get(command.rule, ())),
        starts_on=command.starts_on,
        accounts=accounts,
        entity=command.entity,
        approved_by=command.approved_by,
    )
    return Decision([fact], guards=[*guards, CHART_STREAM])


def _entity(command: ChangePostingRule, context: Context) -> tuple[Cause, ...]:
    return () if command.entity is None else (context.entity(command.entity).cause,)


def _check_accounts(command: ChangePostingRule, chart: Chart) -> None:
    """Refuse accounts that the rule does not choose, and such as may not take their place."""
    chosen = set(RULES[command.rule].values())
    for code, other in command.accounts.items():
        field = f"accounts.{code}"
        account = chart.account(code, field=field)
        if account.control:
            raise ControlAccount(field=field, account=code)
        if code not in chosen:
            known = ", ".join(sorted(chosen)) or "none"
            raise AccountNotReplaceable(field=field, rule=command.rule, account=code, known=known)
        _check_other(other, account.chart_class, field, command, chart)
    places = [command.accounts.get(code, code) for code in chosen]
    for other in command.accounts.values():
        if places.count(other) > 1:
            why = f"The rule would post two things to {other}; give each an account of its own."
            raise BadValue(field="accounts", why=why)


def _check_other(
    other: str, chart_class: str, field: str, command: ChangePostingRule, chart: Chart
) -> None:
    account = chart.account(other, command.starts_on, field)
    if not takes_manual(account):
        raise ControlAccount(field=field, account=other)
    if account.chart_class != chart_class:
        raise WrongAccountClass(
            field=field, account=other, chart_class=account.chart_class, expected=chart_class
        )
    if account.blocked:
        raise AccountBlocked(field=field, account=other, on=command.starts_on)
