-- What was answered for a moment stays true: nothing is recorded at or before it afterwards. A filing that is decided
-- ahead takes its time before it has the log's lock; so the latest moment that was answered for is kept where whoever
-- has the lock finds it. A sequence, since readers write nothing; in microseconds since 1970.

CREATE UNLOGGED SEQUENCE moment_asked MINVALUE 0;

CREATE FUNCTION microseconds_of(moment timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM moment) * 1000000)::bigint
$$;

CREATE OR REPLACE FUNCTION settled_position_at(moment timestamptz) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    -- Nobody may hold up what is yet to come.
    asked timestamptz := least(moment, clock_timestamp() + interval '1 minute');
BEGIN
    IF public.recorded_at_position(public.log_head()) IS NULL
        OR public.recorded_at_position(public.log_head()) < moment THEN
        PERFORM pg_advisory_xact_lock(public.log_lock_key());
        IF NOT pg_is_in_recovery()
            AND public.microseconds_of(asked) > (SELECT last_value FROM public.moment_asked) THEN
            PERFORM setval('public.moment_asked', public.microseconds_of(asked));
        END IF;
    END IF;
    RETURN public.position_at(moment);
END
$$;

-- Takes the log's lock for what was decided at a moment; refuses where a later one has been answered for.
CREATE FUNCTION take_log_lock_since(moment timestamptz) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(public.log_lock_key());
    IF public.microseconds_of(moment) <= (SELECT last_value FROM public.moment_asked) THEN
        RAISE EXCEPTION 'what is known at % has been answered', moment
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION take_log_lock_since(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_log_lock_since(timestamptz) TO ledger_writer;
