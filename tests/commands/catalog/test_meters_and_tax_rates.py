"""Meters and tax codes."""

from ledger.events.catalog import MeterDefined, TaxRateSet
from ledger.events.streams import stream


def test_a_meter_is_defined_with_every_field(ask, ledger):
    ask("define_meter", meter="gb", aggregation="max", value="bytes", unit="GB",
        dimensions=["region", "tier"])  # fmt: skip
    fact = ledger.books.latest(stream("meter", "gb"))
    assert isinstance(fact, MeterDefined)
    assert (fact.aggregation, fact.value, fact.unit) == ("max", "bytes", "GB")
    assert fact.dimensions == ("region", "tier")


REFUSED = [
    ({"aggregation": "median"}, "BAD_VALUE", "aggregation"),
    ({"dimensions": ["a", "a"]}, "BAD_VALUE", "dimensions"),
    ({"dimensions": [""]}, "BAD_VALUE", "dimensions.0"),
    ({"dimensions": "a"}, "BAD_VALUE", "dimensions"),
]


def test_a_meter_that_makes_no_sense_is_refused(ask, subtests):
    for change, code, field in REFUSED:
        with subtests.test(change=change):
            answer = ask("define_meter", **{"meter": "gb", "aggregation": "sum", **change})
            assert (answer.error.code, answer.error.field) == (code, field)


def test_a_definition_never_changes(ask):
    ask("define_meter", meter="gb", aggregation="sum")
    answer = ask("define_meter", meter="gb", aggregation="sum")
    assert (answer.error.code, answer.error.field) == ("ALREADY_EXISTS", "meter")


def test_a_tax_code_has_versions(ask, ledger):
    for start, rate in (("2026-01-01", "19"), ("2026-07-01", "16"), ("2026-07-01", "16.5")):
        ask("set_tax_rate", code="vat", rate=rate, from_=start, category="S")
    facts = ledger.books.read_stream(stream("tax", "vat"))
    assert [fact.originator_version for fact in facts] == [1, 2, 3]
    assert isinstance(facts[-1], TaxRateSet)
    assert str(facts[-1].rate) == "16.5"


REFUSED_2 = [
    ({"rate": 19}, "BAD_DECIMAL", "rate"),
    ({"rate": "-1"}, "BAD_VALUE", "rate"),
    ({"rate": "101"}, "BAD_VALUE", "rate"),
    ({"rate": "0"}, "BAD_VALUE", "rate"),
    ({"category": "Z"}, "BAD_VALUE", "rate"),
    ({"category": "X"}, "BAD_VALUE", "category"),
    ({"from": "soon"}, "BAD_DATE", "from"),
    ({"from": None}, "MISSING_FIELD", "from"),
]


def test_a_tax_rate_that_makes_no_sense_is_refused(ask, subtests):
    for change, code, field in REFUSED_2:
        with subtests.test(change=change):
            body = {"code": "vat", "rate": "19", "from": "2026-01-01", "category": "S", **change}
            answer = ask("set_tax_rate", **body)
            assert (answer.error.code, answer.error.field) == (code, field)


def test_a_tax_code_keeps_its_category(ask):
    ask("set_tax_rate", code="zero", rate="0", from_="2026-01-01", category="Z")
    answer = ask("set_tax_rate", code="zero", rate="0", from_="2026-02-01", category="E",
                 exemption_reason="Article 132")  # fmt: skip
    assert (answer.error.code, answer.error.field) == ("BAD_VALUE", "category")
