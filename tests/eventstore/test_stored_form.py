"""The stored form: every event comes back, entries show what they may, digests recompute."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import count
from typing import Any

import orjson
import pytest
import rfc8785
from eventsourcing.persistence import StoredEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.events import (
    CONFIDENTIAL,
    EVENT_TYPES,
    LATER,
    PERSONAL,
    Concealed,
    ConsentGiven,
    Declaration,
    IdentityEvidenceEntered,
    InvalidationDecided,
    InvalidationRequested,
    LedgerEvent,
    OpenLicenceTaken,
    PatentEvent,
)
from ledger.domain.evolving import evolve
from ledger.domain.patent import Patent
from ledger.eventstore import stored_form
from ledger.eventstore.mapper import LedgerMapper
from ledger.eventstore.stored_form import (
    ENTRY_BYTES_MAX,
    EntryTooLarge,
    UnknownTopic,
    Unreadable,
    canonical,
    decode,
    encode,
    lines,
)
from ledger.eventstore.world import Stream, folded
from ledger.means import fresh_salts
from ledger.registry import Registry
from tests.builders import (
    BANK,
    INVENTOR,
    LAMPWORKS,
    PATENT,
    credit_code,
    fee_paid,
    invalidation_requested,
    party,
    pledged,
    ref,
    refs,
    transferred,
)
from tests.eventstore.every_event import FEW, drawn
from tests.eventstore.ledgers import (
    assert_dense,
    assert_serials_without_gap,
    enter_patents,
    numbers,
    pledge,
    registry,
    rows,
    value,
)

EVERY_KIND = pytest.mark.parametrize("topic", EVENT_TYPES)

ENVELOPE_SHOWN = {
    "stream",
    "topic",
    "filing_id",
    "registration_no",
    "door",
    "source",
    "effective_on",
    "recorded_at",
    "judged_under",
    "corrects",
}
ENVELOPE_DIGESTED = {
    "version",
    "kept_beside",
    "filed_by",
    "on_behalf_of",
    "received_on",
    "documents",
    "declarations",
    "consents",
}
OF_ITS_STREAM = {"originator_id", "originator_version", "envelope"}


def numbered_salts() -> Callable[[int], list[str]]:
    counted = count()
    return lambda wanted: [f"{next(counted):032x}" for _ in range(wanted)]


def marked(topic: str, mark: str) -> set[str]:
    """The fields of a kind with a mark."""
    fields = EVENT_TYPES[topic].model_fields
    return {name for name, field in fields.items() if mark in field.metadata}


def public_fields(topic: str) -> set[str]:
    all_fields = set(EVENT_TYPES[topic].model_fields) - OF_ITS_STREAM
    return all_fields - marked(topic, CONFIDENTIAL) - marked(topic, PERSONAL)


def sha(salt: str, name: str, member: Any) -> str:
    return sha256(rfc8785.dumps([salt, name, member])).hexdigest()


@EVERY_KIND
def test_every_event_comes_back_without_its_personal_values(topic: str) -> None:
    for event in drawn(topic):
        stored, _ = encode(event, fresh_salts)
        assert (stored.originator_id, stored.originator_version) == (
            event.originator_id,
            event.originator_version,
        )
        assert stored.topic == event.TOPIC
        assert decode(stored) == event.model_copy(update=dict.fromkeys(marked(topic, PERSONAL)))


@EVERY_KIND
def test_entry_shows_in_clear_exactly_what_is_public(topic: str) -> None:
    for event in drawn(topic):
        stored, personal = encode(event, numbered_salts())
        entry, opened = lines(stored.state)
        assert opened["kept_beside"][1] == [value.name for value in personal]
        left_out = {name for name in marked(topic, LATER) if getattr(event, name) is None}
        hidden_fields = marked(topic, CONFIDENTIAL) - left_out
        shown_fields = public_fields(topic) - left_out
        if EVENT_TYPES[topic].HIDDEN:
            assert set(entry) == {"digests"}
            assert set(opened) == (
                ENVELOPE_SHOWN | ENVELOPE_DIGESTED | hidden_fields | shown_fields
            )
        else:
            assert set(entry) == ENVELOPE_SHOWN | {"fields", "digests"}
            assert set(entry["fields"]) == shown_fields
            assert set(opened) == ENVELOPE_DIGESTED | hidden_fields
            assert entry["stream"] == event.originator_id
            assert entry["topic"] == topic
        assert len(entry["digests"]) == len(opened) + len(marked(topic, PERSONAL))
        given_values = [
            name for name in marked(topic, PERSONAL) if getattr(event, name) is not None
        ]
        assert sorted(p.name for p in personal) == sorted(given_values)


@EVERY_KIND
def test_digests_recompute_from_what_is_open_by_another_implementation(topic: str) -> None:
    """Whoever gets a salt and a value can check them with any RFC 8785 and SHA-256 there is."""
    for event in drawn(topic):
        stored, personal = encode(event, numbered_salts())
        line, open_line = stored.state.split(b"\n")
        entry, opened = json.loads(line), json.loads(open_line)
        assert rfc8785.dumps(entry) == line
        assert rfc8785.dumps(opened) == open_line
        recomputed = {sha(salt, name, member) for name, (salt, member) in opened.items()}
        recomputed |= {sha(p.salt, p.name, p.value) for p in personal}
        left = set(entry["digests"]) - recomputed
        assert recomputed <= set(entry["digests"])
        # Of a personal member that has no value there is a digest too, so that nobody can tell.
        assert len(left) == len(marked(topic, PERSONAL)) - len(personal)
        assert entry["digests"] == sorted(entry["digests"])


@pytest.mark.parametrize("topic", [t for t, kind in EVENT_TYPES.items() if not kind.HIDDEN])
def test_a_public_event_still_folds_where_what_is_open_is_withheld(topic: str) -> None:
    for event in drawn(topic):
        stored, _ = encode(event.model_copy(update={"originator_version": 1}), fresh_salts)
        for kept in (b"", b"\n{}", b"\n" + one_open_member(stored.state)):
            bare = withheld(stored, kept)
            found = decode(bare)
            assert isinstance(found, EVENT_TYPES[topic])
            for name in public_fields(topic):
                assert getattr(found, name) == getattr(event, name)
            assert isinstance(found, PatentEvent)
            assert evolve(Patent(found.originator_id), found).version == 1


@pytest.mark.parametrize("topic", [t for t, kind in EVENT_TYPES.items() if kind.HIDDEN])
def test_a_hidden_event_that_is_withheld_folds_to_a_version_and_nothing_else(topic: str) -> None:
    for event in drawn(topic):
        stored, _ = encode(event.model_copy(update={"originator_version": 1}), fresh_salts)
        for kept in (b"", b"\n{}", b"\n" + one_open_member(stored.state)):
            found = decode(withheld(stored, kept))
            assert found == Concealed(originator_id=stored.originator_id, originator_version=1)
            stream = str(stored.originator_id)
            assert folded(Patent(stream), found) == Patent(stream, version=1)
            assert folded(Stream(), found) == Stream(version=1)


def withheld(stored: StoredEvent, kept: bytes) -> StoredEvent:
    line = stored.state.split(b"\n")[0]
    return StoredEvent(stored.originator_id, stored.originator_version, stored.topic, line + kept)


def one_open_member(state: bytes) -> bytes:
    """The open line with all but one member taken out."""
    _, opened = lines(state)
    name = sorted(opened)[len(opened) // 2]
    return canonical({name: opened[name]})


def test_the_hidden_kinds_are_those_without_a_public_part() -> None:
    hidden = {kind for kind in EVENT_TYPES.values() if kind.HIDDEN}
    assert hidden >= {
        ConsentGiven,
        IdentityEvidenceEntered,
        InvalidationDecided,
        InvalidationRequested,
        OpenLicenceTaken,
    }


class TestTopics:
    def test_each_kind_has_a_topic_of_its_own_that_is_no_module_path(self) -> None:
        assert len({kind.TOPIC for kind in EVENT_TYPES.values()}) == len(EVENT_TYPES)
        assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", topic) for topic in EVENT_TYPES)
        assert all(topic == kind.TOPIC for topic, kind in EVENT_TYPES.items())

    @pytest.mark.parametrize(
        "topic", ["pledge.invented", "os:system", "ledger.domain.events:Event"]
    )
    def test_an_unknown_topic_is_refused_and_never_imported(self, topic: str) -> None:
        stored, _ = encode(pledged(), fresh_salts)
        strange = StoredEvent(PATENT, 1, topic, stored.state)
        with pytest.raises(UnknownTopic, match=topic):
            decode(strange)
        with pytest.raises(UnknownTopic):
            LedgerMapper(fresh_salts).to_domain_event(strange)

    def test_a_stored_member_that_no_kind_has_is_refused(self) -> None:
        stored, _ = encode(fee_paid(), fresh_salts)
        entry, _ = lines(stored.state)
        entry["fields"]["invented"] = 1
        with pytest.raises(ValueError, match="invented"):
            decode(StoredEvent(PATENT, 1, stored.topic, canonical(entry)))


class TestSalts:
    def test_they_are_128_bits_distinct_and_fresh_for_each_event(self) -> None:
        event = pledged()
        states = [encode(event, fresh_salts)[0].state for _ in range(50)]
        salts = [salt for state in states for salt, _ in lines(state)[1].values()]
        assert all(re.fullmatch("[0-9a-f]{32}", salt) for salt in salts)
        assert len(set(salts)) == len(salts)

    def test_the_same_member_of_two_events_has_two_digests(self) -> None:
        one, other = (lines(encode(pledged(), fresh_salts)[0].state)[0] for _ in range(2))
        assert set(one["digests"]).isdisjoint(other["digests"])

    def test_the_order_of_the_digests_is_not_that_of_the_members(self) -> None:
        """Sorted, they tell nothing of which member each belongs to."""
        orders = set()
        for _ in range(20):
            entry, opened = lines(encode(pledged(), fresh_salts)[0].state)
            by_digest = {sha(salt, name, member): name for name, (salt, member) in opened.items()}
            orders.add(tuple(by_digest.get(digest, "personal") for digest in entry["digests"]))
        assert len(orders) > 10


# --- canonical JSON ---------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii")), inner, max_size=4)
    ),
    max_leaves=12,
)
ANY_KEYS = st.dictionaries(
    st.text(st.sampled_from("aZ\x7f\xe9灯\uf900\uffee\U00010000\U00020bb7"), max_size=3), JSON
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(JSON)
def test_canonical_json_is_that_of_the_rfc8785_package(anything: Any) -> None:
    assert canonical(anything) == rfc8785.dumps(anything)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(ANY_KEYS)
def test_keys_beyond_ascii_stand_in_the_order_of_utf_16(anything: dict[str, Any]) -> None:
    """Party ids made of names stand as keys in the shares of a contract."""
    assert canonical({"shares": [anything]}) == rfc8785.dumps({"shares": [anything]})


@FEW
@given(st.text(), st.text(st.characters(codec="ascii", categories=["L", "N"])), JSON)
def test_a_digest_is_that_of_the_canonical_triple(salt: str, name: str, member: Any) -> None:
    salt = sha256(salt.encode(errors="replace")).hexdigest()[:32]
    assert stored_form.digest(salt, name, member) == sha(salt, name, member)


@pytest.mark.parametrize("half", ["\ud800", "a\udfff"])
def test_half_a_surrogate_pair_has_no_canonical_form(half: str) -> None:
    with pytest.raises(orjson.JSONEncodeError):
        canonical([half])


@pytest.mark.parametrize("text", ["\0", "a\0b", "\\\0", '"\0'])
def test_a_nul_is_refused_since_the_database_s_json_cannot_read_it(text: str) -> None:
    """One such entry would fail the whole view `event_log` for everybody."""
    for event in (
        fee_paid().model_copy(update={"originator_id": f"CN:{text}"}),
        transferred(executed_on=(text,)),
        pledged(shares={text: "50"}),
        invalidation_requested(case_no=text),
    ):
        with pytest.raises(Unreadable):
            encode(event, fresh_salts)


@pytest.mark.parametrize("text", ["\\u0000", "\\\\u0000", "\x01", "\u2028", "�"])
def test_a_text_that_only_looks_like_a_nul_is_a_text(text: str) -> None:
    event = transferred(executed_on=(text,))
    assert decode(encode(event, fresh_salts)[0]) == event


# --- size ---------------------------------------------------------------------------------------


def of_entry_size(size: int) -> LedgerEvent:
    """An event with an entry of exactly so many bytes."""
    plain = len(stored_form.entry_of(encode(transferred(cause=""), fresh_salts)[0].state))
    return transferred(cause="x" * (size - plain))


def test_an_entry_may_be_32_kib_and_no_more() -> None:
    stored, _ = encode(of_entry_size(ENTRY_BYTES_MAX), fresh_salts)
    assert len(stored_form.entry_of(stored.state)) == ENTRY_BYTES_MAX
    with pytest.raises(EntryTooLarge, match=PATENT):
        encode(of_entry_size(ENTRY_BYTES_MAX + 1), fresh_salts)


class TestOnTheServer:
    @pytest.fixture
    def ledger(self, url: str) -> Iterator[Registry]:
        with registry(url) as opened:
            yield opened

    def test_a_filing_with_too_large_an_entry_writes_nothing_and_takes_no_number(
        self, ledger: Registry, url: str
    ) -> None:
        patents = enter_patents(ledger, numbers(3))
        many = tuple(
            LAMPWORKS.model_copy(update={"name": f"{'灯' * 400}{i}", "address": "灯" * 400})
            for i in range(20)
        )
        with pytest.raises(EntryTooLarge):
            ledger.file(pledge(patents[0], key="large", pledgees=pledgees(many)))
        assert assert_dense(url) == 3
        assert value(url, "SELECT count(*) FROM registration") == 0
        assert value(url, "SELECT count(*) FROM idempotency WHERE key = 'large'") == 0
        ledger.file(pledge(patents[1], key="next"))
        assert_serials_without_gap(url)

    def test_personal_values_lie_in_the_table_personal_alone(
        self, ledger: Registry, url: str
    ) -> None:
        patents = enter_patents(ledger, numbers(2))
        receipt = ledger.file(
            pledge(
                *patents,
                key="of a person",
                pledgees=(BANK, INVENTOR),
                shares={ref(BANK): "60", str(INVENTOR.identity_number): "40"},
                declarations=(Declaration(kind="a-statement", by=all_signers()),),
                on_behalf_of=all_signers(),
                signed_by=all_signers(),
            )
        )
        secret = [INVENTOR.identity_number, INVENTOR.address, INVENTOR.telephone]
        assert all(secret)
        found = rows(url, "SELECT position, name, salt, value FROM personal ORDER BY position")
        assert [row["position"] for row in found] == [3, 4]
        for row in found:
            assert [p["identity_number"] for p in row["value"]] == [INVENTOR.identity_number]
            state = value(
                url, "SELECT state FROM stored_events WHERE notification_id = %s", row["position"]
            )
            entry, _ = lines(bytes(state))
            assert sha(row["salt"], row["name"], row["value"]) in entry["digests"]
        assert found[0]["salt"] != found[1]["salt"]
        assert party(INVENTOR).name not in receipt.decode()
        for table in tables(url):
            if table == "personal":
                continue
            text = json.dumps(
                [list(map(readable, r.values())) for r in rows(url, f"TABLE {table}")]
            )
            for one in secret:
                assert str(one) not in text, table
                assert str(one) not in receipt.decode()

    def test_every_event_is_readable_in_the_log_and_folds_when_personal_values_are_erased(
        self, ledger: Registry, url: str
    ) -> None:
        patents = enter_patents(ledger, numbers(1))
        ledger.file(pledge(patents[0], key="k", debtor=INVENTOR, signed_by=all_signers()))
        rows(url, "DELETE FROM personal RETURNING position")
        assert value(url, "SELECT count(*) FROM personal") == 0
        with registry(url) as restarted:
            version = restarted.writer.look(lambda world, _: world.patent(patents[0]).version)
            assert version == 2


def pledgees(many: Any) -> Any:
    """As many pledgees, each with a code of its own."""
    return tuple(
        BANK.model_copy(
            update={"name": p.name, "address": p.address, "credit_code": credit_code(i)}
        )
        for i, p in enumerate(many, 100)
    )


def all_signers() -> Any:
    return refs(LAMPWORKS, BANK, INVENTOR)


def tables(url: str) -> list[str]:
    found = rows(
        url,
        "SELECT table_name AS t FROM information_schema.tables "
        "WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%%'",
    )
    return [row["t"] for row in found]


def readable(cell: Any) -> str:
    return (
        bytes(cell).decode(errors="replace") if isinstance(cell, bytes | memoryview) else str(cell)
    )
