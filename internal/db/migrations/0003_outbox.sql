-- outbox: events to hand on after the transaction that made them. Ids only.
CREATE TABLE outbox (
    id         TEXT NOT NULL PRIMARY KEY,
    topic      TEXT NOT NULL,
    event_key  TEXT NOT NULL,
    created_at {{int}} NOT NULL,
    due_at     {{int}} NOT NULL,
    attempts   {{int}} NOT NULL,
    fault      TEXT NOT NULL,
    parked_at  {{int}}
) {{strict}};

CREATE INDEX outbox_due ON outbox (topic, due_at);

-- retention_run: when each rule of retention last ran to its end, and how much
-- it has destroyed since the beginning.
CREATE TABLE retention_run (
    rule    TEXT NOT NULL PRIMARY KEY,
    ran_at  {{int}} NOT NULL,
    erased  {{int}} NOT NULL
) {{strict}};
