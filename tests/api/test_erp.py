"""The ERP: the feed, what is outstanding, and its answers, over GraphQL."""

import json
from hashlib import sha256

from ledger.projector.follower import catch_up

FEED = """query ($after: String, $first: Int!) {
    exportDocuments(target: "netsuite", first: $first, after: $after) {
        nodes { externalId revision shortRef kind sha256 canonical content position erpDate }
        pageInfo { hasNextPage endCursor } } }"""
OUTSTANDING = """{ outstanding(target: "netsuite") { nodes {
    externalId state total { amount currency } sha256 current { canonical sha256 } } } }"""
ACK = """mutation ($input: AcknowledgeExportInput!) { acknowledgeExport(input: $input) {
    __typename ... on CommandAccepted { key duplicate facts { type } }
    ... on UserError { code message field } } }"""
NACK = ACK.replace("Acknowledge", "Reject").replace("acknowledge", "reject")


def ack(document, key="a1", **more):
    """Return the acknowledgement of a document."""
    return {
        "key": key,
        "target": "netsuite",
        "externalId": document["externalId"],
        "revision": 1,
        "sha256": document["sha256"],
        "erpDocumentId": "4711",
        "erpNumber": "INV-4711",
        "erpPostingDate": "2026-10-31",
        "erpPeriod": "2026-10",
        **more,
    }


def test_the_feed_gives_every_document_once_with_its_exact_bytes(october):
    documents, after = [], None
    while True:
        page = october.data(FEED, "erp", first=2, after=after)["exportDocuments"]
        assert page == october.data(FEED, "erp", first=2, after=after)["exportDocuments"]
        documents += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert documents
    assert len({document["externalId"] for document in documents}) == len(documents)
    positions = [int(document["position"]) for document in documents]
    assert positions == sorted(positions)
    for document in documents:
        assert sha256(document["canonical"].encode()).hexdigest() == document["sha256"]
        assert json.loads(document["canonical"]) == document["content"]


def test_an_acknowledged_document_is_outstanding_no_more(door, month):
    first, *_ = door.data(OUTSTANDING, "erp")["outstanding"]["nodes"]
    assert first["current"]["sha256"] == first["sha256"]
    accepted = door.data(ACK, "erp", input=ack(first))["acknowledgeExport"]
    assert accepted["__typename"] == "CommandAccepted"
    assert accepted["facts"] == [{"type": "export.acknowledged/1"}]
    again = door.data(ACK, "erp", input=ack(first))["acknowledgeExport"]
    assert again["duplicate"]
    catch_up(door.ledger.db)
    left = door.data(OUTSTANDING, "erp")["outstanding"]["nodes"]
    assert first["externalId"] not in {document["externalId"] for document in left}
    query = """query ($id: ID!) { exportDocument(target: "netsuite", externalId: $id) {
        state erpNumber differs } }"""
    document = door.data(query, "erp", id=first["externalId"])["exportDocument"]
    assert (document["state"], document["erpNumber"]) == ("acknowledged", "INV-4711")


def test_a_stale_answer_is_refused_as_data(october):
    document = october.data(OUTSTANDING, "erp")["outstanding"]["nodes"][0]
    stale = ack(document, sha256="0" * 64)
    refused = october.data(ACK, "erp", input=stale)["acknowledgeExport"]
    assert (refused["__typename"], refused["code"]) == ("CommandRefused", "STALE_REVISION")
    assert refused["message"].endswith(".")


def test_a_rejection_is_taken_with_a_known_code_only(door, month):
    document = door.data(OUTSTANDING, "erp")["outstanding"]["nodes"][0]
    keys = ("target", "externalId", "revision", "sha256")
    nack = {key: part for key, part in ack(document).items() if key in keys}
    nack |= {"key": "n1", "code": "ACCOUNT_UNMAPPED", "message": "Unknown account"}
    unknown = {**nack, "key": "n2", "code": "BECAUSE"}
    assert door.data(NACK, "erp", input=unknown)["rejectExport"]["code"] == "BAD_NACK_CODE"
    assert door.data(NACK, "erp", input=nack)["rejectExport"]["facts"] == [
        {"type": "export.rejected/1"}
    ]


def test_unknown_targets_and_documents_answer_nothing(october):
    data = october.data(
        """{ exportDocuments(target: "x") { nodes { sha256 } }
             exportDocument(target: "netsuite", externalId: "x") { state }
             exportRevision(target: "netsuite", externalId: "x") { sha256 } }""",
        "erp",
    )
    assert data == {
        "exportDocuments": {"nodes": []},
        "exportDocument": None,
        "exportRevision": None,
    }
