-- Pledge financing: one row a project, that is, a pledge registration of Chinese patents. Amounts stay in their own
-- currency and belong to the secured claim; totals count a claim once.

CREATE TABLE pledge_financing (
    registration_no text PRIMARY KEY,
    filing_id text NOT NULL,
    registered_on date NOT NULL,
    claim_id text NOT NULL,
    amount numeric,
    currency text,
    enterprises text[] NOT NULL,
    patents int NOT NULL,
    revoked boolean NOT NULL
);
CREATE INDEX pledge_financing_filing_idx ON pledge_financing (filing_id);

CREATE PROCEDURE secure_pledge_financing() LANGUAGE plpgsql AS $$
BEGIN
    GRANT SELECT, INSERT, UPDATE, DELETE ON pledge_financing TO ledger_writer;
    GRANT SELECT ON pledge_financing TO ledger_auditor;
END
$$;
CALL secure_pledge_financing();
