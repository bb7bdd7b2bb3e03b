"""Account names that hledger and beancount both accept, such as ``Assets:US:1000-Bank``."""

import re
from collections.abc import Iterable

from ledger.posting.accounts import RELEASE, Chart

_BAD = re.compile(r"[^A-Za-z0-9]+")


class Names:
    """Names of accounts per entity; entities whose ids look alike are kept apart by a number."""

    def __init__(self, entities: Iterable[str], chart: Chart = RELEASE) -> None:
        self._chart = chart
        self._entity: dict[str, str] = {}
        for entity in sorted(set(entities)):
            self._entity[entity] = self._distinct(_component(entity))

    def account(self, entity: str, code: str) -> str:
        """Return the name of an account of the chart in the books of an entity."""
        account = self._chart.account(code)
        return f"{account.chart_class}:{self._entity[entity]}:{code}-{_component(account.name)}"

    def _distinct(self, name: str) -> str:
        taken = set(self._entity.values())
        candidates = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 2)))
        return next(one for one in candidates if one not in taken)


def _component(text: str) -> str:
    """Return text as a part of a name: capital or digit first, then letters, digits, dashes."""
    cleaned = _BAD.sub("-", text).strip("-") or "X"
    return cleaned[0].upper() + cleaned[1:]
