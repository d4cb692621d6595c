-- Personal values of one person are erased from beside the log. A row that holds those of several persons keeps the
-- others', without the salt: it would help to guess what was erased.

ALTER TABLE personal ALTER COLUMN salt DROP NOT NULL;
GRANT DELETE, UPDATE (salt, value) ON personal TO ledger_writer;
