-- The event log: one row an event, in the columns the eventsourcing library expects (it would draw positions
-- from a sequence; here they are dense and drawn under the log's lock).

CREATE TABLE stored_events (
    originator_id text NOT NULL,
    originator_version bigint NOT NULL,
    topic text,
    state bytea,
    notification_id bigint NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
) WITH (
    -- A state of a few thousand bytes is read whole: it stays in the row as long as the page holds it.
    toast_tuple_target = 8160,
    autovacuum_vacuum_threshold = 100000000,
    autovacuum_vacuum_scale_factor = 0.5,
    autovacuum_analyze_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.01
);
CREATE UNIQUE INDEX stored_events_notification_id_idx ON stored_events (notification_id ASC);
-- Half of a state is digests and salts, which do not compress.
ALTER TABLE stored_events ALTER COLUMN state SET STORAGE EXTERNAL;

-- The lock that puts all inserters in one order. The database takes it before any position is drawn, so it
-- binds every inserter there will ever be; an advisory lock lets VACUUM and ANALYZE pass and needs no privilege.
CREATE FUNCTION log_lock_key() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 7034861500292215::bigint
$$;

CREATE FUNCTION take_log_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(public.log_lock_key());
    RETURN NULL;
END
$$;
CREATE TRIGGER stored_events_lock BEFORE INSERT ON stored_events
    FOR EACH STATEMENT EXECUTE FUNCTION take_log_lock();

-- Positions are dense: 1, 2, 3 … without a gap, so that count = max proves completeness.
CREATE FUNCTION check_positions_dense() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    first bigint;
    last bigint;
    added_count bigint;
    head bigint;
BEGIN
    SELECT min(notification_id), max(notification_id), count(*) INTO first, last, added_count FROM added;
    IF added_count = 0 THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(max(notification_id), 0) INTO head FROM public.stored_events WHERE notification_id < first;
    IF first <> head + 1 OR last - first + 1 <> added_count THEN
        RAISE EXCEPTION 'positions %..% of % events do not follow position %', first, last, added_count, head
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER stored_events_dense AFTER INSERT ON stored_events
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION check_positions_dense();

-- Nothing recorded is changed or deleted.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: nothing recorded is changed or deleted', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER stored_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stored_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- Also for a session that plays a replica's part: what is refused is refused to everybody.
ALTER TABLE stored_events ENABLE ALWAYS TRIGGER stored_events_lock;
ALTER TABLE stored_events ENABLE ALWAYS TRIGGER stored_events_dense;
ALTER TABLE stored_events ENABLE ALWAYS TRIGGER stored_events_append_only;

-- How far each follower has come: the library's tracking table.
CREATE TABLE notification_tracking (
    application_name text PRIMARY KEY,
    notification_id bigint
);

GRANT SELECT, INSERT ON stored_events TO ledger_writer;
GRANT SELECT, INSERT, UPDATE ON notification_tracking TO ledger_writer;
GRANT SELECT ON notification_tracking TO ledger_auditor;
GRANT EXECUTE ON FUNCTION log_lock_key() TO ledger_writer;

-- What auditors and the public read of the log, with psql or over HTTP. In an event kind without a public
-- part every member is a digest, so the public sees only that there is an entry.
CREATE VIEW event_log WITH (security_barrier) AS
    SELECT
        e.notification_id AS position,
        coalesce(l.entry ->> 'recorded_at', h.recorded_at)::timestamptz AS recorded_at,
        coalesce(l.entry ->> 'stream', h.stream) AS stream,
        e.originator_version AS version,
        coalesce(l.entry ->> 'topic', h.topic) AS topic,
        l.entry,
        l.open
    FROM stored_events AS e
    CROSS JOIN LATERAL (
        SELECT
            split_part(convert_from(e.state, 'UTF8'), E'\n', 1)::jsonb AS entry,
            nullif(split_part(convert_from(e.state, 'UTF8'), E'\n', 2), '')::jsonb AS open
    ) AS l
    LEFT JOIN LATERAL (
        SELECT
            l.open -> 'recorded_at' ->> 1 AS recorded_at,
            e.originator_id AS stream,
            e.topic
        WHERE pg_has_role(current_user, 'ledger_auditor', 'USAGE')
    ) AS h ON true;

GRANT SELECT ON event_log TO ledger_auditor;
GRANT SELECT (position, recorded_at, stream, topic, entry) ON event_log TO ledger_public;

CREATE FUNCTION recorded_at_of(state bytea) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(
        split_part(convert_from(state, 'UTF8'), E'\n', 1)::jsonb ->> 'recorded_at',
        nullif(split_part(convert_from(state, 'UTF8'), E'\n', 2), '')::jsonb -> 'recorded_at' ->> 1
    )::timestamptz
$$;

-- The last position recorded at or before a moment. Times never fall from one position to the next, so a
-- search by halves finds it; it tells only a position, and so runs with the owner's right to read the log.
CREATE FUNCTION position_at(moment timestamptz) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    low bigint := 0;
    high bigint;
    middle bigint;
    recorded timestamptz;
BEGIN
    SELECT coalesce(max(notification_id), 0) INTO high FROM public.stored_events;
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        SELECT public.recorded_at_of(state) INTO recorded
            FROM public.stored_events WHERE notification_id = middle;
        IF recorded <= moment THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END
$$;

-- The newest position, for readers who may not read the log itself.
CREATE FUNCTION log_head() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(max(notification_id), 0) FROM public.stored_events
$$;
