-- The plan of the feed's follower is made once a session, as a rule when the tables are all but empty, and kept while they
-- grow. It looked the patentees up by the constraint on title, whose index begins with a hash of the number, and so went
-- through all of it for each entry: a millisecond each with two thousand patents, more with more. Asked for by the ends of
-- the range, they are found by the patent alone. Nothing else of the function is changed.
CREATE OR REPLACE FUNCTION follow_feed(batch_max bigint) RETURNS boolean LANGUAGE plpgsql
    -- The tables looked up grow from nothing, and nobody has counted them yet.
    SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    since bigint;
    head bigint;
    until_position bigint;
    numbered bigint;
BEGIN
    SELECT coalesce(max(notification_id), 0) INTO since FROM public.notification_tracking WHERE application_name = 'feed';
    SELECT coalesce(max(notification_id), 0) INTO head FROM public.stored_events;
    until_position := least(head, since + batch_max);
    IF until_position = since THEN
        RETURN false;
    END IF;
    IF until_position < head THEN
        until_position := public.last_complete_position(until_position);
    END IF;
    SELECT coalesce(max(f.number), 0) INTO numbered FROM public.feed AS f
        WHERE f."position" = (SELECT max("position") FROM public.feed);

    WITH batch AS MATERIALIZED (
        SELECT * FROM public.feed_batch(since, until_position)
    ), naming AS MATERIALIZED (
        SELECT b.thing, party, min(b."position") AS first_named
        FROM batch AS b CROSS JOIN LATERAL unnest(b.named) AS party
        WHERE b.thing IS NOT NULL GROUP BY b.thing, party
    ), kept AS (
        INSERT INTO public.feed_party SELECT n.thing, n.party, n.first_named FROM naming AS n ON CONFLICT DO NOTHING
    ), concerned AS (
        SELECT b."position", unnest(b.named) AS party FROM batch AS b
        UNION
        SELECT b."position", n.party FROM batch AS b JOIN naming AS n ON n.thing = b.thing AND n.first_named <= b."position"
        UNION
        SELECT b."position", p.party FROM batch AS b JOIN public.feed_party AS p ON p.thing = b.thing
        UNION
        SELECT b."position", held ->> 'id' FROM batch AS b
        JOIN public.title AS t ON t.patent_id = b.stream AND upper_inf(t.effective)
            AND lower(t.recorded) <= b."position" AND coalesce(upper(t.recorded) > b."position", true)
        CROSS JOIN LATERAL jsonb_array_elements(t.patentees) AS held
    ), gathered AS (
        SELECT c."position", array_agg(c.party ORDER BY c.party) AS parties FROM concerned AS c GROUP BY c."position"
    )
    INSERT INTO public.feed ("position", number, filing_end, stream, topic, thing, parties)
        SELECT
            b."position",
            numbered + row_number() OVER (ORDER BY b."position"),
            max(b."position") OVER (PARTITION BY b.filing_id),
            b.stream, b.topic, b.thing, coalesce(g.parties, '{}')
        FROM batch AS b LEFT JOIN gathered AS g ON g."position" = b."position";

    INSERT INTO public.notification_tracking VALUES ('feed', until_position)
        ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id;
    PERFORM pg_notify('feed', until_position::text);
    RETURN true;
END
$$;
