package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"medborgarnavet/internal/config"
	"medborgarnavet/internal/petition/booth"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/retention"
)

// rules are what is destroyed of petitions, and when.
func (p *petitions) rules() []retention.Rule {
	rules := append(p.life.Retention(), p.mail.Retention())
	if p.uptime != nil {
		rules = append(rules, p.uptime.Rule())
	}
	return rules
}

// job is work that is done again and again, never twice at the same time.
type job struct {
	name  string
	every time.Duration
	work  func(ctx context.Context) error
	busy  sync.Mutex
}

func (j *job) do(ctx context.Context) error {
	j.busy.Lock()
	defer j.busy.Unlock()
	return j.work(ctx)
}

func (t *town) petitionJobs() []*job {
	p := t.petitions
	return []*job{
		// The life opens petitions, the machine closes them, and what the
		// machine has done is told to the life.
		{name: "petitions", every: time.Minute, work: func(ctx context.Context) error {
			_, err := p.life.Run(ctx)
			return err
		}},
		{name: "closing", every: time.Minute, work: t.closeDue},
		{name: "switches", every: 5 * time.Second, work: t.switched},
		{name: "prepared pages", every: 5 * time.Second, work: p.renew},
		{name: "logins", every: time.Minute, work: t.countLogins},
		{name: "requests", every: time.Minute, work: t.tellRequests},
		{name: "keys of tickets", every: 10 * time.Minute, work: t.readyTickets},
		{name: "voting told", every: 10 * time.Second, work: t.followVoting},
		{name: "key holders", every: 5 * time.Second, work: t.watchKeys},
		{name: "counts", every: time.Minute, work: func(ctx context.Context) error {
			done, err := p.box.Tidy(ctx, countStep)
			if len(done.Drifting) > 0 {
				t.log.Error("petitions: rows do not match the running count", "petitions", len(done.Drifting))
			}
			return err
		}},
		{name: "heads", every: time.Hour, work: func(ctx context.Context) error {
			_, err := p.heads.Run(ctx)
			return err
		}},
	}
}

// patience is how long a closing waits for an outage to end, so that time that
// was lost is given back before it.
const patience = 12 * time.Hour

// closeDue gives back the time of outages that have ended and then closes what
// is due. What cannot be voted on now is not closed now.
func (t *town) closeDue(ctx context.Context) error {
	p := t.petitions
	err := p.uptime.HandOn(ctx, func(ctx context.Context, from, until time.Time) error {
		_, err := p.machine.Outage(ctx, from, until, closing.ReasonOutage)
		return err
	})
	since, err2 := p.uptime.Lasting(ctx)
	if err == nil && err2 == nil && !since.IsZero() && t.clock.Now().Sub(since) < patience {
		return nil
	}
	_, err3 := p.machine.Run(ctx)
	return errors.Join(err, err2, err3)
}

// switched holds voting everywhere while it is switched off, and lets it go on
// when it is on again: the time is given back.
func (t *town) switched(ctx context.Context) error {
	p := t.petitions
	if err := p.switches.Refresh(ctx); err != nil {
		return err
	}
	picture, err := t.oversee(ctx)
	if err != nil {
		return err
	}
	on := p.switches.On(switches.Vote)
	for _, v := range picture.Voting {
		switch {
		case !on && !v.Paused:
			err = errors.Join(err, p.machine.Pause(ctx, v.Petition, closing.ReasonSwitch))
		case on && v.Paused && v.Reason == closing.ReasonSwitch:
			err = errors.Join(err, p.machine.Resume(ctx, v.Petition))
		}
	}
	return err
}

// renew takes away the prepared pages of petitions to which something has
// happened lately, on whatever node: what is hidden must not be read on. Each
// event does so once, so that there are bytes to hand out when the database
// dies just after one.
func (p *petitions) renew(ctx context.Context) error {
	changed, err := p.life.ChangedSince(ctx, time.Now().Add(-time.Minute))
	if err != nil {
		return err
	}
	known := p.renewed.Swap(&changed)
	for event, id := range changed {
		if known == nil || (*known)[event] == "" {
			p.pages.Forget(id)
		}
	}
	return nil
}

// tellRequests tells the log how many requests there were that must not be told
// one by one.
func (t *town) tellRequests(context.Context) error {
	t.router.TellRequests()
	return nil
}

// countLogins tells the log once a day how many logged in to vote: a number,
// no more (I-17).
func (t *town) countLogins(context.Context) error {
	p := t.petitions
	today := config.DateOf(t.clock.Now())
	if p.countedDay == today {
		return nil
	}
	taken := p.logins.Taken()
	if p.countedDay != "" {
		t.log.Info("logins to vote", "day", string(p.countedDay), "count", taken-p.countedLogins)
	}
	p.countedDay, p.countedLogins = today, taken
	return nil
}

// readyTickets makes the keys that seal tickets to vote, before anybody comes:
// a key file made at the first login of an hour would tell when that was (I-17).
func (t *town) readyTickets(context.Context) error {
	for ahead := range 3 {
		due := t.clock.Now().Add(booth.TicketFor + time.Duration(ahead)*time.Hour)
		if _, err := t.ring.SealDue(due, "ticket key", nil); err != nil {
			return err
		}
	}
	return nil
}

// countStep is what the public count is rounded down to.
const countStep = 5

// runPetitions takes votes and does what is due until ctx ends; call stopped
// to wait for the last of it.
func (t *town) runPetitions(ctx context.Context) (stopped func()) {
	var all sync.WaitGroup
	// Time lost before now is known before anything is closed.
	if err := t.petitions.uptime.Beat(ctx); err != nil && ctx.Err() == nil {
		t.log.Error("petitions", "job", "uptime", "error", err)
	}
	all.Go(func() { t.petitions.box.Run(ctx) })
	all.Go(func() {
		if err := t.petitions.uptime.Run(ctx); err != nil && ctx.Err() == nil {
			t.log.Error("petitions", "job", "uptime", "error", err)
		}
	})
	for _, j := range t.petitions.jobs {
		all.Go(func() { t.again(ctx, j) })
	}
	return all.Wait
}

// again does a job at once and then at its interval until ctx ends.
func (t *town) again(ctx context.Context, j *job) {
	ticks := time.NewTicker(j.every)
	defer ticks.Stop()
	for {
		if err := j.do(ctx); err != nil && ctx.Err() == nil {
			t.log.Error("petitions", "job", j.name, "error", err)
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return
		}
	}
}
