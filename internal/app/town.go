package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/catalog"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/extract"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/identity/bankid"
	"medborgarnavet/internal/identity/flow"
	"medborgarnavet/internal/identity/session"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/mail"
	"medborgarnavet/internal/outbox"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/retention"
	"medborgarnavet/internal/submission"
	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/web/opendata"
	"medborgarnavet/internal/web/page"
	webpetition "medborgarnavet/internal/web/petition"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/web/validate"
	"medborgarnavet/internal/workspace"
)

// town is one municipality's runtime.
type town struct {
	cfg    config.Municipality
	server config.Server
	clock  clock.Clock
	steady *clock.Steady // what is destroyed or closed by the time asks it
	log    *slog.Logger

	db          *db.DB
	ring        *keyring.Ring
	audit       *audit.Log
	outbox      *outbox.Outbox
	catalog     *catalog.Catalog
	cases       broker.Cases
	broker      *broker.Broker
	space       *workspace.Workspace
	subs        *submission.Store
	casework    *casework.Casework
	inspector   *validation.Validator // of documents that come in
	validations *validation.Store
	extract     *extract.Maker
	eid         identity.Provider
	eidHTTP     *http.Client
	eidLaunch   string
	voteLogins  int
	sessions    *session.Store
	flow        *flow.Flow
	janitor     *retention.Job
	petitions   *petitions // nil where the municipality has none

	look   *page.Municipality
	router *route.Router
}

func newTown(ctx context.Context, server config.Server, m config.Municipality, theme *page.Theme, renderer *page.Renderer, opt Options) (*town, error) {
	t := &town{cfg: m, server: server, clock: opt.Clock, log: opt.Log.With("municipality", m.ID)}
	t.look = &page.Municipality{ID: m.ID, Name: m.Name, Theme: theme, Phone: m.Phone, Hours: m.OpeningHours, Email: m.Email,
		TestMode: server.Mode != config.Production}
	for _, build := range []func(context.Context, Options) error{t.openGround, t.buildIdentity, t.buildSteps, t.buildPetitions, t.buildJobs} {
		if err := build(ctx, opt); err != nil {
			t.close()
			return nil, err
		}
	}
	if err := t.buildPages(renderer); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// openGround opens the database and the keys.
func (t *town) openGround(ctx context.Context, opt Options) error {
	dsn, err := t.cfg.Database.Address()
	if err != nil {
		return fmt.Errorf("database address: %w", err)
	}
	if t.ring, err = keyring.Open(keyring.Options{LastingKeyFile: t.cfg.Keys.LastingFile, DueKeyDir: t.cfg.Keys.DueDir, Clock: t.clock}); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	t.db, err = db.Open(ctx, db.Options{Driver: t.cfg.Database.Driver, DSN: dsn, Clock: t.clock, Environment: t.server.Mode})
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	t.audit = audit.New(t.db, t.ring, t.clock)
	t.outbox = outbox.New(t.db, t.log)
	return t.guardClock(ctx, opt)
}

// guardClock holds the clock against when the last purge ran, so that a machine
// that starts in the wrong year destroys nothing (D-12). For what a tool does
// the person who runs it answers.
func (t *town) guardClock(ctx context.Context, opt Options) error {
	var last time.Time
	if !opt.Idle {
		var err error
		if last, err = retention.LastRun(ctx, t.db); err != nil {
			return fmt.Errorf("the last purge: %w", err)
		}
	}
	t.steady = clock.Guard(t.clock, clock.Since(last))
	if t.steady.Jumped() {
		t.log.Error("the machine's clock is far from when the service ran last: nothing is closed or destroyed until it is right, or for an hour",
			"ran_last", last, "now", t.clock.Now(), "settles_in", clock.SettleTime.String())
	}
	return nil
}

// buildIdentity makes the e-ID provider and the logins.
func (t *town) buildIdentity(_ context.Context, opt Options) error {
	env := identity.Environment(t.server.Mode)
	o := t.cfg.BankID
	t.eidLaunch, t.voteLogins = opt.LaunchURL, opt.VoteLogins
	var err error
	t.eidHTTP, err = outside{Endpoint: o.Endpoint, CertFile: o.CertFile, KeyFile: o.KeyFile, RootsFile: o.RootsFile, Timeout: 10 * time.Second}.client()
	if err != nil {
		return fmt.Errorf("bankid: %w", err)
	}
	if t.eid, err = t.bankID("", t.log); err != nil {
		return err
	}
	t.sessions = session.NewStore(session.Options{DB: t.db, Ring: t.ring, Audit: t.audit, Environment: env})
	t.flow, err = flow.New(flow.Options{DB: t.db, Ring: t.ring, Audit: t.audit, Clock: t.clock, Log: t.log, Environment: env,
		Providers: []identity.Provider{t.eid}})
	return err
}

// bankID is the e-ID with the words that its app shows; "" are the usual ones.
func (t *town) bankID(purpose string, log *slog.Logger) (identity.Provider, error) {
	provider, err := bankid.New(bankid.Options{HTTP: t.eidHTTP, BaseURL: t.cfg.BankID.Endpoint, LaunchURL: t.eidLaunch, Service: t.cfg.Name,
		Purpose: purpose, Environment: identity.Environment(t.server.Mode), Clock: t.clock, Log: log})
	if err != nil {
		return nil, fmt.Errorf("bankid: %w", err)
	}
	return provider, nil
}

// buildSteps makes the steps of the path, in order.
func (t *town) buildSteps(_ context.Context, _ Options) error {
	var err error
	if t.catalog, err = catalog.New(t.clock, t.entries(t.log)); err != nil {
		return err
	}
	if t.cases, err = t.caseSystem(); err != nil {
		return fmt.Errorf("case system: %w", err)
	}
	t.broker = broker.New(broker.Options{Municipality: t.cfg.ID, DB: t.db, Ring: t.ring, Audit: t.audit, Clock: t.clock, Log: t.log,
		Cases: t.cases, Admits: t.catalog.Admits, Source: t.source, Audience: t.audience, Terms: t.terms})
	t.space = workspace.New(workspace.Options{DB: t.db, Ring: t.ring, Audit: t.audit, Clock: t.clock, Broker: t.broker, Retention: t.retention})
	t.subs = submission.New(submission.Options{DB: t.db, Ring: t.ring, Audit: t.audit, Outbox: t.outbox, Clock: t.clock, Log: t.log,
		Workspace: t.space, Cases: t.cases, Environment: t.server.Mode, Series: t.series, Review: t.review})
	if err := t.buildValidation(); err != nil {
		return err
	}
	if err := t.buildCasework(); err != nil {
		return err
	}
	t.extract = extract.New(extract.Options{DB: t.db, Audit: t.audit, Clock: t.clock, Workspace: t.space, Broker: t.broker,
		Submissions: t.subs, Casework: t.casework})
	return nil
}

// buildJobs names what is purged and what the outbox hands on.
func (t *town) buildJobs(context.Context, Options) error {
	rules := []retention.Rule{
		t.flow.Rule(), t.sessions.Rule(),
		{Name: "fetched answers", Purge: t.broker.Purge},
		{Name: "drafts", Purge: t.space.Purge},
		t.casework.Rule(),
		{Name: "audit log", Purge: func(ctx context.Context, now time.Time) (int, error) {
			return t.audit.Dispose(ctx, now.AddDate(0, 0, -t.cfg.AuditDays))
		}},
	}
	if t.petitions != nil {
		rules = append(rules, t.petitions.rules()...)
		if s := t.petitions.switches; s != nil {
			t.outbox.Hold(mail.Topic, func() bool { return !s.On(switches.Mail) })
		}
	}
	t.janitor = retention.New(t.db, t.ring, t.audit, t.steady, rules...)
	t.outbox.Handle(submission.TopicReceived, t.casework.Register)
	t.outbox.Handle(casework.TopicDocument, t.validateReceived)
	return nil
}

// Intervals of the scheduled work. Reads filter what is past its time, so a
// late run never shows anything it should not.
const (
	purgeEvery = 5 * time.Minute
	sealEvery  = time.Minute
)

// run does the scheduled work until ctx ends.
func (t *town) run(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.outbox.Run(ctx)
	}()
	if t.petitions != nil {
		stopped := t.runPetitions(ctx)
		defer stopped()
	}
	t.tidy(ctx)
	purge, seal := time.NewTicker(purgeEvery), time.NewTicker(sealEvery)
	defer purge.Stop()
	defer seal.Stop()
	for {
		select {
		case <-purge.C:
			t.tidy(ctx)
		case <-seal.C:
			if _, err := t.audit.Seal(ctx); err != nil && ctx.Err() == nil {
				t.log.Error("audit log not sealed", "error", err)
			}
		case <-ctx.Done():
			<-done
			return
		}
	}
}

func (t *town) tidy(ctx context.Context) {
	report, err := t.janitor.Run(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		t.log.Error("purge", "error", err)
	case report.Paused:
		t.log.Error("purge paused: the clock has jumped")
	}
}

func (t *town) close() {
	if t.router != nil {
		t.router.TellRequests()
	}
	if t.broker != nil {
		t.broker.Close()
	}
	if t.catalog != nil {
		t.catalog.Close()
	}
	t.petitions.close()
	if t.db != nil {
		_ = t.db.Close() // nothing is left to write
	}
}

// fail writes the error page, or leads to the login when there is none.
func (t *town) fail(renderer *page.Renderer) func(http.ResponseWriter, *route.Request, error) {
	return func(w http.ResponseWriter, r *route.Request, err error) {
		if t.moved(w, r, err) || t.ledHome(w, r, err) {
			return
		}
		if fault.KindOf(err) == fault.Unauthenticated && r.Method == http.MethodGet {
			loginPage(w, r)
			return
		}
		open := strings.HasPrefix(r.URL.Path, opendata.APIPath) || r.URL.Path == opendata.DCATPath
		if open || strings.HasPrefix(r.URL.Path, "/api/") {
			problem := validate.Problem
			if open {
				problem = opendata.Problem
			}
			if err := problem(w, r, err); err != nil {
				t.failed(r, "problem", err)
			}
			return
		}
		d := page.Data{Municipality: t.look, Lang: page.LangOf(r.Request)}
		if r.LoggedIn() {
			d.User = userInfo(r)
		}
		if err := renderer.Problem(w, r.Request, d, err, r.ID); err != nil {
			t.failed(r, "error page", err)
		}
	}
}

// failed logs that an error could not be told. A request without an id is one
// of which no time may stand in a log.
func (t *town) failed(r *route.Request, what string, err error) {
	if r.ID == "" {
		route.DiscreetLog(t.log).Error(what, "outcome", string(fault.KindOf(err)))
		return
	}
	t.log.Error(what, "id", r.ID, "error", err)
}

// moved leads an address of the former e-petition service to where the
// petition is now (P-03).
func (t *town) moved(w http.ResponseWriter, r *route.Request, err error) bool {
	if t.petitions == nil || fault.KindOf(err) != fault.NotFound || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	id, ok, err := t.petitions.life.Redirect(r.Context(), r.URL.RequestURI())
	if err != nil || !ok {
		return false
	}
	http.Redirect(w, r.Request, webpetition.Path+"/"+id, http.StatusMovedPermanently)
	return true
}
