-- The checkpoints of an origin are numbered as they come, without a gap, so that one that is taken out is missed.
ALTER TABLE log_checkpoint ADD COLUMN number bigint;
UPDATE log_checkpoint AS c SET number = n.number
    FROM (SELECT size, origin, row_number() OVER (PARTITION BY origin ORDER BY size) AS number FROM log_checkpoint) AS n
    WHERE c.size = n.size AND c.origin = n.origin;
ALTER TABLE log_checkpoint ALTER COLUMN number SET NOT NULL;
ALTER TABLE log_checkpoint ADD UNIQUE (origin, number);
