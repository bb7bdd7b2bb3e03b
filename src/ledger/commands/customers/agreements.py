"""What has to hold of any plan and quantity that a subscription takes, at its start or later."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from ledger.catalog.records import OneTimeItem, PlanVersion, RecurringItem
from ledger.catalog.versions import version_on
from ledger.commands.engine.aggregates import Account
from ledger.commands.engine.context import Context
from ledger.commands.form.vat import need_both
from ledger.errors import BadValue, CurrencyMismatch, PlanNotLive


def live_version(
    plan: str, versions: Sequence[PlanVersion], day: date, account: Account
) -> PlanVersion:
    """Return the version of a plan for who takes it on a day, in the account's currency."""
    live = version_on(versions, day, day)
    if live is None:
        raise PlanNotLive(field="from", plan=plan, on=day)
    if live.currency != account.opened.currency:
        raise CurrencyMismatch(
            field="plan",
            currency=live.currency,
            owner=f"the account {account.opened.account}",
            expected=account.opened.currency,
        )
    return live


def check_taxes(live: PlanVersion, account: Account, context: Context) -> None:
    """An item under reverse charge needs the VAT ids of both parties."""
    for code in sorted({item.tax for item in live.items if item.tax is not None}):
        if any(rate.category == "AE" for rate in context.tax_rates(code)):
            entity = context.entity(account.opened.entity)
            need_both(account.opened.has_vat_id, entity.vat_id is not None, "plan")


def check_quantity(quantity: Mapping[str, Decimal], live: PlanVersion) -> None:
    """Refuse quantities below zero, and of items that the plan lacks or that take none."""
    items = {item.item: item for item in live.items}
    for name, number in quantity.items():
        field = f"quantity.{name}"
        if name not in items:
            raise BadValue(
                field=field, why=f"The plan has no item {name:.60}; name one that it has."
            )
        if not isinstance(items[name], RecurringItem | OneTimeItem):
            raise BadValue(field=field, why=f"The item {name} takes no quantity; leave it out.")
        if number < 0:
            raise BadValue(field=field, why="A quantity is not below 0.")
