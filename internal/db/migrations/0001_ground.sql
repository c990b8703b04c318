-- The shared ground: environment mark, job leases.

-- environment: what this database is for. One row.
CREATE TABLE environment (
    id   {{int}} NOT NULL PRIMARY KEY CHECK (id = 1),
    mark TEXT NOT NULL
) {{strict}};

-- lease: which opened database runs a scheduled job, and until when.
CREATE TABLE lease (
    name   TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until  {{int}} NOT NULL
) {{strict}};
