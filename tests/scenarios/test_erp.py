"""The ERP's side: control cases CC-02 to CC-12 of the sync, as far as the ledger plays a part."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest

from ledger.projector.follower import catch_up
from ledger.projector.rebuild import rebuild
from ledger.reads import exports
from ledger.store.database import Role

CENT = {"type": "per_unit", "unit": "0.01"}
AMOUNTS = ("100.00", "250.00", "75.50", "310.25", "64.25")
TARGET = "netsuite"


class Erp:
    """An ERP that pulls documents and answers."""

    def __init__(self, ledger, ask):
        self._ledger = ledger
        self._ask = ask

    def pull(self, after: int = 0):
        """Return the feed after a cursor."""
        return self.read(exports.feed(TARGET, after=after))

    def read(self, query):
        """Read what is known now."""
        catch_up(self._ledger.db)
        with self._ledger.db.transaction(Role.READER) as tx:
            return tx.all(query)

    def outstanding(self) -> list[str]:
        """Return the totals of what was offered and not acknowledged."""
        return [str(row.total) for row in self.read(exports.outstanding(TARGET))]

    def ack(self, document, **change):
        """Acknowledge a document as sent."""
        body = {
            "target": TARGET, "external_id": document.external_id,
            "revision": document.revision, "sha256": document.sha256,
            "erp_document_id": "d-" + document.short_ref, "erp_number": document.short_ref,
            "erp_posting_date": document.erp_date.isoformat(),
            "erp_period": document.erp_date.isoformat()[:7],
        }  # fmt: skip
        return self._ask("acknowledge_export", **{**body, **change})

    def nack(self, document, code: str, **change):
        """Reject a document."""
        body = {
            "target": TARGET, "external_id": document.external_id,
            "revision": document.revision, "sha256": document.sha256, "code": code,
            "message": "see the ERP's log",
        }  # fmt: skip
        return self._ask("reject_export", **{**body, **change})


@pytest.fixture
def erp(ledger, ask):
    """An ERP."""
    return Erp(ledger, ask)


@pytest.fixture
def offered(books, erp):
    """Five invoices of the last of October, 800.00 in all, each a document on offer."""
    books.entity("US", "USD")
    books.plan("api", "USD", CENT)
    for number, amount in enumerate(AMOUNTS, start=1):
        books.customer(f"c-{number}", "US", "USD", "api")
        books.use(f"c-{number}", str(number), "2026-10-10", str(int(Decimal(amount) * 100)))
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-10-31")
    books.do("set_export_profile", target=TARGET, entity="US", profile={})
    for account in ("1100", "1150", "2200"):
        books.do("map_account", target=TARGET, entity="US", account=account,
                 erp_account=f"E{account}", from_="2026-01-01")  # fmt: skip
    facts = books.do("seal_exports", target=TARGET, through="2026-10-31")
    assert facts.count("export.sealed") == 6
    return books


def test_cc_02_a_page_is_the_same_however_often_it_is_pulled(offered, erp, ledger):
    first = erp.pull()
    head = ledger.books.head()
    assert [str(document.content["totals"]["debit"]) for document in first] == list(AMOUNTS)
    assert erp.pull() == first
    assert erp.pull(after=first[2].position) == first[3:]
    assert ledger.books.head() == head


def test_cc_03_the_second_acknowledgement_gives_the_first_back(offered, erp, ledger):
    document = erp.pull()[0]
    assert len(erp.outstanding()) == 5
    first = erp.ack(document)
    head = ledger.books.head()
    again = erp.ack(document)
    assert (first.status, again.status) == ("accepted", "duplicate")
    assert list(again.facts) == list(first.facts)
    assert ledger.books.head() == head
    assert len(erp.outstanding()) == 4
    other = erp.ack(document, erp_number="another")
    assert other.error.code == "ALREADY_ACKNOWLEDGED"
    assert erp.nack(document, "AUTH").error.code == "ALREADY_ACKNOWLEDGED"


def test_cc_04_an_answer_about_an_old_revision_changes_nothing(offered, erp, ledger):
    document = erp.pull()[0]
    head = ledger.books.head()
    for answer in (erp.ack, lambda d, **c: erp.nack(d, "AUTH", **c)):
        for change, field in (({"sha256": "0" * 64}, "sha256"), ({"revision": 2}, "revision")):
            refused = answer(document, **change)
            assert (refused.error.code, refused.error.field) == ("STALE_REVISION", field)
    assert ledger.books.head() == head
    assert len(erp.outstanding()) == 5


def test_cc_05_the_cursor_may_run_ahead_of_the_answers(offered, erp):
    page = erp.pull()
    for document in page[:3]:
        assert erp.ack(document).status == "accepted"
    rejected = erp.nack(page[3], "ACCOUNT_UNMAPPED", line=2)
    assert rejected.status == "accepted"
    assert erp.pull(after=page[-1].position) == []
    assert erp.outstanding() == ["310.25", "64.25"]
    rows = {row.short_ref: row for row in erp.read(exports.documents(TARGET))}
    state = rows[page[3].short_ref]
    assert (state.state, state.reject_code, state.disposition, state.reject_line) == (
        "rejected", "ACCOUNT_UNMAPPED", "hold", 2,
    )  # fmt: skip


def test_cc_06_an_approver_may_give_it_another_date_in_the_erp(offered, erp, ask):
    document = erp.pull()[3]
    erp.nack(document, "PERIOD_CLOSED")
    revise = {"target": TARGET, "external_id": document.external_id, "erp_date": "2026-11-01"}
    assert ask("revise_export", **revise).error.code == "APPROVAL_MISSING"
    assert ask("revise_export", **revise, approved_by="tester").error.code == "SELF_APPROVAL"
    assert ask("revise_export", **revise, approved_by="controller").status == "accepted"
    second = erp.pull(after=document.position)[-1]
    assert (second.external_id, second.revision) == (document.external_id, 2)
    assert second.erp_date.isoformat() == "2026-11-01"
    assert second.approved_by == "controller"
    assert second.content["posting_period"] == document.content["posting_period"] == "2026-10"
    assert second.content["lines"] == document.content["lines"]
    assert erp.ack(document).error.code == "STALE_REVISION"
    assert erp.ack(second).status == "accepted"
    after = ask("revise_export", **revise, approved_by="controller")
    assert after.error.code == "ALREADY_ACKNOWLEDGED"


def test_cc_08_a_document_that_is_there_already_is_acknowledged(offered, erp):
    document = erp.pull()[0]
    assert erp.nack(document, "TIMEOUT_UNKNOWN").status == "accepted"
    assert erp.nack(document, "DUPLICATE_EXTERNAL_ID").status == "accepted"
    assert erp.ack(document, erp_document_id="4711").status == "accepted"
    assert len(erp.outstanding()) == 4


def test_cc_10_what_has_no_mapping_is_held_and_offered_once(offered, erp):
    assert len(erp.pull()) == 5  # of six: the accruals wait for account 4010
    (held,) = erp.read(exports.held(TARGET))
    assert offered.do("seal_exports", target=TARGET, through="2026-10-31") == []
    offered.do("map_account", target=TARGET, entity="US", account="4010", erp_account="E4010",
               from_="2026-01-01")  # fmt: skip
    assert offered.do("seal_exports", target=TARGET, through="2026-10-31") == ["export.offered"]
    assert offered.do("seal_exports", target=TARGET, through="2026-10-31") == []
    assert erp.pull()[-1].external_id == held.external_id
    assert erp.read(exports.held(TARGET)) == []


def test_cc_11_a_rebuild_changes_nothing_the_erp_was_told(offered, erp, ledger):
    page = erp.pull()
    erp.ack(page[0])
    before = (erp.pull(), erp.outstanding())
    rebuild(ledger.db, "exports")
    assert (erp.pull(), erp.outstanding()) == before


def test_cc_12_an_acknowledged_document_is_never_revised_it_is_followed_by_another(offered, erp):
    """A wrong invoice: its correction is a credit note, in a document of its own."""
    page = erp.pull()
    erp.ack(page[0])
    offered.do("correct_usage", source="app", id="1", void=True, reason="wrong customer")
    offered.do("rate_usage", through="2026-11-05")
    offered.do("issue_invoices", through="2026-10-31", on="2026-11-06")
    offered.do("seal_exports", target=TARGET, through="2026-11-30")
    (credit,) = erp.pull(after=page[-1].position)
    assert (credit.kind, credit.revision) == ("credit_note", 1)
    assert credit.content["depends_on"] == [page[0].external_id]
    assert erp.pull()[:5] == page


def test_what_the_erp_posted_otherwise_is_kept(offered, erp):
    document = erp.pull()[0]
    erp.ack(document, erp_posting_date="2026-11-01", erp_period="2026-11", erp_amount="99.99")
    rows = {row.short_ref: row for row in erp.read(exports.documents(TARGET))}
    assert rows[document.short_ref].differs == ["erp_posting_date", "erp_period", "erp_amount"]


def test_a_mapping_that_changed_is_rendered_anew_on_request(offered, erp, ask):
    document = erp.pull()[0]
    revise = {"target": TARGET, "external_id": document.external_id, "approved_by": "controller"}
    assert ask("revise_export", **revise).error.code == "NOTHING_CHANGED"
    offered.do("map_account", target=TARGET, entity="US", account="1100", erp_account="NEW",
               from_="2026-01-01", dimensions={"region": "us"})  # fmt: skip
    assert ask("revise_export", **revise).status == "accepted"
    line = erp.pull()[-1].content["lines"][0]
    assert (line["erp_account"], line["dimensions"]) == ("NEW", {"region": "us"})


def test_two_seals_at_once_seal_each_entry_once(offered, erp, ask):
    offered.use("c-1", "late", "2026-10-11", "100")
    offered.do("rate_usage", through="2026-11-05")
    gate = Barrier(4)

    def seal(number: int) -> str:
        gate.wait()
        return ask("seal_exports", key=f"s-{number}", target=TARGET, through="2026-11-30").status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(seal, range(4))) == {"accepted"}
    rows = erp.read(exports.documents(TARGET))
    members = [position for row in rows for position in row.members]
    assert len(members) == len(set(members))
    assert len({row.short_ref for row in rows}) == len(rows) == 7


@pytest.mark.parametrize(
    ("command", "fields", "code", "field"),
    [
        ("seal_exports", {"target": "sap", "through": "2026-10-31"}, "UNKNOWN_TARGET", "target"),
        ("map_account", {"target": TARGET, "entity": "EU", "account": "1100", "erp_account": "1",
                         "from": "2026-01-01"}, "UNKNOWN_ENTITY", "entity"),
        ("map_account", {"target": TARGET, "entity": "US", "account": "11", "erp_account": "1",
                         "from": "2026-01-01"}, "UNKNOWN_LEDGER_ACCOUNT", "account"),
        ("set_export_profile", {"target": TARGET, "entity": "US", "profile": {"cats": "document"}},
         "UNKNOWN_ACCOUNT_CLASS", "profile"),
        ("set_export_profile", {"target": TARGET, "entity": "US", "profile": {"cash": "weekly"}},
         "BAD_VALUE", "profile.cash"),
        ("reject_export", {"target": TARGET, "external_id": "x", "revision": 1, "sha256": "x",
                           "code": "BORED", "message": "no"}, "BAD_NACK_CODE", "code"),
        ("reject_export", {"target": TARGET, "external_id": "x", "revision": 1, "sha256": "x",
                           "code": "AUTH", "message": "no"}, "UNKNOWN_EXPORT", "external_id"),
        ("revise_export", {"target": TARGET, "external_id": "x", "approved_by": "c"},
         "UNKNOWN_EXPORT", "external_id"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(books, ask, command, fields, code, field):
    books.entity("US", "USD")
    answer = ask(command, **fields)
    assert (answer.error.code, answer.error.field) == (code, field)


def test_a_held_document_cannot_be_answered(offered, erp, ask):
    (held,) = erp.read(exports.held(TARGET))
    answer = ask("acknowledge_export", target=TARGET, external_id=held.external_id, revision=1,
                 sha256="x", erp_document_id="1", erp_number="1", erp_posting_date="2026-10-31",
                 erp_period="2026-10")  # fmt: skip
    assert answer.error.code == "NOT_OFFERED"
