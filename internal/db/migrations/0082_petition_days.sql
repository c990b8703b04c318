-- E-petitions: how the count went from day to day, and where the votes came
-- from. Both are numbers only, in steps; no row is about a person or a vote.

-- The day in Sweden that a ballot has come to: the rows of petition_day before
-- it are written.
ALTER TABLE petition_ballot ADD COLUMN day TEXT NOT NULL DEFAULT '';

-- petition_day: the public count at each day's end. It stays when the votes
-- are erased, and is not bound to a ballot, which an old backup may lack.
CREATE TABLE petition_day (
  petition TEXT NOT NULL,
  day      TEXT NOT NULL,    -- 2026-11-22
  count    {{int}} NOT NULL, -- as it was shown; 0 when it was fewer than the floor
  PRIMARY KEY (petition, day)
) {{strict}};

-- petition_district: votes by the voter's district, counted in the commit of
-- the vote. What is shown moves once a day; at closing the rows that may not be
-- shown are erased and n becomes what is shown.
CREATE TABLE petition_district (
  petition TEXT NOT NULL,
  district TEXT NOT NULL,    -- the population register's code; '' = all others together
  n        {{int}} NOT NULL,
  shown    {{int}} NOT NULL, -- 0, or 25 and more in whole fives
  PRIMARY KEY (petition, district)
) {{strict}};
