package broker

import (
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/plugin"
)

// outcome is what one group's call came to.
type outcome struct {
	origins   []plugin.Origin
	parts     []plugin.Part
	protected bool
	took      time.Duration
}

// run asks every group at the same time and settles the parts as they come.
func (b *Broker) run(p plan) {
	ctx, cancel := context.WithDeadline(b.ctx, time.Now().Add(p.deadline.Sub(b.opt.Clock.Now())))
	defer cancel()
	results := make(chan outcome, len(p.groups))
	calls := p.groups
	if p.source.OneRequest {
		calls = [][]plugin.Origin{flatten(p.groups)}
	}
	var wg sync.WaitGroup
	for _, g := range calls {
		wg.Go(func() { results <- b.askGroup(ctx, p, g) })
	}
	go func() { wg.Wait(); close(results) }()
	s := settler{b: b, p: p, waiting: flagBearers(calls)}
	for r := range results {
		s.take(r)
	}
	s.end()
}

func flatten(groups [][]plugin.Origin) []plugin.Origin {
	var all []plugin.Origin
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

func flagBearers(calls [][]plugin.Origin) int {
	n := 0
	for _, g := range calls {
		if bearsFlag(g) {
			n++
		}
	}
	return n
}

func bearsFlag(g []plugin.Origin) bool {
	for _, o := range g {
		if o.FlagsProtection {
			return true
		}
	}
	return false
}

// askGroup makes one call, or, for a person whom the case flags as
// protected, takes as long as a call takes and makes none (I-4).
func (b *Broker) askGroup(ctx context.Context, p plan, g []plugin.Origin) outcome {
	name := g[0].Group
	start := time.Now()
	if p.caseInfo.Protected {
		sleep(ctx, b.usualPace(name))
		return outcome{origins: g, parts: withState(g, plugin.StateNothing, "", ""), protected: true, took: time.Since(start)}
	}
	callCtx, cancel := context.WithTimeout(ctx, p.source.Deadline)
	defer cancel()
	leave, code := b.gates.enter(callCtx, p.grant.Source+"/"+name)
	if code != "" {
		return outcome{origins: g, parts: withState(g, plugin.StateUnavailable, "MNV", code)}
	}
	answer, err := b.call(callCtx, p, g)
	took := time.Since(start)
	ok := err == nil && !allUnavailable(answer.Parts, g)
	leave(ok)
	if err != nil {
		code := "FAULT"
		if callCtx.Err() != nil {
			code = "TIMEOUT"
		}
		b.opt.Log.Warn("source could not be asked", "fetch", p.id, "group", name, "code", code)
		return outcome{origins: g, parts: withState(g, plugin.StateUnavailable, "MNV", code), took: took}
	}
	b.learnPace(name, took)
	b.opt.Log.Info("source answered", "fetch", p.id, "group", name, "ms", took.Milliseconds(), "ok", ok)
	return outcome{origins: g, parts: complete(answer.Parts, g), protected: answer.Protected, took: took}
}

func (b *Broker) call(ctx context.Context, p plan, g []plugin.Origin) (plugin.Answer, error) {
	token, err := plugin.SignGrant(p.grant, b.key)
	if err != nil {
		return plugin.Answer{}, err
	}
	q := plugin.Query{Grant: token, Subject: plugin.Subject{IdentityNumber: p.ask.Login.Subject.Plain()},
		Period: p.period, Case: p.caseInfo.ID, CorrelationID: p.id + "-" + g[0].Group}
	for _, o := range g {
		q.Origins = append(q.Origins, o.ID)
	}
	return p.source.Plugin.Source.Fetch(ctx, q)
}

// complete gives every origin of the group exactly one part: an origin that
// the source said nothing about could not answer (I-6).
func complete(parts []plugin.Part, g []plugin.Origin) []plugin.Part {
	out := withState(g, plugin.StateUnavailable, "MNV", "ABSENT")
	for i, o := range g {
		for _, p := range parts {
			if p.Origin == o.ID && p.State != plugin.StateNotAsked {
				out[i] = p
			}
		}
	}
	return out
}

func withState(g []plugin.Origin, s plugin.State, source, code string) []plugin.Part {
	parts := make([]plugin.Part, len(g))
	for i, o := range g {
		parts[i] = plugin.Part{Origin: o.ID, State: s, Source: source, Code: code}
	}
	return parts
}

func allUnavailable(parts []plugin.Part, g []plugin.Origin) bool {
	for _, p := range complete(parts, g) {
		if p.State != plugin.StateUnavailable {
			return false
		}
	}
	return true
}

// settler decides when what has been received may be shown. As long as an
// origin that can flag protection is out, parts are "received" and their
// content stays in memory. When all such origins have ended, everything
// received is stored at once: as it is, or, if anyone flagged, as nothing.
type settler struct {
	b         *Broker
	p         plan
	waiting   int
	protected bool
	held      []plugin.Part
	states    []string
}

func (s *settler) take(r outcome) {
	if bearsFlag(r.origins) {
		s.waiting--
	}
	s.protected = s.protected || r.protected
	s.held = append(s.held, r.parts...)
	if s.waiting > 0 {
		s.store(func(ctx context.Context, tx *db.Tx) error {
			for _, p := range r.parts {
				if err := setReceived(ctx, tx, s.p.id, p.Origin); err != nil {
					return err
				}
			}
			return nil
		})
		return
	}
	s.release()
}

func (s *settler) release() {
	held := s.held
	s.held = nil
	for i, p := range held {
		if p.State == plugin.StateNothing || s.protected && p.State == plugin.StateAnswered {
			held[i] = plugin.Part{Origin: p.Origin, State: plugin.StateNothing} // the same bytes either way
		}
		s.states = append(s.states, held[i].Origin+"="+string(held[i].State))
	}
	s.store(func(ctx context.Context, tx *db.Tx) error {
		for _, p := range held {
			sealed, err := s.b.sealPart(s.p, p)
			if err != nil {
				return err
			}
			if err := setFinal(ctx, tx, s.p.id, p, sealed); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *settler) end() {
	if len(s.held) > 0 {
		s.release()
	}
	s.store(func(ctx context.Context, tx *db.Tx) error {
		if err := setEnded(ctx, tx, s.p.id); err != nil {
			return err
		}
		return s.b.opt.Audit.Write(ctx, tx, audit.Event{
			Action: audit.Recorded, Subject: s.b.opt.Audit.Actor(s.p.ask.Login.Subject), Board: s.p.caseInfo.Board,
			Case: s.p.caseInfo.ID, Category: "ADB-utlämning", Purpose: s.p.grant.Purpose, Outcome: "ended",
			Details: map[string]string{"fetch": s.p.id, "grant": s.p.grant.ID, "states": strings.Join(s.states, " ")},
		})
	})
}

// store writes even when the fetch's own time is out: what has been received
// must not be lost for that. A failure leaves the part to be read as
// interrupted.
func (s *settler) store(fn func(ctx context.Context, tx *db.Tx) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.b.ctx), 10*time.Second)
	defer cancel()
	if err := s.b.opt.DB.Tx(ctx, func(tx *db.Tx) error { return fn(ctx, tx) }); err != nil {
		s.b.opt.Log.Error("fetched part not stored", "fetch", s.p.id, slog.Any("error", err))
	}
}

func (b *Broker) sealPart(p plan, part plugin.Part) ([]byte, error) {
	plain, err := json.Marshal(part)
	if err != nil {
		return nil, err
	}
	due := b.opt.Clock.Now().AddDate(0, 0, p.terms.KeepDays)
	return b.opt.Ring.SealDue(due, partAAD(p.id, part.Origin, p.ask.Audience), plain)
}

func partAAD(fetch, origin, audience string) string {
	return "fetch_part|" + fetch + "|" + origin + "|" + audience
}

// usualPace is how long a call of the group has taken lately.
func (b *Broker) usualPace(group string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d := b.pace[group]; len(d) > 0 {
		return d[rand.IntN(len(d))]
	}
	return time.Duration(200+rand.IntN(300)) * time.Millisecond
}

func (b *Broker) learnPace(group string, d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := append(b.pace[group], d)
	if len(list) > 64 {
		list = list[1:]
	}
	b.pace[group] = list
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
