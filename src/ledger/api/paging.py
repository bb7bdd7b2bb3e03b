"""How many entries of a list are asked for, and after which."""

from typing import Annotated, Final

import strawberry

PAGE: Final = 50

First = Annotated[int, strawberry.argument(description="How many entries, 1 to 200.")]
After = Annotated[
    str | None,
    strawberry.argument(description="Continue after this cursor, under the same filters."),
]
