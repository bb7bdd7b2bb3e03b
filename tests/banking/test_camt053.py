"""What a bank's file says, and what is refused of it."""

from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from ledger.banking.camt053 import BYTES_MAX, read
from ledger.banking.statement import check
from ledger.errors import BadStatement, StatementUnbalanced

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol">
 <!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
 <!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">
 <!ENTITY lol4 "&lol3;&lol3;&lol3;&lol3;&lol3;&lol3;&lol3;&lol3;&lol3;&lol3;">
 <!ENTITY lol5 "&lol4;&lol4;&lol4;&lol4;&lol4;&lol4;&lol4;&lol4;&lol4;&lol4;">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&lol5;</Document>"""
OUTSIDE = b"""<?xml version="1.0"?>
<!DOCTYPE Document [<!ENTITY secret SYSTEM "file:///etc/hostname">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&secret;</Document>"""


@pytest.mark.parametrize(("name", "version"), [("sepa", "02"), ("us", "08")])
def test_the_samples_hold_to_the_official_schema(sample, schema, name, version):
    rules = schema(version)
    assert rules.validate(etree.fromstring(sample(name))), list(rules.error_log)


def test_a_statement_of_version_02_is_read(sample):
    (statement,) = read(sample("sepa"))
    assert statement.account == "DE89370400440532013000"
    assert (statement.id, statement.sequence) == ("DE89-2026-0211", "211")
    assert (statement.opening, statement.closing) == (Decimal("1000.00"), Decimal("1163.60"))
    assert statement.name == "DE89370400440532013000/DE89-2026-0211/211/2026-11-03"
    check(statement)
    amounts = [str(one.amount) for one in statement.entries]
    assert amounts == ["100.00", "50.00", "30.00", "-4.00", "-12.40"]  # a bundle is taken apart
    first, second, _, charge, returned = statement.entries
    assert first.text == ("Rechnung EU-2026-000001 vom 01.11.2026, vielen Dank",)
    assert first.bank_reference == "2026110300001"
    assert first.structured == ()
    assert second.structured == ("EU-2026-000002",)
    assert charge.text == ("Entgelt",)
    assert (returned.structured, returned.returned) == (("dd-1",), "AC04")


def test_a_statement_of_version_08_is_read(sample):
    (statement,) = read(sample("us"))
    (entry,) = statement.entries
    assert statement.account == "000123456789"
    assert entry.structured == ("PO 4711", "US-2026-000001")
    assert (entry.bank_reference, entry.booked_on) == ("WIRE-77", date(2026, 11, 3))


def test_every_version_since_the_second_is_read(sample):
    for version in range(2, 15):
        data = sample("us").replace(b"camt.053.001.08", f"camt.053.001.{version:02}".encode())
        assert read(data)[0].closing == Decimal("455.79")


def test_nobody_is_named_in_what_is_kept_of_an_entry(sample):
    kept = repr(read(sample("sepa")))
    assert "Mustermann" not in kept
    assert "DE02120300000000202051" not in kept


def test_the_same_entry_has_the_same_key_in_every_statement(write):
    one = write.entry("1.00", ref="R1", text="a")
    two = write.entry("1.00", text="b")
    first = read(write(one, two, id="S-1"))[0]
    again = read(write(two, one, id="S-2", opening="9.00"))[0]
    assert {where for where, _ in first.entry_streams()} == {w for w, _ in again.entry_streams()}


def test_entries_that_nothing_tells_apart_are_numbered(write):
    same = write.entry("1.00", text="twice")
    (statement,) = read(write(same, same))
    assert len(dict(statement.entry_streams())) == 2


def test_pages_in_the_middle_go_from_one_interim_balance_to_the_next(write):
    page = write(write.entry("1.00")).replace(b"OPBD", b"ITBD").replace(b"CLBD", b"ITBD")
    check(read(page)[0])


def test_pending_entries_are_left_out(write):
    (statement,) = read(write(write.entry("1.00"), write.entry("5.00", status="PDNG")))
    assert [str(one.amount) for one in statement.entries] == ["1.00"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "well-formed"),
        (b"<Document>", "well-formed"),
        (b"\x00\x01\xff", "well-formed"),
        (b"<Document/>", "namespace"),
        (LAUGHS, "document type"),
        (OUTSIDE, "document type"),
        (b"<a>" * 10_000 + b"</a>" * 10_000, "well-formed"),
        (b" " * (BYTES_MAX + 1), "larger"),
    ],
    ids=["empty", "cut", "binary", "other", "laughs", "outside", "deep", "large"],
)
def test_what_is_no_statement_is_refused(data, why):
    with pytest.raises(BadStatement, match=why):
        read(data)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("camt.053.001.08", "camt.054.001.08", "namespace"),
        ("camt.053.001.08", "camt.053.001.01", "namespace"),
        ("<Cd>OPBD</Cd>", "<Cd>XPCD</Cd>", "no opening balance"),
        ("<Cd>CLBD</Cd>", "<Cd>CLAV</Cd>", "no closing balance"),
        ('<Ntry><Amt Ccy="USD">', '<Ntry><Amt Ccy="EUR">', "not in its currency"),
        (">1.00<", ">1.001<", "finer"),
        (">1.00<", ">1,00<", "no amount"),
        (">1.00<", ">-1.00<", "no amount"),
        (">1.00<", ">1e0<", "no amount"),
        (">1.00<", ">NaN<", "no amount"),
        ("<IBAN>DE89370400440532013000</IBAN>", "", "names no account"),
        ("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Sts>", "neither CRDT nor DBIT"),
        ("<BookgDt><Dt>2026-11-03", "<BookgDt><Dt>2026-13-03", "no date"),
        ('Ccy="USD"', 'Ccy="DOL"', "no currency of ISO 4217"),
    ],
)
def test_a_statement_that_cannot_be_taken_at_its_word_is_refused(write, old, new, why):
    data = write(write.entry("1.00", ref="R")).decode()
    assert old in data
    with pytest.raises(BadStatement, match=why):
        read(data.replace(old, new).encode())


@pytest.mark.parametrize("closing", ["1.01", "0.99", "0.00", "-1.00"])
def test_a_statement_that_does_not_add_up_is_refused(write, closing):
    (statement,) = read(write(write.entry("1.00"), closing=closing))
    with pytest.raises(StatementUnbalanced):
        check(statement)
