"""The command line: thin commands over the same functions that the API and Python callers use.

Owns arguments, printing, progress and exit codes. Does not own any rule or any query. Figures go to
standard output, everything else to standard error.
"""

from ledger.cli.app import main

__all__ = ["main"]
