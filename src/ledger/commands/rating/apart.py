"""Whom a run leaves out: one missing rate holds up one customer, never everybody.

What is worked out for one account goes inside ``Apart.of``. A rate that is not there, or a tax
engine that fails, is noted under the account's name instead of ending the batch. Other refusals go
through: they concern the run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ledger.errors import NoExchangeRate, Refusal, TaxEngineFailed, UnknownTaxCode

MENDABLE = (NoExchangeRate, UnknownTaxCode, TaxEngineFailed)
"""What may be missing for one account alone, and is there once somebody sets or mends it."""


@dataclass(frozen=True)
class Apart:
    """The accounts of a batch that are left out, each with what it lacks first."""

    left_out: dict[str, Refusal] = field(default_factory=dict)

    def __contains__(self, account: str) -> bool:
        """Say whether an account is left out."""
        return account in self.left_out

    @contextmanager
    def of(self, account: str) -> Iterator[None]:
        """Leave an account out where something is missing that can be mended."""
        try:
            yield
        except MENDABLE as error:
            self.left_out.setdefault(account, error.alone())
