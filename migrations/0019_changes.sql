-- The patents with public entries behind one position and up to another, each at the last of them, in their order and no
-- more than so many: what changed in the register between the two. Entries without a public part are not there.

CREATE FUNCTION is_public(state bytea) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT jsonb_exists(split_part(convert_from(state, 'UTF8'), E'\n', 1)::jsonb, 'stream')
$$;

CREATE FUNCTION changed_patents(after bigint, until_position bigint, most bigint)
    RETURNS TABLE (patent text, "position" bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT e.originator_id, e.notification_id FROM public.stored_events AS e
    WHERE e.notification_id > after AND e.notification_id <= until_position
        AND e.originator_id NOT LIKE 'filing:%' AND e.originator_id NOT LIKE 'party:%'
        AND e.originator_id NOT LIKE 'trademark:%'
        AND public.is_public(e.state)
        AND NOT EXISTS (
            SELECT FROM public.stored_events AS later
            WHERE later.originator_id = e.originator_id AND later.notification_id > e.notification_id
                AND later.notification_id <= until_position AND public.is_public(later.state)
        )
    ORDER BY e.notification_id LIMIT most
$$;
