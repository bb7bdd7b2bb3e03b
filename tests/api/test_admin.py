"""The admin: projections and their rebuild, exceptions, dead letters, keys."""

import threading

import pytest

from ledger.errors import ProjectionDiffers
from ledger.projector import rebuild as building

BUILDS = """{ projections { id projection state live stale error
    lanes { lane position head } } }"""
REBUILD = """mutation ($name: ID!) { rebuildProjection(projection: $name) { __typename
    ... on ProjectionChanged { finished builds { id live } }
    ... on UserError { code message } } }"""
ROLLBACK = REBUILD.replace("rebuildProjection", "rollbackProjection")


def live(builds):
    return [build["id"] for build in builds if build["live"]]


def test_projections_tell_how_far_they_are(october):
    builds = october.data(BUILDS)["projections"]
    assert {build["projection"] for build in builds} >= {"usage", "journal", "exports"}
    for build in builds:
        assert (build["live"], build["stale"], build["error"]) == (True, False, None)
        assert all(lane["position"] == lane["head"] for lane in build["lanes"])


def test_a_rebuild_switches_and_a_rollback_goes_back(door, month):
    before = live(door.data(BUILDS)["projections"])
    rebuilt = door.data(REBUILD, name="journal")["rebuildProjection"]
    assert rebuilt["finished"]
    (new,) = live(rebuilt["builds"])
    assert new not in before
    back = door.data(ROLLBACK, name="journal")["rollbackProjection"]
    (old,) = live(back["builds"])
    assert old in before


def test_an_unknown_projection_is_refused_as_data(october):
    refused = october.data(REBUILD, name="nothing")["rebuildProjection"]
    assert (refused["__typename"], refused["code"]) == ("ProjectionRefused", "UNKNOWN_PROJECTION")


def test_differences_are_refused_as_data(october, monkeypatch):
    def differs(*_, **__):
        raise ProjectionDiffers(name="journal", count=3)

    monkeypatch.setattr(building, "rebuild", differs)
    refused = october.data(REBUILD, name="journal")["rebuildProjection"]
    assert refused["code"] == "PROJECTION_DIFFERS"


def test_a_long_rebuild_goes_on_after_the_answer(october, monkeypatch):
    done = threading.Event()
    monkeypatch.setattr("ledger.api.mutation.projections.PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(building, "rebuild", lambda *_, **__: done.wait(10))
    assert not october.data(REBUILD, name="journal")["rebuildProjection"]["finished"]
    done.set()


def test_exceptions_and_dead_letters(door, carry_out, month):
    bad = {"source": "gateway", "account": "acme", "meter": "none", "properties": {}}
    events = [{**bad, "id": f"bad-{n}", "time": "2026-10-05T00:00:00Z"} for n in range(3)]
    late = {**bad, "meter": "api", "id": "late", "properties": {"quantity": "1"}}
    carry_out(
        {
            "command": "record_usage",
            "events": [*events, {**late, "time": "2026-10-05T00:00:00Z"}],
        }
    )
    data = door.data(
        """{ exceptions { unpriced { charge } exports { externalId }
               unrated { account meter facts oldest } deadLetters { code letters } }
             deadLetters(first: 2) { nodes { id code eventId bytes detail }
               pageInfo { hasNextPage endCursor } totalCount { value } } }"""
    )
    assert data["exceptions"]["deadLetters"] == [{"code": "UNKNOWN_METER", "letters": "3"}]
    (unrated,) = data["exceptions"]["unrated"]
    assert (unrated["account"], unrated["meter"], unrated["facts"]) == ("acme", "api", "1")
    page = data["deadLetters"]
    assert [letter["code"] for letter in page["nodes"]] == ["UNKNOWN_METER"] * 2
    assert page["totalCount"]["value"] == 3
    rest = door.data(
        "query ($after: String) { deadLetters(after: $after) { nodes { eventId } } }",
        after=page["pageInfo"]["endCursor"],
    )["deadLetters"]["nodes"]
    assert len(rest) == 1


def test_keys_are_listed_without_secrets(door):
    door.key("portal", "acme")
    keys = door.data("{ apiKeys { id role account createdBy revokedAt } }")["apiKeys"]
    assert {"portal", "admin"} == {key["role"] for key in keys}
    fields = door.data('{ __type(name: "ApiKey") { fields { name } } }')["__type"]["fields"]
    assert not [f for f in fields if "secret" in f["name"].lower() or "hash" in f["name"].lower()]


@pytest.mark.parametrize("role", ["auditor", "erp", "ingest"])
def test_others_manage_nothing(october, role):
    answer = october.ask(REBUILD, role, name="journal")
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
