-- The audit log. See package audit for how rows, segments and disposals make
-- one chain.

-- audit_row: one event. payload, salt, actor, subject and case_id are empty
-- once the row is disposed; commitment, chain and seq stay.
CREATE TABLE audit_row (
    id         TEXT NOT NULL PRIMARY KEY,
    at         {{int}} NOT NULL,
    actor      TEXT,
    subject    TEXT,
    case_id    TEXT,
    payload    TEXT,
    salt       {{blob}},
    commitment {{blob}} NOT NULL,
    seq        {{int}} UNIQUE,
    chain      {{blob}},
    segment    TEXT
) {{strict}};

CREATE INDEX audit_row_actor ON audit_row (actor, at);
CREATE INDEX audit_row_subject ON audit_row (subject, at);
CREATE INDEX audit_row_case ON audit_row (case_id, at);
CREATE INDEX audit_row_at ON audit_row (at);
CREATE INDEX audit_row_segment ON audit_row (segment);

-- audit_segment: a month of sealed rows and its signed head. Never deleted.
CREATE TABLE audit_segment (
    segment     TEXT NOT NULL PRIMARY KEY,
    first_seq   {{int}} NOT NULL UNIQUE,
    last_seq    {{int}} NOT NULL UNIQUE,
    prev        {{blob}} NOT NULL,
    head        {{blob}} NOT NULL,
    signed_at   {{int}} NOT NULL,
    signature   {{blob}} NOT NULL,
    disposed_at {{int}}
) {{strict}};

-- audit_disposal: the signed word that everything up to a number was disposed.
CREATE TABLE audit_disposal (
    upto      {{int}} NOT NULL PRIMARY KEY,
    before    {{int}} NOT NULL,
    at        {{int}} NOT NULL,
    signature {{blob}} NOT NULL
) {{strict}};
