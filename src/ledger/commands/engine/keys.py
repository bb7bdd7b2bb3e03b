"""What became of a key: the digest of its body, and the first result for whoever asks again."""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import orjson

from ledger.commands.engine.ledger import Ledger
from ledger.commands.form.answer import Answer, FactAt
from ledger.commands.form.command import Command
from ledger.errors import BadValue, KeyReused
from ledger.events.command import CommandAccepted, CommandStarted
from ledger.events.fact import Cause, Fact
from ledger.events.streams import stream
from ledger.store import personal
from ledger.store.canonical import canonical
from ledger.store.database import Role


def digest_of(cls: type[Command], body: Mapping[str, Any], hmac_key: bytes) -> str:
    """Return the SHA-256 (hex) of a body without its key; personal fields enter as one HMAC.

    A dry run has the digest of the command that it tries.
    """
    fields = {name: value for name, value in body.items() if name not in ("key", "dry_run")}
    private = {name: fields.pop(name) for name in cls.PERSONAL if name in fields}
    if cls.PERSONAL:
        fields["personal"] = hmac.digest(hmac_key, canonical(private), "sha256").hex()
    try:
        return sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()
    except TypeError:
        raise BadValue(why="The command holds a value that JSON cannot carry.") from None


def hmac_key_of(ledger: Ledger, cls: type[Command], body: Mapping[str, Any]) -> bytes:
    """Return the key of the account's personal fields: the one there is, or a new one."""
    if not cls.PERSONAL:
        return b""
    with ledger.db.transaction(Role.WRITER) as tx:
        found = tx.one(personal.keys([str(body.get("account"))]))
    return found.hmac_key if found else personal.new_key()


def history(ledger: Ledger, key: str, digest: str) -> Sequence[Fact]:
    """Return what the key's stream holds; refuse a key that stood over another body."""
    return checked(ledger.books.read_stream(stream("command", key)), key, digest)


def checked(facts: Sequence[Fact], key: str, digest: str) -> Sequence[Fact]:
    """Return the facts of a key's stream; refuse a key that stood over another body."""
    for fact in facts:
        assert isinstance(fact, CommandStarted | CommandAccepted), fact
        if fact.digest != digest:
            raise KeyReused(field="key", key=key)
    return facts


def first_answer(ledger: Ledger, accepted: CommandAccepted) -> Answer:
    """Return the answer of a command that was accepted before."""
    named = accepted.result
    facts = named_facts(ledger, named) if named else run_facts(ledger, accepted.key)
    return Answer(accepted.key, "duplicate", facts, usage=usage_of(accepted))


def named_facts(ledger: Ledger, named: Sequence[Cause]) -> list[FactAt]:
    """Return where these facts stand, in their order."""
    return [FactAt(*place) for place in ledger.books.places(named)] if named else []


def run_facts(ledger: Ledger, key: str) -> list[FactAt]:
    """Return where the facts of a run stand, without those about the command itself."""
    places = ledger.books.places_of_run(key)
    return [FactAt(*place) for place in places if not place.type.startswith("command.")]


def usage_of(accepted: CommandAccepted) -> dict[str, Any] | None:
    """Return the answer per event of a command that carried some."""
    counts = accepted.counts
    if "accepted" not in counts:
        return None
    return {
        "accepted": counts["accepted"],
        "duplicate": counts["duplicate"],
        "rejected": [
            {
                "index": int(told["index"]),
                "id": told.get("id"),
                "code": told["code"],
                "detail": told["detail"],
            }
            for told in accepted.answers
        ],
    }
