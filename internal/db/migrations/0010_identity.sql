-- identity: logins under way, and the sessions that come of them.

-- identity_login: one login under way in one browser. Its handle and the
-- browser's secret are stored as SHA-256 only.
CREATE TABLE identity_login (
    id           TEXT NOT NULL PRIMARY KEY,
    handle_hash  {{blob}} NOT NULL UNIQUE,
    browser_hash {{blob}} NOT NULL,
    nonce_hash   {{blob}},                   -- of the app's return link; null when none is demanded
    returned     {{int}} NOT NULL,           -- 1: the return link has come back in this browser, or need not
    kind         TEXT NOT NULL CHECK (kind IN ('citizen', 'staff')),
    provider     TEXT NOT NULL,
    return_to    TEXT NOT NULL,              -- a checked path on this site
    state        TEXT NOT NULL CHECK (state IN ('started', 'pending', 'done', 'failed', 'cancelled', 'taken')),
    message      TEXT NOT NULL,              -- message id of a failure
    code         TEXT NOT NULL,              -- code of a failure
    sealed       {{blob}},                   -- request, provider's state, authentication; null once taken
    version      {{int}} NOT NULL,           -- grows with every change, so that a late one can be told
    collect_at   {{int}} NOT NULL,           -- the provider is not asked again before this
    expires_at   {{int}} NOT NULL
) {{strict}};

CREATE INDEX identity_login_expires ON identity_login (expires_at);

-- identity_session: somebody who is logged in. The token is stored as SHA-256
-- only; person is a keyed pseudonym of this table's own (I-18).
CREATE TABLE identity_session (
    id             TEXT NOT NULL PRIMARY KEY,
    token_hash     {{blob}} NOT NULL UNIQUE,
    kind           TEXT NOT NULL CHECK (kind IN ('citizen', 'staff')),
    person         TEXT NOT NULL,
    environment    TEXT NOT NULL,
    sealed         {{blob}} NOT NULL,        -- who, and how it was shown
    seen_at        {{int}} NOT NULL,         -- last activity, within a minute
    idle_until     {{int}} NOT NULL,
    absolute_until {{int}} NOT NULL
) {{strict}};

CREATE INDEX identity_session_person ON identity_session (person);
CREATE INDEX identity_session_idle ON identity_session (idle_until);
