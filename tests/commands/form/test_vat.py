"""VAT ids: digits are checked in the EU, presence elsewhere."""

import pytest

from ledger.commands.form.vat import check_vat_id, need_both
from ledger.errors import BadValue, VatIdMissing


@pytest.mark.parametrize(
    ("vat_id", "country"),
    [
        ("DE136695976", "DE"), ("de 136695976", "DE"), ("136695976", "DE"),
        ("EL094259216", "GR"), ("GR094259216", "GR"), ("anything", "US"), ("anything", None),
    ],
)  # fmt: skip
def test_a_possible_one_passes(vat_id, country):
    check_vat_id(vat_id, country)


@pytest.mark.parametrize(
    ("vat_id", "country"), [("DE136695977", "DE"), ("FR83404833048", "DE"), ("x", "AT")]
)
def test_an_impossible_one_is_refused(vat_id, country):
    with pytest.raises(BadValue):
        check_vat_id(vat_id, country)


def test_a_reverse_charge_needs_both():
    need_both(True, True, "vat_id")
    for account, entity, party in ((False, True, "account"), (True, False, "entity")):
        with pytest.raises(VatIdMissing, match=party):
            need_both(account, entity, "vat_id")
