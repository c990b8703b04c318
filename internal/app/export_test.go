package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"medborgarnavet/internal/web/route"
)

// RoutesOf lists the routes of a municipality, for tests that try them all.
func RoutesOf(a *App, id string) []route.Route {
	for _, t := range a.towns {
		if t.cfg.ID == id {
			return t.router.Routes()
		}
	}
	return nil
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
		for _, j := range t.petitionJobs() {
			if err := j.do(ctx); err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s: %w", j.name, err))
			}
		}
		failed = errors.Join(failed, t.outbox.Drain(ctx))
	}
	return failed
}
