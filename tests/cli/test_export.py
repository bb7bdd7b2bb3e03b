"""Documents for an ERP on the command line: sealed, listed, shown."""

import json

MAPPINGS = [
    {"command": "map_account", "key": f"map {account}", "target": "erp", "entity": "US",
     "account": account, "erp_account": f"9{account}", "from": "2026-01-01"}
    for account in ("1010", "1100", "1150", "2200", "4010")
]  # fmt: skip
PROFILE = {
    "command": "set_export_profile", "key": "profile", "target": "erp", "entity": "US",
    "profile": {"default": "document"},
}  # fmt: skip


def test_what_was_posted_is_sealed_listed_and_shown(books):
    stdin = "".join(json.dumps(command) + "\n" for command in (PROFILE, *MAPPINGS))
    assert books("apply", "-", stdin=stdin).code == 0
    before = books("export", "list", "erp", "--format", "json").json

    sealed = books("export", "seal", "erp", "--through", "2026-11-30")

    assert (before, sealed.code, sealed.json["status"]) == ([], 0, "accepted")
    listed = books("export", "list", "erp", "--format", "json").json
    assert {row["state"] for row in listed} == {"offered"}
    assert "455.79" in {row["total"] for row in listed}
    assert books("export", "outstanding", "erp", "--format", "json").json == listed
    shown = books("export", "show", "erp", listed[0]["external_id"]).json
    assert (shown["revision"], len(shown["sha256"])) == (1, 64)
    assert shown["content"]["lines"]


def test_an_unknown_document_is_refused(books):
    done = books("export", "show", "erp", "nope")
    assert (done.code, done.err.split(":")[0]) == (1, "UNKNOWN_EXPORT")


def test_sealing_for_an_unknown_target_is_refused(books):
    done = books("export", "seal", "nowhere", "--through", "2026-11-30")
    assert (done.code, done.json["status"]) == (1, "refused")
