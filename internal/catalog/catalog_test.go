package catalog

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func source(id string) plugin.Plugin {
	return plugin.Plugin{
		Manifest: plugin.Manifest{ID: id, Version: "1", Name: "Källa", Kind: plugin.KindSource,
			Owner:        plugin.Owner{Name: "Nämnden", OrgNumber: "2120009911", Contact: "nämnden"},
			MinAssurance: 3, Offers: []plugin.Origin{{ID: "FK"}}, Purpose: "Pröva.", LegalReference: "ssbtek", LawfulBasis: "6.1.e",
			Sensitivity: "secret", RetentionDays: 7, Documents: plugin.Documents{Accessibility: "a", DataProtection: "d"}, RecipientInformation: "Om uppgifterna."},
		Source: &plugin.Source{Fetch: func(context.Context, plugin.Query) (plugin.Answer, error) { return plugin.Answer{}, nil }},
	}
}

func eservice(id string) plugin.Plugin {
	p := source(id)
	p.Source, p.Manifest.Kind, p.Manifest.Handling = nil, plugin.KindEService, plugin.HandlingDesk
	p.EService = &plugin.EService{
		Form:   func(context.Context, plugin.FormRequest) (plugin.Form, error) { return plugin.Form{}, nil },
		Review: func(context.Context, plugin.Application) (plugin.Review, error) { return plugin.Review{}, nil },
	}
	return p
}

func view(id string) plugin.Plugin {
	p := source(id)
	p.Source, p.Manifest.Kind = nil, plugin.KindView
	p.View = &plugin.View{Show: func(context.Context, plugin.ViewRequest) (plugin.Page, error) { return plugin.Page{}, nil }}
	return p
}

// M-51, M-110: a plug-in may be used only while it is active under an
// agreement, inside its window, as the kind that it is.
func TestLifeCycle(t *testing.T) {
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		entry Entry
		kind  plugin.Kind
		want  fault.Kind
	}{
		"declared":              {Entry{State: Declared, Agreement: "avtal"}, plugin.KindSource, fault.Unavailable},
		"inspected":             {Entry{State: Inspected, Agreement: "avtal"}, plugin.KindSource, fault.Unavailable},
		"agreed":                {Entry{State: Agreed, Agreement: "avtal"}, plugin.KindSource, fault.Unavailable},
		"active":                {Entry{State: Active, Agreement: "avtal"}, plugin.KindSource, ""},
		"suspended":             {Entry{State: Suspended, Agreement: "avtal"}, plugin.KindSource, fault.Unavailable},
		"retired":               {Entry{State: Retired, Agreement: "avtal"}, plugin.KindSource, fault.Unavailable},
		"no state":              {Entry{Agreement: "avtal"}, plugin.KindSource, fault.Unavailable},
		"a state that is none":  {Entry{State: "live", Agreement: "avtal"}, plugin.KindSource, fault.Unavailable},
		"active, no agreement":  {Entry{State: Active}, plugin.KindSource, fault.Unavailable},
		"disabled":              {Entry{State: Active, Agreement: "avtal", Disabled: "no certificate"}, plugin.KindSource, fault.Unavailable},
		"another kind":          {Entry{State: Active, Agreement: "avtal"}, plugin.KindView, fault.NotFound},
		"before its window":     {Entry{State: Active, Agreement: "avtal", From: start.Add(1)}, plugin.KindSource, fault.Unavailable},
		"at the window's start": {Entry{State: Active, Agreement: "avtal", From: start, To: start.Add(day)}, plugin.KindSource, ""},
		"last moment":           {Entry{State: Active, Agreement: "avtal", To: start.Add(1)}, plugin.KindSource, ""},
		"at the window's end":   {Entry{State: Active, Agreement: "avtal", From: start.Add(-day), To: start}, plugin.KindSource, fault.Unavailable},
		"after its window":      {Entry{State: Active, Agreement: "avtal", To: start.Add(-day)}, plugin.KindSource, fault.Unavailable},
		"suspended in its window": {Entry{State: Suspended, Agreement: "avtal", From: start.Add(-day), To: start.Add(day)}, plugin.KindSource,
			fault.Unavailable},
	} {
		c.entry.Plugin = source("ssbtek")
		cat, err := New(clock.NewManual(start), []Entry{c.entry})
		if err != nil {
			t.Fatal(err)
		}
		e, err := cat.Use("ssbtek", c.kind)
		if got := fault.KindOf(err); got != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if (err == nil) != (e.Plugin.Source != nil) {
			t.Errorf("%s: a plug-in beside the fault", name)
		}
	}
}

// M-51: the window opens and closes by itself.
func TestWindowFollowsTheClock(t *testing.T) {
	c := clock.NewManual(start)
	cat, err := New(c, []Entry{{Plugin: source("ssbtek"), State: Active, Agreement: "a", From: start.Add(time.Hour), To: start.Add(2 * time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, open := range []bool{false, true, false} {
		if _, err := cat.Use("ssbtek", plugin.KindSource); (err == nil) != open {
			t.Errorf("at %s: %v", c.Now(), err)
		}
		c.Advance(time.Hour)
	}
}

// I-14: what is wanting is disabled with the reason, and stops nobody else.
func TestWantingIsDisabled(t *testing.T) {
	unnamed := source("unnamed")
	unnamed.Manifest.Purpose = ""
	mute, formless, blind := source("mute"), eservice("formless"), view("blind")
	mute.Source.Fetch, formless.EService.Review, blind.View = nil, nil, nil
	unbuilt := plugin.Plugin{Manifest: plugin.Manifest{ID: "unbuilt"}}
	var entries []Entry
	for _, p := range []plugin.Plugin{unnamed, mute, formless, blind, source("ssbtek"), eservice("ekbist"), view("multifraga")} {
		entries = append(entries, Entry{Plugin: p, State: Active, Agreement: "avtal"})
	}
	entries = append(entries, Entry{Plugin: unbuilt, State: Active, Agreement: "avtal", Disabled: "the certificate is missing"})
	cat, err := New(clock.NewManual(start), entries)
	if err != nil {
		t.Fatal(err)
	}
	for id, c := range map[string]struct {
		kind   plugin.Kind
		reason string
	}{
		"unnamed": {plugin.KindSource, "purpose is missing"}, "mute": {plugin.KindSource, "Fetch"}, "formless": {plugin.KindEService, "Review"},
		"blind": {plugin.KindView, "Show"}, "unbuilt": {plugin.KindSource, "the certificate is missing"},
		"ssbtek": {plugin.KindSource, ""}, "ekbist": {plugin.KindEService, ""}, "multifraga": {plugin.KindView, ""},
	} {
		_, err := cat.Use(id, c.kind)
		switch {
		case c.reason == "" && err != nil:
			t.Errorf("%s: %v", id, err)
		case c.reason != "" && (fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), c.reason)):
			t.Errorf("%s: %v, want a reason with %q", id, err, c.reason)
		}
	}
	if _, err := cat.Use("nobody", plugin.KindSource); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no such plug-in: %v", err)
	}
	list := cat.All()
	for i := 1; i < len(list); i++ {
		if list[i-1].Plugin.Manifest.ID >= list[i].Plugin.Manifest.ID {
			t.Error("not in order")
		}
	}
	if len(list) != 8 {
		t.Errorf("%d listed", len(list))
	}
	if _, err := New(clock.NewManual(start), append(entries, entries[4])); err == nil {
		t.Error("the same plug-in twice")
	}
}

// M-55: a plug-in with a cohort is open to the cohort alone.
func TestCohort(t *testing.T) {
	anna, err1 := pnr.Parse("198507099805", start)
	bo, err2 := pnr.Parse("197101169295", start)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	cat, err := New(clock.NewManual(start), []Entry{
		{Plugin: source("ssbtek"), State: Active, Agreement: "a"},
		{Plugin: eservice("ekbist"), State: Active, Agreement: "a", Cohort: func(n pnr.Number) bool { return n == anna }},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		id   string
		who  pnr.Number
		want bool
	}{{"ssbtek", bo, true}, {"ekbist", anna, true}, {"ekbist", bo, false}, {"nobody", anna, false}} {
		if got := cat.Admits(c.id, c.who); got != c.want {
			t.Errorf("%s: %v", c.id, got)
		}
	}
}

// I-14: checking and closing survive a plug-in that fails or panics.
func TestCheckAndClose(t *testing.T) {
	fine, ill, mad, mute := source("fine"), source("ill"), source("mad"), source("mute")
	closed := 0
	fine.Check, fine.Close = func(context.Context) error { return nil }, func() error { closed++; return nil }
	ill.Check, ill.Close = func(context.Context) error { return errors.New("down") }, func() error { closed++; return errors.New("stuck") }
	mad.Check, mad.Close = func(context.Context) error { panic("198507099805") }, func() error { closed++; panic("x") }
	cat, err := New(clock.NewManual(start), []Entry{
		{Plugin: fine, State: Active, Agreement: "a"}, {Plugin: ill, State: Active, Agreement: "a"}, {Plugin: mad, State: Active, Agreement: "a"},
		{Plugin: mute, State: Active, Agreement: "a"}, {Plugin: source("off"), State: Active},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := cat.Check(t.Context())
	if got["fine"] != nil || got["ill"] == nil || fault.KindOf(got["mad"]) != fault.Internal || fault.KindOf(got["off"]) != fault.Unavailable {
		t.Errorf("%v", got)
	}
	if _, asked := got["mute"]; asked {
		t.Error("asked one that has no check")
	}
	if strings.Contains(got["mad"].Error(), "198507099805") {
		t.Error("the panic's value is told")
	}
	if cat.Close(); closed != 3 {
		t.Errorf("%d closed", closed)
	}
}
