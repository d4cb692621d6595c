-- The feed: which entries have a public part, in order, and whom and what they are about. It is an index of the log, made
-- behind it by a follower and never changed afterwards; what an entry says is read from the log itself.

CREATE TABLE feed (
    "position" bigint PRIMARY KEY,
    -- Its place among the entries with a public part: 1, 2, 3 … without a gap.
    number bigint NOT NULL,
    -- The last position of its filing that is in the feed: a page ends there.
    filing_end bigint NOT NULL,
    stream text NOT NULL,
    topic text NOT NULL,
    -- The registration, licence or declaration that it is about.
    thing text,
    -- Who is concerned: whom it names, whom earlier entries about the same thing name, and the patentees.
    parties text[] NOT NULL
);
CREATE INDEX feed_stream_idx ON feed (stream, "position");
CREATE INDEX feed_topic_idx ON feed (topic, "position");
CREATE INDEX feed_parties_idx ON feed USING gin (parties);

-- Who is a party to a thing, since which entry about it.
CREATE TABLE feed_party (
    thing text NOT NULL,
    party text NOT NULL,
    since bigint NOT NULL,
    PRIMARY KEY (thing, party)
);

CREATE TRIGGER feed_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON feed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The ids of the parties that a public entry names: in its fields, and in what an amendment changes.
CREATE FUNCTION parties_of(fields jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(DISTINCT party #>> '{}'), '{}')
    FROM (
        SELECT jsonb_path_query(fields, 'lax $.* ? (exists(@.residence)).id') AS party
        UNION ALL
        SELECT jsonb_path_query(fields, 'strict $.changes.** ? (exists(@.residence)).id') WHERE fields ? 'changes'
    ) AS named
$$;

-- The entries with a public part behind a position up to another.
CREATE FUNCTION feed_batch(since bigint, until_position bigint)
    RETURNS TABLE ("position" bigint, filing_id text, stream text, topic text, thing text, named text[])
    LANGUAGE sql STABLE AS $$
    SELECT
        e."position", e.entry ->> 'filing_id', e.entry ->> 'stream', e.entry ->> 'topic',
        coalesce(
            e.entry -> 'fields' ->> 'licence_id', e.entry -> 'fields' ->> 'declaration_no', e.entry ->> 'registration_no'
        ),
        public.parties_of(e.entry -> 'fields')
    FROM (
        SELECT notification_id AS "position", split_part(convert_from(state, 'UTF8'), E'\n', 1)::jsonb AS entry
        FROM public.stored_events WHERE notification_id > since AND notification_id <= until_position
        OFFSET 0 -- each entry is parsed once
    ) AS e
    WHERE e.entry ? 'stream'
$$;

-- Brings the feed forward by one batch that ends where a filing ends; false where the log has nothing new. Called by the
-- follower, whose turn it is, with the writer's rights.
CREATE FUNCTION follow_feed(batch_max bigint) RETURNS boolean LANGUAGE plpgsql
    -- The tables looked up grow from nothing, and nobody has counted them yet.
    SET enable_mergejoin = off AS $$
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
        JOIN public.title AS t ON t.patent_id = b.stream AND t.recorded @> b."position" AND upper_inf(t.effective)
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

-- How far the feed has come.
CREATE FUNCTION feed_position() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(max(notification_id), 0) FROM public.notification_tracking WHERE application_name = 'feed'
$$;

-- The stored bytes of entries at positions, which are public.
CREATE FUNCTION leaves_at(positions bigint[])
    RETURNS TABLE ("position" bigint, entry bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT e.notification_id, substring(e.state FOR position('\x0a'::bytea IN e.state) - 1)
    FROM public.stored_events AS e WHERE e.notification_id = ANY (positions) ORDER BY e.notification_id
$$;

GRANT SELECT, INSERT ON feed, feed_party TO ledger_writer;
GRANT SELECT ON feed TO ledger_auditor, ledger_public;
