-- What is brought to subscribers: their mailboxes and webhooks, what waits to be delivered, the notices told and what
-- became of them. None of it is of the register; nothing is decided on it.

-- A mailbox belongs to a caller, and remembers up to where its owner has acknowledged.
CREATE TABLE mailbox (
    owner text PRIMARY KEY,
    -- Whose notices lie in it.
    party text,
    wanted jsonb NOT NULL,
    entries_through bigint NOT NULL,
    notices_through bigint NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL DEFAULT now(),
    polled_at timestamptz,
    acknowledged_at timestamptz
);

-- A webhook stays on record when its owner removes it. Its secrets are in no table: they follow from the ledger's secret,
-- its id and their generation.
CREATE TABLE webhook (
    id text PRIMARY KEY,
    owner text NOT NULL,
    name text NOT NULL,
    party text,
    url text NOT NULL,
    wanted jsonb NOT NULL,
    entries_through bigint NOT NULL,
    notices_through bigint NOT NULL DEFAULT 0,
    state text NOT NULL CHECK (state IN ('active', 'paused', 'removed')),
    because text,
    state_since timestamptz NOT NULL DEFAULT now(),
    generation int NOT NULL DEFAULT 1,
    -- Until when the generation before signs too.
    overlap_until timestamptz,
    registered_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    failed_at timestamptz,
    last_status int,
    last_error text,
    UNIQUE (owner, name)
);

-- What has been told to a party, once each, in the order of its number.
CREATE TABLE told_notice (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    party text NOT NULL,
    patent_id text NOT NULL,
    body jsonb NOT NULL,
    told_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX told_notice_party_idx ON told_notice (party, number);
CREATE INDEX told_notice_patent_idx ON told_notice (patent_id, number);

-- What became of a notice: when a recipient first and last polled it, acknowledged it, was sent it, took it.
CREATE TABLE notice_evidence (
    notice bigint NOT NULL REFERENCES told_notice,
    recipient text NOT NULL,
    what text NOT NULL CHECK (what IN ('polled', 'acknowledged', 'attempted', 'delivered')),
    first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now(),
    times int NOT NULL DEFAULT 1,
    -- The last answer's status, of a webhook.
    status int,
    PRIMARY KEY (notice, recipient, what)
);

-- What a webhook has still to be brought, in the order of its number; a row goes when it is delivered.
CREATE TABLE webhook_delivery (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook text NOT NULL REFERENCES webhook,
    message text NOT NULL,
    -- An undelivered message holds back later ones of its stream.
    stream text NOT NULL,
    "position" bigint,
    notice bigint REFERENCES told_notice,
    attempts int NOT NULL DEFAULT 0,
    next_at timestamptz,
    dead_at timestamptz,
    status int,
    error text,
    CHECK (("position" IS NULL) <> (notice IS NULL))
);
CREATE INDEX webhook_delivery_order_idx ON webhook_delivery (webhook, number);
CREATE INDEX webhook_delivery_tried_idx ON webhook_delivery (webhook, stream, number)
    WHERE next_at IS NOT NULL OR dead_at IS NOT NULL;

CREATE TRIGGER told_notice_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON told_notice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notice_evidence_kept BEFORE DELETE OR TRUNCATE ON notice_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER webhook_kept BEFORE DELETE OR TRUNCATE ON webhook
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON mailbox, webhook, notice_evidence TO ledger_writer;
GRANT SELECT, INSERT ON told_notice TO ledger_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_delivery TO ledger_writer;
GRANT SELECT ON told_notice, notice_evidence TO ledger_auditor;
