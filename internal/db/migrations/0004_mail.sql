-- mail_message: letters that wait to be sent, sealed under a short-lived key.
-- A row goes when the letter is sent, refused or too old.
CREATE TABLE mail_message (
    id       TEXT NOT NULL PRIMARY KEY,
    due_at   {{int}} NOT NULL,
    sealed   {{blob}} NOT NULL
) {{strict}};
CREATE INDEX mail_message_due ON mail_message (due_at);
