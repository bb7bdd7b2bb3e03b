"""Commands in groups: what they append and answer is what it would be one by one."""

import json
import random

import pytest

from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.together import Together
from ledger.commands.lines import apply_lines
from ledger.commands.registry import carry_out, execute
from ledger.errors import StoreUnavailable
from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.store.books import Books
from ledger.store.database import Role

LOG = """
select position, stream, version, type, occurred_at, data, meta - 'run' from ledger.log
where lane = 0 order by position"""
ACCOUNTS = ("a", "b", "child", "dollars")


def line(command: str, key: str, **fields: object) -> bytes:
    """Return a command as a line."""
    body = {"command": command, "key": key, **fields}
    return json.dumps({name.rstrip("_"): value for name, value in body.items()}).encode() + b"\n"


@pytest.fixture
def twin(server, ledger):
    """A second ledger with the same clock."""
    with server.database() as database:
        books = Books(database)
        yield Ledger(database, books, ledger.settings, ledger.clock)
        books.close()


def business(ledger: Ledger) -> None:
    """A euro entity that gives tax back; two payers, a child of one, one payer in dollars."""
    model = {"type": "per_unit", "unit": "0.01"}
    item = {"item": "api", "kind": "usage", "meter": "api", "interval": "month", "model": model}
    policies = {"chargeback": "revenue", "tax_relief_on_write_off": True}
    steps = [
        line("register_entity", "e", entity="EU", name="EU", currency="EUR", country="DE",
             time_zone="UTC", first_period="2026-01", policies=policies),
        line("set_exchange_rate", "x", base="USD", quote="EUR", rate="0.92", on="2026-01-01",
             source="ECB"),
        line("set_tax_rate", "t", code="vat", rate="19", from_="2026-01-01", category="S"),
        line("define_meter", "m", meter="api", aggregation="sum"),
    ]  # fmt: skip
    for name in ACCOUNTS:
        currency = "USD" if name == "dollars" else "EUR"
        more = {"parent": "a"} if name == "child" else {}
        steps += [
            line("publish_plan", f"p-{name}", plan=name, currency=currency, from_="2026-01-01",
                 items=[item]),
            line("open_account", f"o-{name}", account=name, entity="EU", name=name, tax="vat",
                 currency=currency, **more),
            line("start_subscription", f"s-{name}", subscription=name, account=name, plan=name,
                 from_="2026-10-01"),
            line("record_usage", f"u-{name}", events=[
                {"source": "shop", "id": name, "account": name, "meter": "api",
                 "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "10001"}}]),
        ]  # fmt: skip
    steps += [
        line("rate_usage", "r", through="2026-10-31"),
        line("issue_invoices", "i", through="2026-10-31", on="2026-11-01"),
    ]
    assert {answer.status for answer in apply_lines(ledger, [steps], "tester")} == {"accepted"}


def drawn(seed: int, count: int) -> list[bytes]:
    """Return commands about cash, some of which do not fit and some of which come twice."""
    draw = random.Random(seed)

    def some(number: int) -> bytes:
        key, on = f"k-{number}", f"2026-11-{draw.randint(1, 28):02d}"
        account, payment = draw.choice(ACCOUNTS), f"pay-{draw.randint(0, number)}"
        invoice = f"EU-2026-00000{draw.randint(1, 4)}"
        amount = str(draw.randint(1, 12_000) / 100)
        dispute = f"d-{draw.randint(0, 4)}"
        currency = "USD" if account == "dollars" else "EUR"
        source = draw.choice(["unapplied_cash", "credit_balance"])
        return draw.choice(
            [
                line("capture_payment", key, payment=f"pay-{number}", account=account,
                     amount=amount, currency=currency, via="psp", on=on),
                line("capture_payment", key, payment=f"pay-{number}", account=account,
                     amount=amount, currency=currency, via="bank", on=on, apply=[]),
                line("fail_payment", key, payment=payment, account=account, amount=amount,
                     code="R01", on=on),
                line("return_payment", key, payment=payment, code="R01", on=on),
                line("refund", key, refund=f"r-{number}", account=account, amount=amount,
                     via="bank", from_=source, on=on),
                line("apply_balance", key, account=account, invoice=invoice, from_=source, on=on),
                line("open_dispute", key, dispute=dispute, payment=payment, amount=amount,
                     fee="1.50", on=on),
                line("close_dispute", key, dispute=dispute, outcome=draw.choice(["won", "lost"]),
                     on=on),
                line("settle_payout", key, payout=f"po-{number}", entity="EU", amount=amount,
                     fee="0.10", currency="EUR", on=on),
                line("write_off", key, invoice=invoice, on=on),
                line("recover_write_off", key, invoice=invoice, amount=amount, on=on),
            ]
        )  # fmt: skip

    lines = [some(number) for number in range(count)]
    lines += draw.sample(lines, 10)
    return [*lines, b"{oops\n", line("capture_payment", "k-0", payment="other"), lines[0]]


def log(ledger: Ledger) -> list[tuple]:
    with ledger.db.transaction(Role.READER) as tx:
        return tx.execute(LOG).fetchall()


@pytest.mark.parametrize("seed", range(3))
def test_a_group_leaves_the_same_log_and_answers_as_single_commands(ledger, twin, seed):
    for each in (ledger, twin):
        business(each)
    before = len(log(ledger))  # names are digested under a key of each account
    lines = drawn(seed, 120)
    grouped = list(apply_lines(ledger, [lines], "tester"))
    single = [answer for one in lines for answer in apply_lines(twin, [[one]], "tester")]
    bodies = [
        answer.to_dict() | {"error": answer.error and answer.error.code} for answer in grouped
    ]
    assert bodies == [
        answer.to_dict() | {"error": answer.error and answer.error.code} for answer in single
    ]
    assert log(ledger)[before:] == log(twin)[before:]
    statuses = {answer.status for answer in grouped}
    assert statuses == {"accepted", "duplicate", "refused"}
    catch_up(ledger.db)
    assert list(run_checks(ledger.db)) == []


PAY = {"account": "a", "amount": "60.00", "currency": "EUR", "via": "bank", "on": "2026-11-10"}


def payments(*numbers: int) -> list[bytes]:
    return [line("capture_payment", f"k-{n}", payment=f"p-{n}", **PAY) for n in numbers]


def test_a_group_that_lost_a_race_decides_anew(ledger, monkeypatch):
    """Given 238.02 open, another payment comes between the group's reading and appending."""
    business(ledger)
    save, raced = Books.save, []

    def racing(self, *facts, **how):
        if not raced:
            raced.append(1)
            body = {"command": "capture_payment", "key": "race", "payment": "race", **PAY}
            raced.append(execute(ledger, body, "y"))
        return save(self, *facts, **how)

    monkeypatch.setattr(Books, "save", racing)
    answers = list(apply_lines(ledger, [payments(1, 2, 3, 4)], "tester"))
    assert raced[1].status == "accepted", raced
    assert [answer.status for answer in answers] == ["accepted"] * 4
    places = [fact.position for answer in answers for fact in answer.facts]
    assert places == sorted(places)
    catch_up(ledger.db)
    assert list(run_checks(ledger.db)) == []
    with ledger.db.transaction(Role.READER) as tx:
        paid = tx.execute("select sum(receivable), sum(unapplied) from balances "
                          "where account = 'a'").fetchone()  # fmt: skip
    assert [str(amount) for amount in paid] == ["0.00", "61.98"]


def test_a_key_that_races_with_itself_is_carried_out_once(ledger, monkeypatch):
    business(ledger)
    save, raced = Books.save, []

    def racing(self, *facts, **how):
        if not raced:
            raced.append(1)
            list(apply_lines(ledger, [payments(2)], "tester"))
        return save(self, *facts, **how)

    monkeypatch.setattr(Books, "save", racing)
    answers = list(apply_lines(ledger, [payments(1, 2, 3)], "tester"))
    assert [answer.status for answer in answers] == ["accepted", "duplicate", "accepted"]


def test_what_was_committed_but_not_answered_is_found_done(ledger, monkeypatch):
    """Given a process that dies between commit and answer, the same file does nothing twice."""
    business(ledger)
    save = Books.save

    def dying(self, *facts, **how):
        save(self, *facts, **how)
        raise StoreUnavailable

    monkeypatch.setattr(Books, "save", dying)
    with pytest.raises(StoreUnavailable):
        list(apply_lines(ledger, [payments(1, 2)], "tester"))
    monkeypatch.setattr(Books, "save", save)
    ledger = Ledger(ledger.db, ledger.books, ledger.settings, ledger.clock)
    answers = list(apply_lines(ledger, [payments(1, 2, 3)], "tester"))
    assert [answer.status for answer in answers] == ["duplicate", "duplicate", "accepted"]
    assert [len(answer.facts) for answer in answers] == [3, 3, 3]


def test_what_could_not_be_appended_leaves_nothing_behind(ledger, monkeypatch):
    """Given an append that fails, nothing that the group folded is taken for true later."""
    business(ledger)
    save = Books.save

    def failing(self, *facts, **how):
        raise StoreUnavailable

    monkeypatch.setattr(Books, "save", failing)
    with pytest.raises(StoreUnavailable):
        list(apply_lines(ledger, [payments(1, 2)], "tester"))
    monkeypatch.setattr(Books, "save", save)
    before = log(ledger)
    answers = list(apply_lines(ledger, [payments(1, 2)], "tester"))
    assert [answer.status for answer in answers] == ["accepted", "accepted"]
    assert answers[0].facts[0].position == len(before) + 1


def test_nothing_is_done_after_a_refusal_where_that_was_asked_for(ledger):
    business(ledger)
    bad = line("return_payment", "bad", payment="none", code="R01")
    lines = [*payments(1), bad, *payments(2)]
    answers = list(apply_lines(ledger, [lines], "tester", stop_on_refusal=True))
    assert [answer.status for answer in answers] == ["accepted", "refused"]
    assert log(ledger)[-1][5]["key"] == "k-1"


def test_groups_shrink_while_others_are_faster_and_grow_again(ledger, monkeypatch):
    business(ledger)
    save, sizes = Books.save, []

    def racing(self, *facts, **how):
        if isinstance(how["meta"], list):
            sizes.append(len(facts) // 4)
            if len(sizes) < 3:
                pay = {"command": "capture_payment", **PAY}
                name = f"x-{len(sizes)}"
                execute(ledger, {**pay, "key": name, "payment": name}, "y")
        return save(self, *facts, **how)

    monkeypatch.setattr(Books, "save", racing)
    lines = payments(*range(40))
    assert {answer.status for answer in apply_lines(ledger, [lines], "tester")} == {"accepted"}
    assert sizes == [40, 20, 10, 20, 10]


def test_what_a_dry_run_tries_is_never_one_of_a_group(ledger):
    business(ledger)
    before = log(ledger)
    answers = list(apply_lines(ledger, [payments(1, 2)], "tester", dry_run=True))
    assert [answer.status for answer in answers] == ["would_accept", "would_accept"]
    assert log(ledger) == before


def test_a_command_alone_goes_the_way_of_every_command(ledger):
    """Given groups of one, the shell's own retries carry it out."""
    alone = []

    def spy(asked):
        alone.append(asked.command.key)
        return carry_out(ledger, asked)

    from ledger.commands.engine.shell import Caller
    from ledger.commands.registry import asked_of

    business(ledger)
    body = {"command": "capture_payment", "key": "k", "payment": "p", **PAY}
    asked = asked_of(ledger, body, Caller("tester"))
    assert [a.status for a in Together(ledger, {}, spy).carry_out([asked])] == ["accepted"]
    assert alone == ["k"]
