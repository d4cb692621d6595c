-- The register views: what the register says, on two clocks. `effective` holds civil dates in Asia/Shanghai,
-- `recorded` positions of the log; both are half-open. A thing has one state at one point.

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- The right itself: bibliographic facts, and the dated facts from which its state on a day follows.
CREATE TABLE patent (
    patent_id text NOT NULL,
    bibliography jsonb NOT NULL,
    facts jsonb NOT NULL,
    recorded int8range NOT NULL,
    EXCLUDE USING gist (patent_id WITH =, recorded WITH &&)
);

-- Other numbers under which a patent is asked for.
CREATE TABLE patent_alias (
    alias text NOT NULL,
    patent_id text NOT NULL,
    PRIMARY KEY (alias, patent_id)
);

-- Who owns it: the ordered list of patentees; co-owners are one row.
CREATE TABLE title (
    patent_id text NOT NULL,
    patentees jsonb NOT NULL,
    effective daterange NOT NULL,
    recorded int8range NOT NULL,
    EXCLUDE USING gist (patent_id WITH =, effective WITH &&, recorded WITH &&)
);

-- What stands against it: pledges, preservations, suspensions.
CREATE TABLE encumbrance (
    thing text NOT NULL,
    patent_id text NOT NULL,
    kind text NOT NULL,
    registration_no text,
    details jsonb NOT NULL,
    confidential jsonb NOT NULL,
    effective daterange NOT NULL,
    recorded int8range NOT NULL,
    EXCLUDE USING gist (thing WITH =, effective WITH &&, recorded WITH &&)
);
CREATE INDEX encumbrance_patent_idx ON encumbrance (patent_id);
CREATE INDEX encumbrance_registration_idx ON encumbrance (registration_no);

-- Licences. One taken under an open licence and not yet recorded is disclosed to its parties and auditors only.
CREATE TABLE licence (
    thing text NOT NULL,
    patent_id text NOT NULL,
    licence_id text NOT NULL,
    registration_no text,
    disclosed boolean NOT NULL,
    details jsonb NOT NULL,
    confidential jsonb NOT NULL,
    effective daterange NOT NULL,
    recorded int8range NOT NULL,
    EXCLUDE USING gist (thing WITH =, effective WITH &&, recorded WITH &&)
);
CREATE INDEX licence_patent_idx ON licence (patent_id);
CREATE INDEX licence_licence_id_idx ON licence (licence_id);

-- Open-licence declarations.
CREATE TABLE open_licence (
    thing text NOT NULL,
    patent_id text NOT NULL,
    declaration_no text NOT NULL,
    details jsonb NOT NULL,
    effective daterange NOT NULL,
    recorded int8range NOT NULL,
    EXCLUDE USING gist (thing WITH =, effective WITH &&, recorded WITH &&)
);
CREATE INDEX open_licence_patent_idx ON open_licence (patent_id);
CREATE INDEX open_licence_declaration_idx ON open_licence (declaration_no);

-- Invalidation cases that are not final, which is not public: not even that a row changed may show.
CREATE TABLE pending_invalidation (
    thing text NOT NULL,
    patent_id text NOT NULL,
    details jsonb NOT NULL,
    effective daterange NOT NULL,
    recorded int8range NOT NULL,
    EXCLUDE USING gist (thing WITH =, effective WITH &&, recorded WITH &&)
);
CREATE INDEX pending_invalidation_patent_idx ON pending_invalidation (patent_id);

-- What each role may read of the views. A rebuild makes the tables anew and calls this again.
CREATE PROCEDURE secure_register_views() LANGUAGE plpgsql AS $$
BEGIN
    GRANT SELECT, INSERT, UPDATE ON patent, patent_alias, title, encumbrance, licence, open_licence,
        pending_invalidation TO ledger_writer;
    GRANT SELECT ON patent, patent_alias, title, encumbrance, licence, open_licence,
        pending_invalidation TO ledger_auditor;
    GRANT SELECT ON patent, patent_alias, title, open_licence TO ledger_public;
    GRANT SELECT (thing, patent_id, kind, registration_no, details, effective, recorded)
        ON encumbrance TO ledger_public;
    GRANT SELECT (thing, patent_id, licence_id, registration_no, disclosed, details, effective, recorded)
        ON licence TO ledger_public;
    ALTER TABLE licence ENABLE ROW LEVEL SECURITY;
    CREATE POLICY licence_disclosed ON licence FOR SELECT TO ledger_public USING (disclosed);
    CREATE POLICY licence_auditor ON licence FOR SELECT TO ledger_auditor USING (true);
    CREATE POLICY licence_writer ON licence TO ledger_writer USING (true) WITH CHECK (true);
END
$$;
CALL secure_register_views();
