-- What a search finds by a name or a party is found by the position from which it is known, too, so that a question about an
-- early position does not go through all that came later. In columns, not in expressions of an index: what the public may
-- not see is kept from it by a policy, before which PostgreSQL looks up nothing by a function that might tell of a row.
ALTER TABLE involvement
    ADD COLUMN party_key bigint GENERATED ALWAYS AS (hashtextextended(party, 0)) STORED,
    ADD COLUMN known_from bigint GENERATED ALWAYS AS (lower(recorded)) STORED;

CREATE INDEX involvement_name_known_idx ON involvement (folded, known_from);
DROP INDEX involvement_folded_idx;
CREATE INDEX involvement_party_known_idx ON involvement (party_key, known_from);
DROP INDEX involvement_of_party_idx;

CREATE OR REPLACE FUNCTION involved(asked text, known bigint)
    RETURNS TABLE (patent_id text, role text, about text, effective daterange, recorded int8range)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT i.patent_id, i.role, i.about, i.effective, i.recorded FROM involvement AS i
    WHERE i.party_key = hashtextextended(asked, 0) AND i.party = asked AND i.known_from <= known
$$;
