-- Handed-in applications, sealed with the board's lasting key. A draft can
-- be handed in once.
CREATE TABLE submission (
  id          TEXT PRIMARY KEY,
  draft_id    TEXT NOT NULL UNIQUE,
  reference   TEXT NOT NULL UNIQUE,
  board       TEXT NOT NULL,
  eservice    TEXT NOT NULL,
  case_id     TEXT NOT NULL,
  month       TEXT NOT NULL,
  person      TEXT NOT NULL,
  received_at {{int}} NOT NULL,
  sealed      {{blob}} NOT NULL
) {{strict}};
CREATE INDEX submission_person ON submission (person, received_at);

CREATE TABLE submission_file (
  id            TEXT PRIMARY KEY,
  submission_id TEXT NOT NULL REFERENCES submission (id),
  sealed        {{blob}} NOT NULL
) {{strict}};
CREATE INDEX submission_file_submission ON submission_file (submission_id);

-- The last number taken in each board's registry series.
CREATE TABLE registry_series (
  board TEXT NOT NULL,
  year  {{int}} NOT NULL,
  last  {{int}} NOT NULL,
  PRIMARY KEY (board, year)
) {{strict}};
