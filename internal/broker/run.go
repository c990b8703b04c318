package broker

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"medborgarnavet/plugin"
)

// outcome is what one group's call came to.
type outcome struct {
	origins   []plugin.Origin
	parts     []plugin.Part // one for each origin
	protected bool
}

// run asks every group at the same time and settles the parts as they come.
func (b *Broker) run(p plan) {
	ctx, cancel := context.WithTimeout(b.ctx, p.deadline.Sub(b.opt.Clock.Now()))
	defer cancel()
	calls := p.groups
	if p.source.OneRequest {
		calls = [][]plugin.Origin{slices.Concat(p.groups...)}
	}
	results := make(chan outcome, len(calls))
	var wg sync.WaitGroup
	for _, g := range calls {
		wg.Go(func() { results <- b.askGroup(ctx, p, g) })
	}
	go func() { wg.Wait(); close(results) }()
	s := settler{b: b, p: p, out: len(calls)}
	for _, g := range calls {
		if bearsFlag(g) {
			s.waiting++
		}
	}
	for r := range results {
		s.take(r)
	}
}

func bearsFlag(g []plugin.Origin) bool {
	return slices.ContainsFunc(g, func(o plugin.Origin) bool { return o.FlagsProtection })
}

// askGroup makes one call, or, for a person whom the case flags as
// protected, takes as long as a call takes and makes none (I-4).
func (b *Broker) askGroup(ctx context.Context, p plan, g []plugin.Origin) outcome {
	name := g[0].Group
	key := p.grant.Source + "/" + name
	start := time.Now()
	if p.caseInfo.Protected {
		sleep(ctx, b.usualPace(key))
		b.logAnswer(p, name, start)
		return outcome{origins: g, parts: withState(g, plugin.StateNothing), protected: true}
	}
	callCtx, cancel := context.WithTimeout(ctx, p.source.Deadline)
	defer cancel()
	release, code := b.gates.enter(callCtx, key)
	if code != "" {
		return b.failed(p, g, code)
	}
	answer, err := b.call(callCtx, p, g, release)
	if err != nil {
		b.gates.report(key, p.person, !outage(err))
		return b.failed(p, g, faultCode(callCtx, err))
	}
	parts := believable(answer.Parts, g, p.grant)
	ok := answer.Protected || slices.ContainsFunc(parts, func(x plugin.Part) bool { return x.State != plugin.StateUnavailable })
	b.gates.report(key, p.person, ok)
	if ok {
		b.learnPace(key, time.Since(start))
	}
	b.logAnswer(p, name, start)
	return outcome{origins: g, parts: parts, protected: answer.Protected}
}

func (b *Broker) logAnswer(p plan, group string, start time.Time) {
	b.opt.Log.Info("source answered", "fetch", p.id, "group", group, "ms", time.Since(start).Milliseconds())
}

func (b *Broker) failed(p plan, g []plugin.Origin, code string) outcome {
	b.opt.Log.Warn("source could not be asked", "fetch", p.id, "group", g[0].Group, "code", code)
	return outcome{origins: g, parts: withState(g, plugin.StateUnavailable)}
}

var errPanicked = errors.New("the plug-in panicked")

func faultCode(ctx context.Context, err error) string {
	switch {
	case errors.Is(err, errPanicked):
		return "PANIC"
	case ctx.Err() != nil:
		return "TIMEOUT"
	}
	return "FAULT"
}

// outage tells a source that is ill from one that refuses this question.
func outage(err error) bool {
	var p *plugin.Problem
	if errors.As(err, &p) {
		return p.Kind == plugin.ProblemUnavailable || p.Kind == plugin.ProblemInternal
	}
	return true
}

// call asks the source and waits no longer than ctx: a plug-in that does not
// come back keeps its place in the gate, and nothing else. Its panic is its
// own failure (I-14). release is called when it has come back.
func (b *Broker) call(ctx context.Context, p plan, g []plugin.Origin, release func()) (plugin.Answer, error) {
	q, err := b.query(p, g)
	if err != nil {
		release()
		return plugin.Answer{}, err
	}
	type reply struct {
		answer plugin.Answer
		err    error
	}
	back := make(chan reply, 1)
	go func() {
		defer release()
		r := reply{err: errPanicked}
		defer func() {
			_ = recover() // its value may hold a person's data
			back <- r
		}()
		answer, err := p.source.Plugin.Source.Fetch(ctx, q)
		r = reply{answer, err}
	}()
	select {
	case r := <-back:
		return r.answer, r.err
	case <-ctx.Done():
		return plugin.Answer{}, ctx.Err()
	}
}

func (b *Broker) query(p plan, g []plugin.Origin) (plugin.Query, error) {
	token, err := plugin.SignGrant(p.grant, b.key)
	q := plugin.Query{Grant: token, Subject: p.subject, Period: p.grant.Period, Case: p.grant.Case, CorrelationID: p.id + "-" + g[0].Group}
	for _, o := range g {
		q.Origins = append(q.Origins, o.ID)
	}
	return q, err
}

// believable gives every origin of the group exactly one part. An origin that
// the source said nothing, something twice or something impossible about
// could not answer (I-6). What the grant does not name is dropped (I-3).
// Codes of what failed are for the log, not for keeping.
func believable(parts []plugin.Part, g []plugin.Origin, grant plugin.Grant) []plugin.Part {
	out := withState(g, plugin.StateUnavailable)
	for i, o := range g {
		about := slices.DeleteFunc(slices.Clone(parts), func(p plugin.Part) bool { return p.Origin != o.ID })
		if len(about) != 1 {
			continue
		}
		switch p := about[0]; {
		case p.State == plugin.StateAnswered:
			out[i] = onlyGranted(p, grant)
		case p.State == plugin.StateNothing && len(p.Payments)+len(p.Facts) == 0 && p.Code == "":
			out[i].State = plugin.StateNothing
		}
	}
	return out
}

// onlyGranted drops what the grant does not name. An origin of which nothing
// is left has nothing for this audience, unless a part of its answer is
// missing: then nobody knows.
func onlyGranted(p plugin.Part, grant plugin.Grant) plugin.Part {
	before := len(p.Payments) + len(p.Facts)
	if !grant.Allows(p.Origin, "payments") {
		p.Payments = nil
	}
	p.Facts = slices.DeleteFunc(slices.Clone(p.Facts), func(f plugin.Fact) bool { return !grant.Allows(p.Origin, f.Dataset) })
	left := len(p.Payments) + len(p.Facts)
	p.Dropped += before - left
	switch {
	case left > 0:
		return p
	case p.Code != "":
		return plugin.Part{Origin: p.Origin, State: plugin.StateUnavailable}
	}
	return plugin.Part{Origin: p.Origin, State: plugin.StateNothing}
}

func withState(g []plugin.Origin, s plugin.State) []plugin.Part {
	parts := make([]plugin.Part, len(g))
	for i, o := range g {
		parts[i] = plugin.Part{Origin: o.ID, State: s}
	}
	return parts
}

// usualPace is how long a call of the group has taken lately.
func (b *Broker) usualPace(key string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d := b.pace[key]; len(d) > 0 {
		return d[rand.IntN(len(d))]
	}
	return time.Duration(200+rand.IntN(300)) * time.Millisecond
}

func (b *Broker) learnPace(key string, d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := append(b.pace[key], d)
	if len(list) > 64 {
		list = list[1:]
	}
	b.pace[key] = list
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
