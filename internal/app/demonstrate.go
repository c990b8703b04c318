package app

import (
	"context"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/ballot"
)

// Ballots takes votes.
type Ballots interface {
	Status(ctx context.Context, petition string, voter pnr.Number) (ballot.Outcome, error)
	CastFrom(ctx context.Context, petition string, voter pnr.Number, begun time.Time, district string) (ballot.Outcome, error)
}

// Petitions gives a municipality's petitions to a demonstration, which fills
// them before anyone comes. Votes are taken once Serve runs. Nil when the
// municipality has none.
func (a *App) Petitions(municipality string) (*petition.Petitions, Ballots) {
	for _, t := range a.towns {
		if t.cfg.ID == municipality && t.petitions != nil {
			return t.petitions.life, t.petitions.box
		}
	}
	return nil, nil
}
