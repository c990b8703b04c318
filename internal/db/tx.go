package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"time"

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
	failed error // the first statement that failed
}

// Tx runs fn in one write transaction and commits it when fn returns nil.
// On SQLite it is the single writer; on PostgreSQL it is SERIALIZABLE and fn
// runs again when the database asks for it. When Tx returns nil the change is
// durable; for any other answer but ErrUnknownOutcome nothing has changed.
//
// A statement that fails ends the transaction, on both engines: what fn does
// after it is not kept, even if fn returns nil. To try and see, use ON CONFLICT
// and the number of rows changed.
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
	t := &Tx{Now: d.now(), tx: tx, engine: d.engine}
	if err := fn(t); err != nil {
		return err
	}
	if t.failed != nil { // PostgreSQL would not commit it either
		return t.failed
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
		d.tidy()
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

// isolation of a write transaction. SQLite's is serializable by its nature and
// its driver takes only the default.
func (d *DB) isolation() sql.IsolationLevel {
	if d.engine == Postgres {
		return sql.LevelSerializable
	}
	return sql.LevelDefault
}
