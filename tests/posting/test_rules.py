"""The list of posting rules is that of the code, and holds nothing that must not be replaced."""

import re
from pathlib import Path

from ledger.posting.chart import CHART, takes_manual
from ledger.posting.rules import RULES

ROOT = Path(__file__).parents[2]
POSTING = ROOT / "src/ledger/posting"


def test_every_rule_that_posts_is_listed_and_no_other():
    texts = [path.read_text() for path in POSTING.glob("*.py")]
    found = {name for text in texts for name in re.findall(r'"([a-z_]+)@1"', text)}
    assert set(RULES) == found, "list the rule in ledger.posting.rules"


def test_nothing_that_a_sub_ledger_adds_up_to_can_be_replaced():
    replaceable = {code for roles in RULES.values() for code in roles.values()}
    assert all(takes_manual(CHART[code]) for code in replaceable)
    assert replaceable == {"1000", "1010", "4030", "4090", "5000", "5010", "5100", "7000"}


def test_no_query_and_no_check_names_the_version_of_a_rule():
    for path in (ROOT / "projections").rglob("*.sql"):
        assert not re.search(r"'[a-z_]+@\d+'", path.read_text()), path.name
