"""The envelope: keys are kept for ever, a refusal appends nothing, races end in one acceptance."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

from ledger.commands.registry import COMMANDS, execute
from ledger.errors import Contention, GuardMoved, ProjectionStopped
from ledger.events.command import CommandAccepted
from ledger.events.streams import stream
from ledger.store.database import Role

METER = {"command": "define_meter", "key": "m-1", "meter": "api", "aggregation": "sum"}
LISTED = {
    "post_journal", "change_chart", "change_posting_rule", "import_statement",
    "settle_statement_entry",
    "soft_close_period", "close_period", "reopen_period",
    "change_account", "change_entity", "erase_account", "set_exchange_rate",
    "register_entity", "open_account", "define_meter", "publish_plan", "set_tax_rate",
    "start_subscription", "change_subscription", "end_subscription", "record_usage",
    "correct_usage", "rate_usage", "issue_invoices",
    "grant_credit", "add_discount", "set_spend_limit",
    "fail_payment", "return_payment", "settle_payout", "open_dispute", "close_dispute", "refund",
    "apply_balance", "adjust_allowance", "write_off", "recover_write_off", "set_dunning_policy",
    "run_dunning", "charge_intercompany", "settle_intercompany",
    "issue_credit_note", "recognise_revenue", "revalue",
    "capture_payment", "map_account", "set_export_profile", "seal_exports", "acknowledge_export",
    "reject_export", "revise_export", "replay_dead_letters",
}  # fmt: skip


def test_every_command_of_the_contract_is_there():
    assert set(COMMANDS) == LISTED


REFUSED = [
    ({}, "MISSING_FIELD", "command"),
    ({"command": 5}, "BAD_VALUE", "command"),
    ({"command": "drop_tables"}, "UNKNOWN_COMMAND", "command"),
    ({"command": "define_meter", "meter": "m", "aggregation": "sum"}, "MISSING_FIELD", "key"),
    ({**METER, "aggregation": "median"}, "BAD_VALUE", "aggregation"),
]


def test_a_refusal_is_an_answer_and_appends_nothing(ledger, subtests):
    for body, code, field in REFUSED:
        with subtests.test(body=body):
            answer = execute(ledger, body, "tester")
            assert (answer.status, answer.error.code, answer.error.field) == (
                "refused",
                code,
                field,
            )
            assert answer.facts == ()
            assert ledger.books.head() == 0


def test_the_same_key_and_body_gives_the_first_result(ledger):
    first = execute(ledger, METER, "tester")
    again = execute(ledger, {**METER, "unit": None}, "somebody else")
    assert (first.status, again.status) == ("accepted", "duplicate")
    assert list(again.facts) == list(first.facts)
    assert [fact.type for fact in first.facts] == ["meter.defined/1"]
    assert ledger.books.head() == 2


def test_the_same_key_with_another_body_is_refused(ledger):
    execute(ledger, METER, "tester")
    other = execute(ledger, {**METER, "meter": "storage"}, "tester")
    assert (other.status, other.error.code) == ("refused", "KEY_REUSED")
    assert ledger.books.head() == 2


def test_a_refused_key_may_come_again_with_another_body(ledger):
    assert execute(ledger, {**METER, "aggregation": "x"}, "tester").status == "refused"
    assert execute(ledger, METER, "tester").status == "accepted"


def test_the_acceptance_says_what_was_appended_and_by_whom(ledger):
    execute(ledger, {**METER, "reason": "launch"}, "tester", on_behalf="acme", trace="t-1")
    accepted = ledger.books.latest(stream("command", "m-1"))
    assert isinstance(accepted, CommandAccepted)
    assert accepted.counts == {"meter.defined/1": 1}
    with ledger.db.transaction(Role.READER) as tx:
        (meta,) = tx.execute("select meta from ledger.log where position = 1").fetchone()
    assert {"actor": "tester", "key": "m-1", "reason": "launch", "on_behalf": "acme",
            "trace": "t-1"}.items() <= meta.items()  # fmt: skip


def test_two_that_race_with_one_key_end_as_one(ledger):
    gate = Barrier(6)

    def go(_: int) -> str:
        gate.wait()
        return execute(ledger, METER, "tester").status

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(go, range(6)))
    assert statuses == ["accepted", *["duplicate"] * 5]
    assert ledger.books.head() == 2


def test_two_that_race_for_one_id_end_as_one_and_a_refusal(ledger):
    gate = Barrier(4)

    def go(number: int) -> str:
        gate.wait()
        answer = execute(ledger, {**METER, "key": f"m-{number}"}, "tester")
        return answer.error.code if answer.error else answer.status

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(go, range(4))) == [*["ALREADY_EXISTS"] * 3, "accepted"]


def test_what_never_settles_ends_as_contention(ledger, monkeypatch):
    def moved(*_: object, **__: object) -> None:
        raise GuardMoved(what="everything", guards=[])

    monkeypatch.setattr(ledger.books, "save", moved)
    monkeypatch.setattr("ledger.commands.engine.shell.PAUSE_SECONDS", 0)
    answer = execute(ledger, METER, "tester")
    assert (answer.status, answer.error.code) == ("refused", Contention.code)


def test_a_projection_that_stopped_refuses_the_run_that_needs_it(ledger, monkeypatch):
    def stopped(*_: object, **__: object) -> None:
        raise ProjectionStopped(name="charges", lane=0, position=7, why="it cannot be read")

    monkeypatch.setattr("ledger.commands.engine.ground.catch_up", stopped)
    body = {"command": "rate_usage", "key": "r", "through": "2026-10-31"}
    answer = execute(ledger, body, "tester")
    assert (answer.status, answer.error.code) == ("refused", "PROJECTION_STOPPED")
    assert ledger.books.head() == 0


def test_whoever_approves_their_own_request_is_refused_and_logged(ledger, caplog):
    body = {"command": "revise_export", "key": "r", "target": "t", "external_id": "x",
            "approved_by": "tester"}  # fmt: skip
    answer = execute(ledger, body, "tester")
    assert (answer.error.code, answer.error.field) == ("SELF_APPROVAL", "approved_by")
    assert "tester tried to approve their own revise_export" in caplog.text


def test_python_may_pass_what_json_could_not(ledger):
    answer = execute(ledger, {**METER, "unit": Decimal("1.5")}, "tester")
    assert (answer.error.code, answer.error.field) == ("BAD_VALUE", "unit")
