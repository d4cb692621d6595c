-- The last position recorded at or before a moment, as before. An entry without a public part that came with another's
-- log does not say when it was recorded: it counts with the one before it.
CREATE OR REPLACE FUNCTION position_at(moment timestamptz) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    low bigint := 0;
    high bigint;
    middle bigint;
    said bigint;
    recorded timestamptz;
BEGIN
    SELECT coalesce(max(notification_id), 0) INTO high FROM public.stored_events;
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        SELECT notification_id, public.recorded_at_of(state) INTO said, recorded FROM public.stored_events
            WHERE notification_id <= middle AND public.recorded_at_of(state) IS NOT NULL
            ORDER BY notification_id DESC LIMIT 1;
        IF recorded <= moment OR recorded IS NULL THEN
            low := middle;
        ELSE
            high := said - 1;
        END IF;
    END LOOP;
    RETURN low;
END
$$;
