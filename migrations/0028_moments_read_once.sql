-- The last position recorded at or before a moment, as before (0012); of each entry on the way the time is read once, which
-- is the most of its cost.
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
        -- Behind OFFSET 0, or it would be read once for the condition and once more for the answer.
        SELECT e.notification_id, e.recorded INTO said, recorded
        FROM (
            SELECT notification_id, public.recorded_at_of(state) AS recorded FROM public.stored_events
            WHERE notification_id <= middle ORDER BY notification_id DESC OFFSET 0
        ) AS e
        WHERE e.recorded IS NOT NULL LIMIT 1;
        IF recorded <= moment OR recorded IS NULL THEN
            low := middle;
        ELSE
            high := said - 1;
        END IF;
    END LOOP;
    RETURN low;
END
$$;
