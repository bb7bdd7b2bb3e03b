"""Arguments that many fields share, each with its sentence."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from ledger.api.paging import PAGE as PAGE
from ledger.api.paging import After as After
from ledger.api.paging import First as First
from ledger.api.scalars import Long

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
