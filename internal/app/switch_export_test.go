package app

import (
	"context"

	"medborgarnavet/internal/petition/switches"
)

// Switch turns a feature off or on as a steward does who reached another node:
// this one finds out by itself.
func Switch(ctx context.Context, a *App, municipality string, name switches.Name, on bool) error {
	words := "Vi arbetar med det."
	if on {
		words = ""
	}
	t := municipalityOf(a, municipality)
	return switches.New(t.db, t.audit, t.clock).Set(ctx, "staff:karin.stahl", name, on, words)
}
