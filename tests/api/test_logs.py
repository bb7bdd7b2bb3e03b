"""Logs are lines of JSON; a bug shows its traceback, and no value of any variable."""

import json

import pytest
import structlog

from ledger.api.logs import configure_logs


@pytest.fixture(autouse=True)
def _put_back():
    yield
    structlog.reset_defaults()


def test_a_bug_is_one_line_without_values(capsys):
    configure_logs()
    password = "hunter" + "2"
    try:
        raise RuntimeError(f"of length {len(password)}")
    except RuntimeError as error:
        structlog.get_logger("test").error("graphql_bug", path=["a"], exc_info=error)
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["path"]) == ("graphql_bug", "error", ["a"])
    assert "RuntimeError: of length 7" in told["exception"]
    assert "hunter2" not in line
