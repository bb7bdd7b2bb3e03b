"""A bank statement from a file, and its reports."""

from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "banking" / "samples"


def test_a_file_is_imported_once(books):
    file = str(SAMPLES / "us.xml")
    tried = books("import", file, "--entity", "US", "--dry-run")
    assert (tried.code, tried.json["status"]) == (0, "would_accept")
    done = books("import", file, "--entity", "US")
    assert (done.code, done.json["status"]) == (0, "accepted")
    again = books("import", file, "--entity", "US")
    assert (again.code, again.json["status"]) == (0, "duplicate")
    under_another_key = books("import", file, "--entity", "US", "--key", "other")
    assert under_another_key.json["status"] == "duplicate"

    (statement,) = books("report", "bank-statements", "--format", "json").json
    assert (statement["closing"], statement["excepted"], statement["open"]) == ("455.79", 1, 1)
    assert statement["follows"] == "yes"
    (entry,) = books("report", "bank-exceptions", "--entity", "US", "--format", "json").json
    assert (entry["amount"], entry["why"], entry["bank_reference"]) == (
        "455.79", "nothing_open", "WIRE-77",
    )  # fmt: skip
    assert entry["detail"] == "US-2026-000001"
    assert entry["age_days"] >= 0
    assert books("report", "bank-exceptions", "--entity", "EU", "--format", "json").json == []


def test_a_file_that_is_no_statement_is_refused(books, tmp_path):
    file = tmp_path / "statement.xml"
    file.write_text("<Document/>")
    done = books("import", str(file), "--entity", "US")
    assert done.code == 1
    assert done.json["error"]["code"] == "BAD_STATEMENT"
