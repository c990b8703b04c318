-- What was fetched, by communication space and audience. Sealed parts lie
-- under due keys that are destroyed seven days after the fetch.
CREATE TABLE broker_fetch (
  id          TEXT PRIMARY KEY,
  space       TEXT NOT NULL,
  audience    TEXT NOT NULL,
  source      TEXT NOT NULL,
  person      TEXT NOT NULL,
  assurance   {{int}} NOT NULL,            -- the level of login that reading needs
  case_id     TEXT NOT NULL,
  board       TEXT NOT NULL,
  month       TEXT NOT NULL,
  grant_id    TEXT NOT NULL,
  started_at  {{int}} NOT NULL,
  deadline_at {{int}} NOT NULL,
  expires_at  {{int}} NOT NULL,
  ended       {{int}} NOT NULL,
  UNIQUE (space, audience)
) {{strict}};
CREATE INDEX broker_fetch_expires ON broker_fetch (expires_at);

CREATE TABLE broker_part (
  fetch_id TEXT NOT NULL REFERENCES broker_fetch (id),
  origin   TEXT NOT NULL,
  seq      {{int}} NOT NULL,
  name     TEXT NOT NULL,
  state    TEXT NOT NULL,
  at       {{int}} NOT NULL,
  sealed   {{blob}},
  PRIMARY KEY (fetch_id, origin)
) {{strict}};

-- How often a person has asked within the hour; nothing older is kept.
CREATE TABLE broker_count (
  id     TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  at     {{int}} NOT NULL
) {{strict}};
CREATE INDEX broker_count_person ON broker_count (person, at);
