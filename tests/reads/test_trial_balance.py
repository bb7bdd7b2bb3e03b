"""The books at any position: whole blocks of positions, and the lines of the last one."""

from datetime import UTC, date, datetime
from uuid import uuid4

from ledger.projector.follower import catch_up
from ledger.reads.journal import trial_balance
from ledger.store.append import NewFact, append
from ledger.store.database import Role
from ledger.store.meta import meta

BLOCK = 16_384
LINES = """
select account, sum(greatest(amount, 0)), sum(greatest(-amount, 0)), sum(amount) from journal_lines
where position <= %(at)s and (%(as_of)s::date is null or posted_on <= %(as_of)s)
group by 1 order by 1"""


def fill(ledger, upto: int) -> None:
    """Bring lane 0 to a position by facts that no projection looks at."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    with ledger.db.transaction(Role.WRITER) as tx:
        head = tx.head()
        facts = [
            NewFact(0, uuid4().bytes, 1, "command.started/1", at, b"{}", meta("test"))
            for _ in range(upto - head)
        ]
        append(tx, facts, read_at=head)


def test_at_every_position_it_is_what_the_lines_up_to_there_say(world, ledger):
    """Given payments on three days around the end of a block, as of any of them at any position."""

    def pay(number: int) -> None:
        assert world("capture_payment", payment=f"p-{number}", account="acme", currency="USD",
                     amount=f"{number}.01", via=["bank", "psp"][number % 2],
                     on=f"2026-11-0{1 + number % 3}").status == "accepted"  # fmt: skip

    for number in range(1, 4):
        pay(number)
    fill(ledger, BLOCK - 10)
    for number in range(4, 10):
        pay(number)
    fill(ledger, 2 * BLOCK - 2)
    pay(10)
    catch_up(ledger.db)
    head = ledger.books.head()
    around = [*range(1, 30), *range(BLOCK - 12, BLOCK + 20), *range(2 * BLOCK - 4, head + 2)]
    with ledger.db.transaction(Role.READER) as tx:
        for at in around:
            for as_of in (None, date(2026, 11, 2)):
                rows = tx.all(trial_balance("US", at=at, as_of=as_of))
                told = [(row.account, row.debit, row.credit, row.balance) for row in rows]
                assert told == tx.execute(LINES, {"at": at, "as_of": as_of}).fetchall(), at
