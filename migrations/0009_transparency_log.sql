-- The transparency log: hashes of the entries as tiles (C2SP tlog-tiles), signed checkpoints, and the keys that sign.
-- All of it follows from the log and the keys; a follower writes it behind the log.

-- Up to 256 hashes of 32 bytes. The last tile of each level grows until it is full.
CREATE TABLE log_tile (
    level smallint NOT NULL CHECK (level BETWEEN 0 AND 63),
    tile bigint NOT NULL CHECK (tile >= 0),
    hashes bytea NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0),
    PRIMARY KEY (level, tile)
);
ALTER TABLE log_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- Every checkpoint that was signed here or came with an import; further signatures are added to its note.
CREATE TABLE log_checkpoint (
    size bigint NOT NULL CHECK (size >= 0),
    origin text NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (size, origin)
);

-- The keys that sign checkpoints or have signed them: from which size of the log, and up to which.
CREATE TABLE log_key (
    verifier_key text PRIMARY KEY,
    since bigint NOT NULL,
    until bigint CHECK (until >= since)
);

-- The list of keys as it is published, signed by those in force.
CREATE TABLE log_key_list (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    note text NOT NULL
);

CREATE TRIGGER log_tile_kept BEFORE DELETE OR TRUNCATE ON log_tile
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_checkpoint_kept BEFORE DELETE OR TRUNCATE ON log_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_key_kept BEFORE DELETE OR TRUNCATE ON log_key
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The leaves behind a position up to another: the stored bytes of each entry, which are public.
CREATE FUNCTION log_leaves(after bigint, until_position bigint)
    RETURNS TABLE ("position" bigint, entry bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT e.notification_id, substring(e.state FOR position('\x0a'::bytea IN e.state) - 1)
    FROM public.stored_events AS e
    WHERE e.notification_id > after AND e.notification_id <= until_position
    ORDER BY e.notification_id
$$;

GRANT SELECT, INSERT, UPDATE ON log_tile, log_checkpoint, log_key, log_key_list TO ledger_writer;
GRANT SELECT ON log_tile, log_checkpoint, log_key, log_key_list TO ledger_auditor, ledger_public;
