package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/web/route"
)

// PauseWords are what a timeline says of a reason why voting is held.
var PauseWords = pauseWords

// RoutesOf lists the routes of a municipality, for tests that try them all.
func RoutesOf(a *App, id string) []route.Route {
	for _, t := range a.towns {
		if t.cfg.ID == id {
			return t.router.Routes()
		}
	}
	return nil
}

// TellRequests logs the requests that are told in numbers only.
func TellRequests(a *App) {
	for _, t := range a.towns {
		t.router.TellRequests()
	}
}

// Tidy purges once in every municipality.
func Tidy(a *App) {
	for _, t := range a.towns {
		t.tidy(context.Background())
	}
}

// TidyForever purges again and again, for tests that kill the process.
func TidyForever(a *App) {
	for {
		Tidy(a)
		time.Sleep(20 * time.Millisecond)
	}
}

// Work does once what is done again and again for petitions, in every
// municipality.
func Work(a *App) error {
	ctx := context.Background()
	var failed error
	for _, t := range a.towns {
		for _, j := range t.petitions.jobs {
			if err := j.do(ctx); err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s: %w", j.name, err))
			}
		}
		failed = errors.Join(failed, t.outbox.Drain(ctx))
	}
	return failed
}

// Ticket admits a voter who has just logged in.
func Ticket(ctx context.Context, a *App, municipality, petition string, voter pnr.Number) (string, error) {
	for _, t := range a.towns {
		if t.cfg.ID == municipality {
			admitted, err := t.petitions.booth.Admit(ctx, petition, identity.Authentication{Subject: voter, Provider: "bankid", At: t.clock.Now(),
				Assurance: identity.Assurance{Level: 3, Scheme: identity.SchemeTest}, Environment: identity.Test}, t.clock.Now())
			return admitted.Ticket, err
		}
	}
	return "", errors.New("no such municipality")
}
