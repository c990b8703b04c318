-- Drafts: one for each person, e-service and case. What the person wrote is
-- sealed under the due key of expires_at.
CREATE TABLE draft (
  id            TEXT PRIMARY KEY,
  person        TEXT NOT NULL,
  eservice      TEXT NOT NULL,
  month         TEXT NOT NULL,
  control_month TEXT NOT NULL,
  case_id       TEXT NOT NULL,
  board         TEXT NOT NULL,
  fetch_id      TEXT NOT NULL,
  created_at    {{int}} NOT NULL,
  saved_at      {{int}} NOT NULL,
  expires_at    {{int}} NOT NULL,
  version       {{int}} NOT NULL,
  sealed        {{blob}},
  UNIQUE (person, eservice, case_id)
) {{strict}};
CREATE INDEX draft_expires ON draft (expires_at);

-- Rows bound from a fetch, sealed under the fetch's due key.
CREATE TABLE draft_bound (
  draft_id   TEXT PRIMARY KEY REFERENCES draft (id),
  fetch_id   TEXT NOT NULL,
  expires_at {{int}} NOT NULL,
  sealed     {{blob}} NOT NULL
) {{strict}};

CREATE TABLE draft_file (
  id       TEXT PRIMARY KEY,
  draft_id TEXT NOT NULL REFERENCES draft (id),
  meta     {{blob}} NOT NULL,
  data     {{blob}} NOT NULL
) {{strict}};
CREATE INDEX draft_file_draft ON draft_file (draft_id);

-- What was posted after a login had run out, for an hour.
CREATE TABLE stash (
  id         TEXT PRIMARY KEY,
  draft_id   TEXT NOT NULL REFERENCES draft (id),
  section    TEXT NOT NULL,
  expires_at {{int}} NOT NULL,
  sealed     {{blob}} NOT NULL
) {{strict}};
