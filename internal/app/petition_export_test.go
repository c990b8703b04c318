package app

import (
	"context"
	"errors"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/tally"
)

func municipalityOf(a *App, id string) *town {
	for _, t := range a.towns {
		if t.cfg.ID == id {
			return t
		}
	}
	return nil
}

// DatabaseOf is where a municipality's rows are.
func DatabaseOf(a *App, municipality string) *db.DB { return municipalityOf(a, municipality).db }

// Beat writes a minute of the record of when the service was up.
func Beat(ctx context.Context, a *App, municipality string) error {
	return municipalityOf(a, municipality).petitions.uptime.Beat(ctx)
}

// Watch asks the key holders whether they answer.
func Watch(ctx context.Context, a *App, municipality string) error {
	return municipalityOf(a, municipality).petitions.machine.Watch(ctx)
}

// Close gives back lost time and closes what is due, and tells the petitions.
func CloseDue(ctx context.Context, a *App, municipality string) error {
	var failed error
	for _, j := range municipalityOf(a, municipality).petitions.jobs {
		if j.name == "closing" || j.name == "voting told" {
			failed = errors.Join(failed, j.do(ctx))
		}
	}
	return failed
}

// Steward pauses a vote as a steward does.
func Steward(a *App, municipality string) interface {
	Pause(ctx context.Context, id, words string) error
	Resume(ctx context.Context, id, words string) error
	CloseEarly(ctx context.Context, id, words string) error
} {
	return stewarding{municipalityOf(a, municipality)}
}

// Poll is what lies behind a petition's page.
type Poll struct {
	State  closing.State
	Ballot ballot.Ballot
	Rows   int64 // 0 when they are gone
	There  bool  // the table of votes
	Pauses []tally.Pause
	Files  []tally.File
}

// PollOf reads it.
func PollOf(ctx context.Context, a *App, municipality, petition string) (p Poll, err error) {
	err = municipalityOf(a, municipality).db.Read(ctx, func(tx *db.Tx) error {
		c, err := closing.Load(ctx, tx, petition)
		if err != nil {
			return err
		}
		p.State, p.Ballot = c.State, c.Ballot
		if p.Pauses, err = closing.Pauses(ctx, tx, petition); err != nil {
			return err
		}
		if p.There, err = ballot.Exists(ctx, tx, petition); err != nil {
			return err
		}
		if p.There {
			if p.Rows, err = ballot.Rows(ctx, tx, petition); err != nil {
				return err
			}
		}
		p.Files, err = tally.Published(ctx, tx, petition)
		return err
	})
	return p, err
}
