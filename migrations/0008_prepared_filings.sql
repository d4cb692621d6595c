-- Filings that one party has prepared and that wait for others: written with the events that make them.

CREATE TABLE prepared_filing (
    filing_id text PRIMARY KEY,
    command text NOT NULL,
    patents text[] NOT NULL,
    prepared_at timestamptz NOT NULL,
    -- The first day on which it can no longer be completed.
    valid_until date NOT NULL,
    -- Ids of all who see it: whoever was asked, and whose filing it is.
    parties text[] NOT NULL,
    -- Those who have still to confirm: objects with id and name, in the order in which they were asked.
    awaiting jsonb NOT NULL,
    state text NOT NULL
);
CREATE INDEX prepared_filing_waiting_idx ON prepared_filing (valid_until)
    WHERE state IN ('awaiting_confirmation', 'refused');
CREATE INDEX prepared_filing_parties_idx ON prepared_filing USING gin (parties);

GRANT SELECT, INSERT, UPDATE ON prepared_filing TO ledger_writer;
GRANT SELECT ON prepared_filing TO ledger_auditor;
