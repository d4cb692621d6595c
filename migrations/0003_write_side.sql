-- Tables written with the events, in their transaction, by the writer alone.

-- One row a registration number; numbers are drawn under the log's lock without gaps, per kind, year and region.
CREATE TABLE registration (
    registration_no text PRIMARY KEY,
    kind text NOT NULL,
    year int NOT NULL,
    region text NOT NULL,
    serial bigint NOT NULL,
    patents text[] NOT NULL,
    secured_claim_id text,
    filing_id text NOT NULL,
    UNIQUE (kind, year, region, serial)
);

-- Registrations of other registers, as they are told: a number may come patent by patent. A filing may be about
-- them, and numbers drawn here begin behind them.
CREATE TABLE transcribed_registration (
    registration_no text NOT NULL,
    patent_id text NOT NULL,
    kind text NOT NULL,
    year int,
    region text,
    serial bigint,
    PRIMARY KEY (registration_no, patent_id)
);

-- A filing is entered once: same caller and key, same receipt in the same bytes for ever. The row keeps a keyed
-- digest of the body, never a plain one, which could be guessed.
CREATE TABLE idempotency (
    caller text NOT NULL,
    key text NOT NULL,
    body_hmac bytea NOT NULL,
    filing_id text NOT NULL UNIQUE,
    last_position bigint NOT NULL,
    receipt bytea NOT NULL,
    PRIMARY KEY (caller, key)
);

-- What may not stand together now: filled and emptied by filings alone.
CREATE TABLE standing_pledge (
    patent_id text PRIMARY KEY,
    registration_no text NOT NULL
);
CREATE TABLE standing_declaration (
    patent_id text PRIMARY KEY,
    declaration_no text NOT NULL
);

-- Personal values lie here and nowhere else: the only table from which rows may be erased.
CREATE TABLE personal (
    position bigint NOT NULL,
    name text NOT NULL,
    salt text NOT NULL,
    value jsonb NOT NULL,
    PRIMARY KEY (position, name)
);

-- What transcription has taken over: one row a source record, with the newest content it knows.
CREATE TABLE source_record (
    register text NOT NULL,
    reference text NOT NULL,
    digest text NOT NULL,
    updated_on date,
    filing_id text,
    withdrawn boolean NOT NULL,
    patents text[] NOT NULL,
    PRIMARY KEY (register, reference)
);

CREATE TRIGGER registration_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON registration
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER idempotency_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON idempotency
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON registration, transcribed_registration, idempotency, personal TO ledger_writer;
GRANT SELECT, INSERT, DELETE ON standing_pledge, standing_declaration TO ledger_writer;
GRANT SELECT, INSERT, UPDATE ON source_record TO ledger_writer;
GRANT SELECT ON registration, transcribed_registration, source_record TO ledger_auditor;
