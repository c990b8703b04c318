package broker

import (
	"context"
	"strconv"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/form"
	"medborgarnavet/plugin"
)

// Limits on asking: each fetch is a disclosure that somebody must answer for.
const (
	sameClick   = 3 * time.Second
	maxPerHour  = 12
	grantLife   = 2 * time.Minute
	defaultWait = 30 * time.Second
)

// Start begins a fetch and returns its id without waiting for an answer. A
// fetch that is already running in the space is returned instead of a new
// one. A new fetch replaces what an earlier one had left (I-5, M-92).
//
// Faults: NotFound (no open case), Forbidden (not a party who may fetch, too
// low a level of assurance, or a plug-in that is not allowed), Unavailable
// (the case system does not answer), TooMany.
func (b *Broker) Start(ctx context.Context, ask Ask) (string, error) {
	plan, err := b.plan(ctx, ask)
	if err != nil {
		return "", err
	}
	id, fresh, err := b.open(ctx, plan)
	if err != nil || !fresh {
		return id, err
	}
	plan.id = id
	b.running.Add(1)
	go func() {
		defer b.running.Done()
		b.run(plan)
	}()
	return id, nil
}

// plan is a fetch that has been found to be allowed.
type plan struct {
	id       string
	ask      Ask
	person   string // pseudonym of this step
	caseInfo Case
	source   Attached
	groups   [][]plugin.Origin
	notAsked []plugin.Origin
	terms    Terms
	period   plugin.Period
	grant    plugin.Grant
	deadline time.Time
}

func (b *Broker) plan(ctx context.Context, ask Ask) (plan, error) {
	now := b.opt.Clock.Now()
	audience, err := b.opt.Audience(ask.Audience)
	if err != nil {
		return plan{}, err
	}
	source, err := b.opt.Source(ask.Want.Source)
	if err != nil {
		return plan{}, err
	}
	if ask.Login.Subject.IsZero() || ask.Login.Assurance < max(audience.MinAssurance, source.Plugin.Manifest.MinAssurance) {
		return plan{}, fault.New(fault.Forbidden, "the login's level of assurance is too low")
	}
	if !declared(audience, ask.Want) {
		return plan{}, fault.New(fault.Forbidden, "the plug-in has not declared these datasets")
	}
	c, err := b.opt.Cases.OpenCase(ctx, ask.Login.Subject, ask.Audience)
	if err != nil {
		return plan{}, err
	}
	if err := c.MayFetch(now); err != nil {
		return plan{}, err
	}
	terms, err := b.opt.Terms(c.Board, audience.LegalReference, now)
	if err != nil {
		return plan{}, err
	}
	from, err := form.AddMonths(ask.Month, -terms.AskMonthsBack)
	if err != nil {
		return plan{}, fault.Wrap(fault.Invalid, err, "month of application")
	}
	period, err := form.MonthsSpan(from, ask.Month)
	if err != nil {
		return plan{}, fault.Wrap(fault.Invalid, err, "month of application")
	}
	p := plan{ask: ask, person: b.opt.Ring.Pseudonym("broker", ask.Login.Subject.Plain()), caseInfo: c,
		source: source, terms: terms, period: period}
	p.groups, p.notAsked = groups(source.Plugin.Manifest, ask.Want)
	if len(p.groups) == 0 {
		return plan{}, fault.New(fault.Invalid, "nothing to ask for")
	}
	if source.Deadline == 0 {
		p.source.Deadline = defaultWait
	}
	p.deadline = now.Add(p.source.Deadline + 5*time.Second)
	p.grant = plugin.Grant{
		ID: db.NewID(), Issuer: b.opt.Municipality, Source: source.Plugin.Manifest.ID, Person: ask.Login.Subject.Plain(),
		Audience: ask.Audience, Datasets: ask.Want.Datasets, Purpose: audience.Purpose, Legal: terms.Legal,
		Asking: terms.Controller, Case: c.ID, Period: period, IssuedAt: now.Unix(), Expires: now.Add(grantLife).Unix(),
	}
	return p, nil
}

// declared: an audience may ask only for what its manifest says it wants.
func declared(m plugin.Manifest, want plugin.Want) bool {
	for _, w := range m.Wants {
		if w.Source != want.Source {
			continue
		}
		have := map[string]bool{}
		for _, d := range w.Datasets {
			have[d] = true
		}
		for _, d := range want.Datasets {
			if !have[d] {
				return false
			}
		}
		return len(want.Datasets) > 0
	}
	return false
}

// MayFetch tells whether the party may fetch: the applicant, in full scope,
// today, of a household with one adult (M-43, M-53).
func (c Case) MayFetch(now time.Time) error {
	switch {
	case c.ID == "" || len(c.ID) > 31:
		return fault.New(fault.Internal, "the case system gave a case identity that cannot be used")
	case c.Household.Adults != 1:
		return fault.New(fault.Forbidden, "household with more than one adult")
	case c.Party.Role != "applicant" || c.Party.Scope != "full" || !c.Party.Holds(now):
		return fault.New(fault.Forbidden, "not the applicant of the case")
	}
	return nil
}

// Holds tells whether the party's time includes a day.
func (p Party) Holds(at time.Time) bool {
	day := at.Format(time.DateOnly)
	return p.From <= day && (p.To == "" || day <= p.To)
}

// open writes the fetch and its parts, or finds the one that is running.
func (b *Broker) open(ctx context.Context, p plan) (id string, fresh bool, err error) {
	err = b.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		id, fresh = "", false
		if id, err = runningFetch(ctx, tx, p.ask.Space, p.ask.Audience); err != nil || id != "" {
			return err
		}
		n, err := fetchesSince(ctx, tx, p.person, tx.Now.Add(-time.Hour))
		if err != nil {
			return err
		}
		if n >= maxPerHour {
			return fault.New(fault.TooMany, "fetched too often")
		}
		if err := deleteFetches(ctx, tx, p.ask.Space, p.ask.Audience); err != nil {
			return err
		}
		id, fresh = db.NewID(), true
		if err := b.insert(ctx, tx, id, p); err != nil {
			return err
		}
		return b.opt.Audit.Write(ctx, tx, audit.Event{
			Action: audit.Collected, Actor: b.opt.Audit.Actor(p.ask.Login.Subject), Subject: b.opt.Audit.Actor(p.ask.Login.Subject),
			Board: p.caseInfo.Board, Case: p.caseInfo.ID, Category: "ADB-utlämning", Purpose: p.grant.Purpose, Outcome: "asked",
			Details: map[string]string{"fetch": id, "grant": p.grant.ID, "source": p.grant.Source, "audience": p.ask.Audience,
				"from": p.period.From, "to": p.period.To, "groups": strconv.Itoa(len(p.groups))},
		})
	})
	return id, fresh, err
}
