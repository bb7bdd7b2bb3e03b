"""Look-ups batched per request: the lines of all invoices of an answer are one statement."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from ledger.reads import credit, exports, invoices
from ledger.store.database import AsyncTransaction

Row = TypeVar("Row")
Key = TypeVar("Key", bound=Hashable)
Read = Callable[[], AbstractAsyncContextManager[AsyncTransaction]]


class Loaders:
    """The loaders of one request; they read as its principal and die with it."""

    def __init__(self, read: Read) -> None:
        self._read = read

    @cached_property
    def invoice_lines(self) -> DataLoader[str, list[invoices.InvoiceLine]]:
        """Lines by invoice number."""

        async def load(numbers: list[str]) -> Sequence[list[invoices.InvoiceLine]]:
            async with self._read() as tx:
                rows = await tx.all(invoices.invoice_lines(numbers))
            return _grouped(numbers, rows, lambda row: row.number)

        return DataLoader(load)

    @cached_property
    def invoice_taxes(self) -> DataLoader[str, list[invoices.InvoiceTax]]:
        """Tax groups by invoice number."""

        async def load(numbers: list[str]) -> Sequence[list[invoices.InvoiceTax]]:
            async with self._read() as tx:
                rows = await tx.all(invoices.invoice_taxes(numbers))
            return _grouped(numbers, rows, lambda row: row.number)

        return DataLoader(load)

    @cached_property
    def draws(self) -> DataLoader[str, list[credit.Taken]]:
        """What charges drew, by grant."""
        return self._taken(discounts=False)

    @cached_property
    def discounted(self) -> DataLoader[str, list[credit.Taken]]:
        """What came off charges, by discount."""
        return self._taken(discounts=True)

    def _taken(self, *, discounts: bool) -> DataLoader[str, list[credit.Taken]]:
        async def load(ids: list[str]) -> Sequence[list[credit.Taken]]:
            async with self._read() as tx:
                rows = await tx.all(credit.adjustments_by(ids, discounts=discounts))
            return _grouped(ids, rows, lambda row: row.id)

        return DataLoader(load)

    @cached_property
    def revisions(self) -> DataLoader[tuple[str, str], exports.Revision | None]:
        """The revision in force of documents, by target and external id."""

        async def load(keys: list[tuple[str, str]]) -> Sequence[exports.Revision | None]:
            found: dict[tuple[str, str], exports.Revision] = {}
            async with self._read() as tx:
                for target in {target for target, _ in keys}:
                    ids = [external_id for of, external_id in keys if of == target]
                    for row in await tx.all(exports.revisions_in_force(target, ids)):
                        found[target, row.external_id] = row
            return [found.get(key) for key in keys]

        return DataLoader(load)


def _grouped(
    keys: Iterable[Key], rows: Iterable[Row], key_of: Callable[[Row], Any]
) -> list[list[Row]]:
    """Return the rows of every key, in the order of the keys."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key_of(row)].append(row)
    return [groups[key] for key in keys]
