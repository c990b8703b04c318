package app

import (
	"context"
	"errors"
	"log"

	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/petition/oversight"
)

func townOf(a *App, id string) *town {
	for _, t := range a.towns {
		if t.cfg.ID == id {
			return t
		}
	}
	return nil
}

// Admitted is the ticket of a person whom the e-ID has just named.
func Admitted(ctx context.Context, a *App, municipality, petition string, auth identity.Authentication) (string, error) {
	t := townOf(a, municipality)
	auth.At = t.clock.Now()
	admitted, err := t.petitions.booth.Admit(ctx, petition, auth, auth.At)
	return admitted.Ticket, err
}

// VotesOnly lets votes be taken until ctx ends, and does no scheduled work.
func VotesOnly(ctx context.Context, a *App) {
	for _, t := range a.towns {
		go t.petitions.box.Run(ctx)
	}
}

// CloseEarly is what a steward's button does.
func CloseEarly(ctx context.Context, a *App, municipality, petition string) error {
	return stewarding{townOf(a, municipality)}.CloseEarly(ctx, petition, "Alla som ville har hunnit.")
}

// LoseDatabase closes a municipality's database under its pages.
func LoseDatabase(a *App, municipality string) error {
	t := townOf(a, municipality)
	if t == nil {
		return errors.New("no such municipality")
	}
	return t.db.Close()
}

// Oversight is what the steward's page tells of.
func Oversight(ctx context.Context, a *App, municipality string) (oversight.Picture, error) {
	return townOf(a, municipality).oversee(ctx)
}

// Complaints is where Go's server writes what it complains of.
func Complaints(a *App) *log.Logger { return a.complaints() }

// Evidence are the tests that reports of erasure name.
func Evidence() []string { return evidence }
