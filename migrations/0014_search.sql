-- What a search finds patents by, on two clocks: lists of the follower that also keeps what falls due. Nothing is
-- decided on them. Made of the register's own facts, so that everything before this migration is followed anew.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- One row a party, its role in a dealing (or as patentee), and the days on which it has it. `folded` is the name in one
-- form of letters; `about` the number of the dealing. What is not public (a debtor, a licence not recorded) is not
-- disclosed.
CREATE TABLE involvement (
    thing text COLLATE "C" NOT NULL,
    patent_id text NOT NULL,
    party text NOT NULL,
    name text NOT NULL,
    folded text COLLATE "C" NOT NULL,
    person boolean NOT NULL,
    role text NOT NULL,
    about text,
    disclosed boolean NOT NULL,
    effective daterange NOT NULL,
    recorded int8range NOT NULL
);
CREATE INDEX involvement_thing_idx ON involvement (thing);
CREATE INDEX involvement_folded_idx ON involvement (folded);
CREATE INDEX involvement_about_idx ON involvement (about);
-- The id of a party that is known by name alone may be longer than a tree's page bears.
CREATE INDEX involvement_party_idx ON involvement USING hash (party);

-- One row a patent and the days on which it is found by the same terms: classes, regions of its patentees, states.
CREATE TABLE listing (
    patent_id text NOT NULL,
    terms text[] NOT NULL,
    symbols text[] NOT NULL,
    filed_on date,
    published_on date,
    granted_on date,
    pledged_on date,
    licensed_on date,
    declared_on date,
    effective daterange NOT NULL,
    recorded int8range NOT NULL
);
CREATE INDEX listing_patent_idx ON listing (patent_id);
CREATE INDEX listing_terms_idx ON listing USING gin (terms);
CREATE INDEX listing_filed_idx ON listing (filed_on);
CREATE INDEX listing_granted_idx ON listing (granted_on);

-- A name as pg_trgm can compare it whatever the server's locale, which may take no letters but ASCII's for any: other
-- characters by their numbers.
CREATE FUNCTION spelled(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(CASE WHEN ascii(c) < 128 THEN c ELSE to_hex(ascii(c)) END, '' ORDER BY place), '')
    FROM string_to_table(name, NULL) WITH ORDINALITY AS letters(c, place)
$$;

-- Every name that ever was public, once: candidates of a search by name.
CREATE TABLE party_name (
    folded text COLLATE "C" PRIMARY KEY,
    spelled text COLLATE "C" NOT NULL
);
CREATE INDEX party_name_spelled_idx ON party_name USING gin (spelled gin_trgm_ops);

CREATE FUNCTION note_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.party_name
    SELECT folded, public.spelled(folded) FROM (SELECT DISTINCT folded FROM added WHERE disclosed) AS named
    WHERE NOT EXISTS (SELECT FROM public.party_name AS known WHERE known.folded = named.folded)
    ORDER BY folded
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

-- Has a table of involvements note its names: those it holds, and from now on those it is given.
CREATE PROCEDURE follow_names(room text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER involvement_names AFTER INSERT ON %I.involvement REFERENCING NEW TABLE AS added '
        'FOR EACH STATEMENT EXECUTE FUNCTION public.note_names()', room
    );
    EXECUTE format(
        'INSERT INTO public.party_name SELECT folded, public.spelled(folded) '
        'FROM (SELECT DISTINCT folded FROM %I.involvement WHERE disclosed) AS named '
        'ORDER BY folded ON CONFLICT DO NOTHING', room
    );
END
$$;
CALL follow_names('public');
GRANT SELECT, INSERT ON party_name TO ledger_writer;
GRANT SELECT ON party_name TO ledger_auditor, ledger_public;

CREATE PROCEDURE secure_search() LANGUAGE plpgsql AS $$
BEGIN
    GRANT SELECT, INSERT, UPDATE ON involvement, listing TO ledger_writer;
    GRANT SELECT ON involvement, listing TO ledger_auditor, ledger_public;
    ALTER TABLE involvement ENABLE ROW LEVEL SECURITY;
    CREATE POLICY involvement_disclosed ON involvement FOR SELECT TO ledger_public USING (disclosed);
    CREATE POLICY involvement_auditor ON involvement FOR SELECT TO ledger_auditor USING (true);
    CREATE POLICY involvement_writer ON involvement TO ledger_writer USING (true) WITH CHECK (true);
END
$$;
CALL secure_search();

-- Up to which position the lists are kept: of what follows, the public may know no more.
CREATE FUNCTION lists_known() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(max(notification_id), 0) FROM public.notification_tracking WHERE application_name = 'due_and_notices'
$$;

-- The streams of entries behind a position, which no list of a follower may hold yet.
CREATE FUNCTION streams_behind(known bigint) RETURNS TABLE (stream text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT originator_id FROM public.stored_events WHERE notification_id > known
$$;
REVOKE EXECUTE ON FUNCTION streams_behind(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION streams_behind(bigint) TO ledger_auditor;

TRUNCATE due, notice;
DELETE FROM notification_tracking WHERE application_name = 'due_and_notices';
