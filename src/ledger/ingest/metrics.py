"""What an operator watches of usage in, for Prometheus. No label names an account or a source."""

from prometheus_client import Counter, Gauge

from ledger.ingest.answer import Tally

EVENTS = Counter("ledger_ingest_events", "Usage events by what became of them.", ["result"])
BYTES = Counter("ledger_ingest_bytes", "Bytes of usage read from requests.")
REFUSED = Counter("ledger_ingest_requests_refused", "Requests refused as a whole.", ["code"])
UNDER_WAY = Gauge("ledger_ingest_requests_under_way", "Requests with usage under way.")

_ACCEPTED, _DUPLICATE, _DEAD = (
    EVENTS.labels(result) for result in ("accepted", "duplicate", "dead_lettered")
)


def count(tally: Tally) -> None:
    """Count the events of one answered request."""
    if tally.accepted:
        _ACCEPTED.inc(tally.accepted)
    if tally.duplicate:
        _DUPLICATE.inc(tally.duplicate)
    if tally.refused:
        _DEAD.inc(tally.refused)
