-- What the public reads of the statistics: releases, each of a closed period at one position, never changed.
CREATE TABLE statistics_release (
    family text COLLATE "C" NOT NULL,
    period text COLLATE "C" NOT NULL,
    position bigint NOT NULL CHECK (position >= 0),
    released_at timestamptz NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (family, period, position)
);
CREATE TRIGGER statistics_release_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON statistics_release
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE statistics_release ENABLE ALWAYS TRIGGER statistics_release_append_only;
GRANT SELECT ON statistics_release TO ledger_auditor, ledger_public;
