package app

import (
	"context"
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
