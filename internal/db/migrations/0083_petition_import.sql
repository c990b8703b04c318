-- E-petitions: what came from the former system (P-02, P-03). Nothing here is
-- about a person.

-- petition_import: the petitions that came from it, and what it counted.
CREATE TABLE petition_import (
  petition   TEXT NOT NULL PRIMARY KEY REFERENCES petition (id),
  source     TEXT NOT NULL,        -- the former system, as a code
  old_id     TEXT NOT NULL,        -- its own id there
  digest     TEXT NOT NULL,        -- SHA-256 of what the file said, so that a second import sees whether it says something else
  at         {{int}} NOT NULL,
  votes      {{int}} NOT NULL,     -- as the former system counted them, -1 when it is not told
  counted_on TEXT NOT NULL,        -- the day of that count, '' when it is not told
  UNIQUE (source, old_id)
) {{strict}};

-- petition_redirect: addresses of the former service, in order (see
-- petition.Redirect), and where they lead now.
CREATE TABLE petition_redirect (
  address  TEXT NOT NULL PRIMARY KEY,
  petition TEXT NOT NULL REFERENCES petition (id)
) {{strict}};
CREATE INDEX petition_redirect_petition ON petition_redirect (petition);

-- lists are by the day a petition came, newest first
CREATE INDEX petition_received ON petition (received_at, id);

-- a search also finds what begins with a word: by its first four letters
CREATE INDEX petition_word_start ON petition_word (substr(word, 1, 4));
