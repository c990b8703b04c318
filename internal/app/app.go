// Package app wires the product: the only place where the parts meet.
//
// New builds one town for each municipality of the configuration, with its
// own database, keys, plug-ins and theme, by plain constructor calls in the
// order of the citizen's path. Requests find their town by host name; no code
// path leads from one to another. Run does the scheduled work. What a part
// needs of a later one on the path is handed to it here as a function.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/web/citizen"
	"medborgarnavet/internal/web/desk"
	"medborgarnavet/internal/web/eid"
	"medborgarnavet/internal/web/moderation"
	"medborgarnavet/internal/web/opendata"
	"medborgarnavet/internal/web/page"
	webpetition "medborgarnavet/internal/web/petition"
	"medborgarnavet/internal/web/proposal"
	"medborgarnavet/internal/web/public"
	"medborgarnavet/internal/web/status"
	"medborgarnavet/internal/web/validate"
	"medborgarnavet/internal/web/vote"
)

// Options are what an app needs beside its configuration.
type Options struct {
	Clock clock.Clock
	Log   *slog.Logger
	// LaunchURL starts the e-ID's app on the same device; "" = BankID's own.
	LaunchURL string
	// VoteLogins is how many may be at the e-ID to vote at the same time, before
	// others wait for their turn; 0 is 2000.
	VoteLogins int
	// Idle is for tools beside a server: nobody is served, no vote is taken,
	// and the sealing keys, which one process at a time uses, stay closed.
	Idle bool
}

// App is the running product.
type App struct {
	towns  []*town
	byHost map[string]*town
	log    *slog.Logger
	wait   sync.WaitGroup
}

// New builds every municipality. On an error everything that was opened is
// closed again.
func New(ctx context.Context, cfg config.Config, opt Options) (*App, error) {
	a := &App{byHost: map[string]*town{}, log: opt.Log}
	themes, err := themesOf(cfg)
	if err != nil {
		return nil, err
	}
	renderer, err := newRenderer(themes)
	if err != nil {
		return nil, err
	}
	if cfg.Server.Mode == config.Production && !renderer.Assets().Complete() {
		return nil, errors.New("the style sheet is not built in: run make assets before building for production")
	}
	for i, m := range cfg.Municipalities {
		t, err := newTown(ctx, cfg.Server, m, themes[i], renderer, opt)
		if err != nil {
			a.Close()
			return nil, fmt.Errorf("municipality %s: %w", m.ID, err)
		}
		a.towns = append(a.towns, t)
		for _, h := range m.Hosts {
			a.byHost[strings.ToLower(h)] = t
		}
	}
	return a, nil
}

func newRenderer(themes []*page.Theme) (*page.Renderer, error) {
	cat, err := page.NewCatalogue()
	if err != nil {
		return nil, err
	}
	for _, add := range []func(*page.Catalogue) error{public.Texts, eid.Texts, citizen.Texts, desk.Texts, validate.Texts,
		webpetition.Texts, proposal.Texts, vote.Texts, moderation.Texts, opendata.Texts, status.Texts} {
		if err := add(cat); err != nil {
			return nil, err
		}
	}
	return page.New(page.Options{Catalogue: cat, Themes: themes})
}

// ServeHTTP finds the municipality by the request's host name.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/livez":
		fmt.Fprintln(w, "ok")
		return
	case "/readyz":
		a.ready(w, r)
		return
	}
	t := a.byHost[hostName(r.Host)]
	if t == nil {
		http.Error(w, "Det finns ingen webbplats på den här adressen.", http.StatusMisdirectedRequest)
		return
	}
	t.router.ServeHTTP(w, r)
}

func hostName(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// ready answers whether every municipality's store can be reached.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	for _, t := range a.towns {
		if err := t.db.Ping(r.Context()); err != nil {
			a.log.Error("not ready", "municipality", t.cfg.ID, "kind", string(fault.KindOf(err)))
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
	}
	fmt.Fprintln(w, "ready")
}

// Run does the scheduled work of every municipality until ctx ends.
func (a *App) Run(ctx context.Context) {
	for _, t := range a.towns {
		a.wait.Go(func() { t.run(ctx) })
	}
	a.wait.Wait()
}

// Close lets go of everything. Run must have ended.
func (a *App) Close() {
	for _, t := range a.towns {
		t.close()
	}
}
