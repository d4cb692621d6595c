"""Tokens of OpenID providers: a real one on this machine, its keys, and what it may say of whom."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from api import providers
from api.identities import Identities
from api.providers import BadProviders, Believed, Provider, providers_of
from api.tokens import ISSUER, BadToken, Issuer
from ledger.domain.filing import Caller
from ledger.eventstore.acts import Unavailable
from ledger.means import Means
from ledger.settings import BadSetting, Settings
from tests.api.desk import Desk
from tests.api.provider import OpenId, PrivateKey, algorithm_of, jwk, new_key, openid_provider
from tests.builders import BANK, OTHER_BANK, ref, register_pledge
from tests.eventstore.ledgers import SECRET
from tests.scenario import NOW

AUDIENCE = "patent-ledger.example"
ALGORITHMS = ("RS256", "ES256", "EdDSA")
KEYS = {name: new_key(name) for name in ALGORITHMS}
PEM = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
SHOWN = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(scope="module")
def running() -> Iterator[OpenId]:
    with openid_provider() as provider:
        yield provider


@pytest.fixture
def openid(running: OpenId) -> OpenId:
    """The provider as it begins: with a key of each algorithm."""
    running.keys = [jwk(key, name) for name, key in KEYS.items()]
    running.claims_to_be, running.status, running.raw = None, 200, None
    running.asked.clear()
    return running


class Seconds:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def passing() -> Seconds:
    return Seconds()


def believed(openid: OpenId, **more: Any) -> Believed:
    stated = {"roles": {"ledger-bank": "bank", "ledger-audit": "auditor"}, "parties": [ref(BANK)]}
    return Believed.model_validate(
        {"issuer": openid.issuer, "audience": AUDIENCE, **stated, **more}, strict=False
    )


def known_by(openid: OpenId, passing: Seconds, **more: Any) -> Identities:
    """Identities of the provider, and of a local issuer."""
    pseudonym = Means(secret=SECRET).pseudonym
    provider = Provider(believed(openid, **more), pseudonym, lambda: NOW, passing)
    return Identities(Issuer(new_key("EdDSA"), lambda: NOW), [provider], lambda: NOW)


def claims(openid: OpenId, **changed: Any) -> dict[str, Any]:
    now = int(NOW.timestamp())
    whole = {
        "iss": openid.issuer,
        "aud": AUDIENCE,
        "sub": "user-7",
        "iat": now,
        "exp": now + 600,
        "role": "ledger-bank",
        "party": ref(BANK),
    } | changed
    return {name: value for name, value in whole.items() if value is not ...}


def token(
    openid: OpenId,
    key: PrivateKey = KEYS["ES256"],
    kid: str | None = ...,
    algorithm: str | None = None,
    **changed: Any,
) -> str:
    algorithm = algorithm or algorithm_of(key)
    headers = {"kid": algorithm if kid is ... else kid}
    named = {name: value for name, value in headers.items() if value is not None}
    return jwt.encode(claims(openid, **changed), key, algorithm, headers=named)


def held(identities: Identities, stated: str) -> Caller:
    return asyncio.run(identities.caller(stated))


class TestBelieving:
    @pytest.mark.parametrize("algorithm", ALGORITHMS)
    def test_a_token_of_each_algorithm_tells_its_holder(
        self, openid: OpenId, passing: Seconds, algorithm: str
    ) -> None:
        known = known_by(openid, passing)
        caller = held(known, token(openid, KEYS[algorithm]))
        assert caller == Caller(f"bank:{ref(BANK)}", "bank", ref(BANK))

    def test_its_keys_are_found_by_discovery_or_where_the_operator_says(
        self, openid: OpenId, passing: Seconds
    ) -> None:
        held(known_by(openid, passing), token(openid))
        assert openid.asked == ["/.well-known/openid-configuration", "/keys"]
        openid.asked.clear()
        held(known_by(openid, passing, jwks_url=f"{openid.issuer}/elsewhere"), token(openid))
        assert openid.asked == ["/elsewhere"]

    def test_the_keys_are_fetched_once_for_all_who_wait(
        self, openid: OpenId, passing: Seconds
    ) -> None:
        known = known_by(openid, passing)

        async def all_at_once() -> None:
            await asyncio.gather(
                *(known.caller(token(openid, sub=f"user-{i}", party=ref(BANK))) for i in range(20))
            )

        asyncio.run(all_at_once())
        assert openid.asked.count("/keys") == 1

    def test_roles_may_be_a_list_within_another_claim(
        self, openid: OpenId, passing: Seconds
    ) -> None:
        known = known_by(openid, passing, role_claim="realm_access.roles")
        stated = {"roles": ["offline_access", "ledger-audit"]}
        caller = held(known, token(openid, realm_access=stated, role=..., party=...))
        assert (caller.role, caller.party) == ("auditor", None)
        assert caller.id == f"auditor:user-7@{openid.issuer}"

    def test_a_provider_of_one_party_need_not_name_it(
        self, openid: OpenId, passing: Seconds
    ) -> None:
        known = known_by(openid, passing, party=ref(BANK))
        assert held(known, token(openid, party=...)).party == ref(BANK)
        refused(known, token(openid, party=ref(OTHER_BANK)), "may not speak for")

    def test_an_identity_number_becomes_the_pseudonym(
        self, openid: OpenId, passing: Seconds
    ) -> None:
        known = known_by(openid, passing, parties="any")
        caller = held(known, token(openid, party="11010519491231002X"))
        assert caller.party is not None
        assert caller.party.startswith("person:")
        assert "1949" not in caller.id

    def test_its_clock_may_be_a_little_off(self, openid: OpenId, passing: Seconds) -> None:
        now = int(NOW.timestamp())
        known = known_by(openid, passing, leeway_seconds=30)
        held(known, token(openid, exp=now - 29))
        held(known, token(openid, iat=now + 29, nbf=now + 29))
        refused(known, token(openid, exp=now - 30), "expired")
        refused(known, token(openid, nbf=now + 31), "not hold yet")
        refused(known, token(openid, iat=now + 31), "not hold yet")


def refused(known: Identities, stated: str, why: str) -> None:
    with pytest.raises(BadToken, match=why):
        held(known, stated)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def with_header(stated: str, **header: Any) -> str:
    return f"{part(header)}.{stated.partition('.')[2]}"


BAD_CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "another audience": ({"aud": "another.example"}, "somebody else"),
    "no audience": ({"aud": ...}, "cannot be believed"),
    "another issuer": ({"iss": "https://elsewhere.example"}, "not believed here"),
    "no issuer": ({"iss": ...}, "cannot be read"),
    "the local issuer's name": ({"iss": ISSUER}, "no key"),
    "no end": ({"exp": ...}, "cannot be believed"),
    "an end that is text": ({"exp": "2099"}, "cannot be read"),
    "an end without end": ({"exp": 1e400}, "cannot be read"),
    "a true end": ({"exp": True}, "cannot be read"),
    "an end long ago": ({"exp": 1}, "expired"),
    "not yet": ({"nbf": 2**33}, "not hold yet"),
    "made in the future": ({"iat": 2**33}, "not hold yet"),
    "no subject": ({"sub": ...}, "cannot be believed"),
    "a subject of no letters": ({"sub": "\u202e"}, "names no subject"),
    "a role it may not give": ({"role": "registrar"}, "names no role"),
    "two roles": ({"role": ["ledger-bank", "ledger-audit"]}, "several"),
    "no role": ({"role": ...}, "names no role"),
    "a role of a wrong kind": ({"role": {"ledger-bank": 1}}, "names no role"),
    "a party that is not its own": ({"party": ref(OTHER_BANK)}, "may not speak for"),
    "a party of a wrong kind": ({"party": [ref(BANK)]}, "names no party"),
}


class TestRefusing:
    @pytest.mark.parametrize("case", BAD_CLAIMS)
    def test_what_a_token_says_must_hold(self, openid: OpenId, passing: Seconds, case: str) -> None:
        changed, why = BAD_CLAIMS[case]
        refused(known_by(openid, passing), token(openid, **changed), why)

    def test_the_key_chooses_the_algorithm(self, openid: OpenId, passing: Seconds) -> None:
        """Not the token: no algorithm at all, a public key as a secret, one kind for another."""
        known = known_by(openid, passing)
        good = token(openid)
        refused(known, jwt.encode(claims(openid), "", "none", headers={"kid": "ES256"}), "no key")
        for algorithm in ALGORITHMS:
            public = KEYS[algorithm].public_key().public_bytes(*SHOWN)
            mac = _hs256(claims(openid), public, algorithm)
            refused(known, mac, "no key")
        refused(known, token(openid, KEYS["RS256"], kid="RS256", algorithm="RS512"), "no key")
        refused(known, token(openid, KEYS["RS256"], kid="RS256", algorithm="PS256"), "no key")
        refused(known, with_header(good, alg="RS256", kid="RS256"), "no key")
        refused(known, with_header(good, alg="EdDSA", kid="ES256"), "no key")
        refused(known, with_header(good, alg=["ES256"], kid="ES256"), "cannot be read")

    def test_a_token_brings_no_key_along(self, openid: OpenId, passing: Seconds) -> None:
        stranger = new_key("ES256")
        headers = {"jwk": jwk(stranger, "own"), "jku": f"{openid.issuer}/own", "kid": "own"}
        refused(
            known_by(openid, passing),
            jwt.encode(claims(openid), stranger, "ES256", headers=headers),
            "no key",
        )
        assert "/own" not in openid.asked

    def test_what_a_token_demands_must_be_understood(
        self, openid: OpenId, passing: Seconds
    ) -> None:
        key, known = KEYS["ES256"], known_by(openid, passing)
        headers = {"kid": "ES256", "crit": ["exp"]}
        with pytest.raises(BadToken):
            held(known, jwt.encode(claims(openid), key, "ES256", headers=headers))

    def test_every_changed_byte_is_seen(self, openid: OpenId, passing: Seconds) -> None:
        known, good = known_by(openid, passing), token(openid)
        for place in range(0, len(good) - 2, 7):
            changed = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
            with pytest.raises(BadToken):
                held(known, changed)

    def test_keys_that_prove_nothing_are_passed_over(
        self, openid: OpenId, passing: Seconds
    ) -> None:
        small, curve = (
            rsa.generate_private_key(65537, 1024),
            ec.generate_private_key(ec.SECP384R1()),
        )
        secret = "s" * 32
        openid.keys = [
            jwk(small, "small"),
            {"kty": "oct", "k": part(secret), "kid": "secret", "alg": "HS256"},
            {**jwk(KEYS["ES256"], "for-encryption"), "use": "enc"},
            {**jwk(KEYS["RS256"], "of-another"), "alg": "RS512"},
            json.loads(jwt.algorithms.ECAlgorithm.to_jwk(curve)) | {"kid": "p384"},
            json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEYS["ES256"])) | {"kid": "private"},
            {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "off-the-curve"},
            {"kty": "??"},
            "a key",
            5,
        ]
        known = known_by(openid, passing)
        for key, kid, algorithm in (
            (KEYS["RS256"], "small", "RS256"),
            (secret, "secret", "HS256"),
            (KEYS["ES256"], "for-encryption", "ES256"),
            (KEYS["RS256"], "of-another", "RS256"),
            (KEYS["ES256"], "private", "ES256"),
        ):
            refused(known, token(openid, key, kid, algorithm), "no key")

    def test_a_token_without_a_name_of_its_key_is_of_the_only_one(
        self, openid: OpenId, passing: Seconds
    ) -> None:
        held(known_by(openid, passing), token(openid, kid=None))
        openid.keys.append(jwk(new_key("ES256"), "second"))
        refused(known_by(openid, passing), token(openid, kid=None), "no key")


def _hs256(stated: dict[str, Any], secret: bytes, kid: str) -> str:
    """A token signed with a public key as its secret, as the library itself would refuse to."""
    head = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{part(stated)}"
    mac = hmac.new(secret, head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


class TestRotation:
    def test_a_new_key_is_fetched_when_a_token_names_it(
        self, openid: OpenId, passing: Seconds
    ) -> None:
        known, key = known_by(openid, passing), new_key("EdDSA")
        held(known, token(openid))
        openid.keys.append(jwk(key, "new"))
        passing.now += providers.REFETCH_SECONDS
        held(known, token(openid, key, "new"))
        assert openid.asked.count("/keys") == 2

    def test_unknown_keys_make_nobody_ask_without_end(
        self, openid: OpenId, passing: Seconds
    ) -> None:
        known = known_by(openid, passing)
        for i in range(50):
            refused(known, token(openid, kid=f"unknown-{i}"), "no key")
        assert openid.asked.count("/keys") == 1

    def test_a_key_that_is_gone_takes_its_tokens_along(
        self, openid: OpenId, passing: Seconds
    ) -> None:
        known, stated = known_by(openid, passing), token(openid)
        held(known, stated)
        openid.keys = [each for each in openid.keys if each["kid"] != "ES256"]
        passing.now += providers.REFETCH_SECONDS
        held(known, stated)
        refused(known, token(openid, kid="unknown"), "no key")
        refused(known, stated, "no key")

    def test_keys_grow_old_and_are_fetched_again(self, openid: OpenId, passing: Seconds) -> None:
        known = known_by(openid, passing)
        held(known, token(openid))
        passing.now += providers.FRESH_SECONDS + 1
        held(known, token(openid, sub="user-8"))
        assert openid.asked.count("/keys") == 2


class TestOutage:
    def test_known_keys_are_believed_for_a_day(self, openid: OpenId, passing: Seconds) -> None:
        known = known_by(openid, passing)
        held(known, token(openid))
        openid.status = 500
        passing.now += providers.KEPT_SECONDS - 1
        held(known, token(openid, sub="user-8"))
        passing.now += 2 + providers.REFETCH_SECONDS
        with pytest.raises(Unavailable):
            held(known, token(openid, sub="user-9"))

    @pytest.mark.parametrize(
        "raw",
        [b"", b"[]", b'{"keys": 5}', b"{" * 1000, b'{"keys": [' + b" " * 300_000, b"\xff"],
    )
    def test_a_provider_that_answers_anything_is_not_there(
        self, openid: OpenId, passing: Seconds, raw: bytes
    ) -> None:
        openid.raw = raw
        with pytest.raises(Unavailable):
            held(known_by(openid, passing), token(openid))

    def test_a_provider_that_is_another_is_not_there(
        self, openid: OpenId, passing: Seconds
    ) -> None:
        openid.claims_to_be = "https://elsewhere.example"
        with pytest.raises(Unavailable):
            held(known_by(openid, passing), token(openid))


class TestRemembering:
    def test_a_token_is_verified_once(self, openid: OpenId, passing: Seconds) -> None:
        known, stated = known_by(openid, passing), token(openid)
        first = held(known, stated)
        assert known.remembered(stated) is first
        assert stated not in repr(vars(known))

    def test_it_expires_while_it_is_remembered(self) -> None:
        now = NOW
        issuer = Issuer(new_key("EdDSA"), lambda: now)
        known = Identities(issuer, clock=lambda: now)
        stated = issuer.token("auditor")
        held(known, stated)
        now = NOW.replace(year=NOW.year + 1)
        with pytest.raises(BadToken, match="expired"):
            known.remembered(stated)

    def test_memory_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("api.identities.REMEMBERED_MAX", 3)
        issuer = Issuer(new_key("EdDSA"), lambda: NOW)
        known = Identities(issuer, clock=lambda: NOW)
        made = [issuer.token("auditor", subject=f"a{i}") for i in range(5)]
        for stated in made:
            held(known, stated)
        assert [known.remembered(stated) is not None for stated in made] == [False] * 2 + [True] * 3


class TestOwnKeys:
    @pytest.mark.parametrize("algorithm", ALGORITHMS)
    def test_the_local_issuer_may_have_a_key_of_each_kind(
        self, tmp_path: Path, algorithm: str
    ) -> None:
        path = tmp_path / "token-key.pem"
        path.write_bytes(KEYS[algorithm].private_bytes(*PEM))
        issuer = Issuer.of(path, lambda: NOW)
        made = issuer.token("auditor")
        assert jwt.get_unverified_header(made)["alg"] == algorithm
        assert held(Identities(issuer, clock=lambda: NOW), made).role == "auditor"

    def test_the_first_key_signs_and_the_others_are_believed(self, tmp_path: Path) -> None:
        path = tmp_path / "token-key.pem"
        old, new = (KEYS[name].private_bytes(*PEM) for name in ("EdDSA", "ES256"))
        path.write_bytes(old)
        before = Issuer.of(path, lambda: NOW).token("auditor")
        path.write_bytes(new + old)
        issuer = Issuer.of(path, lambda: NOW)
        assert jwt.get_unverified_header(issuer.token("auditor"))["alg"] == "ES256"
        assert held(Identities(issuer, clock=lambda: NOW), before).role == "auditor"
        path.write_bytes(new)
        with pytest.raises(BadToken):
            held(Identities(Issuer.of(path, lambda: NOW), clock=lambda: NOW), before)

    @pytest.mark.parametrize(
        "pem",
        [b"", b"a key", rsa.generate_private_key(65537, 1024).private_bytes(*PEM)],
    )
    def test_a_file_without_a_fit_key_is_told(self, tmp_path: Path, pem: bytes) -> None:
        path = tmp_path / "token-key.pem"
        path.write_bytes(pem)
        with pytest.raises(BadSetting, match="token-key"):
            Issuer.of(path)


FILE = """
[[provider]]
issuer = "https://login.bank.example"
audience = "patent-ledger.example"
party = "91350100M000100Y43"
roles = { ledger-bank = "bank" }
"""


class TestSettings:
    def stated(self, folder: Path, text: str) -> tuple[Provider, ...]:
        (folder / "providers.toml").write_text(text)
        return providers_of(Settings(data_dir=folder), str)

    def test_the_file_of_the_data_directory_is_read(self, tmp_path: Path) -> None:
        assert providers_of(Settings(data_dir=tmp_path), str) == ()
        (provider,) = self.stated(tmp_path, FILE)
        assert provider.believed.roles == {"ledger-bank": "bank"}

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("[[provider]", "cannot be read"),
            (FILE.replace("https", "http"), "https"),
            (FILE.replace('"bank"', '"owner"'), "roles"),
            (FILE.replace("audience", "audiens"), "audience"),
            (FILE + FILE, "twice"),
        ],
    )
    def test_what_is_wrong_with_it_is_told(self, tmp_path: Path, text: str, why: str) -> None:
        with pytest.raises(BadProviders, match=why):
            self.stated(tmp_path, text)


@pytest.fixture
def at_the_desk(
    served: Desk, openid: OpenId, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], dict[str, str]]:
    """Has the served ledger believe the provider; gives the headers of a token."""
    provider = Provider(believed(openid), served.house.registry.means.pseudonym, served.clock)
    known = Identities(served.house.issuer, [provider], served.clock)
    monkeypatch.setattr(served.house, "identities", known)
    return lambda stated: {"Authorization": f"Bearer {stated}"}


def fresh(served: Desk, openid: OpenId, **changed: Any) -> str:
    now = int(served.clock.now.timestamp())
    return token(openid, **{"iat": now, "exp": now + 600, **changed})


class TestOverHttp:
    def test_a_bank_files_by_its_own_provider(
        self, served: Desk, openid: OpenId, at_the_desk: Callable[[str], dict[str, str]]
    ) -> None:
        pledge = register_pledge(patents=(served.patent(),))
        headers = at_the_desk(fresh(served, openid))
        body = json.loads(pledge.model_dump_json(exclude_none=True))
        answer = served.client.post(
            "/v1/pledges", json=body, headers={**headers, "Idempotency-Key": "by-provider"}
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["filed_by"] == f"bank:{ref(BANK)}"

    @pytest.mark.parametrize("case", BAD_CLAIMS)
    def test_a_token_that_does_not_hold_is_refused_everywhere(
        self,
        served: Desk,
        openid: OpenId,
        at_the_desk: Callable[[str], dict[str, str]],
        case: str,
    ) -> None:
        headers = at_the_desk(fresh(served, openid, **BAD_CLAIMS[case][0]))
        challenged(served.client.get("/v1/rules", headers=headers))

    def test_an_issuer_that_cannot_be_asked_is_an_outage(
        self, served: Desk, openid: OpenId, at_the_desk: Callable[[str], dict[str, str]]
    ) -> None:
        openid.status = 503
        answer = served.client.get("/v1/rules", headers=at_the_desk(fresh(served, openid)))
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")


def challenged(answer: httpx2.Response) -> None:
    assert answer.status_code == 401, answer.text
    assert answer.json()["type"] == "/problems/unauthenticated"
    assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
