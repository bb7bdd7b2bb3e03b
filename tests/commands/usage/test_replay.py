"""Dead letters go back in once their cause is mended."""

import pytest

from ledger.projector.follower import catch_up
from ledger.reads.usage import completeness
from ledger.store import dead_letters
from ledger.store.database import Role

EVENT = {"source": "shop", "meter": "api", "time": "2026-10-05T10:00:00Z",
         "properties": {"quantity": "10"}}  # fmt: skip


def letters(ledger) -> dict[str, str]:
    """Return the ids of all dead letters by the ids of their events."""
    with ledger.db.transaction(Role.READER) as tx:
        return {letter.event_id: str(letter.id) for letter in tx.all(dead_letters.page())}


def test_what_is_mended_is_accepted_and_what_is_not_stays(world, ledger):
    world("record_usage", events=[{**EVENT, "id": "1", "account": "globex"},
                                  {**EVENT, "id": "2", "account": "initech"}])  # fmt: skip
    world("open_account", account="globex", entity="US", name="G", currency="USD")
    answer = world("replay_dead_letters", key="r", code="UNKNOWN_ACCOUNT")
    assert [fact.type for fact in answer.facts] == ["usage.recorded/1", "usage.replayed/1"]
    assert (answer.usage["accepted"], answer.usage["duplicate"]) == (1, 0)
    (told,) = answer.usage["rejected"]
    assert (told["id"], told["code"]) == (letters(ledger)["2"], "UNKNOWN_ACCOUNT")
    again = world("replay_dead_letters", key="r", code="UNKNOWN_ACCOUNT")
    assert (again.status, again.usage, list(again.facts)) == (
        "duplicate", answer.usage, list(answer.facts),
    )  # fmt: skip
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        (row,) = tx.all(completeness("shop"))
    assert (row.received, row.accepted, row.duplicate, row.dead_lettered) == (2, 1, 0, 1)


def test_letters_are_named_by_their_ids(world, ledger):
    world("record_usage", events=[{**EVENT, "id": "1", "account": "globex"}])
    world("open_account", account="globex", entity="US", name="G", currency="USD")
    (letter,) = letters(ledger).values()
    assert world("replay_dead_letters", ids=[letter]).usage["accepted"] == 1
    gone = world("replay_dead_letters", ids=[letter])
    assert (gone.error.code, gone.error.field) == ("UNKNOWN_DEAD_LETTER", "ids")


def test_a_replay_that_was_killed_goes_on(world, ledger, monkeypatch):
    world("record_usage", events=[{**EVENT, "id": "1", "account": "globex"}])
    world("open_account", account="globex", entity="US", name="G", currency="USD")
    (letter,) = letters(ledger).values()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ledger.books, "save", die)
        with pytest.raises(KeyboardInterrupt):
            world("replay_dead_letters", key="r", ids=[letter])
    answer = world("replay_dead_letters", key="r", ids=[letter])
    assert (answer.status, answer.usage["accepted"]) == ("accepted", 1)


def test_ids_or_a_code_have_to_be_given(world):
    assert world("replay_dead_letters").error.code == "MISSING_FIELD"
    both = world("replay_dead_letters", ids=[], code="BAD_VALUE")
    assert (both.error.code, both.error.field) == ("BAD_VALUE", "code")
    odd = world("replay_dead_letters", ids=["7"])
    assert odd.error.code == "UNKNOWN_DEAD_LETTER"
    assert world("replay_dead_letters", code="BAD_TIME").usage["accepted"] == 0
