"""Certificates for a patent: asked for, verified offline, looked up later, printed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from tests.api.desk import Desk
from tests.api.test_corrections import clerical, deregister, pledge
from tests.api.test_notices import Printed
from tests.api.test_obligations import enter, preserve
from tests.builders import BANK, OTHER_BANK, number
from tests.proofs.commands import messages, run

Json = Any


def asked(served: Desk, patent: str, kind: str, role: str | None = "bank", **wish: Any) -> Any:
    """The answer to who asks for a certificate that knows all there is."""
    headers = served.headers(role, BANK) | {"Ledger-Min-Position": str(served.head())}
    deadline = time.monotonic() + 5
    while True:
        answer = served.client.post(
            f"/v1/patents/{patent}/certificates", json={"kind": kind, **wish}, headers=headers
        )
        if answer.status_code != 503:
            return answer
        assert answer.json()["type"] == "/problems/behind"
        assert time.monotonic() < deadline
        time.sleep(0.05)


def issued(served: Desk, patent: str, kind: str, **wish: Any) -> Json:
    answer = asked(served, patent, kind, **wish)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/v1/certificates/{answer.json()['code']}"
    return answer.json()


def verified(certificate: Json, folder: Path, *options: str) -> Json:
    file = folder / "certificate.json"
    file.write_bytes(orjson.dumps(certificate))
    return run("verify", file, *options)


def looked_up(served: Desk, certificate: Json) -> tuple[str, list[str]]:
    found = served.get(f"/v1/certificates/{certificate['code']}").json()
    assert found["certificate"] == certificate
    return found["state"], [entry["topic"] for entry in found["by"]]


def test_what_stands_is_certified_and_verified_offline(served: Desk, tmp_path: Path) -> None:
    patent = served.patent()
    number = pledge(served, patent)["registration_no"]
    made = issued(served, patent, "standing", besides=[number])
    assert (made["patent"], made["on"], made["besides"]) == (patent, "2026-03-02", [number])
    assert made["says"]["status"] == "in_force"
    assert [row["registration_no"] for row in made["says"]["pledges"]] == [number]
    assert [row["pledgees"][0]["name"] for row in made["says"]["pledges"]] == [BANK.name]
    report = verified(made, tmp_path)
    assert messages(report) == ""
    assert report["said"]["says"] == made["says"]
    assert report["keys_given"] is False
    (key,) = report["keys"]
    assert messages(verified(made, tmp_path, "--key", key)) == ""


def test_it_names_nothing_that_is_confidential(served: Desk) -> None:
    patent = served.patent()
    pledge(served, patent)
    told = orjson.dumps(issued(served, patent, "standing")["dated"]).decode()
    assert "5000000" not in told
    assert "debtor" not in told
    assert "claim" not in told


def test_that_nothing_else_stands_is_certified_for_a_day(served: Desk, tmp_path: Path) -> None:
    patent = served.patent()
    assert messages(verified(issued(served, patent, "nothing_else"), tmp_path)) == ""
    number = pledge(served, patent)["registration_no"]
    refused = asked(served, patent, "nothing_else")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-so")
    assert refused.json()["stands"] == [{"kind": "pledge", "number": number}]
    for wish in ({"besides": [number]}, {"on": "2026-03-01"}):
        made = issued(served, patent, "nothing_else", **wish)
        assert made["says"] == {"status": "in_force", "nothing_else": True}
        assert messages(verified(made, tmp_path)) == ""
    enter(served, patent, preserve())
    stands = asked(served, patent, "nothing_else", besides=[number]).json()["stands"]
    assert [each["kind"] for each in stands] == ["preservation"]


def test_of_a_patent_that_the_log_does_not_know(served: Desk, tmp_path: Path) -> None:
    served.patent()
    unknown = number(990_001)
    made = issued(served, unknown, "nothing_else")
    assert (made["dated"], made["newest"], made["entries"]) == (None, None, [])
    assert messages(verified(made, tmp_path)) == ""
    assert looked_up(served, made) == ("current", [])
    assert asked(served, unknown, "standing").status_code == 409
    served.patents(1)


def test_a_registration_that_does_not_stand_is_not_certified(served: Desk) -> None:
    patent = served.patent()
    number = pledge(served, patent)["registration_no"]
    deregister(served, number)
    refused = asked(served, patent, "standing", besides=[number])
    assert refused.status_code == 409
    assert number in refused.json()["detail"]


def test_it_is_looked_up_later(served: Desk, tmp_path: Path) -> None:
    patent = served.patent()
    first = issued(served, patent, "nothing_else")
    assert looked_up(served, first) == ("current", [])
    receipt = pledge(served, patent)
    assert looked_up(served, first) == ("superseded", ["pledge.registered"])
    second = issued(served, patent, "standing")
    served.registered("/v1/corrections", clerical(receipt, pledgees=[party_of(OTHER_BANK)]))
    assert looked_up(served, second) == ("corrected", ["entry.corrected"])
    assert looked_up(served, first)[0] == "superseded"
    assert messages(verified(second, tmp_path)) == ""


def party_of(details: Any) -> Json:
    return details.model_dump(mode="json", exclude_none=True)


def test_it_is_printed_in_both_languages_with_its_code(served: Desk) -> None:
    patent = served.patent()
    receipt = pledge(served, patent)
    made = issued(served, patent, "standing")
    answer = served.get(f"/v1/certificates/{made['code']}/page")
    page = Printed(answer)
    assert page.language == "zh-Hans"
    assert page.title == "专利登记状况证明"
    assert "Certificate of what stands on a patent" in answer.text
    assert page.rows["查询码"] == page.rows["Code to look it up"] == [made["code"]]
    assert page.rows["State of the patent"] == ["in force"]
    assert (receipt["registration_no"], "2 March 2026", "") in page.places
    assert "It is current: no public entry has been made on the patent since." in page.remarks
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_no_code_no_certificate(served: Desk) -> None:
    for code in ("AAAA-BBBB-CCCC-DDDD", "nothing", "a" * 100):
        assert served.get(f"/v1/certificates/{code}").status_code == 404
        assert served.get(f"/v1/certificates/{code}/page").status_code == 404


def test_who_is_not_known_is_given_none(served: Desk) -> None:
    assert asked(served, served.patent(), "standing", role=None).status_code == 401


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [({"kind": "other"}, "/kind"), ({"kind": "standing", "on": "soon"}, "/on"), ({}, "/kind")],
)
def test_a_wish_that_cannot_be_read_is_told(served: Desk, wish: Json, pointer: str) -> None:
    answer: httpx2.Response = served.client.post(
        f"/v1/patents/{served.patent()}/certificates",
        json=wish,
        headers=served.headers("bank", BANK),
    )
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_past_position_is_not_certified(served: Desk) -> None:
    answer = served.client.post(
        f"/v1/patents/{served.patent()}/certificates",
        json={"kind": "standing"},
        params={"known_at": 1},
        headers=served.headers("bank", BANK),
    )
    assert answer.status_code == 422


def altered(value: Json, *path: Any, to: Any) -> Json:
    """A certificate with one member changed."""
    copy = orjson.loads(orjson.dumps(value))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return copy


def test_whatever_is_changed_in_it_is_found(served: Desk, tmp_path: Path) -> None:
    """A certificate cannot be made for a state that the log does not show."""
    patent, other = served.patents(2)
    number = pledge(served, patent)["registration_no"]
    made = issued(served, patent, "standing", besides=[number])
    clean = issued(served, other, "nothing_else")
    lies = [
        altered(made, "says", "pledges", to=[]),
        altered(made, "dated", "pledges", to=[]),
        altered(made, "dated", "pledges", 0, "until", to="2026-03-03"),
        altered(made, "on", to="2026-03-01"),
        altered(made, "besides", to=[]),
        altered(made, "issued_at", to="2026-03-03T00:00:00+00:00"),
        altered(made, "code", to=clean["code"]),
        altered(made, "position", to=made["position"] + 1),
        altered(made, "newest", to=made["newest"] - 1),
        altered(made, "map", "path", to=[]),
        altered(made, "entries", to=made["entries"][1:]),
        altered(made, "checkpoint", to=made["checkpoint"].replace("patents/1 ", "patents/1 1")),
        altered(made, "checkpoint", to=clean["checkpoint"].replace(" ", "  ", 1)),
        altered(made, "keys", to=made["keys"][:-3] + "=\n"),
        altered(made, "more", to=1),
        altered(clean, "patent", to=patent),
        altered(clean, "kind", to="standing"),
        {name: value for name, value in made.items() if name != "map"},
        # The pledge denied: the path of another patent, or of none.
        clean | {"patent": patent},
        clean | {"patent": patent, "dated": None, "newest": None, "entries": []},
    ]
    for lie in lies:
        assert not verified(lie, tmp_path)["holds"], lie
