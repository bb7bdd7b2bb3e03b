"""The classes of movements: every rule of posting has them, for control accounts alone."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

from ledger import posting
from ledger.posting.chart import CHART
from ledger.posting.movements import (
    REVALUATIONS,
    RULES,
    Movement,
    Sides,
    class_of,
    rules_of,
)

RULE = re.compile(r"[a-z_]+@\d+")


def rules() -> Iterator[str]:
    """Every rule that a module of posting names."""
    for module in pkgutil.iter_modules(posting.__path__):
        names = vars(importlib.import_module(f"ledger.posting.{module.name}"))
        for value in names.values():
            for one in value.values() if isinstance(value, dict) else [value]:
                for text in one if isinstance(one, tuple) else [one]:
                    if isinstance(text, str) and RULE.fullmatch(text):
                        yield text


def test_every_rule_of_posting_has_its_classes():
    found = {rule.partition("@")[0] for rule in rules()}
    assert len(found) > 20
    missing = found - set(RULES) - set(REVALUATIONS)
    assert not missing, f"say in posting/movements.py what {sorted(missing)} do to which account"
    assert {*RULES, *REVALUATIONS} <= found, "a rule that is gone needs no class"


def test_classes_are_of_control_accounts():
    for rule, accounts in RULES.items():
        assert all(CHART[account].control for account in accounts), rule
        assert Movement.OTHER not in accounts.values(), rule


@pytest.mark.parametrize(
    ("account", "rule", "debit", "expected"),
    [
        ("2100", "invoice_issued@1", False, "billed"),
        ("2100", "invoice_issued@1", True, "credited"),
        ("2110", "invoice_issued@7", False, "purchased"),
        ("2110", "usage_rerated@1", False, "consumed"),
        ("1100", "receivable_revalued@1", True, "revalued"),
        ("2200", "revaluation_reversed@1", False, "revalued"),
        ("1100", "something_new@1", True, "other"),
        ("4010", "invoice_issued@1", False, "other"),
    ],
)
def test_the_class_of_a_line(account, rule, debit, expected):
    assert class_of(account, rule, debit=debit) == expected


def test_the_rules_of_a_class():
    assert rules_of("2100", Movement.RECOGNISED) == ["revenue_recognised"]
    assert "credit_breakage" in rules_of("2110", Movement.EXPIRED)
    assert rules_of("2100", Movement.CREDITED)[0] == "invoice_issued"
    assert isinstance(RULES["invoice_issued"]["2100"], Sides)
