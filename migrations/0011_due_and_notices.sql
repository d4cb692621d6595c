-- What falls due, and who is to be told what: lists that follow from the log, on two clocks, for parties and auditors.
-- Nothing is decided on them, so no constraint stands on their way in; the log keeps what they follow from.

-- One row a thing that falls due and the days on which it stands out; debts fall due by the register view of pledges. A thing begins with its patent's id and a blank,
-- so that its index finds a patent's rows. `falls_on` is the last day, of a limit to act before
-- a holiday moves it; `entry` the version of the entry on the patent's stream from which the day follows.
CREATE TABLE due (
    thing text COLLATE "C" NOT NULL,
    patent_id text NOT NULL,
    kind text NOT NULL,
    about text NOT NULL,
    falls_on date NOT NULL,
    entry int NOT NULL,
    effective daterange NOT NULL,
    recorded int8range NOT NULL
);
CREATE INDEX due_thing_idx ON due (thing);
CREATE INDEX due_falls_on_idx ON due (falls_on);

-- One row a party concerned by an obligation on record; once it is met, another from that day on, which names the entry.
CREATE TABLE notice (
    thing text NOT NULL,
    patent_id text NOT NULL,
    party text NOT NULL,
    obligation text NOT NULL,
    details jsonb NOT NULL,
    effective daterange NOT NULL,
    recorded int8range NOT NULL
);
CREATE INDEX notice_thing_idx ON notice (thing);
CREATE INDEX notice_patent_idx ON notice (patent_id);
CREATE INDEX notice_party_idx ON notice (party);

CREATE PROCEDURE secure_due_and_notices() LANGUAGE plpgsql AS $$
BEGIN
    GRANT SELECT, INSERT, UPDATE ON due, notice TO ledger_writer;
    GRANT SELECT ON due, notice TO ledger_auditor;
END
$$;
CALL secure_due_and_notices();

-- Where entries stand in the log, by their places in their streams.
CREATE FUNCTION entry_positions(streams text[], versions bigint[])
    RETURNS TABLE (stream text, version bigint, "position" bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT e.originator_id, e.originator_version, e.notification_id
    FROM unnest(streams, versions) AS asked(stream, version)
    JOIN public.stored_events AS e ON e.originator_id = asked.stream AND e.originator_version = asked.version
$$;
-- The last entry of streams by positions: what a register view knows from a position follows from it.
CREATE FUNCTION last_entries(streams text[], positions bigint[])
    RETURNS TABLE (stream text, known bigint, "position" bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT asked.stream, asked.known, (
        SELECT max(e.notification_id) FROM public.stored_events AS e
        WHERE e.originator_id = asked.stream AND e.notification_id <= asked.known
    )
    FROM unnest(streams, positions) AS asked(stream, known)
$$;

REVOKE EXECUTE ON FUNCTION entry_positions(text[], bigint[]), last_entries(text[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION entry_positions(text[], bigint[]), last_entries(text[], bigint[]) TO ledger_auditor;
