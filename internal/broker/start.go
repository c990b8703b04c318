package broker

import (
	"context"
	"slices"
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
	settleTime  = 5 * time.Second
	mostDays    = 7
	// monthsBack and monthsAhead bound the month of application: a draft
	// lives for thirty days, and may be begun for the month before.
	monthsBack, monthsAhead = 2, 1
)

// category is what kind of processing a fetch is (M-79).
const category = "ADB-utlämning"

// Start begins a fetch and returns its id without waiting for an answer. A
// fetch that is already running in the space is returned instead of a new
// one. A new fetch replaces what an earlier one had left (I-5, M-92).
//
// Faults: NotFound (no open case, or not this space's), Forbidden (not a
// party who may fetch, too low a level of assurance, or a plug-in that is not
// allowed), Unavailable (the case system does not answer), TooMany.
func (b *Broker) Start(ctx context.Context, ask Ask) (string, error) {
	if b.ctx.Err() != nil {
		return "", fault.New(fault.Unavailable, "the broker is closing")
	}
	plan, err := b.plan(ctx, ask)
	if err != nil {
		return "", err
	}
	fresh, err := b.open(ctx, &plan)
	if err != nil || !fresh {
		return plan.id, err
	}
	b.running.Go(func() { b.run(plan) })
	return plan.id, nil
}

// plan is a fetch that has been found to be allowed.
type plan struct {
	id        string
	ask       Ask
	person    string         // pseudonym of this step
	subject   plugin.Subject // as the source may know the person
	assurance int            // that reading needs
	caseInfo  Case
	source    Attached
	groups    [][]plugin.Origin
	notAsked  []plugin.Origin
	grant     plugin.Grant
	keepDays  int
	deadline  time.Time // when what has not come is interrupted
	expires   time.Time
}

func (b *Broker) plan(ctx context.Context, ask Ask) (plan, error) {
	audience, source, err := b.parties(ask)
	if err != nil {
		return plan{}, err
	}
	offer := source.Plugin.Manifest
	c, err := b.opt.Cases.OpenCase(ctx, ask.Login.Subject, ask.Audience, ask.Month)
	if err != nil {
		return plan{}, err
	}
	now := b.opt.Clock.Now()
	if err := c.MayFetch(now); err != nil {
		return plan{}, err
	}
	if ask.Space == "" || ask.Case != "" && ask.Case != c.ID {
		return plan{}, fault.New(fault.NotFound, "the space is not of the open case")
	}
	terms, err := b.opt.Terms(c.Board, audience.LegalReference, now)
	if err != nil {
		return plan{}, err
	}
	period, err := controlPeriod(ask.Month, terms.AskMonthsBack, now)
	if err != nil {
		return plan{}, err
	}
	p := plan{ask: ask, person: b.opt.Ring.Pseudonym("broker", ask.Login.Subject.Plain()), caseInfo: c, source: source,
		assurance: max(audience.MinAssurance, offer.MinAssurance),
		keepDays:  min(mostDays, terms.KeepDays, audience.RetentionDays, offer.RetentionDays)}
	p.groups, p.notAsked = groups(offer, ask.Want)
	switch {
	case len(p.groups) == 0:
		return plan{}, fault.New(fault.Invalid, "nothing to ask for")
	case p.keepDays < 1:
		return plan{}, fault.New(fault.Forbidden, "nothing that is fetched may be kept")
	case audience.Purpose == "" || terms.Legal == "" || terms.Controller.OrgNumber == "":
		return plan{}, fault.New(fault.Forbidden, "no purpose, legal basis or asking authority")
	}
	// A pairwise pseudonym, unless the source is approved for the number (I-18).
	known := ask.Login.Subject.Plain()
	p.subject = plugin.Subject{IdentityNumber: known}
	if !offer.NeedsIdentityNumber {
		known = b.opt.Ring.Pseudonym("plugin "+offer.ID, known)
		p.subject = plugin.Subject{Pseudonym: known}
	}
	p.grant = plugin.Grant{
		ID: db.NewID(), Issuer: b.opt.Municipality, Source: offer.ID, Person: known,
		Audience: ask.Audience, Datasets: ask.Want.Datasets, Purpose: audience.Purpose, Legal: terms.Legal,
		Asking: terms.Controller, Case: c.ID, Period: period, IssuedAt: now.Unix(), Expires: now.Add(max(grantLife, source.Deadline)).Unix(),
	}
	return p, nil
}

// parties finds the plug-ins on both sides and tells whether the login may
// have one ask the other.
func (b *Broker) parties(ask Ask) (plugin.Manifest, Attached, error) {
	audience, err := b.opt.Audience(ask.Audience)
	if err != nil {
		return plugin.Manifest{}, Attached{}, err
	}
	source, err := b.opt.Source(ask.Want.Source)
	if err != nil {
		return plugin.Manifest{}, Attached{}, err
	}
	if source.Deadline <= 0 {
		source.Deadline = defaultWait
	}
	who := ask.Login.Subject
	switch {
	case who.IsZero() || ask.Login.Assurance < max(audience.MinAssurance, source.Plugin.Manifest.MinAssurance):
		err = fault.New(fault.Forbidden, "the login's level of assurance is too low")
	case !declared(audience, ask.Want):
		err = fault.New(fault.Forbidden, "the plug-in has not declared these datasets")
	case !b.opt.Admits(ask.Audience, who) || !b.opt.Admits(ask.Want.Source, who):
		err = fault.New(fault.Forbidden, "the plug-in is not open to this person")
	}
	return audience, source, err
}

// controlPeriod is what may be asked about for a month of application (I-2).
func controlPeriod(month string, back int, now time.Time) (plugin.Period, error) {
	from, err := form.AddMonths(month, -back)
	if err != nil {
		return plugin.Period{}, fault.Wrap(fault.Invalid, err, "month of application")
	}
	this := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	if month < this.AddDate(0, -monthsBack, 0).Format("2006-01") || month > this.AddDate(0, monthsAhead, 0).Format("2006-01") {
		return plugin.Period{}, fault.New(fault.Invalid, "no application can be for that month now")
	}
	period, err := form.MonthsSpan(from, month)
	return period, fault.Wrap(fault.Invalid, err, "month of application")
}

// declared: an audience may ask only for what its manifest says it wants.
func declared(m plugin.Manifest, want plugin.Want) bool {
	for _, w := range m.Wants {
		if w.Source == want.Source {
			return len(want.Datasets) > 0 &&
				!slices.ContainsFunc(want.Datasets, func(d string) bool { return !slices.Contains(w.Datasets, d) })
		}
	}
	return false
}

// open writes the fetch and its parts, or finds the one that is running.
func (b *Broker) open(ctx context.Context, p *plan) (fresh bool, err error) {
	err = b.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		fresh = false
		running, err := runningFetch(ctx, tx, *p)
		if err != nil || running != "" {
			p.id = running
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
		fresh, p.id = true, db.NewID()
		p.deadline = tx.Now.Add(p.source.Deadline + settleTime)
		p.expires = tx.Now.AddDate(0, 0, p.keepDays)
		if err := b.insert(ctx, tx, *p); err != nil {
			return err
		}
		who := b.opt.Audit.Actor(p.ask.Login.Subject)
		return b.opt.Audit.Write(ctx, tx, audit.Event{
			Action: audit.Collected, Actor: who, Subject: who,
			Board: p.caseInfo.Board, Case: p.caseInfo.ID, Category: category, Purpose: p.grant.Purpose, Outcome: "asked",
			Details: map[string]string{"fetch": p.id, "grant": p.grant.ID, "source": p.grant.Source, "audience": p.ask.Audience,
				"from": p.grant.Period.From, "to": p.grant.Period.To, "groups": strconv.Itoa(len(p.groups))},
		})
	})
	if err != nil {
		p.id = ""
	}
	return fresh && err == nil, err
}
