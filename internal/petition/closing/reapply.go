package closing

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"
	_ "time/tzdata" // the same closing time on a machine without a zone database

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/tally"
)

// Reapplied is what was found and mended.
type Reapplied struct {
	Erased  []string // votes that a restored backup had brought back, erased again
	KeyLost []string // open petitions whose key is gone without a tombstone: paused, an alarm
}

// Reapply holds the database against the tombstones of the keys. Call it
// before anything is served, at every start: if a backup from before a closing
// was put back, its votes are erased again at once, and the petition goes on to
// its report with the count of that time (rule 10).
func (m *Machine) Reapply(ctx context.Context) (Reapplied, error) {
	var done Reapplied
	keeper := m.o.Sealer.Keeper()
	gone, err := keeper.Tombstones(ctx)
	if err != nil {
		return done, err
	}
	tombs := make(map[string]json.RawMessage, len(gone))
	for _, d := range gone {
		tombs[d.Petition] = d.Note
	}
	var ids []string
	err = m.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		ids, err = unfinished(ctx, tx)
		return err
	})
	if err != nil {
		return done, err
	}
	live, err := liveKeys(keeper)
	if err != nil {
		return done, err
	}
	for _, id := range ids {
		text, buried := tombs[id]
		var erased, lost bool
		if buried {
			erased, err = m.again(ctx, id, text)
		} else if live != nil && !slices.Contains(live, id) {
			lost, err = m.keyLost(ctx, id)
		}
		if err != nil {
			return done, err
		}
		if erased {
			done.Erased = append(done.Erased, id)
		}
		if lost {
			done.KeyLost = append(done.KeyLost, id)
		}
	}
	if len(done.Erased) == 0 {
		return done, nil
	}
	return done, m.o.DB.Checkpoint(ctx)
}

// liveKeys are the keys in this process's own store; nil when another party
// keeps them all.
func liveKeys(keeper any) ([]string, error) {
	own, ok := keeper.(interface{ Live() ([]string, error) })
	if !ok {
		return nil, nil
	}
	live, err := own.Live()
	if live == nil {
		live = []string{}
	}
	return live, err
}

// again erases the votes of a petition whose key is destroyed. One that was
// counted is only on its way: its rows go at once and Run does the rest.
func (m *Machine) again(ctx context.Context, id string, text json.RawMessage) (erased bool, err error) {
	err = m.o.DB.Tx(ctx, func(tx *db.Tx) error {
		erased = false
		p, err := Load(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.State != Open && p.State != Closing { // on its way: only the rows go at once
			if erased, err = ballot.Exists(ctx, tx, id); err != nil || !erased {
				return err
			}
			return ballot.Drop(ctx, tx, id)
		}
		var n note
		if err := json.Unmarshal(text, &n); err != nil || n.Closed.IsZero() {
			// destroyed by hand: what the rows say is all there is
			if n, err = fromRows(ctx, tx, p); err != nil {
				return err
			}
		}
		p.Ballot.ClosesAt = n.Closed
		if err := ballot.Restore(ctx, tx, p.Ballot, n.Kept); err != nil {
			return err
		}
		if err := keepLeaves(ctx, tx, p, n); err != nil {
			return err
		}
		if err := setRestored(ctx, tx, id, n); err != nil {
			return err
		}
		erased = true
		if err := ballot.Drop(ctx, tx, id); err != nil {
			return err
		}
		return m.write(ctx, tx, audit.Erased, id, "again", &n.Count)
	})
	return erased, err
}

func fromRows(ctx context.Context, tx *db.Tx, p Petition) (note, error) {
	leaves, err := tally.Leaves(ctx, tx, p.ID())
	return note{Count: int64(len(leaves)), Root: tally.RootOf(leaves), Accepted: p.Ballot.Accepted, Withdrawn: p.Ballot.Withdrawn,
		Closed: earliest(p.Ballot.ClosesAt, tx.Now), Kept: ballot.Kept{Shown: p.Ballot.Shown}}, err
}

// keepLeaves saves a list that is to be published, if the backup still has
// exactly the rows that were counted.
func keepLeaves(ctx context.Context, tx *db.Tx, p Petition, n note) error {
	there, err := ballot.Exists(ctx, tx, p.ID())
	if err != nil || !there || !p.Publication.Leaves || n.Root == "" {
		return err
	}
	leaves, err := tally.Leaves(ctx, tx, p.ID())
	if err != nil || tally.RootOf(leaves) != n.Root {
		return err
	}
	return tally.KeepLeaves(ctx, tx, p.ID(), leaves)
}

// keyLost pauses an open petition that can no longer tell two votes of one
// person apart.
func (m *Machine) keyLost(ctx context.Context, id string) (lost bool, err error) {
	err = m.o.DB.Tx(ctx, func(tx *db.Tx) error {
		p, err := Load(ctx, tx, id)
		if err != nil || (p.State != Open && p.State != Closing) {
			return err
		}
		lost = true
		if p.State != Open {
			return nil
		}
		return beginPause(ctx, tx, id, ReasonKeyLost)
	})
	return lost, err
}

var errZone = errors.New("closing: the time zone Europe/Stockholm is not known")

// EndOfDay is the closing time of a petition whose last day is the given date
// in Sweden: the moment the next day begins there, whether the day has 23, 24
// or 25 hours (P-16).
func EndOfDay(year int, month time.Month, day int) (time.Time, error) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return time.Time{}, fault.Wrap(fault.Internal, errZone, "closing")
	}
	return time.Date(year, month, day+1, 0, 0, 0, 0, zone).UTC(), nil
}
