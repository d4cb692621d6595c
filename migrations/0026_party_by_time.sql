-- What concerned a party by a position is found by the party and the time from which it is known, so that a question about
-- an early position does not go through all that came later. The party by a hash, for the id of one that is known by name
-- alone may be longer than a tree's page bears.
CREATE INDEX involvement_of_party_idx ON involvement (hashtextextended(party, 0), lower(recorded));
DROP INDEX involvement_party_idx;

-- Written as text and told by its own columns: a rebuild puts another table in the place of this one.
CREATE FUNCTION involved(asked text, known bigint)
    RETURNS TABLE (patent_id text, role text, about text, effective daterange, recorded int8range)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT i.patent_id, i.role, i.about, i.effective, i.recorded FROM involvement AS i
    WHERE hashtextextended(i.party, 0) = hashtextextended(asked, 0) AND i.party = asked AND lower(i.recorded) <= known
$$;
