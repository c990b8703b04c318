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

// TidyForever purges again and again, for tests that kill the process.
func TidyForever(a *App) {
	for {
		for _, t := range a.towns {
			t.tidy(context.Background())
		}
		time.Sleep(20 * time.Millisecond)
	}
}
