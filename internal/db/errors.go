package db

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqlState is the five-character code of an error from PostgreSQL, or "".
func sqlState(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// liteCode is the extended result code of an error from SQLite, or 0.
func liteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// retryable: PostgreSQL undid the transaction because of another one
// (serialization_failure, deadlock_detected) and asks for it again.
func retryable(err error) bool {
	state := sqlState(err)
	return state == "40001" || state == "40P01"
}

// outcomeUnknown: did the failure of a COMMIT leave it open whether it was made?
func outcomeUnknown(engine string, err error) bool {
	if engine == SQLite {
		code := liteCode(err)
		return code == 0 || code&0xFF == sqlite3.SQLITE_IOERR
	}
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return false // a statement had failed: the server said that it rolled back
	}
	state := sqlState(err)
	return state == "" || strings.HasPrefix(state, "08") || strings.HasPrefix(state, "57P")
}

// outside reports whether an error is about the database being away, full or
// overloaded, rather than about what was asked of it.
func outside(err error) bool {
	switch liteCode(err) & 0xFF {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		return true
	}
	if state := sqlState(err); state != "" {
		// connection exception, insufficient resources, operator intervention,
		// lock not available
		for _, class := range []string{"08", "53", "57", "55P03"} {
			if strings.HasPrefix(state, class) {
				return true
			}
		}
		return false
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF)
}

// IsUnique reports whether err says that a unique or primary key is already
// there.
func IsUnique(err error) bool {
	code := liteCode(err)
	return sqlState(err) == "23505" || code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}
