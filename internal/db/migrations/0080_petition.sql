-- E-petitions: voting. The votes of a petition lie in a table of its own,
-- petition_vote_<id>, of one column, the nullifier; it is made when the
-- petition opens and dropped when it closes. Nothing here is about a person,
-- and nothing says when a vote came.

-- petition_ballot: what the vote writer goes by.
CREATE TABLE petition_ballot (
  id              TEXT NOT NULL PRIMARY KEY, -- the petition's
  commitment      TEXT NOT NULL,             -- JSON: its keys, public halves only
  receipts        {{int}} NOT NULL,          -- 1: a voter may see their own nullifier
  closes_at       {{int}} NOT NULL,          -- moved by extensions
  grace_ms        {{int}} NOT NULL,          -- for those who had begun before
  accepting       {{int}} NOT NULL,          -- 0: nothing more is taken, for good
  paused          {{int}} NOT NULL,          -- 1: nothing is taken for now
  accepted        {{int}} NOT NULL,
  withdrawn       {{int}} NOT NULL,
  shown           {{int}} NOT NULL,          -- the public count, in steps
  shown_at        {{int}} NOT NULL,
  rewritten_at    {{int}} NOT NULL,          -- when the rows were last put in key order
  rewritten_after {{int}} NOT NULL,          -- accepted + withdrawn at that time
  recounted_at    {{int}} NOT NULL,
  drift           {{int}} NOT NULL           -- rows less (accepted - withdrawn); 0 unless something is wrong
) {{strict}};

-- petition_closing: how far the closing has come.
CREATE TABLE petition_closing (
  id          TEXT NOT NULL PRIMARY KEY REFERENCES petition_ballot (id),
  state       TEXT NOT NULL,          -- open, closing, counted, keys-destroyed, rows-dropped, reported
  registry    TEXT NOT NULL,          -- the petition's registry number
  disposal    TEXT NOT NULL,          -- reference of the disposal decision
  publication TEXT NOT NULL,          -- JSON: leaves, receipts, and the decision that allows them
  opened_at   {{int}} NOT NULL,
  planned_at  {{int}} NOT NULL,       -- the closing time set at first
  closing_at  {{int}} NOT NULL,       -- 0 until that state; so are those below
  counted_at  {{int}} NOT NULL,
  keys_at     {{int}} NOT NULL,
  rows_at     {{int}} NOT NULL,
  reported_at {{int}} NOT NULL,
  count       {{int}} NOT NULL,
  root        TEXT NOT NULL,          -- hex; '' below the floor
  destroyed   TEXT NOT NULL,          -- JSON: the key holders' words
  restored    {{int}} NOT NULL,       -- 1: a backup from before was put back, and erased again
  failed      TEXT NOT NULL           -- kind of the last failure of a step, '' for none
) {{strict}};

-- petition_pause: the ledger of time when nobody could vote.
CREATE TABLE petition_pause (
  id       TEXT NOT NULL PRIMARY KEY,
  petition TEXT NOT NULL REFERENCES petition_ballot (id),
  reason   TEXT NOT NULL,             -- code
  began_at {{int}} NOT NULL,
  ended_at {{int}} NOT NULL,          -- 0 while it lasts
  extended {{int}} NOT NULL           -- milliseconds that the closing time was moved
) {{strict}};
CREATE INDEX petition_pause_petition ON petition_pause (petition, began_at);

-- petition_head: signed heads and reports as they were published.
CREATE TABLE petition_head (
  petition TEXT NOT NULL REFERENCES petition_ballot (id),
  seq      {{int}} NOT NULL,
  kind     TEXT NOT NULL,             -- running, final, report
  count    {{int}} NOT NULL,
  at       {{int}} NOT NULL,
  document TEXT NOT NULL,             -- the signed file
  PRIMARY KEY (petition, seq)
) {{strict}};

-- petition_leaf: the published list, where a recorded decision of the data
-- protection officer switched it on; else empty.
CREATE TABLE petition_leaf (
  petition TEXT NOT NULL,
  leaf     {{blob}} NOT NULL,
  PRIMARY KEY (petition, leaf)
) {{clustered}};
