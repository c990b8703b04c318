package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/catalog"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/plugin"
	"medborgarnavet/plugins/ekbist"
	"medborgarnavet/plugins/ssbtek"
)

// builtIn is the explicit list of plug-ins that are part of the product.
var builtIn = map[string]func(plugin.Host) (plugin.Plugin, error){
	"ssbtek": ssbtek.New,
	"ekbist": ekbist.New,
}

// entries builds the plug-ins of a municipality. One that fails to start is
// kept, disabled, with the reason; it stops nobody else.
func (t *town) entries(log *slog.Logger) []catalog.Entry {
	var list []catalog.Entry
	for _, p := range t.cfg.Plugins {
		e := catalog.Entry{Board: p.Board, State: catalog.State(p.State), Agreement: p.Agreement,
			From: dayStart(p.From), To: dayEnd(p.To), Cohort: t.cohort(p.Cohort)}
		var err error
		if build := builtIn[p.ID]; build == nil {
			err = fmt.Errorf("there is no plug-in %q", p.ID)
		} else {
			e.Plugin, err = build(t.host(p, log))
		}
		if err != nil {
			e.Plugin.Manifest.ID = p.ID
			e.Disabled = err.Error()
			log.Error("plug-in disabled", "plugin", p.ID, "reason", err)
		}
		list = append(list, e)
	}
	return list
}

// host is everything a plug-in gets.
func (t *town) host(p config.Plugin, log *slog.Logger) plugin.Host {
	board, _ := t.board(p.Board)
	target := func(name string) (outside, error) {
		c, ok := p.Targets[name]
		if !ok {
			return outside{}, fmt.Errorf("target %q is not configured", name)
		}
		return outside{Endpoint: c.Endpoint, CertFile: c.CertFile, KeyFile: c.KeyFile, RootsFile: c.RootsFile,
			OrgNumber: c.OrgNumber, Timeout: c.Timeout()}, nil
	}
	return plugin.Host{
		HTTP: func(name string) (*http.Client, error) {
			o, err := target(name)
			if err != nil {
				return nil, err
			}
			return o.client()
		},
		Endpoint: func(name string) (string, error) {
			o, err := target(name)
			return o.Endpoint, err
		},
		Now: t.clock.Now, Log: log.With("plugin", p.ID), Settings: p.Settings,
		GrantKeys:  grantKeys(t),
		Controller: t.controller(board),
	}
}

// cohort tells who may use a plug-in that is open to a few: the list holds
// pseudonyms, never identity numbers.
func (t *town) cohort(list []string) func(pnr.Number) bool {
	if len(list) == 0 {
		return nil
	}
	return func(n pnr.Number) bool { return slices.Contains(list, cohortWord(t.ring, n)) }
}

func cohortWord(ring *keyring.Ring, n pnr.Number) string { return ring.Pseudonym("cohort", n.Plain()) }

// source is broker's way to a source that may be asked now.
func (t *town) source(id string) (broker.Attached, error) {
	e, err := t.catalog.Use(id, plugin.KindSource)
	if err != nil {
		return broker.Attached{}, err
	}
	a := broker.Attached{Plugin: e.Plugin}
	for _, p := range t.cfg.Plugins {
		if p.ID == id {
			for _, target := range p.Targets {
				a.Deadline = max(a.Deadline, target.Timeout())
			}
		}
	}
	return a, nil
}

// audience is broker's way to the manifest of a plug-in that wants data.
func (t *town) audience(id string) (plugin.Manifest, error) {
	for _, kind := range []plugin.Kind{plugin.KindEService, plugin.KindView} {
		e, err := t.catalog.Use(id, kind)
		if err == nil {
			return e.Plugin.Manifest, nil
		}
		if fault.KindOf(err) != fault.NotFound {
			return plugin.Manifest{}, err
		}
	}
	return plugin.Manifest{}, fault.New(fault.NotFound, "no plug-in %q", id)
}

// review asks an e-service what is missing in an application.
func (t *town) review(ctx context.Context, id string, a plugin.Application) (plugin.Review, error) {
	e, err := t.catalog.Use(id, plugin.KindEService)
	if err != nil {
		return plugin.Review{}, err
	}
	return e.Plugin.EService.Review(ctx, a)
}

// worksheet has an e-service calculate.
func (t *town) worksheet(ctx context.Context, id string, r plugin.WorksheetRequest) (plugin.Worksheet, error) {
	e, err := t.catalog.Use(id, plugin.KindEService)
	if err != nil {
		return plugin.Worksheet{}, err
	}
	if e.Plugin.EService.Worksheet == nil {
		return plugin.Worksheet{}, fault.New(fault.NotFound, "the e-service calculates nothing")
	}
	return e.Plugin.EService.Worksheet(ctx, r)
}

func dayStart(d config.Date) time.Time {
	if d == "" {
		return time.Time{}
	}
	t, _ := time.ParseInLocation(time.DateOnly, string(d), stockholm())
	return t
}

// dayEnd is the first moment after the day.
func dayEnd(d config.Date) time.Time {
	if d == "" {
		return time.Time{}
	}
	return dayStart(d).AddDate(0, 0, 1)
}

func stockholm() *time.Location {
	if zone, err := time.LoadLocation("Europe/Stockholm"); err == nil {
		return zone
	}
	return time.UTC
}
