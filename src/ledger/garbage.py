"""How often a process of ours looks for cycles among its objects."""

import gc
from typing import Final

# Facts and rows are many records that hold no cycles: looking for cycles every 700 of them is in
# vain, and took a quarter of the time that a run computes.
COLLECT_AFTER: Final = (50_000, 20, 50)


def collect_rarely() -> None:
    """Look for cycles after many more new objects than Python does by itself."""
    gc.set_threshold(*COLLECT_AFTER)
