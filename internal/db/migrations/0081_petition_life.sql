-- E-petitions: their life, without votes. Free text and addresses are sealed
-- with the board's lasting key; codes and times are not. Days are dates in
-- Sweden. A moment that has not come is 0.

CREATE TABLE petition (
  id             TEXT NOT NULL PRIMARY KEY,
  registry       TEXT NOT NULL UNIQUE,       -- number in the board's series
  board          TEXT NOT NULL,
  once           TEXT NOT NULL UNIQUE,       -- hash of the form's own key: one proposal however often it is sent
  received_at    {{int}} NOT NULL,
  ready_at       {{int}} NOT NULL,           -- since when it waits for a moderator
  moderation     TEXT NOT NULL,
  voting         TEXT NOT NULL,
  outcome        TEXT NOT NULL,
  version        {{int}} NOT NULL,           -- of the text
  code           TEXT NOT NULL,              -- why rejected or hidden
  target         TEXT NOT NULL,              -- the petition it was merged with, or the service it was sent to
  category       TEXT NOT NULL,
  over_cap       {{int}} NOT NULL,           -- 1: the proposer has more than the cap
  review_again   {{int}} NOT NULL,           -- 1: published, and to be looked at again
  locked_by      TEXT NOT NULL,              -- member of staff who reads it
  locked_at      {{int}} NOT NULL,
  undo_from      TEXT NOT NULL,              -- state before a decision that can still be undone
  undo_until     {{int}} NOT NULL,
  months         {{int}} NOT NULL,           -- how long it is open, as chosen
  days           {{int}} NOT NULL,
  opens_at       {{int}} NOT NULL,
  closes_at      {{int}} NOT NULL,
  opened_at      {{int}} NOT NULL,
  threshold      {{int}} NOT NULL,           -- votes needed, frozen at publication
  votes          {{int}} NOT NULL,           -- after the identities are erased; before, -1
  disposal       TEXT NOT NULL,              -- reference of the disposal decision
  sealer         TEXT NOT NULL,
  body           TEXT NOT NULL,              -- board or council that it was handed over to
  body_registry  TEXT NOT NULL,
  decision       TEXT NOT NULL,
  paragraph      TEXT NOT NULL,              -- of the minutes
  decided_at     {{int}} NOT NULL,
  news_at        {{int}} NOT NULL,           -- last public event
  alarmed_at     {{int}} NOT NULL,           -- when silence was last told of
  followed_up    {{int}} NOT NULL,           -- months after the decision that have been followed up
  ended_at       {{int}} NOT NULL            -- when nothing more is to come; may lie ahead
) {{strict}};
CREATE INDEX petition_moderation ON petition (moderation, ready_at);
CREATE INDEX petition_voting ON petition (voting, opens_at);
CREATE INDEX petition_undo ON petition (undo_until);

-- petition_text: each version as it was read (review history).
CREATE TABLE petition_text (
  petition TEXT NOT NULL REFERENCES petition (id),
  version  {{int}} NOT NULL,
  at       {{int}} NOT NULL,
  sealed   {{blob}} NOT NULL,
  PRIMARY KEY (petition, version)
) {{strict}};

-- petition_event: what has happened. public: 0 never, 1 the event and its
-- code, 2 its words too. undone: 1 it was taken back within the time.
CREATE TABLE petition_event (
  id        TEXT NOT NULL PRIMARY KEY,
  petition  TEXT NOT NULL REFERENCES petition (id),
  seq       {{int}} NOT NULL,
  at        {{int}} NOT NULL,
  move      TEXT NOT NULL,
  role      TEXT NOT NULL,
  staff     TEXT NOT NULL,
  version   {{int}} NOT NULL,
  code      TEXT NOT NULL,
  next_step TEXT NOT NULL,
  next_day  TEXT NOT NULL,
  link      TEXT NOT NULL,
  public    {{int}} NOT NULL,
  undone    {{int}} NOT NULL,
  once      TEXT NOT NULL UNIQUE,
  sealed    {{blob}} NOT NULL,
  UNIQUE (petition, seq)
) {{strict}};

-- petition_author: the proposer's address, where one was given.
CREATE TABLE petition_author (
  petition     TEXT NOT NULL PRIMARY KEY REFERENCES petition (id),
  person       TEXT NOT NULL,                -- this table's own pseudonym of the address
  confirmed_at {{int}} NOT NULL,
  expires_at   {{int}} NOT NULL,             -- while not confirmed
  told         {{int}} NOT NULL,             -- seq of the last event told of
  sealed       {{blob}} NOT NULL
) {{strict}};
CREATE INDEX petition_author_person ON petition_author (person);

-- petition_link: what a secret link in a letter or on a receipt opens. hash is
-- SHA-256 of the secret.
CREATE TABLE petition_link (
  hash       TEXT NOT NULL PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('manage', 'confirm')),
  petition   TEXT NOT NULL REFERENCES petition (id),
  expires_at {{int}} NOT NULL                -- 0: as long as the petition
) {{strict}};
CREATE INDEX petition_link_petition ON petition_link (petition);

-- petition_follow: who wants news. Nothing here is about votes.
CREATE TABLE petition_follow (
  id           TEXT NOT NULL PRIMARY KEY,
  petition     TEXT NOT NULL REFERENCES petition (id),
  person       TEXT NOT NULL,                -- this table's own pseudonym of the address
  confirm      TEXT NOT NULL,                -- hash, '' when confirmed
  confirmed_at {{int}} NOT NULL,
  expires_at   {{int}} NOT NULL,             -- while not confirmed
  told         {{int}} NOT NULL,
  sealed       {{blob}} NOT NULL,
  UNIQUE (petition, person)
) {{strict}};
CREATE INDEX petition_follow_confirm ON petition_follow (confirm);

-- petition_rate: how often, by keyed hashes whose key changes each day. No
-- moment but the ten minutes it fell in.
CREATE TABLE petition_rate (
  day    TEXT NOT NULL,
  person TEXT NOT NULL,
  bucket {{int}} NOT NULL,
  n      {{int}} NOT NULL,
  PRIMARY KEY (day, person, bucket)
) {{strict}};

-- petition_word: stems of the words of petitions that are public.
CREATE TABLE petition_word (
  word     TEXT NOT NULL,
  petition TEXT NOT NULL REFERENCES petition (id),
  weight   {{int}} NOT NULL,
  PRIMARY KEY (word, petition)
) {{clustered}};
CREATE INDEX petition_word_petition ON petition_word (petition);
