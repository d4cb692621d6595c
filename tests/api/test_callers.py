"""Who calls: tokens of the local issuer alone, and one table of roles and operations."""

from __future__ import annotations

import base64
import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.callers import OPERATIONS
from api.tokens import ISSUER, ROLES, Issuer, unverified
from tests.api.desk import Desk
from tests.api.document import ROUTES
from tests.builders import BANK, LAMPWORKS, MILLS, OTHER_BANK, register_pledge, register_transfer


class TestRoles:
    def test_every_route_is_an_operation_of_the_table(self) -> None:
        assert {route.name for route in ROUTES} == set(OPERATIONS)

    @pytest.mark.parametrize("role", [None, *ROLES])
    def test_a_role_may_what_the_table_says_and_nothing_else(
        self, served: Desk, role: str | None
    ) -> None:
        party = BANK if role in ("bank", "patentee", "licensee") else None
        for route in ROUTES:
            headers = served.headers(role, party)
            answer = served.client.request(route.method, route.filled, headers=headers, json={})
            if (role or "public") in OPERATIONS[route.name]:
                assert answer.status_code not in (401, 403), (route.name, answer.text)
            else:
                assert answer.status_code == (403 if role else 401), (route.name, answer.text)


class TestTokens:
    @pytest.fixture
    def issuer(self, served: Desk) -> Issuer:
        return served.house.issuer

    def asked_with(self, served: Desk, token: str) -> Any:
        # A public route: a token that does not hold is refused even where none is needed.
        return served.client.get("/v1/rules", headers={"Authorization": f"Bearer {token}"})

    def test_the_key_is_made_once_and_closed_to_others(self, tmp_path: Path) -> None:
        path = tmp_path / "token-key.pem"
        made = unverified(Issuer.of(path).token("auditor"))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert Issuer.of(path).identity(made).caller.role == "auditor"

    def test_a_caller_is_named_by_role_and_party(self, issuer: Issuer) -> None:
        for id_, token in (
            ("bank:B1", issuer.token("bank", party="B1")),
            ("auditor:Chen", issuer.token("auditor", subject="Chen")),
        ):
            assert issuer.identity(unverified(token)).caller.id == id_

    def test_a_token_without_signature_is_refused(self, served: Desk) -> None:
        claims = {"iss": ISSUER, "sub": "x", "role": "registrar", "iat": 0, "exp": 2**33}
        self.refused(served, jwt.encode(claims, "", algorithm="none"))

    def test_a_token_of_another_key_is_refused(self, served: Desk) -> None:
        self.refused(served, Issuer(Ed25519PrivateKey.generate()).token("registrar"))

    def test_a_token_of_another_issuer_is_refused(self, served: Desk, issuer: Issuer) -> None:
        claims = {"iss": "elsewhere", "sub": "x", "role": "registrar", "iat": 0, "exp": 2**33}
        self.refused(served, jwt.encode(claims, issuer._key, algorithm="EdDSA"))

    def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(self, served: Desk) -> None:
        claims = {"iss": ISSUER, "sub": "x", "role": "registrar", "iat": 0, "exp": 2**33}
        self.refused(served, jwt.encode(claims, "k" * 32, algorithm="HS256"))

    def test_an_expired_token_is_refused(self, served: Desk, issuer: Issuer) -> None:
        self.refused(served, issuer.token("registrar", lasts=timedelta(seconds=-1)))

    def test_a_changed_token_is_refused(self, served: Desk, issuer: Issuer) -> None:
        head, _, signature = issuer.token("public").split(".")
        claims = {"iss": ISSUER, "sub": "x", "role": "registrar", "iat": 0, "exp": 2**33}
        forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        self.refused(served, f"{head}.{forged}.{signature}")

    @pytest.mark.parametrize("role", ["owner", "", None, 5])
    def test_a_token_of_an_unknown_role_is_refused(
        self, served: Desk, issuer: Issuer, role: object
    ) -> None:
        claims = {"iss": ISSUER, "sub": "x", "role": role, "iat": 0, "exp": 2**33}
        self.refused(served, jwt.encode(claims, issuer._key, algorithm="EdDSA"))

    @pytest.mark.parametrize("given", ["Basic Zm9vOmJhcg==", "Bearer", "Bearer not.a.token"])
    def test_other_ways_to_say_who_calls_are_refused(self, served: Desk, given: str) -> None:
        answer = served.client.get("/v1/rules", headers={"Authorization": given})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')

    def test_who_brings_no_token_is_asked_for_one(self, served: Desk) -> None:
        answer = served.client.get("/v1/filings/nothing")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")

    def test_two_tokens_tell_nothing(self, served: Desk) -> None:
        token = served.token("auditor")
        given = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
        assert served.client.get("/v1/rules", headers=given).status_code == 401

    def refused(self, served: Desk, token: str) -> None:
        answer = self.asked_with(served, token)
        assert answer.status_code == 401, answer.text
        assert answer.json()["type"] == "/problems/unauthenticated"


class TestActingForAParty:
    """A filer acts for its own party to the dealing; the office and agencies for others."""

    def test_a_bank_does_not_file_another_banks_pledge(self, served: Desk) -> None:
        patent = served.patent()
        pledge = register_pledge(patents=(patent,))
        answer = served.file("/v1/pledges", pledge, "bank", OTHER_BANK)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-a-party")
        assert served.get(f"/v1/patents/{patent}").json()["encumbrances"] == []

    def test_an_agency_files_for_who_has_empowered_it(self, served: Desk) -> None:
        pledge = register_pledge(patents=(served.patent(),))
        answer = served.file("/v1/pledges", pledge, "agency", MILLS)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-a-party")
        served.empower(BANK, MILLS, "pledge")
        assert served.file("/v1/pledges", pledge, "agency", MILLS).status_code == 201

    def test_a_bank_does_not_deregister_another_banks_pledge(self, served: Desk) -> None:
        """By the registration alone, which names no party in the body."""
        pledge = register_pledge(patents=(served.patent(),))
        number = served.registered("/v1/pledges", pledge, "bank", BANK)["registration_no"]
        body = {"ground": "performed", "signed_by": [BANK.credit_code, LAMPWORKS.credit_code]}
        path = f"/v1/pledges/{number}/deregistration"
        answer = served.file(path, body, "bank", OTHER_BANK)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-a-party")
        assert served.get(f"/v1/pledges/{number}").json()["state"] == "stands"

    def test_a_filer_without_a_party_is_nobodys(self, served: Desk) -> None:
        transfer = register_transfer(patents=(served.patent(),))
        assert served.file("/v1/transfers", transfer, "patentee").status_code == 403
