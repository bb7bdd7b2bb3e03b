"""Commands and usage from files: one answer a line, and an exit code that tells."""

import json

REGISTER = {
    "command": "register_entity", "key": "eu", "entity": "EU", "name": "Beispiel GmbH",
    "currency": "EUR", "country": "DE", "time_zone": "Europe/Berlin", "first_period": "2026-01",
}  # fmt: skip


def lines(*commands: dict) -> str:
    return "".join(json.dumps(command) + "\n" for command in commands)


def answers(done) -> list[dict]:
    return [json.loads(line) for line in done.out.splitlines()]


def test_each_line_is_answered_in_order_and_a_refusal_does_not_stop(run):
    done = run("apply", "-", stdin=lines(REGISTER, {"command": "nope", "key": "n"}, REGISTER))
    told = answers(done)
    assert [one["status"] for one in told] == ["accepted", "refused", "duplicate"]
    assert told[0]["facts"] == told[2]["facts"]
    assert told[0]["facts"][0]["type"] == "entity.registered/1"
    assert told[1]["error"]["code"] == "UNKNOWN_COMMAND"
    assert done.code == 1


def test_a_refusal_stops_when_asked(run):
    bad = {"command": "nope", "key": "n"}
    done = run("apply", "-", "--stop-on-refusal", stdin=lines(bad, bad))
    assert [one["status"] for one in answers(done)] == ["refused"]


def test_a_malformed_line_is_refused_with_its_number_and_the_rest_is_read(run):
    done = run("apply", "-", stdin="\n{broken\n" + lines(REGISTER))
    told = answers(done)
    assert [one["status"] for one in told] == ["refused", "duplicate"]
    assert (told[0]["error"]["code"], told[0]["error"]["line"]) == ("MALFORMED", 2)


def test_a_missing_file_is_a_usage_error(run):
    assert run("apply", "nowhere.ndjson").code == 2
    assert run("ingest", "nowhere.ndjson").code == 2


def test_refused_usage_is_counted_and_kept(run, cloudevents, tmp_path):
    file = tmp_path / "usage.ndjson"
    file.write_text(cloudevents(("e-1", "1", 5)) + "not json\n")
    done = run("ingest", str(file))
    assert done.code == 1
    told = done.json
    assert (told["accepted"], told["duplicate"]) == (0, 0)
    codes = [one["code"] for one in told["rejected"]]
    assert len(codes) == 2
    letters = run("report", "dead-letters", "--format", "json").json
    assert sorted(one["code"] for one in letters) == sorted(codes)


PRICE = {
    "command": "publish_plan", "key": "price", "plan": "basic", "currency": "USD",
    "from": "2026-01-01",
    "items": [{"item": "api", "kind": "usage", "meter": "api", "interval": "month",
               "model": {"type": "per_unit", "unit": "0.001"}}],
}  # fmt: skip


def test_a_dry_run_reads_well(books):
    refused = {"command": "nope", "key": "n"}
    done = books("apply", "-", "--dry-run", "--format", "table", stdin=lines(PRICE, refused))
    assert done.code == 1
    told = [" ".join(line.split()) for line in done.out.splitlines()]
    assert told[0] == "price: would accept, 1 fact"
    assert "US 1 1 815.93 72.41 888.34 USD 1 815.92525" in told
    assert "acme s-1 api 2026-10-01 2026-11-01 418.64175 1234.567 815.92525" in told
    (line,) = [line for line in told if line.startswith("invoice acme")]
    assert line.endswith("api, 2026-10-01 to 2026-10-31 815.93 72.41")
    assert "US 4010 815.93" in told
    assert told[-1].startswith("n: refused, UNKNOWN_COMMAND")


def test_every_line_may_be_tried_and_is_as_good_as_new_afterwards(books):
    before = books("report", "trial-balance", "--format", "json").json
    first, again = answers(books("apply", "-", "--dry-run", stdin=lines(PRICE, PRICE)))
    assert first["status"] == again["status"] == "would_accept"
    assert first["effect"] == again["effect"]
    (charge,) = first["effect"]["charges"]
    assert (charge["before"], charge["amount"]) == ("418.64175", "1234.567")
    assert books("report", "trial-balance", "--format", "json").json == before
    assert answers(books("apply", "-", stdin=lines(PRICE)))[0]["status"] == "accepted"
