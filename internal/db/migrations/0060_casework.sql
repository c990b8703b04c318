-- casework: handed-in applications under handling. What tells something about
-- a person is sealed with the board's lasting key; persons are pseudonyms of
-- this step's own (I-18).

CREATE TABLE casework_case (
  id            TEXT NOT NULL PRIMARY KEY,
  submission_id TEXT NOT NULL UNIQUE,
  reference     TEXT NOT NULL UNIQUE,
  board         TEXT NOT NULL,
  eservice      TEXT NOT NULL,
  system_case   TEXT NOT NULL,
  in_charge     TEXT NOT NULL,
  month         TEXT NOT NULL,
  environment   TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('received', 'opened', 'supplement-requested', 'decided', 'closed')),
  birth_day     {{int}} NOT NULL,
  protected     {{int}} NOT NULL,
  differs       {{int}} NOT NULL,
  received_at   {{int}} NOT NULL,
  opened_at     {{int}},
  read_at       {{int}},
  decided_at    {{int}},
  outcome       TEXT NOT NULL,
  head          {{blob}} NOT NULL
) {{strict}};
CREATE INDEX casework_case_state ON casework_case (state, received_at);
CREATE INDEX casework_case_system ON casework_case (system_case, month);

CREATE TABLE casework_party (
  case_id  TEXT NOT NULL REFERENCES casework_case (id),
  person   TEXT NOT NULL,
  role     TEXT NOT NULL,
  scope    TEXT NOT NULL CHECK (scope IN ('full', 'read')),
  from_day TEXT NOT NULL,
  to_day   TEXT NOT NULL,
  PRIMARY KEY (case_id, person)
) {{strict}};
CREATE INDEX casework_party_person ON casework_party (person);

-- casework_event: what has happened. for_party: 1 is shown to the person.
CREATE TABLE casework_event (
  id        TEXT NOT NULL PRIMARY KEY,
  case_id   TEXT NOT NULL REFERENCES casework_case (id),
  seq       {{int}} NOT NULL,
  at        {{int}} NOT NULL,
  kind      TEXT NOT NULL,
  for_party {{int}} NOT NULL,
  staff     TEXT NOT NULL,
  due_day   TEXT NOT NULL,
  UNIQUE (case_id, seq)
) {{strict}};

-- casework_sheet: what the officer has entered on the calculation's lines.
CREATE TABLE casework_sheet (
  case_id  TEXT NOT NULL PRIMARY KEY REFERENCES casework_case (id),
  version  {{int}} NOT NULL,
  saved_at {{int}} NOT NULL,
  staff    TEXT NOT NULL,
  sealed   {{blob}} NOT NULL
) {{strict}};

-- casework_note: kind journal is case record, working is a working note.
-- secret: 1 is never shown to the party (M-69).
CREATE TABLE casework_note (
  id      TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  kind    TEXT NOT NULL CHECK (kind IN ('journal', 'working')),
  secret  {{int}} NOT NULL,
  at      {{int}} NOT NULL,
  staff   TEXT NOT NULL,
  once    TEXT NOT NULL UNIQUE,
  sealed  {{blob}} NOT NULL
) {{strict}};
CREATE INDEX casework_note_case ON casework_note (case_id, at);

CREATE TABLE casework_message (
  id      TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES casework_case (id),
  at      {{int}} NOT NULL,
  staff   TEXT NOT NULL,
  read_at {{int}},
  once    TEXT NOT NULL UNIQUE,
  sealed  {{blob}} NOT NULL
) {{strict}};
CREATE INDEX casework_message_case ON casework_message (case_id, at);

-- casework_supplement: a request for what is missing; staff is empty when the
-- application itself raised it.
CREATE TABLE casework_supplement (
  id          TEXT NOT NULL PRIMARY KEY,
  case_id     TEXT NOT NULL REFERENCES casework_case (id),
  asked_at    {{int}} NOT NULL,
  due_day     TEXT NOT NULL,
  answered_at {{int}},
  staff       TEXT NOT NULL,
  once        TEXT NOT NULL UNIQUE,
  sealed      {{blob}} NOT NULL
) {{strict}};
CREATE INDEX casework_supplement_case ON casework_supplement (case_id, asked_at);

CREATE TABLE casework_answer (
  id            TEXT NOT NULL PRIMARY KEY,
  supplement_id TEXT NOT NULL REFERENCES casework_supplement (id),
  case_id       TEXT NOT NULL REFERENCES casework_case (id),
  at            {{int}} NOT NULL,
  once          TEXT NOT NULL UNIQUE,
  sealed        {{blob}} NOT NULL
) {{strict}};
CREATE INDEX casework_answer_case ON casework_answer (case_id, at);

CREATE TABLE casework_file (
  id            TEXT NOT NULL PRIMARY KEY,
  answer_id     TEXT NOT NULL REFERENCES casework_answer (id),
  supplement_id TEXT NOT NULL REFERENCES casework_supplement (id),
  case_id       TEXT NOT NULL REFERENCES casework_case (id),
  sealed        {{blob}} NOT NULL
) {{strict}};
CREATE INDEX casework_file_case ON casework_file (case_id);
CREATE INDEX casework_file_supplement ON casework_file (supplement_id);

-- casework_communication: that the party has been given what matters and time
-- to answer, or why not (25 § förvaltningslagen, M-63).
CREATE TABLE casework_communication (
  id       TEXT NOT NULL PRIMARY KEY,
  case_id  TEXT NOT NULL REFERENCES casework_case (id),
  kind     TEXT NOT NULL CHECK (kind IN ('communicated', 'answered', 'exception')),
  on_day   TEXT NOT NULL,
  reply_by TEXT NOT NULL,
  at       {{int}} NOT NULL,
  staff    TEXT NOT NULL,
  once     TEXT NOT NULL UNIQUE,
  sealed   {{blob}} NOT NULL
) {{strict}};
CREATE INDEX casework_communication_case ON casework_communication (case_id, at);

-- casework_decision: one for each case, frozen with its calculation.
CREATE TABLE casework_decision (
  case_id    TEXT NOT NULL PRIMARY KEY REFERENCES casework_case (id),
  id         TEXT NOT NULL UNIQUE,
  decided_at {{int}} NOT NULL,
  staff      TEXT NOT NULL,
  noticed_at {{int}},
  sha256     TEXT NOT NULL,
  sealed     {{blob}} NOT NULL
) {{strict}};
