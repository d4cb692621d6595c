"""What the registrar revokes and terminates over HTTP, and what readers see of it."""

from __future__ import annotations

from tests.api.desk import Desk
from tests.builders import LAMPWORKS, documents
from tests.domain.test_licences import record_licence
from tests.domain.test_open_licences import declare

REASON = {"reason": "Found in a check.", "documents": [documents("finding")[0].model_dump()]}


def test_a_revoked_recordal_never_was(served: Desk) -> None:
    patent = served.patent()
    number = served.registered("/v1/licences", record_licence(patents=(patent,)))["registration_no"]
    path = f"/v1/licences/{number}/revocation"
    refused = served.file(path, {"ground": "licence-alive", **REASON}, "registrar")
    assert [f["rule"] for f in refused.json()["findings"]] == ["licence-revoke-uncured"]
    assert (
        served.file(path, {"ground": "other", **REASON}, "patentee", LAMPWORKS).status_code == 403
    )
    receipt = served.registered(path, {"ground": "other", **REASON})
    assert receipt["registration_no"] == number
    assert served.get(f"/v1/licences/{number}").json()["state"] == "revoked"
    before = served.get(f"/v1/licences/{number}", known_at=receipt["position"] - 1)
    assert before.json()["state"] == "stands"


def test_a_terminated_declaration_makes_room_for_another(served: Desk) -> None:
    patent = served.patent()
    number = served.registered("/v1/open-licences", declare(patents=(patent,)))["registration_no"]
    served.clock.turn(days=1)
    path = f"/v1/open-licences/{number}"
    served.registered(f"{path}/termination", {"ground": "not_exploitable", **REASON})
    assert served.get(path).json()["state"] == "withdrawn"
    again = served.registered("/v1/open-licences", declare(patents=(patent,)))
    served.registered(
        f"/v1/open-licences/{again['registration_no']}/revocation",
        {"ground": "false_materials", **REASON},
    )
    shown = served.get(f"/v1/open-licences/{again['registration_no']}").json()
    assert shown["state"] == "revoked"
    assert served.get(f"/v1/patents/{patent}").json()["open_licence"] is None
