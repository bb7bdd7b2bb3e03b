"""A ledger-first, event-sourced accounting service for SaaS usage billing."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("usage-ledger")
except PackageNotFoundError:  # a bare checkout, never installed
    __version__ = "0.0.0"
