-- What the statistics count is found by the position from which it is known, so that a figure as known at an early position
-- does not read all that was counted later. In a column, which an update of `recorded` leaves alone: a row that is closed
-- keeps its place in every index.
ALTER TABLE operation ADD COLUMN known_from bigint GENERATED ALWAYS AS (lower(recorded)) STORED;
CREATE INDEX operation_known_idx ON operation (known_from);
ALTER TABLE licence_rate ADD COLUMN known_from bigint GENERATED ALWAYS AS (lower(recorded)) STORED;
CREATE INDEX licence_rate_known_idx ON licence_rate (known_from);
ALTER TABLE open_licence_asked ADD COLUMN known_from bigint GENERATED ALWAYS AS (lower(recorded)) STORED;
CREATE INDEX open_licence_asked_known_idx ON open_licence_asked (known_from);
ALTER TABLE pledge_financing ADD COLUMN known_from bigint GENERATED ALWAYS AS (lower(recorded)) STORED;
CREATE INDEX pledge_financing_known_idx ON pledge_financing (known_from);
