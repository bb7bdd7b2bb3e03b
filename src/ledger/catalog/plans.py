"""Plan versions read from the contract's JSON and checked as a whole.

The same JSON stands in the facts, so what was published once is read back with these functions.
"""

from typing import Any

from ledger.catalog.dimensions import refuse_shared_usage
from ledger.catalog.items import Meters, parse_item
from ledger.catalog.reading import refuse
from ledger.catalog.records import Item, PlanVersion, UsageItem
from ledger.events.catalog import PlanPublished


def parse_plan(fact: PlanPublished) -> PlanVersion:
    """Read a published version of a plan; its version is that of its stream."""
    return PlanVersion(
        plan=fact.plan,
        version=fact.originator_version,
        currency=fact.currency,
        starts_on=fact.starts_on,
        applies_to=fact.applies_to,
        tax_inclusive=fact.tax_inclusive,
        items=parse_items(fact.items),
        cause=fact.cause,
    )


def parse_items(raw: Any, meters: Meters | None = None, at: str = "items") -> tuple[Item, ...]:
    """Read the items of a plan, and check them against the meters if these are given.

    Refuses with BAD_PLAN, BAD_DECIMAL or UNKNOWN_METER, and the field like
    ``items.0.model.tiers.1.up_to``. Only with the meters are two items refused that price the same
    usage: what was published before that was a rule is read as it is.
    """
    if not isinstance(raw, list | tuple) or not raw:
        refuse(at, "A plan has to be a list of at least one item.")
    items: dict[str, Item] = {}
    places: dict[str, str] = {}
    for index, entry in enumerate(raw):
        item = parse_item(entry, f"{at}.{index}", meters)
        if item.item in items:
            refuse(f"{at}.{index}.item", f"The item {item.item} stands here twice; rename one.")
        items[item.item], places[item.item] = item, f"{at}.{index}"
    if meters is not None:
        usage = [item for item in items.values() if isinstance(item, UsageItem)]
        refuse_shared_usage(usage, places)
    return tuple(items.values())
