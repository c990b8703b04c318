// Package catalog knows which plug-ins a municipality has and whether they
// may be used right now.
//
// A plug-in's life is declared → inspected → agreed → active → suspended →
// retired (M-110…M-114). It may be used only while active, inside its
// activation window and, in a time-boxed pilot, by the persons of its cohort
// (M-51, M-55). One that fails to start is disabled with a reason that is
// shown; it stops nobody else (I-14). The catalog holds values and rules; it
// never calls a plug-in other than to build, check and close it.
package catalog

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

// State is where a plug-in is in its life.
type State string

const (
	Declared  State = "declared"
	Inspected State = "inspected"
	Agreed    State = "agreed"
	Active    State = "active"
	Suspended State = "suspended"
	Retired   State = "retired"
)

// Entry is a plug-in in a municipality's catalog.
type Entry struct {
	Plugin plugin.Plugin
	Board  string
	State  State
	// From and To bound the activation; zero = open.
	From, To time.Time
	// Agreement is the reference of the agreement; an active plug-in has one.
	Agreement string
	// Cohort tells who may use it; nil = everyone.
	Cohort func(pnr.Number) bool
	// Disabled is why it could not be started, or "".
	Disabled string
}

// Catalog is a municipality's plug-ins.
type Catalog struct {
	clock   clock.Clock
	entries map[string]Entry
}

// New makes a catalog. An entry whose manifest or agreement is wanting is
// kept, disabled, with the reason.
func New(c clock.Clock, entries []Entry) (*Catalog, error) {
	cat := &Catalog{clock: c, entries: map[string]Entry{}}
	for _, e := range entries {
		id := e.Plugin.Manifest.ID
		if _, dup := cat.entries[id]; dup {
			return nil, fmt.Errorf("plug-in %q is there twice", id)
		}
		if e.Disabled == "" {
			e.Disabled = wanting(e)
		}
		cat.entries[id] = e
	}
	return cat, nil
}

func wanting(e Entry) string {
	m := e.Plugin.Manifest
	if err := m.Validate(); err != nil {
		return err.Error()
	}
	switch {
	case !slices.Contains([]State{Declared, Inspected, Agreed, Active, Suspended, Retired}, e.State):
		return fmt.Sprintf("state %q is none of a plug-in's life", e.State)
	case (e.State == Agreed || e.State == Active) && e.Agreement == "":
		return "a plug-in that is agreed or active needs an agreement"
	case m.Kind == plugin.KindSource && (e.Plugin.Source == nil || e.Plugin.Source.Fetch == nil):
		return "a source must offer Fetch"
	case m.Kind == plugin.KindEService && (e.Plugin.EService == nil || e.Plugin.EService.Form == nil || e.Plugin.EService.Review == nil):
		return "an e-service must offer Form and Review"
	case m.Kind == plugin.KindView && (e.Plugin.View == nil || e.Plugin.View.Show == nil):
		return "a view must offer Show"
	}
	return ""
}

// Use gives a plug-in that may be used now. Faults: NotFound (no such
// plug-in, or of another kind), Unavailable (disabled, suspended, outside
// its window).
func (c *Catalog) Use(id string, kind plugin.Kind) (Entry, error) {
	e, ok := c.entries[id]
	// What could not be built says nothing of its kind.
	unknown := e.Disabled != "" && e.Plugin.Manifest.Kind == ""
	if !ok || e.Plugin.Manifest.Kind != kind && !unknown {
		return Entry{}, fault.New(fault.NotFound, "no plug-in %q of kind %s", id, kind)
	}
	now := c.clock.Now()
	switch {
	case e.Disabled != "":
		return Entry{}, fault.New(fault.Unavailable, "plug-in %q is disabled: %s", id, e.Disabled)
	case e.State != Active:
		return Entry{}, fault.New(fault.Unavailable, "plug-in %q is %s", id, e.State)
	case !e.From.IsZero() && now.Before(e.From), !e.To.IsZero() && !now.Before(e.To):
		return Entry{}, fault.New(fault.Unavailable, "plug-in %q is outside its activation window", id)
	}
	return e, nil
}

// Admits tells whether a plug-in is open to a person. One that does not exist
// is open to nobody.
func (c *Catalog) Admits(id string, n pnr.Number) bool {
	e, ok := c.entries[id]
	return ok && e.Admits(n)
}

// Admits tells whether a person belongs to the plug-in's cohort.
func (e Entry) Admits(n pnr.Number) bool { return e.Cohort == nil || e.Cohort(n) }

// All lists the catalog by id.
func (c *Catalog) All() []Entry {
	var list []Entry
	for _, e := range c.entries {
		list = append(list, e)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Plugin.Manifest.ID < list[j].Plugin.Manifest.ID })
	return list
}

// Check asks every started plug-in whether it can do its work; the answers
// are by plug-in id.
func (c *Catalog) Check(ctx context.Context) map[string]error {
	out := map[string]error{}
	for id, e := range c.entries {
		switch {
		case e.Disabled != "":
			out[id] = fault.New(fault.Unavailable, "%s", e.Disabled)
		case e.Plugin.Check != nil:
			out[id] = guard(func() error { return e.Plugin.Check(ctx) })
		}
	}
	return out
}

// Close closes every plug-in.
func (c *Catalog) Close() {
	for _, e := range c.entries {
		if e.Plugin.Close != nil {
			_ = guard(e.Plugin.Close) // it is going away in any case
		}
	}
}

// guard turns a plug-in's panic into its own failure (I-14).
func guard(fn func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = fault.New(fault.Internal, "the plug-in panicked")
		}
	}()
	return fn()
}
