-- Who has read what is not public: a row an answer, written before it is given. Nothing of it is changed or deleted.

CREATE TABLE confidential_read (
    read_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    read_at timestamptz NOT NULL,
    caller text NOT NULL,
    role text NOT NULL,
    party text,
    operation text NOT NULL,
    -- What was asked for: the number in the path, a patent's in its canonical form; else nothing.
    about text,
    -- Path and query as they were asked; with the position they give the answer again.
    path text NOT NULL,
    query text NOT NULL,
    "position" bigint,
    status int NOT NULL,
    request_id text NOT NULL
);
CREATE INDEX confidential_read_about_idx ON confidential_read (about, read_no);
CREATE INDEX confidential_read_caller_idx ON confidential_read (caller, read_no);

CREATE TRIGGER confidential_read_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON confidential_read
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE confidential_read ENABLE ALWAYS TRIGGER confidential_read_append_only;

GRANT INSERT ON confidential_read TO ledger_writer;
GRANT SELECT ON confidential_read TO ledger_auditor;
