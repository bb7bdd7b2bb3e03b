"""What a mutation answers: the facts that were appended, or the one error that refused it."""

from typing import Annotated, Any

import strawberry

from ledger.api.scalars import Long
from ledger.api.types.effects import CommandEffect, DraftFact, effect_of
from ledger.api.types.fields import about
from ledger.commands.form.answer import Answer, FactAt


@strawberry.interface(description="Why something was refused; nothing was changed.")
class UserError:
    """An error that the caller can do something about."""

    code: str = about("A code of the contract, such as UNKNOWN_ENTITY; codes do not change.")
    message: str = about("One plain sentence that says what to do.")
    field: str | None = about("The input field that it is about, in snake_case, if one.")


@strawberry.type(
    description="A command that was refused; nothing was appended, except by a run that left some "
    "accounts out, as its message says.",
)
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


@strawberry.type(description="A dry run of a command that would be accepted; nothing was appended.")
class WouldAccept:
    """What a command would do; its key is still free."""

    key: str = about("The command's key.")
    facts: list[DraftFact] = about("The facts that it would append itself, in order.")
    effect: CommandEffect = about(
        "What it comes to; with what follows, if it changes what past days cost."
    )
    usage: UsageCounts | None = about("For commands that carry usage events: what became of them.")


Result = CommandAccepted | WouldAccept | CommandRefused
CommandResult = Annotated[
    Result,
    strawberry.union("CommandResult", description="Accepted, would be accepted, or refused."),
]


def result_of(answer: Answer) -> Result:
    """Return the answer of a command as the schema shows it."""
    assert answer.key is not None
    if answer.error is not None:
        error = answer.error
        return CommandRefused(
            code=error.code, message=error.message, field=error.field, key=answer.key
        )
    if answer.effect is not None:
        return WouldAccept(
            key=answer.key,
            facts=[DraftFact(lane=fact.lane, type=fact.type) for fact in answer.facts],
            effect=effect_of(answer.effect),
            usage=_counts(answer.usage) if answer.usage else None,
        )
    return CommandAccepted(
        key=answer.key,
        duplicate=answer.status == "duplicate",
        facts=[_fact(fact) for fact in answer.facts],
        usage=_counts(answer.usage) if answer.usage else None,
    )


def _fact(fact: FactAt) -> FactRef:
    assert fact.position is not None, "only facts of a dry run have no place"
    return FactRef(lane=fact.lane, position=Long(fact.position), type=fact.type)


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
