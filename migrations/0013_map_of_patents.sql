-- The map of patents (ADR 0032): pages of a prefix tree from each patent to the newest public entry and what stands on it.
-- It follows from the log; the follower that signs writes it. Emptied, it is made anew.

CREATE TABLE log_map (
    path text PRIMARY KEY CHECK (path ~ '^[0-9a-f]{0,64}$'),
    slots bytea NOT NULL CHECK (octet_length(slots) BETWEEN 33 AND 1040)
);
ALTER TABLE log_map ALTER COLUMN slots SET STORAGE EXTERNAL;

-- The size of the log that the map is of, and its root.
CREATE TABLE log_map_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    size bigint NOT NULL CHECK (size >= 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32)
);

GRANT SELECT, INSERT, UPDATE ON log_map, log_map_head TO ledger_writer;
GRANT SELECT ON log_map, log_map_head TO ledger_auditor, ledger_public;
