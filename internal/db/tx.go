package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"medborgarnavet/internal/fault"
)

const (
	// writerWait is how long Tx waits for a connection. Longer than any honest
	// transaction: reaching it means a transaction inside a transaction.
	writerWait = 20 * time.Second
	// readLimit ends a read that keeps SQLite's journal from being emptied.
	readLimit = 30 * time.Second
	// attempts at a transaction that PostgreSQL could not serialize.
	attempts = 10
)

// ErrUnknownOutcome is in the chain of an error from Tx when the database was
// lost at COMMIT: the change may have been made or not. Look before trying
// again, or try again only what is idempotent.
var ErrUnknownOutcome = errors.New("db: the connection was lost at commit; the outcome is unknown")

// Tx is a transaction under way. It is used by one goroutine.
type Tx struct {
	// Now is the clock's time when the transaction began: UTC, whole
	// milliseconds. Everything the transaction stores or compares uses it.
	Now time.Time

	tx     *sql.Tx
	engine string
}

// Tx runs fn in one write transaction and commits it when fn returns nil.
// On SQLite it is the single writer; on PostgreSQL it is SERIALIZABLE and fn
// runs again when the database asks for it. When Tx returns nil the change is
// durable; for any other answer but ErrUnknownOutcome nothing has changed.
func (d *DB) Tx(ctx context.Context, fn func(tx *Tx) error) error {
	if d.readOnly {
		return fault.New(fault.Internal, "db: opened read-only")
	}
	for try := 1; ; try++ {
		err := d.once(ctx, fn)
		if err == nil || !retryable(err) {
			return err
		}
		if try == attempts {
			return fault.Wrap(fault.Unavailable, err, "db: the transaction kept colliding with others")
		}
		wait := time.Duration(1<<min(try, 6)) * time.Millisecond
		if err := pause(ctx, wait/2+rand.N(wait)); err != nil {
			return err
		}
	}
}

// once runs fn in one attempt at a write transaction.
func (d *DB) once(ctx context.Context, fn func(tx *Tx) error) error {
	conn, err := d.writer(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	// The transaction does not end with ctx: statements do, and it is looked at
	// before the commit. A commit under way must not be cut off by a reader who
	// closed a browser, since its outcome would be unknown.
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{Isolation: d.isolation()})
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "db: begin")
	}
	done := false
	defer func() {
		if !done { // fn failed or panicked
			_ = tx.Rollback()
		}
	}()
	if err := fn(&Tx{Now: d.now(), tx: tx, engine: d.engine}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	done = true
	return d.commit(conn, tx)
}

// commit tells a commit that failed from one whose outcome nobody knows.
func (d *DB) commit(conn *sql.Conn, tx *sql.Tx) error {
	err := tx.Commit()
	if err == nil {
		return nil
	}
	if retryable(err) {
		return err
	}
	// Whatever state the connection is in, it is not used again.
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	if outcomeUnknown(d.engine, err) {
		return fault.Wrap(fault.Unavailable, errors.Join(ErrUnknownOutcome, err), "db: commit")
	}
	return fault.Wrap(fault.Unavailable, err, "db: commit")
}

// writer waits for a connection to write on.
func (d *DB) writer(ctx context.Context) (*sql.Conn, error) {
	wait, cancel := context.WithTimeout(ctx, writerWait)
	defer cancel()
	conn, err := d.write.Conn(wait)
	if err == nil {
		return conn, nil
	}
	if ctx.Err() == nil && wait.Err() != nil {
		return nil, fault.New(fault.Unavailable, "db: waited %s for the writer; is a transaction opened inside another?", writerWait)
	}
	return nil, fault.Wrap(fault.Unavailable, err, "db: connect")
}

// Read runs fn on a read-only snapshot of the database, for at most 30 seconds.
func (d *DB) Read(ctx context.Context, fn func(tx *Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	options := &sql.TxOptions{ReadOnly: true}
	if d.engine == Postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := d.read.BeginTx(ctx, options)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "db: begin read")
	}
	defer func() { _ = tx.Rollback() }()
	return fn(&Tx{Now: d.now(), tx: tx, engine: d.engine})
}

// Exec runs a statement that changes rows and tells how many it changed.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := t.tx.ExecContext(ctx, t.translate(query), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Query runs a statement that gives rows. Close them before the next statement.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, t.translate(query), args...)
}

// QueryRow runs a statement that gives at most one row; without one, Scan
// gives sql.ErrNoRows.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(ctx, t.translate(query), args...)
}

// Engine is "sqlite" or "postgres", where the two deserve statements of their own.
func (t *Tx) Engine() string { return t.engine }

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

// isolation of a write transaction. SQLite's is serializable by its nature and
// its driver takes only the default.
func (d *DB) isolation() sql.IsolationLevel {
	if d.engine == Postgres {
		return sql.LevelSerializable
	}
	return sql.LevelDefault
}

// retryable: PostgreSQL undid the transaction because of another one
// (serialization_failure, deadlock_detected) and asks for it again.
func retryable(err error) bool {
	state := sqlState(err)
	return state == "40001" || state == "40P01"
}

// outcomeUnknown: did the failure of a COMMIT leave it open whether it was made?
func outcomeUnknown(engine string, err error) bool {
	if engine == Postgres {
		state := sqlState(err)
		return state == "" || strings.HasPrefix(state, "08") || strings.HasPrefix(state, "57P")
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return true
	}
	return e.Code()&0xFF == sqlite3.SQLITE_IOERR
}

// IsUnique reports whether err says that a unique or primary key is already
// there.
func IsUnique(err error) bool {
	if sqlState(err) == "23505" {
		return true
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}
