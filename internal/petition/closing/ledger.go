package closing

import (
	"context"
	"errors"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/tally"
)

// MaxPause is how long a pause may hold a closing: the promise to erase on the
// day may not be put off for ever.
const MaxPause = 30 * 24 * time.Hour

// Reasons of pauses, as codes.
const (
	ReasonSealer   = "sealer"    // a key holder did not answer
	ReasonWrongKey = "wrong-key" // a key holder is there and did not prove its answer for this petition
	ReasonOutage   = "outage"    // the service or the e-ID was away
	ReasonSteward  = "steward"   // held by hand
	ReasonSwitch   = "switch"    // voting is switched off everywhere
	ReasonKeyLost  = "key-lost"  // the key is gone and was not destroyed: an alarm
)

// Reasons are all of them: each has words wherever a pause is shown.
func Reasons() []string {
	return []string{ReasonSealer, ReasonWrongKey, ReasonOutage, ReasonSteward, ReasonSwitch, ReasonKeyLost}
}

// Pause holds voting on a petition. One that is held already stays as it is.
func (m *Machine) Pause(ctx context.Context, petition, reason string) error {
	return m.o.DB.Tx(ctx, func(tx *db.Tx) error { return beginPause(ctx, tx, petition, reason) })
}

// Resume lets voting go on and moves the closing time by as long as it was
// held (petitions.md §3: outages cost proposers no time).
func (m *Machine) Resume(ctx context.Context, petition string) error {
	return m.o.DB.Tx(ctx, func(tx *db.Tx) error { return resume(ctx, tx, petition) })
}

func beginPause(ctx context.Context, tx *db.Tx, petition, reason string) error {
	p, err := Load(ctx, tx, petition)
	if err != nil {
		return err
	}
	if p.State != Open {
		return fault.New(fault.Conflict, "closing: the petition is not open")
	}
	if p.Ballot.Paused {
		return nil
	}
	if _, err := tx.Exec(ctx, `INSERT INTO petition_pause (id, petition, reason, began_at, ended_at, extended) VALUES ($1, $2, $3, $4, 0, 0)`,
		db.NewID(), petition, reason, db.Millis(tx.Now)); err != nil {
		return err
	}
	return ballot.Pause(ctx, tx, petition, true)
}

func resume(ctx context.Context, tx *db.Tx, petition string) error {
	p, err := Load(ctx, tx, petition)
	if err != nil {
		return err
	}
	if !p.Ballot.Paused {
		return nil
	}
	var began int64
	if err := tx.QueryRow(ctx, `SELECT min(began_at) FROM petition_pause WHERE petition = $1 AND ended_at = 0`, petition).Scan(&began); err != nil {
		return err
	}
	extended := min(max(tx.Now.Sub(db.Time(began)), 0), MaxPause)
	if p.State != Open {
		extended = 0
	}
	if err := endPause(ctx, tx, petition, extended); err != nil {
		return err
	}
	return ballot.SetClosing(ctx, tx, petition, p.Ballot.ClosesAt.Add(extended))
}

// endPause ends the pause that lasts and says how far the closing was moved.
func endPause(ctx context.Context, tx *db.Tx, petition string, extended time.Duration) error {
	if _, err := tx.Exec(ctx, `UPDATE petition_pause SET ended_at = $2, extended = $3 WHERE petition = $1 AND ended_at = 0`,
		petition, db.Millis(tx.Now), extended.Milliseconds()); err != nil {
		return err
	}
	return ballot.Pause(ctx, tx, petition, false)
}

// Outage enters time when nobody could vote, after the fact, for every
// petition that was open in it, and moves their closing times. Time that is
// in the ledger already does not count twice. It tells how many were moved.
func (m *Machine) Outage(ctx context.Context, from, until time.Time, reason string) (moved int, err error) {
	if !from.Before(until) || until.After(m.o.Clock.Now()) || until.Sub(from) > MaxPause {
		return 0, fault.New(fault.Invalid, "closing: an outage lies in the past and is at most %s", MaxPause)
	}
	err = m.o.DB.Tx(ctx, func(tx *db.Tx) error {
		moved = 0
		ids, err := unfinished(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			did, err := outage(ctx, tx, id, from, until, reason)
			if err != nil {
				return err
			}
			if did {
				moved++
			}
		}
		return nil
	})
	return moved, err
}

func outage(ctx context.Context, tx *db.Tx, id string, from, until time.Time, reason string) (bool, error) {
	p, err := Load(ctx, tx, id)
	if err != nil || p.State != Open {
		return false, err
	}
	from = latest(from, p.Opened)
	if !from.Before(until) || !from.Before(p.Ballot.ClosesAt) {
		return false, nil
	}
	pauses, err := Pauses(ctx, tx, id)
	if err != nil {
		return false, err
	}
	extended := until.Sub(from)
	for _, known := range pauses {
		end := known.Until
		if end.IsZero() {
			end = tx.Now
		}
		extended -= max(earliest(until, end).Sub(latest(from, known.From)), 0)
	}
	if extended <= 0 {
		return false, nil
	}
	if _, err := tx.Exec(ctx, `INSERT INTO petition_pause (id, petition, reason, began_at, ended_at, extended) VALUES ($1, $2, $3, $4, $5, $6)`,
		db.NewID(), id, reason, db.Millis(from), db.Millis(until), extended.Milliseconds()); err != nil {
		return false, err
	}
	return true, ballot.SetClosing(ctx, tx, id, p.Ballot.ClosesAt.Add(extended))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Pauses is a petition's ledger, for its timeline and its report.
func Pauses(ctx context.Context, tx *db.Tx, petition string) ([]tally.Pause, error) {
	rows, err := tx.Query(ctx, `SELECT reason, began_at, ended_at, extended FROM petition_pause WHERE petition = $1 ORDER BY began_at, id`, petition)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []tally.Pause
	for rows.Next() {
		var p tally.Pause
		var began, ended, extended int64
		if err := rows.Scan(&p.Reason, &began, &ended, &extended); err != nil {
			return nil, err
		}
		p.From, p.Extended = db.Time(began), time.Duration(extended)*time.Millisecond
		if ended != 0 {
			p.Until = db.Time(ended)
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

// Watch holds voting everywhere while the sealer cannot seal, and lets it go
// on when it can. Run it every few seconds; it does nothing most of the time.
func (m *Machine) Watch(ctx context.Context) error {
	ready := m.o.Sealer.Ready(ctx)
	mine, err := m.o.DB.Lease(ctx, "petition watch", leaseFor)
	if err != nil || !mine {
		return err
	}
	var ids []string
	err = m.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		ids, err = unfinished(ctx, tx)
		return err
	})
	for _, id := range ids {
		err = errors.Join(err, m.o.DB.Tx(ctx, func(tx *db.Tx) error {
			p, err := Load(ctx, tx, id)
			switch {
			case err != nil || p.State != Open:
				return err
			case ready != nil:
				return beginPause(ctx, tx, id, ReasonSealer)
			case p.Ballot.Paused:
				return resumeIf(ctx, tx, id, ReasonSealer)
			}
			return nil
		}))
	}
	return err
}

// resumeIf ends a pause only if it was for this reason.
func resumeIf(ctx context.Context, tx *db.Tx, petition, reason string) error {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM petition_pause WHERE petition = $1 AND ended_at = 0 AND reason = $2`, petition, reason).Scan(&n)
	if err != nil || n == 0 {
		return err
	}
	return resume(ctx, tx, petition)
}
