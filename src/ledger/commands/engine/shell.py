"""One command, carried out once: look up its key, read, decide, append; retry what went stale.

The key's own stream makes a command idempotent: two that race both append to it, and one of them
finds on its next try that it is a duplicate.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from ledger.commands.engine import keys
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.engine.ledger import Ledger
from ledger.commands.form.answer import Answer, FactAt
from ledger.commands.form.command import Command
from ledger.errors import Contention, Refusal, StoreConflict
from ledger.events.command import CommandAccepted
from ledger.events.fact import Cause
from ledger.events.streams import stream
from ledger.store.meta import Meta

ATTEMPTS = 10
PAUSE_SECONDS = 0.005

T = TypeVar("T")


@dataclass(frozen=True)
class Caller:
    """Who asks, for whom, and under which trace."""

    actor: str
    on_behalf: str | None = None
    trace: str | None = None


@dataclass(frozen=True)
class Asked:
    """A command as it was asked: its record, the digest of its body, and its caller."""

    command: Command
    digest: str
    hmac_key: bytes
    caller: Caller

    @classmethod
    def of(
        cls, ledger: Ledger, command: Command, body: Mapping[str, Any], caller: Caller
    ) -> "Asked":
        """Digest the body; personal fields enter under the account's key."""
        hmac_key = keys.hmac_key_of(ledger, type(command), body)
        return cls(command, keys.digest_of(type(command), body, hmac_key), hmac_key, caller)

    @property
    def stream(self) -> UUID:
        """The stream of its key."""
        return stream("command", self.command.key)

    def meta(self, *, run: bool = False) -> Meta:
        """Return the meta of the facts that this command appends."""
        key = self.command.key
        return Meta(
            self.caller.actor,
            key=None if run else key,
            run=key if run else None,
            reason=self.command.reason,
            on_behalf=self.caller.on_behalf,
            trace=self.caller.trace,
        )


def retrying(attempt: Callable[[], T]) -> T:
    """Run an attempt until nothing it read went stale; give up after ``ATTEMPTS``."""
    for number in range(ATTEMPTS):
        try:
            return attempt()
        except StoreConflict:
            pause(number)
    raise Contention


def pause(attempt: int) -> None:
    """Wait a moment, longer each time and never twice the same."""
    time.sleep(random.uniform(0, PAUSE_SECONDS * 2**attempt))  # noqa: S311 (jitter)


def decide_once(ledger: Ledger, asked: Asked, decide: Callable[[Any, Context], Decision]) -> Answer:
    """Carry out a command that appends once, however often its key comes."""

    def attempt() -> Answer:
        if (first := _first(ledger, asked)) is not None:
            return first
        context = Context(ledger, asked.meta(), ledger.books.head(), ledger.clock(), asked.hmac_key)
        try:
            decision = decide(asked.command, context)
        except Refusal:
            # What stands in the way may be what the same command, racing, has just appended.
            if (first := _first(ledger, asked)) is not None:
                return first
            raise
        if decision.repeats is not None:
            return Answer(
                asked.command.key, "duplicate", keys.named_facts(ledger, decision.repeats)
            )
        return _append(ledger, asked, context, decision)

    return retrying(attempt)


def _first(ledger: Ledger, asked: Asked) -> Answer | None:
    """Return the answer that the key was given before, if it was; refuse another body."""
    for fact in keys.history(ledger, asked.command.key, asked.digest):
        if isinstance(fact, CommandAccepted):
            return keys.first_answer(ledger, fact)
    return None


def _append(ledger: Ledger, asked: Asked, context: Context, decision: Decision) -> Answer:
    """Append what was decided and the fact that the command was accepted, in one transaction."""
    accepted = accepted_of(asked, context, decision)
    appended = ledger.books.save(
        *decision.facts,
        accepted,
        read_at=context.read_at,
        guards=decision.guards,
        meta=asked.meta(),
        extra=decision.elsewhere,
        inside=decision.inside,
    )
    types = [*(fact.TYPE for fact in decision.facts), accepted.TYPE]
    types += [fact.type for fact in decision.elsewhere]
    facts = keys.named_facts(ledger, decision.before) + [
        FactAt(lane, position, type_)
        for (lane, position), type_ in zip(appended.positions, types, strict=True)
        if type_ != accepted.TYPE
    ]
    return Answer(asked.command.key, "accepted", facts, usage=keys.usage_of(accepted))


def accepted_of(asked: Asked, context: Context, decision: Decision) -> CommandAccepted:
    """Return the fact that makes the key's first result known for ever."""
    result = [*decision.before, *(fact.cause for fact in decision.facts)]
    result += [Cause(UUID(bytes=fact.stream), fact.version) for fact in decision.elsewhere]
    types = [fact.TYPE for fact in decision.facts] + [fact.type for fact in decision.elsewhere]
    counts = dict(Counter(types))
    answers: list[dict[str, str]] = []
    if decision.usage is not None:
        told = decision.usage.to_dict()
        counts |= {"accepted": told["accepted"], "duplicate": told["duplicate"]}
        answers = [
            {name: str(value) for name, value in each.items() if value is not None}
            for each in told["rejected"]
        ]
    return CommandAccepted(
        originator_id=asked.stream,
        originator_version=1,
        timestamp=context.now,
        key=asked.command.key,
        command=asked.command.command,
        digest=asked.digest,
        result=tuple(result),
        counts=counts,
        answers=tuple(answers),
    )
