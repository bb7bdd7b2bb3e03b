"""Four eyes: whoever asks for something does not approve it."""

from ledger.commands.engine.context import Context
from ledger.commands.form.command import Command
from ledger.errors import ApprovalMissing, MissingField, SelfApproval


def reason_of(command: Command) -> str:
    """Return why a command is asked for, or refuse one that does not say."""
    if command.reason is None:
        raise MissingField(field="reason", name="reason")
    return command.reason


def approver(approved_by: str | None, context: Context) -> str:
    """Return the other person who agreed, or refuse: somebody has to, and not whoever asks."""
    if approved_by is None:
        raise ApprovalMissing(field="approved_by")
    return other_person(approved_by, context)


def other_person(approved_by: str, context: Context) -> str:
    """Return who approved, or refuse whoever asks."""
    if approved_by == context.actor:
        raise SelfApproval(field="approved_by", actor=context.actor)
    return approved_by
