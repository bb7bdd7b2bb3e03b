"""A month of a small business, by commands alone: usage, ratings, documents, payments, exports."""

import base64

import pytest

from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.reads.statements import exceptions
from ledger.store.database import Role

ENTRY = """<Ntry><Amt Ccy="USD">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\
<AcctSvcrRef>{}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>{}</EndToEndId></Refs>\
</TxDtls></NtryDtls></Ntry>"""
BALANCE = """<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="USD">{}</Amt>\
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-12-20</Dt></Dt></Bal>"""
STATEMENT = f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>\
<Stmt><Id>1</Id><Acct><Id><Othr><Id>77</Id></Othr></Id></Acct>\
{BALANCE.format("OPBD", "0.00")}{BALANCE.format("CLBD", "6.00")}\
{ENTRY.format("1.00", "R1", "wire")}{ENTRY.format("2.00", "R2", "x")}\
{ENTRY.format("3.00", "R3", "y")}</Stmt></BkToCstmrStmt></Document>"""


class Month:
    """Plays the business step by step; after each the invariants can be asked for."""

    def __init__(self, ledger, ask) -> None:
        self.ledger = ledger
        self.db = ledger.db
        self._ask = ask

    def ask(self, command: str, **fields):
        answer = self._ask(command, **fields)
        assert answer.status == "accepted", answer
        return answer

    def events(self, *events: tuple) -> None:
        """Record (id, account, meter, time, properties[, subscription])."""
        listed = [
            {
                "source": "app",
                "id": event_id,
                "account": account,
                "meter": meter,
                "time": f"2026-{time}Z",
                "properties": properties,
                **({"subscription": rest[0]} if rest else {}),
            }
            for event_id, account, meter, time, properties, *rest in events
        ]
        self._ask("record_usage", events=listed)

    def violations(self) -> list[tuple[str, str]]:
        catch_up(self.db)
        return [(one.projection, one.check) for one in run_checks(self.db)]

    def catalog(self) -> None:
        self.ask(
            "register_entity",
            entity="US",
            name="US Inc",
            currency="USD",
            country="US",
            time_zone="America/New_York",
            first_period="2026-01",
        )
        self.ask("set_tax_rate", code="std", rate="8.875", category="S", from_="2026-01-01")
        for account, parent in (("acme", None), ("acme-lab", "acme"), ("beta", None)):
            self.ask(
                "open_account",
                account=account,
                entity="US",
                name=account.title(),
                currency="USD",
                tax="std",
                **({"parent": parent} if parent else {}),
            )
        for account in ("acme", "beta"):
            self.ask("change_account", account=account, from_="2030-01-01", payment_terms_days=14)
        self.ask("change_entity", entity="US", from_="2030-01-01", name="US Ltd")
        self.ask("define_meter", meter="calls", aggregation="sum", dimensions=["region"])
        self.ask("define_meter", meter="users", aggregation="unique_count", value="user")
        self.ask("publish_plan", plan="pro", currency="USD", from_="2026-10-01", items=self.items())
        for account in ("acme", "acme-lab", "beta"):
            self.ask(
                "start_subscription",
                subscription=f"s-{account}",
                account=account,
                plan="pro",
                from_="2026-10-01",
                **({"trial_until": "2026-10-05"} if account == "beta" else {}),
            )
        self.ask(
            "publish_plan", plan="plus", currency="USD", from_="2026-10-01", items=self.items()
        )
        for account in ("acme", "beta"):
            self.ask(
                "change_subscription",
                subscription=f"s-{account}",
                from_="2027-06-01",
                plan="plus",
            )
        self.ask("end_subscription", subscription="s-beta", on="2027-12-31")

        for account in ("acme", "beta"):
            self.ask(
                "grant_credit",
                grant=f"g-{account}",
                account=account,
                kind="promotional",
                amount="5.00",
                from_="2027-01-01",
            )
            self.ask(
                "add_discount",
                discount=f"d-{account}",
                account=account,
                percent="10",
                from_="2027-01-01",
            )

    def items(self, unit: str = "0.10") -> list[dict]:
        prices = [{"when": {"region": "eu"}, "unit": unit}, {"when": {"region": "us"}, "unit": "1"}]
        return [
            {
                "item": "api",
                "kind": "usage",
                "meter": "calls",
                "interval": "month",
                "model": {"type": "matrix", "dimensions": ["region"], "prices": prices},
            },
            {
                "item": "seats",
                "kind": "usage",
                "meter": "users",
                "interval": "month",
                "model": {"type": "per_unit", "unit": "5"},
            },
        ]

    def october(self) -> None:
        """Usage with a duplicate, an unknown meter, an unpriced event and one within a trial."""
        self.events(
            ("e1", "acme", "calls", "10-02T10:00:00", {"quantity": "100", "region": "eu"}),
            ("e2", "acme", "calls", "10-02T10:10:00", {"quantity": "50", "region": "us"}),
            ("e3", "acme", "calls", "10-03T23:00:00", {"quantity": "7", "region": "ap"}),
            ("e4", "acme", "users", "10-04T09:00:00", {"user": "ann"}),
            ("e5", "acme", "users", "10-04T09:30:00", {"user": "bob"}),
            ("e6", "acme", "users", "10-04T15:00:00", {"user": "ann"}),
            ("e7", "acme-lab", "calls", "10-05T10:00:00", {"quantity": "20", "region": "eu"}),
            ("e8", "beta", "calls", "10-03T10:00:00", {"quantity": "1000", "region": "us"}),
            ("e9", "beta", "calls", "10-06T10:00:00", {"quantity": "10", "region": "us"}),
        )
        self.events(
            ("e1", "acme", "calls", "10-02T10:00:00", {"quantity": "100", "region": "eu"}),
            ("e10", "acme", "missing", "10-02T10:00:00", {"quantity": "1"}),
        )

    def bill(self) -> None:
        self.ask("rate_usage", through="2026-10-31")
        self.ask("issue_invoices", through="2026-10-31", on="2026-11-01")

    def correct(self) -> None:
        """Usage down, usage late, and the credit note and further line that follow."""
        properties = {"quantity": "40", "region": "us"}
        self.ask("correct_usage", source="app", id="e2", properties=properties, reason="twice")
        self.ask("correct_usage", source="app", id="e5", void=True, reason="test user")
        self.events(
            ("e11", "acme-lab", "calls", "10-09T10:00:00", {"quantity": "30", "region": "eu"})
        )
        self.ask("rate_usage", through="2026-11-02")
        self.ask("issue_invoices", through="2026-11-02", on="2026-11-02")

    def pay(self) -> None:
        common = {"currency": "USD", "on": "2026-11-05", "via": "bank"}
        self.ask("capture_payment", payment="p1", account="acme", amount="30.00", **common)
        self.ask("capture_payment", payment="p2", account="beta", amount="500.00", **common)

    def export(self) -> None:
        for account in ("1000", "1100", "1150", "2120", "2130", "2200", "4010"):
            self.ask(
                "map_account",
                target="erp",
                entity="US",
                account=account,
                erp_account=f"9{account}",
                from_="2026-01-01",
            )
        profile = {"default": "document"}
        self.ask("set_export_profile", target="erp", entity="US", profile=profile)
        self.ask("seal_exports", target="erp", through="2026-11-30")

    def limit(self) -> None:
        """Spend limits that both accounts have reached."""
        for account in ("acme", "beta"):
            self.ask("set_spend_limit", account=account, from_="2026-10-01", amount="1",
                     notify_at=["50"])  # fmt: skip

    def collect(self) -> None:
        """What goes wrong with money: failures, a return, disputes, a write-off, reminders."""
        common = {"currency": "USD", "on": "2026-11-06", "via": "psp"}
        for account in ("acme", "beta"):
            self.ask(
                "fail_payment",
                payment=f"card-{account}",
                account=account,
                amount="1.00",
                on="2026-11-05",
                code="card_declined",
            )
        self.ask("return_payment", payment="p2", on="2026-11-06", code="recall")
        self.ask("capture_payment", payment="p3", account="beta", amount="2.00", **common)
        for payment, fee in (("p1", "15.00"), ("p3", "0")):
            self.ask(
                "open_dispute",
                dispute=f"d-{payment}",
                payment=payment,
                amount="2.00",
                fee=fee,
                on="2026-11-07",
            )
            self.ask("close_dispute", dispute=f"d-{payment}", outcome="lost", on="2026-11-20")
        steps = [{"days": 7, "name": "friendly"}, {"days": 14, "name": "firm"}]
        self.ask("set_dunning_policy", entity="US", from_="2026-01-01", steps=steps)
        self.ask("run_dunning", on="2026-12-20")
        self.bank()
        self.ask("adjust_allowance", entity="US", amount="5.00", on="2026-12-20")
        self.ask("write_off", invoice="US-2026-000002", on="2026-12-21")
        self.ask("recover_write_off", invoice="US-2026-000002", amount="3.00", on="2026-12-22")

    def bank(self) -> None:
        """A statement with a payment that stands in the books, and two that nobody can match."""
        self.ask("capture_payment", payment="wire", account="beta", amount="1.00", currency="USD",
                 on="2026-12-20", via="bank", apply=[])  # fmt: skip
        statement = base64.b64encode(STATEMENT.encode()).decode()
        self.ask("import_statement", entity="US", statement=statement)
        catch_up(self.db)
        with self.db.transaction(Role.READER) as tx:
            first, _ = tx.all(exceptions())
        self.ask("settle_statement_entry", entry=first.entry, account="beta", apply=[],
                 on="2026-12-20")  # fmt: skip

    def advance(self) -> None:
        """A fee in advance, part of it conceded, and what of it is earned."""
        fee = {"item": "base", "kind": "recurring", "amount": "31.00", "interval": "month"}
        items = [{**fee, "timing": "in_advance", "proration": "day"}]
        self.ask("publish_plan", plan="base", currency="USD", from_="2027-01-01", items=items)
        for account in ("acme", "beta"):
            self.ask(
                "start_subscription",
                subscription=f"b-{account}",
                account=account,
                plan="base",
                from_="2027-01-01",
            )
        self.ask("issue_invoices", through="2027-01-01", on="2027-01-01")
        conceded = [{"line": 1, "net": "3.00"}]
        self.ask(
            "issue_credit_note",
            invoice="US-2027-000001",
            lines=conceded,
            on="2027-01-11",
            reason="an outage",
        )
        self.ask("recognise_revenue", entity="US", through="2027-01-21")

    def post_elsewhere(self) -> None:
        """Fees of a payout go to an account of their own, and a journal by hand to it too."""
        fees = {"account": "5005", "name": "Card fees", "class": "Expenses"}
        self.ask("change_chart", from_="2027-01-01", accounts=[fees])
        places = {"rule": "payout_settled", "accounts": {"5000": "5005"}}
        self.ask("change_posting_rule", from_="2027-01-01", **places)
        self.ask(
            "settle_payout",
            payout="po-1",
            entity="US",
            amount="9.00",
            fee="1.00",
            currency="USD",
            on="2027-01-12",
        )
        lines = [{"account": "5005", "debit": "1.00"}, {"account": "1000", "credit": "1.00"}]
        approved = {"reason": "bank charges", "approved_by": "boss"}
        self.ask("post_journal", entity="US", on="2027-01-13", lines=lines, **approved)

    def charge_within(self) -> None:
        """A charge to another entity in its currency, of which a part is paid."""
        self.ask("register_entity", entity="EU", name="EU SE", currency="EUR", country="DE",
                 time_zone="Europe/Berlin", first_period="2026-01")  # fmt: skip
        self.ask("set_exchange_rate", base="EUR", quote="USD", rate="1.1", on="2026-11-01",
                 source="ECB")  # fmt: skip
        deal = {"reference": "ic-1", "payer": "EU", "payee": "US", "currency": "EUR"}
        self.ask("charge_intercompany", amount="100.00", on="2026-11-20", **deal)
        self.ask("settle_intercompany", amount="40.00", on="2026-11-21", **deal)

    def revalue(self) -> None:
        """What is left of the charge, at the rate of the month's last day, once and again."""
        for rate in ("1.15", "1.12"):
            self.ask("set_exchange_rate", base="EUR", quote="USD", rate=rate, on="2026-11-30",
                     source="ECB")  # fmt: skip
            self.ask("revalue", entity="US", on="2026-11-30")

    def play(self) -> None:
        for step in (
            self.catalog,
            self.limit,
            self.october,
            self.bill,
            self.correct,
            self.pay,
            self.export,
            self.collect,
            self.advance,
            self.charge_within,
            self.revalue,
            self.post_elsewhere,
        ):
            step()
        catch_up(self.db)


@pytest.fixture
def month(ledger, ask) -> Month:
    """A business that has not begun."""
    return Month(ledger, ask)


@pytest.fixture
def played(month) -> Month:
    """The whole month."""
    month.play()
    return month
