-- What readers ask of the log by stream, by filing and by time. The functions run with the owner's right to the
-- log's index of streams and each shows no more than the view `event_log` shows to the role that may call it.

-- The filing an event belongs to, shown or not.
CREATE FUNCTION filing_of(state bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(
        split_part(convert_from(state, 'UTF8'), E'\n', 1)::jsonb ->> 'filing_id',
        nullif(split_part(convert_from(state, 'UTF8'), E'\n', 2), '')::jsonb -> 'filing_id' ->> 1
    )
$$;

-- The last position up to the asked one at which a filing ends: no reader knows half a filing. NULL beyond the head.
CREATE FUNCTION last_complete_position(asked bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    known bigint := asked;
    filing text;
    next_filing text;
BEGIN
    IF asked < 0 OR asked > public.log_head() THEN
        RETURN NULL;
    END IF;
    SELECT public.filing_of(state) INTO next_filing FROM public.stored_events WHERE notification_id = asked + 1;
    LOOP
        SELECT public.filing_of(state) INTO filing FROM public.stored_events WHERE notification_id = known;
        EXIT WHEN known = 0 OR next_filing IS NULL OR filing IS DISTINCT FROM next_filing;
        known := known - 1;
    END LOOP;
    RETURN known;
END
$$;

-- When the entry at a position was recorded; as position_at, it tells a time and nothing of the entry.
CREATE FUNCTION recorded_at_position(asked bigint) RETURNS timestamptz
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT public.recorded_at_of(state) FROM public.stored_events WHERE notification_id = asked
$$;

-- The last position recorded by a moment, such that the answer is the same for ever: a filing that is being
-- entered may have taken its time before the moment asked for, and is waited for. Reads the log afresh after that.
CREATE FUNCTION settled_position_at(moment timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF public.recorded_at_position(public.log_head()) IS NULL
        OR public.recorded_at_position(public.log_head()) < moment THEN
        PERFORM pg_advisory_xact_lock_shared(public.log_lock_key());
    END IF;
    RETURN public.position_at(moment);
END
$$;

-- The entries of streams up to a position, as the public sees them: those without a public part are not there.
CREATE FUNCTION public_entries(streams text[], until_position bigint)
    RETURNS TABLE ("position" bigint, recorded_at timestamptz, stream text, topic text, entry jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT
        e.notification_id, (l.entry ->> 'recorded_at')::timestamptz, l.entry ->> 'stream', l.entry ->> 'topic', l.entry
    FROM public.stored_events AS e
    CROSS JOIN LATERAL (SELECT split_part(convert_from(e.state, 'UTF8'), E'\n', 1)::jsonb AS entry) AS l
    WHERE e.originator_id = ANY (streams) AND e.notification_id <= until_position AND l.entry ? 'stream'
    ORDER BY e.notification_id
$$;

-- The same entries with all they hold.
CREATE FUNCTION open_entries(streams text[], until_position bigint)
    RETURNS TABLE (
        "position" bigint, recorded_at timestamptz, stream text, version bigint, topic text, entry jsonb, open jsonb
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT
        e.notification_id, public.recorded_at_of(e.state), e.originator_id, e.originator_version, e.topic,
        split_part(convert_from(e.state, 'UTF8'), E'\n', 1)::jsonb,
        nullif(split_part(convert_from(e.state, 'UTF8'), E'\n', 2), '')::jsonb
    FROM public.stored_events AS e
    WHERE e.originator_id = ANY (streams) AND e.notification_id <= until_position
    ORDER BY e.notification_id
$$;

-- A filing's receipt, and who filed it.
CREATE FUNCTION filing_record(wanted text)
    RETURNS TABLE (caller text, receipt bytea, last_position bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT i.caller, i.receipt, i.last_position FROM public.idempotency AS i WHERE i.filing_id = wanted
$$;

REVOKE EXECUTE ON FUNCTION open_entries(text[], bigint), filing_record(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_entries(text[], bigint), filing_record(text) TO ledger_auditor;

-- A licence is asked for by its recordal number too, which is not its name where it was taken first.
CREATE INDEX licence_registration_idx ON licence (registration_no);
