package closing

import (
	"context"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Late is a petition that should have been reported long ago.
type Late struct {
	Petition string
	State    State
	Closed   time.Time
	Failed   fault.Kind
}

// Alarms are the petitions that are late, for the steward's page (rule 9).
func (m *Machine) Alarms(ctx context.Context) ([]Late, error) {
	var late []Late
	err := m.o.DB.Read(ctx, func(tx *db.Tx) error {
		ids, err := unfinished(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			p, err := Load(ctx, tx, id)
			if err != nil {
				return err
			}
			if tx.Now.Sub(p.Ballot.ClosesAt) > LateAfter {
				late = append(late, Late{Petition: id, State: p.State, Closed: p.Ballot.ClosesAt, Failed: p.Failed})
			}
		}
		return nil
	})
	return late, err
}
