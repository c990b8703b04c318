package db

import (
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode/utf8"

	"medborgarnavet/internal/fault"
)

// Exec runs a statement that changes rows and tells how many it changed.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := t.ready(args); err != nil {
		return 0, err
	}
	result, err := t.tx.ExecContext(ctx, t.translate(query), args...)
	if err != nil {
		return 0, t.fail(err)
	}
	return result.RowsAffected()
}

// Query runs a statement that gives rows. Close them before the next statement.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.ready(args); err != nil {
		return nil, err
	}
	rows, err := t.tx.QueryContext(ctx, t.translate(query), args...)
	if err != nil {
		return nil, t.fail(err)
	}
	return rows, nil
}

// QueryRow runs a statement that gives at most one row; without one, Scan
// gives sql.ErrNoRows.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	row := t.tx.QueryRowContext(ctx, t.translate(query), args...)
	if err := row.Err(); err != nil {
		_ = t.fail(err)
	}
	return row
}

// Engine is "sqlite" or "postgres", where the two deserve statements of their own.
func (t *Tx) Engine() string { return t.engine }

// fail remembers that the transaction is over, and gives the error its kind.
func (t *Tx) fail(err error) error {
	if outside(err) {
		err = fault.Wrap(fault.Unavailable, err, "db")
	}
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// ready refuses statements of a transaction that is over, and arguments that
// the two engines would not take alike.
func (t *Tx) ready(args []any) error {
	if t.failed != nil {
		return fault.Wrap(fault.KindOf(t.failed), t.failed, "db: the transaction has failed already")
	}
	for i, arg := range args {
		switch v := arg.(type) {
		case string:
			if !utf8.ValidString(v) || strings.IndexByte(v, 0) >= 0 {
				return t.fail(fault.New(fault.Invalid, "db: argument $%d is a text with bytes that are no text", i+1))
			}
		case bool, time.Time:
			return t.fail(fault.New(fault.Internal, "db: argument $%d is a %T; use 0 and 1, and Millis", i+1, v))
		}
	}
	return nil
}

func (t *Tx) translate(query string) string {
	if t.engine == Postgres {
		return query
	}
	return numbered(query)
}

// numbered turns PostgreSQL's $1 into SQLite's ?1. A dollar sign that no digit
// follows, or that stands within quotes or a line comment, is left alone.
func numbered(query string) string {
	if !strings.Contains(query, "$") {
		return query
	}
	out := []byte(query)
	var quote byte // ' or " when within quotes, '\n' within a line comment
	for i := 0; i < len(out); i++ {
		c := out[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '-' && i+1 < len(out) && out[i+1] == '-':
			quote = '\n'
		case c == '$' && i+1 < len(out) && out[i+1] >= '1' && out[i+1] <= '9':
			out[i] = '?'
		}
	}
	return string(out)
}
