-- The database roles of the ledger. They are group roles: a login is granted one of them and takes it with
-- SET ROLE. Whoever migrates is the owner; roles belong to the whole cluster, so another ledger's are reused.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['ledger_writer', 'ledger_auditor', 'ledger_public'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another ledger of this cluster is migrating at the same time
            END;
        END IF;
        -- From PostgreSQL 16 on, who makes a role administers it and yet may not take it without this.
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
            EXECUTE format('GRANT %I TO %I', wanted, current_user);
        END IF;
    END LOOP;
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ledger_writer, ledger_auditor, ledger_public;
