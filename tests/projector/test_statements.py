"""SQL files of named statements are taken apart at their names."""

import pytest

from ledger.projector import statements

TEXT = """-- Why the file exists.
-- lanes: all
-- stages: load end

-- name: rows
-- Takes rows. They are many.
-- when: fold load
insert into t select 1 from ledger.log where type in ('a.b/1', 'c_d.e/12');

-- name: index
-- stage: end
create index on t (a);
"""


def test_a_statement_has_its_name_its_sentence_and_its_facts():
    rows, _ = statements.parse(TEXT)

    assert rows.name == "rows"
    assert rows.sentence == "Takes rows. They are many."
    assert rows.sql == "insert into t select 1 from ledger.log where type in ('a.b/1', 'c_d.e/12')"
    assert rows.facts == {"a.b/1", "c_d.e/12"}


def test_a_statement_runs_when_it_says():
    rows, index = statements.parse(TEXT)

    assert (rows.at("fold"), rows.at("load"), rows.stage) == (True, True, None)
    assert (index.at("fold"), index.at("load"), index.stage) == (False, False, "end")


def test_the_header_stands_above_the_statements():
    assert statements.header(TEXT, "lanes") == ["all"]
    assert statements.header(TEXT, "stages") == ["load", "end"]
    assert statements.header(TEXT, "other") == []


def test_a_statement_without_its_end_is_a_mistake():
    with pytest.raises(AssertionError, match="rows does not end"):
        statements.parse("-- name: rows\nselect 1")
