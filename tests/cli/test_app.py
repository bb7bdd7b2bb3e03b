"""Errors, exit codes and odd places for options."""

import pytest

from ledger.cli.app import url_first


@pytest.mark.parametrize(
    ("given", "moved"),
    [
        (["report", "x", "--database-url", "u"], ["--database-url", "u", "report", "x"]),
        (["report", "--database-url=u", "x"], ["--database-url=u", "report", "x"]),
        (["report", "x"], ["report", "x"]),
        (["trace", "--", "--database-url", "u"], ["trace", "--", "--database-url", "u"]),
        (["report", "--database-url"], ["--database-url", "report"]),
    ],
)
def test_the_database_may_be_named_anywhere(given, moved):
    assert url_first(given) == moved


def test_a_refusal_is_one_sentence_with_code_and_field(books):
    done = books("lineage", "999.1")
    assert done.code == 1
    assert done.out == ""
    assert done.err == (
        "UNKNOWN_LINE: There is no journal line 999.1; take the id from a report. (field line)\n"
    )


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "not a url"])
@pytest.mark.parametrize("words", [["report", "journal"], ["db", "migrate"]])
def test_a_database_that_is_not_there_could_not_start(run, url, words):
    done = run("--database-url", url, *words)
    assert done.code == 3
    assert done.err.count("\n") == 1


def test_a_home_that_cannot_be_made_could_not_start(runner, monkeypatch):
    monkeypatch.setenv("LEDGER_HOME", "/proc/nowhere")
    done = runner(None)("doctor")
    assert done.code == 3
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("words", [["nope"], ["report"], ["key", "create"], ["report", "x", "--y"]])
def test_what_cannot_be_parsed_is_a_usage_error(run, words):
    assert run(*words).code == 2


def test_the_version_is_told(run):
    assert run("--version").out.startswith("usage-ledger ")
