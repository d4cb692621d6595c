-- One drug compensates the term of one patent (Patent Law 42(3)): which patents were compensated for a drug is asked
-- of the few entries that name one.
CREATE INDEX stored_events_drug_idx ON stored_events (originator_id)
    WHERE topic = 'term.compensated' AND position('"drug":null'::bytea IN state) = 0;
