"""Arguments that many fields share, each with its sentence."""

from datetime import date, datetime
from typing import Annotated, Final

import strawberry

from ledger.api.scalars import Long

PAGE: Final = 50

First = Annotated[int, strawberry.argument(description="How many entries, 1 to 200.")]
After = Annotated[
    str | None,
    strawberry.argument(description="Continue after this cursor, under the same filters."),
]
Account = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="The account; a portal key has its own."),
]
Entity = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only of this legal entity.")
]
OneEntity = Annotated[strawberry.ID, strawberry.argument(description="The legal entity.")]
Meter = Annotated[strawberry.ID, strawberry.argument(description="The meter.")]
Target = Annotated[strawberry.ID, strawberry.argument(description="The ERP.")]
From = Annotated[
    datetime, strawberry.argument(name="from", description="From this time, inclusive.")
]
To = Annotated[datetime, strawberry.argument(description="Up to this time, exclusive.")]
FromDay = Annotated[
    date | None, strawberry.argument(name="from", description="From this day, inclusive.")
]
ToDay = Annotated[date | None, strawberry.argument(description="Up to this day, exclusive.")]
Lane = Annotated[int, strawberry.argument(description="The lane; 0 is the books.")]
Position = Annotated[Long, strawberry.argument(description="The position in the lane.")]


def said(description: str) -> object:
    """Return the note that describes an argument."""
    return strawberry.argument(description=description)
