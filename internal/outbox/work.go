package outbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// event is a row that is due.
type event struct {
	id, key  string
	created  int64
	attempts int
}

// work hands on the due events of a topic, if this node has the lease, and
// tells how many went well and the first failure.
func (o *Outbox) work(ctx context.Context, t *topic) (handled int, first error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		events, err := o.due(ctx, t.name)
		if err != nil || len(events) == 0 {
			return handled, firstOf(first, err)
		}
		for _, e := range events {
			if t.held != nil && t.held() {
				return handled, first
			}
			if mine, err := o.keepLease(ctx, t); err != nil || !mine {
				return handled, firstOf(first, err)
			}
			failure, err := o.handOn(ctx, t, e)
			if err != nil {
				return handled, firstOf(first, err)
			}
			first = firstOf(first, failure)
			if failure == nil {
				handled++
			}
		}
	}
}

// keepLease makes sure that the lease outlasts one more event.
func (o *Outbox) keepLease(ctx context.Context, t *topic) (bool, error) {
	if time.Since(t.leased) < leaseFor-handleLimit-10*time.Second {
		return true, nil
	}
	mine, err := o.db.Lease(ctx, t.lease(), leaseFor)
	if mine {
		t.leased = time.Now()
	}
	return mine, err
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (o *Outbox) due(ctx context.Context, topic string) ([]event, error) {
	var events []event
	err := o.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT id, event_key, created_at, attempts FROM outbox
			WHERE topic = $1 AND due_at <= $2 AND parked_at IS NULL ORDER BY due_at, id LIMIT $3`,
			topic, db.Millis(tx.Now), batch)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e event
			if err := rows.Scan(&e.id, &e.key, &e.created, &e.attempts); err != nil {
				return err
			}
			events = append(events, e)
		}
		return rows.Err()
	})
	return events, err
}

// handOn calls the handler and then removes the event or puts it off. A crash
// between the two hands it on again. failure is the handler's; err means that
// the database or the context failed, and that no more can be done now.
func (o *Outbox) handOn(ctx context.Context, t *topic, e event) (failure, err error) {
	failure = call(ctx, t.handle, e.key)
	if ctx.Err() != nil && failure != nil {
		return failure, ctx.Err() // we are stopping: nobody's failure, and due as before
	}
	if failure == nil {
		ctx := context.WithoutCancel(ctx) // it is done: stopping must not do it twice
		return nil, o.db.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM outbox WHERE id = $1`, e.id)
			return err
		})
	}
	kind := fault.KindOf(failure)
	o.log.Warn("outbox event failed", "topic", t.name, "event", e.id, "attempt", e.attempts+1, "kind", kind, "error", failure)
	return fmt.Errorf("outbox: %s: %w", t.name, failure), o.putOff(ctx, e, kind)
}

// call keeps a handler's panic from taking the other topics with it.
func call(ctx context.Context, handle Handler, key string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, handleLimit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fault.New(fault.Internal, "the handler panicked")
		}
	}()
	return handle(ctx, key)
}

// putOff makes a failed event due again after a pause that doubles, up to an
// hour, and parks it when it has failed for a day. Only the kind of the fault
// is kept: its words might hold what must not be stored here.
func (o *Outbox) putOff(ctx context.Context, e event, kind fault.Kind) error {
	wait := longPause
	if e.attempts < 12 {
		wait = firstPause << e.attempts
	}
	wait += rand.N(wait / 4)
	return o.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE outbox SET attempts = attempts + 1, due_at = $2, fault = $3,
				parked_at = CASE WHEN created_at <= $4 THEN $5 ELSE parked_at END
			WHERE id = $1`,
			e.id, db.Millis(tx.Now.Add(wait)), string(kind), db.Millis(tx.Now.Add(-parkAfter)), db.Millis(tx.Now))
		return err
	})
}

// Stats is the state of the outbox, for metrics and alarms.
type Stats struct {
	Waiting int           // not handed on yet, parked ones not counted
	Oldest  time.Duration // the age of the oldest of them
	Parked  int           // given up after a day; an operator must look
}

// Stats counts.
func (o *Outbox) Stats(ctx context.Context) (Stats, error) {
	var s Stats
	err := o.db.Read(ctx, func(tx *db.Tx) error {
		var oldest int64
		err := tx.QueryRow(ctx, `
			SELECT count(*) - count(parked_at), count(parked_at),
				COALESCE(min(CASE WHEN parked_at IS NULL THEN created_at END), $1)
			FROM outbox`, db.Millis(tx.Now)).Scan(&s.Waiting, &s.Parked, &oldest)
		s.Oldest = tx.Now.Sub(db.Time(oldest))
		return err
	})
	return s, err
}

// Revive makes parked events due again with a fresh day to succeed in, and
// tells how many.
func (o *Outbox) Revive(ctx context.Context) (int, error) {
	var n int64
	err := o.db.Tx(ctx, func(tx *db.Tx) (err error) {
		n, err = tx.Exec(ctx, `
			UPDATE outbox SET parked_at = NULL, attempts = 0, created_at = $1, due_at = $1 WHERE parked_at IS NOT NULL`,
			db.Millis(tx.Now))
		return err
	})
	return int(n), err
}
