package closing

import (
	"context"
	"encoding/json"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/ballot"
)

// note goes into our tombstone, so that a backup from before the closing can
// be erased again without losing the count. It names nobody.
type note struct {
	Count     int64       `json:"count"`
	Root      string      `json:"root"`
	Accepted  int64       `json:"accepted"`
	Withdrawn int64       `json:"withdrawn"`
	Closed    time.Time   `json:"closed"`
	Kept      ballot.Kept `json:"kept"`
}

// maxNote is what a tombstone's note holds with room to spare; so many
// districts that it is longer are not kept in it.
const maxNote = 3 << 10

func (m *Machine) noteOf(ctx context.Context, p Petition) ([]byte, error) {
	n := note{Count: p.Count, Root: p.Root, Accepted: p.Ballot.Accepted, Withdrawn: p.Ballot.Withdrawn, Closed: p.Ballot.ClosesAt}
	err := m.o.DB.Read(ctx, func(tx *db.Tx) (err error) {
		n.Kept, err = ballot.KeptOf(ctx, tx, p.Ballot)
		return err
	})
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(n)
	if err == nil && len(text) > maxNote {
		n.Kept.Districts, n.Kept.Others = nil, 0
		text, err = json.Marshal(n)
	}
	return text, fault.Wrap(fault.Internal, err, "closing: encode")
}
