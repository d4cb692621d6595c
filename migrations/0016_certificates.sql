-- Certificates that were issued, so that their code can be looked up (ADR 0033). All of it is public and follows from the log as it was then.
CREATE TABLE certificate (
    code text PRIMARY KEY CHECK (code ~ '^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$'),
    issued_at timestamptz NOT NULL,
    patent_id text NOT NULL,
    newest bigint,
    body text NOT NULL
);
CREATE TRIGGER certificate_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON certificate
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON certificate TO ledger_writer;
GRANT SELECT ON certificate TO ledger_auditor, ledger_public;
