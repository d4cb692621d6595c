"""The schema of the log: what the library expects, what it refuses, and what each role may see."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresTrackingRecorder

from ledger.database import ROLES, Role, connect
from ledger.domain.events import OpenLicenceTaken, PatentEvent
from ledger.domain.money import yuan
from ledger.domain.royalties import LumpSum
from ledger.eventstore.recorder import LedgerDatastore, LedgerRecorder
from tests.builders import (
    LAMPWORKS,
    MILLS,
    about,
    declared_open,
    invalidation_requested,
    licensed,
    party,
    pledged,
)
from tests.conftest import NewDatabase, database, migrated_template
from tests.eventstore.ledgers import enter_patents, numbers, registry, rows, source_record, value

# --- what the library expects -----------------------------------------------------------------

COLUMNS = """
SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS not_null,
       pg_get_expr(adbin, adrelid) AS "default"
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
INDEXES = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s ORDER BY indexdef
"""
OPTIONS = "SELECT unnest(reloptions) AS option FROM pg_class WHERE oid = %s::regclass ORDER BY 1"
CONSTRAINTS = """
SELECT pg_get_constraintdef(oid) AS "constraint" FROM pg_constraint
WHERE conrelid = %s::regclass AND contype <> 'n' ORDER BY 1
"""


@pytest.fixture(scope="module", params=["default", "postgresql-15"])
def new_database_there(request: pytest.FixtureRequest) -> Iterator[NewDatabase]:
    """Fresh databases on the default server and on PostgreSQL 15 in turn."""
    if request.param == "default":
        yield request.getfixturevalue("new_database")
        return
    server_url = request.getfixturevalue("postgres_15_url")
    with migrated_template(server_url) as template:
        yield lambda: database(server_url, template)


@pytest.fixture(scope="class")
def url(new_database_there: NewDatabase) -> Iterator[str]:
    """A fresh migrated database for the class."""
    with new_database_there() as fresh:
        yield fresh


@pytest.fixture(scope="module")
def library_url(new_database: NewDatabase) -> Iterator[str]:
    """The tables as the library makes them."""
    with new_database() as url:
        with psycopg.connect(url) as connection:
            connection.execute("DROP TABLE stored_events, notification_tracking CASCADE")
        with LedgerDatastore(url, None) as datastore:
            PostgresApplicationRecorder(datastore, events_table_name="stored_events").create_table()
            PostgresTrackingRecorder(datastore).create_table()
        yield url


class TestWhatTheLibraryExpects:
    def test_the_event_table_has_its_columns_but_no_sequence(
        self, url: str, library_url: str
    ) -> None:
        ours = rows(url, COLUMNS, "stored_events")
        library = rows(library_url, COLUMNS, "stored_events")
        sequence = "nextval('stored_events_notification_id_seq'::regclass)"
        assert [c["default"] for c in library] == [None, None, None, None, sequence]
        # Deliberate: positions are drawn under the lock, as the last one plus one.
        library[-1]["default"] = None
        assert ours == library

    def test_the_event_table_has_its_indexes_and_constraints(
        self, url: str, library_url: str
    ) -> None:
        ours = [row["indexdef"] for row in rows(url, INDEXES, "stored_events")]
        # Deliberate: it holds the few entries that name a drug, and no others.
        (drugs,) = [index for index in ours if "stored_events_drug_idx" in index]
        ours.remove(drugs)
        assert ours == [row["indexdef"] for row in rows(library_url, INDEXES, "stored_events")]
        constraints = rows(url, CONSTRAINTS, "stored_events")
        assert constraints == rows(library_url, CONSTRAINTS, "stored_events")
        assert constraints

    def test_the_event_table_is_vacuumed_as_the_library_s(self, url: str, library_url: str) -> None:
        ours = {r["option"] for r in rows(url, OPTIONS, "stored_events")}
        library = {r["option"] for r in rows(library_url, OPTIONS, "stored_events")}
        # Deliberate: states are kept in the row's page where they fit.
        assert ours ^ library == {"autovacuum_enabled=true", "toast_tuple_target=8160"}

    def test_the_tracking_table_is_the_library_s(self, url: str, library_url: str) -> None:
        for query in (COLUMNS, INDEXES, CONSTRAINTS):
            ours = rows(url, query, "notification_tracking")
            assert ours == rows(library_url, query, "notification_tracking")

    def test_no_type_or_function_of_the_library_is_there(self, url: str) -> None:
        """They belong to its composite types and database functions, which are not used."""
        found = (
            "SELECT (SELECT count(*) FROM pg_type WHERE typname LIKE 'stored_event\\_%%') "
            "+ (SELECT count(*) FROM pg_proc WHERE proname LIKE 'es\\_%%')"
        )
        assert value(url, found + " WHERE %s", True) == 0


# --- what the log refuses -----------------------------------------------------------------------

INSERT = (
    "INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id) "
)
CHANGES = [
    "UPDATE stored_events SET topic = 'x'",
    "UPDATE stored_events SET state = NULL WHERE false",
    "DELETE FROM stored_events",
    "TRUNCATE stored_events",
    "UPDATE registration SET kind = 'x'",
    "DELETE FROM registration",
    "TRUNCATE registration",
    "UPDATE idempotency SET receipt = 'x'",
    "DELETE FROM idempotency",
    "TRUNCATE idempotency",
]


class TestAppendOnly:
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def rows_to_attack(cls, url: str) -> None:
        """A log of three events and a row in each table beside it."""
        with LedgerDatastore(url, "ledger_writer") as datastore:
            events = [StoredEvent("CN:1", i, "topic", b"{}\n{}") for i in (1, 2, 3)]
            LedgerRecorder(datastore).insert_events(events)
        with psycopg.connect(url) as connection:
            connection.execute(
                "INSERT INTO registration VALUES ('Y1', 'pledge', 2026, '99', 1, '{}', NULL, 'f');"
                "INSERT INTO idempotency VALUES ('c', 'k', '', 'f', 1, '')"
            )

    @pytest.mark.parametrize("statement", CHANGES)
    def test_nothing_is_changed_or_deleted_even_by_the_owner_and_superuser(
        self, url: str, statement: str
    ) -> None:
        with psycopg.connect(url) as connection:
            with pytest.raises(psycopg.errors.RestrictViolation, match="nothing recorded"):
                connection.execute(statement)

    @pytest.mark.parametrize("statement", CHANGES)
    def test_no_role_has_the_privilege(self, url: str, statement: str) -> None:
        for role in ROLES:
            with connect(url, role) as connection:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)

    def test_an_upsert_changes_nothing_either(self, url: str) -> None:
        with psycopg.connect(url) as connection:
            with pytest.raises(psycopg.errors.RestrictViolation):
                connection.execute(
                    "INSERT INTO idempotency VALUES ('c', 'k', '', 'g', 1, '') "
                    "ON CONFLICT (caller, key) DO UPDATE SET receipt = 'another'"
                )

    def test_only_personal_values_can_be_erased(self, url: str) -> None:
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO personal VALUES (1, 'personal', 'salt', '1')")
            assert connection.execute("DELETE FROM personal").rowcount == 1


class TestPositions:
    @pytest.fixture
    def connection(self, url: str) -> Iterator[psycopg.Connection[Any]]:
        """A session of the writer's role on a log, in a transaction that is rolled back."""
        with connect(url, "ledger_writer", autocommit=False) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(log_lock_key())")
            yield connection
            connection.rollback()

    @pytest.fixture
    def head(self, connection: psycopg.Connection[Any]) -> int:
        row = connection.execute("SELECT max(notification_id) FROM stored_events").fetchone()
        assert row is not None
        return row[0] or 0

    def insert(self, connection: psycopg.Connection[Any], *positions: int) -> None:
        named = [(f"CN:{p}", p) for p in positions]
        values = ", ".join(f"('{name}', 1, 'topic', '', {p})" for name, p in named)
        connection.execute(f"{INSERT} VALUES {values}")

    @pytest.mark.parametrize("following", [(1,), (1, 2, 3), (3, 1, 2)])
    def test_the_next_positions_are_taken(
        self, connection: psycopg.Connection[Any], head: int, following: tuple[int, ...]
    ) -> None:
        self.insert(connection, *(head + p for p in following))
        self.insert(connection, head + len(following) + 1)

    @pytest.mark.parametrize("following", [(2,), (1, 3), (2, 3), (1, 2, 4), (10**12,)])
    def test_a_gap_is_refused(
        self, connection: psycopg.Connection[Any], head: int, following: tuple[int, ...]
    ) -> None:
        with pytest.raises(psycopg.IntegrityError, match="do not follow"):
            self.insert(connection, *(head + p for p in following))

    @pytest.mark.parametrize("position", [0, -1, -(10**12)])
    def test_a_position_before_the_first_is_refused(
        self, connection: psycopg.Connection[Any], position: int
    ) -> None:
        with pytest.raises(psycopg.IntegrityError, match="do not follow"):
            self.insert(connection, position)

    def test_a_position_twice_is_refused(
        self, connection: psycopg.Connection[Any], head: int
    ) -> None:
        self.insert(connection, head + 1, head + 2)
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(f"{INSERT} VALUES ('CN:other', 1, 't', '', {head + 1})")

    def test_no_position_is_refused(self, connection: psycopg.Connection[Any]) -> None:
        with pytest.raises(psycopg.errors.NotNullViolation):
            connection.execute(
                "INSERT INTO stored_events (originator_id, originator_version) VALUES ('CN:1', 9)"
            )

    def test_copy_is_checked_as_well(self, connection: psycopg.Connection[Any], head: int) -> None:
        copied = [
            ("CN:copied", 1, "topic", b"", head + 1),
            ("CN:copied", 2, "topic", b"", head + 3),
        ]
        with pytest.raises(psycopg.IntegrityError, match="do not follow"):
            copy_in(connection, copied)

    def test_an_insert_of_nothing_passes(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("INSERT INTO stored_events SELECT * FROM stored_events WHERE false")


def copy_in(connection: psycopg.Connection[Any], events: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as curs, curs.copy("COPY stored_events FROM STDIN") as copy:
        for event in events:
            copy.write_row(event)


class TestTheLock:
    """The trigger takes it for every inserter, before the position is drawn."""

    @pytest.fixture
    def holder(self, url: str) -> Iterator[psycopg.Connection[Any]]:
        """A session that holds the lock, as a writer's group does."""
        with connect(url, autocommit=False) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(log_lock_key())")
            yield connection

    def insert(self, url: str) -> None:
        with connect(url, "ledger_writer") as connection:
            connection.execute(
                f"{INSERT} SELECT 'CN:waits', 1, 't', '{{}}', "
                "(SELECT coalesce(max(notification_id), 0) + 1 FROM stored_events)"
            )

    def copy(self, url: str) -> None:
        head = value(url, "SELECT log_head()")
        with connect(url, "ledger_writer") as connection:
            copy_in(connection, [("CN:copied", 1, "topic", b"{}", head + 1)])

    @pytest.mark.parametrize("way", ["insert", "copy"])
    def test_an_inserter_waits_for_it(
        self, url: str, holder: psycopg.Connection[Any], way: str
    ) -> None:
        with ThreadPoolExecutor(1) as pool:
            waiting: Future[None] = pool.submit(getattr(self, way), url)
            deadline = time.monotonic() + 30
            while not waiters(url):
                assert time.monotonic() < deadline
                time.sleep(0.005)
            assert not waiting.done()
            holder.rollback()
            waiting.result(30)

    @pytest.mark.usefixtures("holder")
    @pytest.mark.parametrize("statement", ["VACUUM stored_events", "ANALYZE stored_events"])
    def test_maintenance_passes_it(self, url: str, statement: str) -> None:
        with connect(url) as connection:
            connection.execute("SET statement_timeout = '20s'")
            connection.execute(statement)

    @pytest.mark.usefixtures("holder")
    def test_readers_pass_it(self, url: str) -> None:
        with connect(url, "ledger_public") as connection:
            connection.execute("SET statement_timeout = '20s'")
            connection.execute("SELECT entry FROM event_log LIMIT 1")


def waiters(url: str) -> int:
    """Sessions of this database that wait for an advisory lock."""
    found = (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND %s"
    )
    return int(value(url, found, True))


# --- what each role may see ---------------------------------------------------------------------

REGISTER_VIEWS = {
    "patent": "patent_id bibliography facts recorded",
    "patent_alias": "alias patent_id",
    "title": "patent_id patentees effective recorded",
    "encumbrance": ("thing patent_id kind registration_no details confidential effective recorded"),
    "licence": (
        "thing patent_id licence_id registration_no disclosed details confidential effective "
        "recorded"
    ),
    "open_licence": "thing patent_id declaration_no details effective recorded",
}
LOG_TABLES = {
    "log_tile": "level tile hashes",
    "log_checkpoint": "size origin note number",
    "log_key": "verifier_key since until",
    "log_key_list": "one note",
    "log_map": "path slots",
    "log_map_head": "one size root",
    "certificate": "code issued_at patent_id newest body",
}
TOLD = {
    "told_notice": "number id party patent_id body told_at",
    "notice_evidence": "notice recipient what first_at last_at times status",
}
POST = {
    "mailbox": (
        "owner party wanted entries_through notices_through opened_at polled_at acknowledged_at"
    ),
    "webhook": (
        "id owner name party url wanted entries_through notices_through state because "
        "state_since generation overlap_until registered_at delivered_at failed_at last_status "
        "last_error"
    ),
    "webhook_delivery": (
        "number webhook message stream position notice attempts next_at dead_at status error"
    ),
}
FEED = {"feed": "position number filing_end stream topic thing parties"}
FOLLOWED = {
    "due": "thing patent_id kind about falls_on entry effective recorded",
    "notice": "thing patent_id party obligation details effective recorded",
}
SEARCHED = {
    "involvement": (
        "thing patent_id party name folded person role about disclosed effective recorded "
        "party_key known_from"
    ),
    "listing": (
        "patent_id terms symbols filed_on published_on granted_on pledged_on licensed_on "
        "declared_on effective recorded"
    ),
    "party_name": "folded spelled",
}
GROUPS = "kind section industry strategic granted_on party party_kind province separate recorded"
STATISTICS = {
    "operation": f"thing patent_id act cause day contract {GROUPS} known_from",
    "licence_rate": (
        "thing patent_id contract recorded_on taken_on declaration_no taker licence_kind class "
        f"form base amount currency rate term_days {GROUPS} known_from"
    ),
    "open_licence_asked": (
        "thing patent_id declaration_no declared_on withdrawn_on span stands_from stands_until "
        f"class form base amount currency rate {GROUPS} known_from"
    ),
    "pledge_financing": (
        "thing patent_id trademark contract span stands_from stands_until registered_on ended_on "
        "ground claim_id amount currency term_days enterprises bank institution "
        f"{GROUPS} known_from"
    ),
}
RELEASED = {"statistics_release": "family period position released_at document"}
READABLE: dict[Role, dict[str, str]] = {
    "ledger_writer": {
        "stored_events": "originator_id originator_version topic state notification_id",
        "notification_tracking": "application_name notification_id",
        "registration": (
            "registration_no kind year region serial patents secured_claim_id filing_id"
        ),
        "transcribed_registration": "registration_no patent_id kind year region serial",
        "idempotency": "caller key body_hmac filing_id last_position receipt",
        "standing_pledge": "patent_id registration_no",
        "standing_declaration": "patent_id declaration_no",
        "personal": "position name salt value",
        "source_record": "register reference digest updated_on filing_id withdrawn patents",
        "prepared_filing": (
            "filing_id command patents prepared_at valid_until parties awaiting state"
        ),
        "pending_invalidation": "thing patent_id details effective recorded",
        "feed_party": "thing party since",
        **POST,
        **TOLD,
        **FEED,
        **FOLLOWED,
        **SEARCHED,
        **STATISTICS,
        **RELEASED,
        **REGISTER_VIEWS,
        **LOG_TABLES,
    },
    "ledger_auditor": {
        "confidential_read": (
            "read_no read_at caller role party operation about path query position status "
            "request_id"
        ),
        "event_log": "position recorded_at stream version topic entry open",
        "notification_tracking": "application_name notification_id",
        "registration": (
            "registration_no kind year region serial patents secured_claim_id filing_id"
        ),
        "transcribed_registration": "registration_no patent_id kind year region serial",
        "source_record": "register reference digest updated_on filing_id withdrawn patents",
        "prepared_filing": (
            "filing_id command patents prepared_at valid_until parties awaiting state"
        ),
        "pending_invalidation": "thing patent_id details effective recorded",
        **TOLD,
        **FEED,
        **FOLLOWED,
        **SEARCHED,
        **STATISTICS,
        **RELEASED,
        **REGISTER_VIEWS,
        **LOG_TABLES,
    },
    "ledger_public": {
        "event_log": "position recorded_at stream topic entry",
        "patent": "patent_id bibliography facts recorded",
        "patent_alias": "alias patent_id",
        "title": "patent_id patentees effective recorded",
        "encumbrance": "thing patent_id kind registration_no details effective recorded",
        "licence": (
            "thing patent_id licence_id registration_no disclosed details effective recorded"
        ),
        "open_licence": "thing patent_id declaration_no details effective recorded",
        **SEARCHED,
        **FEED,
        **RELEASED,
        **LOG_TABLES,
    },
}
"""Every table and column that a role can read, of all that is not PostgreSQL's own."""

WRITABLE: dict[Role, dict[str, str]] = {
    "ledger_writer": {
        "stored_events": "INSERT",
        "notification_tracking": "INSERT UPDATE",
        "registration": "INSERT",
        "transcribed_registration": "INSERT",
        "idempotency": "INSERT",
        "standing_pledge": "INSERT DELETE",
        "standing_declaration": "INSERT DELETE",
        "personal": "INSERT UPDATE DELETE",
        "confidential_read": "INSERT",
        "statistics_release": "INSERT",
        "source_record": "INSERT UPDATE",
        "prepared_filing": "INSERT UPDATE",
        "pending_invalidation": "INSERT UPDATE",
        "party_name": "INSERT",
        "involvement": "INSERT UPDATE",
        "listing": "INSERT UPDATE",
        **dict.fromkeys(("feed", "feed_party", "told_notice"), "INSERT"),
        **dict.fromkeys(("mailbox", "webhook", "notice_evidence"), "INSERT UPDATE"),
        "webhook_delivery": "INSERT UPDATE DELETE",
        **dict.fromkeys((*REGISTER_VIEWS, *FOLLOWED, *STATISTICS, *LOG_TABLES), "INSERT UPDATE"),
        "certificate": "INSERT",
    },
    "ledger_auditor": {},
    "ledger_public": {},
}

SHOWN_TO_ALL = {
    "log_head",
    "position_at",
    "recorded_at_position",
    "last_complete_position",
    "settled_position_at",
    "public_entries",
    "log_leaves",
    "lists_known",
    "leaves_at",
    "feed_position",
    "changed_patents",
}
CALLABLE: dict[Role, set[str]] = {
    "ledger_writer": SHOWN_TO_ALL | {"take_log_lock_since"},
    "ledger_auditor": SHOWN_TO_ALL
    | {"open_entries", "filing_record", "entry_positions", "last_entries", "streams_behind"},
    "ledger_public": SHOWN_TO_ALL,
}
"""Functions that run with the owner's rights, so that what they give is a right of the caller."""

RELATIONS = """
SELECT c.oid, n.nspname AS schema, c.relname AS name FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%%'
    AND %s
"""
READABLE_COLUMNS = """
SELECT coalesce(string_agg(attname, ' ' ORDER BY attnum), '') AS columns FROM pg_attribute
WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped
    AND has_column_privilege(%s, attrelid, attnum, 'SELECT')
"""
WRITES = """
SELECT coalesce(string_agg(p, ' ' ORDER BY place), '') AS privileges
FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'])
    WITH ORDINALITY AS privilege(p, place)
WHERE has_table_privilege(%s::text, %s::oid, p)
    OR (p IN ('INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(%s::text, %s::oid, p))
"""
DEFINERS = """
SELECT proname FROM pg_proc JOIN pg_namespace AS n ON n.oid = pronamespace
WHERE n.nspname = 'public' AND prosecdef AND prorettype <> 'trigger'::regtype
    AND has_function_privilege(%s, pg_proc.oid, 'EXECUTE')
"""


class TestRoles:
    @pytest.mark.parametrize("role", ROLES)
    def test_what_a_role_can_read_is_exactly_this(self, url: str, role: Role) -> None:
        found = {}
        for relation in rows(url, RELATIONS, True):
            columns = value(url, READABLE_COLUMNS, relation["oid"], role)
            if columns:
                assert relation["schema"] == "public"
                found[relation["name"]] = columns
        assert found == READABLE[role]

    @pytest.mark.parametrize("role", ROLES)
    def test_what_a_role_can_write_is_exactly_this(self, url: str, role: Role) -> None:
        found = {}
        for relation in rows(url, RELATIONS, True):
            oid = relation["oid"]
            privileges = value(url, WRITES, role, oid, role, oid)
            if privileges:
                found[relation["name"]] = privileges
        assert found == WRITABLE[role]

    @pytest.mark.parametrize("role", ROLES)
    def test_what_a_role_can_call_with_the_owner_s_rights_is_exactly_this(
        self, url: str, role: Role
    ) -> None:
        assert {r["proname"] for r in rows(url, DEFINERS, role)} == CALLABLE[role]

    @pytest.mark.parametrize("role", ROLES)
    def test_no_role_makes_anything_or_rules_over_another(self, url: str, role: Role) -> None:
        attributes = rows(
            url,
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, "
            "rolbypassrls FROM pg_roles WHERE rolname = %s",
            role,
        )
        assert set(attributes[0].values()) == {False}
        assert not value(url, "SELECT has_schema_privilege(%s, 'public', 'CREATE')", role)
        for other in rows(url, "SELECT rolname FROM pg_roles WHERE %s", True):
            if other["rolname"] != role:
                member = "SELECT pg_has_role(%s, %s, 'MEMBER')"
                assert not value(url, member, role, other["rolname"])

    @pytest.mark.parametrize("role", ROLES)
    def test_a_role_cannot_be_left(self, url: str, role: Role) -> None:
        """RESET ROLE takes the role again: no statement runs as the login."""
        with connect(url, role) as connection:
            connection.execute("RESET ROLE")
            row = connection.execute("SELECT current_user").fetchone()
            assert row == (role,)


class TestWhatThePublicSees:
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def entries(cls, url: str) -> None:
        """A ledger with a pledge, two licences of which one is not disclosed, a pending case."""
        with registry(url) as ledger:
            (patent,) = enter_patents(ledger, numbers(1, start=4000))
            facts: list[PatentEvent] = [
                pledged(patent),
                licensed(patent),
                declared_open(patent),
                taken(patent),
                invalidation_requested(patent),
            ]
            for fact in facts:
                ledger.enter(source_record(f"{fact.TOPIC} {patent}", fact), "run")

    def read(self, url: str, role: Role, query: str) -> list[tuple[Any, ...]]:
        with connect(url, role) as connection:
            return connection.execute(query).fetchall()

    def test_confidential_columns_are_closed_to_it(self, url: str) -> None:
        for query in (
            "SELECT confidential FROM encumbrance",
            "SELECT * FROM encumbrance",
            "SELECT confidential FROM licence",
            "SELECT count(*) FROM encumbrance WHERE confidential::text LIKE '%loan%'",
            "SELECT open FROM event_log",
            "SELECT version FROM event_log",
            "SELECT * FROM event_log",
            "SELECT * FROM stored_events",
            "SELECT * FROM pending_invalidation",
            "SELECT * FROM registration",
            "SELECT * FROM personal",
            "SELECT * FROM idempotency",
            "SELECT * FROM open_entries('{}', 1)",
            "SELECT * FROM filing_record('')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                self.read(url, "ledger_public", query)

    def test_a_licence_that_is_not_recorded_is_not_there(self, url: str) -> None:
        query = "SELECT licence_id FROM licence ORDER BY 1"
        assert self.read(url, "ledger_public", query) == [("X2025990000001",)]
        both = [("X2025990000001",), ("taken-1",)]
        assert self.read(url, "ledger_auditor", query) == both
        assert self.read(url, "ledger_writer", query) == both

    def test_an_entry_without_a_public_part_is_a_place_in_the_log_and_nothing_more(
        self, url: str
    ) -> None:
        hidden = "'open_licence.taken', 'invalidation.requested'"
        positions = self.read(
            url,
            "ledger_auditor",
            f"SELECT position FROM event_log WHERE topic IN ({hidden}) ORDER BY position",
        )
        assert len(positions) == 2
        seen = self.read(
            url,
            "ledger_public",
            "SELECT position, recorded_at, stream, topic, entry FROM event_log "
            "WHERE stream IS NULL",
        )
        assert [(row[0],) for row in sorted(seen)] == positions
        for _, recorded_at, stream, topic, entry in seen:
            assert (recorded_at, stream, topic) == (None, None, None)
            assert set(entry) == {"digests"}

    def test_every_other_entry_shows_its_stream_topic_and_time(self, url: str) -> None:
        seen = self.read(
            url,
            "ledger_public",
            "SELECT count(*) FILTER (WHERE stream IS NULL), count(*) FILTER (WHERE topic IS NULL "
            "OR recorded_at IS NULL), count(*) FROM event_log",
        )
        assert seen == [(2, 2, 6)]

    def test_entries_by_stream_leave_out_those_without_a_public_part(self, url: str) -> None:
        streams = "(SELECT array_agg(DISTINCT patent_id) FROM patent)"
        public = self.read(url, "ledger_public", f"SELECT topic FROM public_entries({streams}, 99)")
        assert [topic for (topic,) in public] == [
            "patent.entered",
            "pledge.registered",
            "licence.recorded",
            "open_licence.declared",
        ]
        everything = self.read(
            url, "ledger_auditor", f"SELECT topic FROM open_entries({streams}, 99)"
        )
        assert len(everything) == 6

    def test_what_an_auditor_reads_is_the_whole_entry(self, url: str) -> None:
        seen = self.read(
            url,
            "ledger_auditor",
            "SELECT recorded_at, stream, version, topic, open FROM event_log ORDER BY position",
        )
        assert len(seen) == 6
        assert [version for _, _, version, _, _ in seen] == [1, 2, 3, 4, 5, 6]
        assert all(None not in row for row in seen)


def taken(patent: str) -> OpenLicenceTaken:
    """A licence taken under an open licence, of which nothing is public yet."""
    return OpenLicenceTaken(
        **about(patent, date(2025, 6, 2), filing_id="taken-1"),
        licence_id="taken-1",
        declaration_no="OL2025990000001",
        licensee=party(MILLS),
        licensors=(party(LAMPWORKS),),
        notice_on=date(2025, 6, 2),
        paid_on=date(2025, 6, 2),
        starts_on=date(2025, 6, 2),
        ends_on=date(2030, 1, 1),
        royalty=LumpSum(total=yuan("100000")),
    )
