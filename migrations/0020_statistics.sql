-- What the statistics count: one row an act on a patent (or, for pledges, on a trademark), with what it is grouped by
-- and the positions between which it was known. Figures are asked of these tables at any position; nothing stored is
-- a total. `thing` names the row among those that are known at one position.

DROP TABLE pledge_financing;
DROP PROCEDURE secure_pledge_financing();
DELETE FROM notification_tracking WHERE application_name = 'pledge_financing';

-- Transfers, recorded licences and pledges of Chinese patents: one row a time of operation.
CREATE TABLE operation (
    thing text COLLATE "C" NOT NULL,
    patent_id text COLLATE "C" NOT NULL,
    act text COLLATE "C" NOT NULL,
    cause text COLLATE "C" NOT NULL,
    day date NOT NULL,
    contract text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    section text COLLATE "C" NOT NULL,
    industry text COLLATE "C" NOT NULL,
    strategic text COLLATE "C" NOT NULL,
    granted_on date,
    party text COLLATE "C" NOT NULL,
    party_kind text COLLATE "C" NOT NULL,
    province text COLLATE "C" NOT NULL,
    separate text COLLATE "C" NOT NULL,
    recorded int8range NOT NULL
);
CREATE INDEX operation_thing_idx ON operation (thing);
CREATE INDEX operation_day_idx ON operation (day);

-- Recorded licence contracts and open licences taken: one row a contract and patent. An amount is the contract's.
CREATE TABLE licence_rate (
    thing text COLLATE "C" NOT NULL,
    patent_id text COLLATE "C" NOT NULL,
    contract text COLLATE "C" NOT NULL,
    recorded_on date,
    taken_on date,
    declaration_no text COLLATE "C",
    taker text COLLATE "C" NOT NULL,
    licence_kind text COLLATE "C" NOT NULL,
    class text COLLATE "C" NOT NULL,
    form text COLLATE "C" NOT NULL,
    base text COLLATE "C" NOT NULL,
    amount numeric,
    currency text COLLATE "C",
    rate numeric,
    term_days int,
    kind text COLLATE "C" NOT NULL,
    section text COLLATE "C" NOT NULL,
    industry text COLLATE "C" NOT NULL,
    strategic text COLLATE "C" NOT NULL,
    granted_on date,
    party text COLLATE "C" NOT NULL,
    party_kind text COLLATE "C" NOT NULL,
    province text COLLATE "C" NOT NULL,
    separate text COLLATE "C" NOT NULL,
    recorded int8range NOT NULL
);
CREATE INDEX licence_rate_thing_idx ON licence_rate (thing);

-- Open-licence declarations: one row a declaration and patent, with the span of days on which it stands; the first of them
-- says when it was declared.
CREATE TABLE open_licence_asked (
    thing text COLLATE "C" NOT NULL,
    patent_id text COLLATE "C" NOT NULL,
    declaration_no text COLLATE "C" NOT NULL,
    declared_on date NOT NULL,
    withdrawn_on date,
    span int NOT NULL,
    stands_from date NOT NULL,
    stands_until date,
    class text COLLATE "C" NOT NULL,
    form text COLLATE "C" NOT NULL,
    base text COLLATE "C" NOT NULL,
    amount numeric,
    currency text COLLATE "C",
    rate numeric,
    kind text COLLATE "C" NOT NULL,
    section text COLLATE "C" NOT NULL,
    industry text COLLATE "C" NOT NULL,
    strategic text COLLATE "C" NOT NULL,
    granted_on date,
    party text COLLATE "C" NOT NULL,
    party_kind text COLLATE "C" NOT NULL,
    province text COLLATE "C" NOT NULL,
    separate text COLLATE "C" NOT NULL,
    recorded int8range NOT NULL
);
CREATE INDEX open_licence_asked_thing_idx ON open_licence_asked (thing);

-- Pledge registrations of Chinese patents and trademarks: one row a registration, patent and span of days on which it
-- stands in one shape; span 0 is the registration as it was made. An amount is the secured claim's.
CREATE TABLE pledge_financing (
    thing text COLLATE "C" NOT NULL,
    patent_id text COLLATE "C" NOT NULL,
    trademark boolean NOT NULL,
    contract text COLLATE "C" NOT NULL,
    span int NOT NULL,
    stands_from date NOT NULL,
    stands_until date,
    registered_on date NOT NULL,
    ended_on date,
    ground text COLLATE "C",
    claim_id text COLLATE "C" NOT NULL,
    amount numeric,
    currency text COLLATE "C",
    term_days int,
    enterprises text[] COLLATE "C" NOT NULL,
    bank text COLLATE "C" NOT NULL,
    institution text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    section text COLLATE "C" NOT NULL,
    industry text COLLATE "C" NOT NULL,
    strategic text COLLATE "C" NOT NULL,
    granted_on date,
    party text COLLATE "C" NOT NULL,
    party_kind text COLLATE "C" NOT NULL,
    province text COLLATE "C" NOT NULL,
    separate text COLLATE "C" NOT NULL,
    recorded int8range NOT NULL
);
CREATE INDEX pledge_financing_thing_idx ON pledge_financing (thing);

CREATE PROCEDURE secure_statistics() LANGUAGE plpgsql AS $$
BEGIN
    GRANT SELECT, INSERT, UPDATE ON operation, licence_rate, open_licence_asked, pledge_financing TO ledger_writer;
    GRANT SELECT ON operation, licence_rate, open_licence_asked, pledge_financing TO ledger_auditor;
END
$$;
CALL secure_statistics();
