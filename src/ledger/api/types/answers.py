"""What a mutation answers: the facts that were appended, or the one error that refused it."""

from typing import Annotated, Any

import strawberry

from ledger.api.scalars import Long
from ledger.api.types.fields import about
from ledger.commands.answer import Answer


@strawberry.interface(description="Why something was refused; nothing was changed.")
class UserError:
    """An error that the caller can do something about."""

    code: str = about("A code of the contract, such as UNKNOWN_ENTITY; codes do not change.")
    message: str = about("One plain sentence that says what to do.")
    field: str | None = about("The input field that it is about, in snake_case, if one.")


@strawberry.type(description="A command that was refused; nothing was appended.")
class CommandRefused(UserError):
    """A refusal."""

    key: str = about("The command's key.")


@strawberry.type(description="Where a fact stands in the log.")
class FactRef:
    """A fact by its place."""

    lane: int = about("The lane; 0 is the books.")
    position: Long = about("The position in the lane.")
    type: str = about("The type and version, such as invoice.issued/1.")


@strawberry.type(description="A usage event that was not accepted.")
class RejectedEvent:
    """An event among those of one command."""

    index: int | None = about("Its place in the command, from 0.")
    id: str | None = about("Its id at the source.")
    code: str = about("A code of the contract.")
    detail: str = about("What is wrong and what to do.")


@strawberry.type(description="What became of the usage events of a command.")
class UsageCounts:
    """Counts per outcome."""

    accepted: int = about("Events recorded.")
    duplicate: int = about("Events that were there already.")
    rejected: list[RejectedEvent] = about("Events kept as dead letters.")


@strawberry.type(description="A command that was carried out, now or before under the same key.")
class CommandAccepted:
    """An acceptance; a run that found nothing to do has no facts."""

    key: str = about("The command's key.")
    duplicate: bool = about("True when this key was carried out before: nothing was appended now.")
    facts: list[FactRef] = about("The facts, in order.")
    usage: UsageCounts | None = about("For commands that carry usage events: what became of them.")


CommandResult = Annotated[
    CommandAccepted | CommandRefused,
    strawberry.union("CommandResult", description="Accepted or refused."),
]


def result_of(answer: Answer) -> CommandAccepted | CommandRefused:
    """Return the answer of a command as the schema shows it."""
    assert answer.key is not None
    if answer.error is not None:
        error = answer.error
        return CommandRefused(
            code=error.code, message=error.message, field=error.field, key=answer.key
        )
    return CommandAccepted(
        key=answer.key,
        duplicate=answer.status == "duplicate",
        facts=[FactRef(lane=f.lane, position=Long(f.position), type=f.type) for f in answer.facts],
        usage=_counts(answer.usage) if answer.usage else None,
    )


def _counts(usage: dict[str, Any]) -> UsageCounts:
    rejected = [
        RejectedEvent(
            index=event.get("index"),
            id=event.get("id"),
            code=event["code"],
            detail=event["detail"],
        )
        for event in usage["rejected"]
    ]
    return UsageCounts(accepted=usage["accepted"], duplicate=usage["duplicate"], rejected=rejected)
