"""How a service logs: one JSON object a line on standard error, never the values of variables."""

import sys

import orjson
import structlog


def configure_logs() -> None:
    """Set up logging for this process; a program that embeds the service may do so itself."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_written),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _written(event: object, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()
