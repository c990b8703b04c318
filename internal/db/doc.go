// Package db is the way to the database: one text of SQL for SQLite, embedded
// and with nothing to install, and for PostgreSQL, for several nodes.
//
// It owns opening and closing, migrations, the environment mark, transactions,
// leases for scheduled jobs, checkpoints and backup copies. It owns no table of
// any step: each step keeps its SQL in its own store.go and its tables in its
// own number range under migrations.
//
// # What a step may rely on
//
// Tx is one serializable write transaction and Read one read-only snapshot.
// When Tx has returned nil the change is on disk (I-16). On PostgreSQL fn may
// run more than once, so it must touch nothing but the transaction. Calling Tx
// or Read of the same DB inside fn is a mistake: SQLite has one writer and the
// inner call would wait for the outer.
//
// # The common subset of SQL
//
// Numbered parameters $1, $2 …; ids are TEXT made by NewID; times are INTEGER
// milliseconds made by Millis; truth values are 0 and 1; JSON is opaque TEXT;
// ON CONFLICT names its columns; no now(), no case-insensitive LIKE, no
// LastInsertId, no DDL outside migrations. Text is valid UTF-8 without NUL.
// Rows of a Query are closed before the next statement.
//
// # States of a database
//
// new → migrated and marked with an environment (test or production) → opened
// by binaries that know all its migrations and run in that environment. A
// SQLite file is held by one process at a time; others may open it ReadOnly.
package db
