package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"medborgarnavet/internal/fault"
)

// tidyEvery is how many commits there are between two rounds of tidying. SQLite
// would else do it within every few dozenth commit, and that one would be ten
// times as slow as the others; left to the writer is only a journal of 64 MB.
const tidyEvery = 64

// asidePool is one connection that only moves the journal.
func (d *DB) asidePool(o Options) (*sql.DB, error) {
	o.Wrap = func(c driver.Connector) driver.Connector { return c } // no test counts it
	return d.pool(o, 1, "_txlock=deferred", "cache_size(-1000)")
}

// tidy moves SQLite's journal into the file beside the writer, now and then. A
// round that fails is made up for by the next.
func (d *DB) tidy() {
	if d.aside == nil || d.commits.Add(1)%tidyEvery != 0 || !d.tidying.TryLock() {
		return
	}
	go func() {
		defer d.tidying.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), readLimit)
		defer cancel()
		_, _ = d.aside.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	}()
}

// Checkpoint moves all of SQLite's journal into the database file and empties
// the journal, so that what was deleted is gone from both (I-7). It waits a
// while for readers and is fault.Unavailable when they do not finish; call it
// again then. On PostgreSQL it does nothing: there the journal is the
// operator's matter and only the destruction of keys counts.
func (d *DB) Checkpoint(ctx context.Context) error {
	if d.engine != SQLite || d.readOnly {
		return nil
	}
	for try := range 3 {
		var busy, frames, moved int
		row := d.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
		if err := row.Scan(&busy, &frames, &moved); err != nil {
			return fault.Wrap(fault.Unavailable, err, "db: checkpoint")
		}
		if busy == 0 {
			return nil
		}
		if err := pause(ctx, time.Duration(try+1)*100*time.Millisecond); err != nil {
			return err
		}
	}
	return fault.New(fault.Unavailable, "db: checkpoint: a long read stands in the way")
}
