-- E-petitions: the service itself. Nothing here is about a person or a vote.

-- petition_switch: features that were ever switched. One that has no row is on.
CREATE TABLE petition_switch (
  name  TEXT NOT NULL PRIMARY KEY,
  lit   {{int}} NOT NULL,             -- 1 on, 0 off
  since {{int}} NOT NULL,
  words TEXT NOT NULL                 -- what visitors are told
) {{strict}};

-- uptime_minute: one row a minute and part, written while the service lives.
-- A minute without rows is one when it did not.
CREATE TABLE uptime_minute (
  minute {{int}} NOT NULL,            -- its beginning
  part   TEXT NOT NULL,
  up     {{int}} NOT NULL,
  PRIMARY KEY (minute, part)
) {{clustered}};

-- uptime_day: the minutes of a day that has ended, counted.
CREATE TABLE uptime_day (
  day     TEXT NOT NULL,              -- date in Sweden
  part    TEXT NOT NULL,
  began   {{int}} NOT NULL,           -- the day's first minute with a row
  minutes {{int}} NOT NULL,           -- with a row
  up      {{int}} NOT NULL,
  PRIMARY KEY (day, part)
) {{clustered}};

-- uptime_outage: times when a part was away, from its first minute to the
-- first one when it was back.
CREATE TABLE uptime_outage (
  id    TEXT NOT NULL PRIMARY KEY,
  part  TEXT NOT NULL,
  began {{int}} NOT NULL,
  ended {{int}} NOT NULL,             -- 0 while it lasts
  told  {{int}} NOT NULL              -- 1: closing times have been moved for it
) {{strict}};
CREATE INDEX uptime_outage_part ON uptime_outage (part, ended);
