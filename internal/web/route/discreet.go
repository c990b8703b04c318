package route

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"medborgarnavet/internal/fault"
)

// discreetAttributes are all that may be said in the log about a Discreet
// request. None of them tells a person, an address, a case or a petition: route
// is a pattern, error the text of our own mistake, which holds nothing personal
// by rule (I-9), count a number, the rest are words of closed sets.
var discreetAttributes = []string{"municipality", "route", "outcome", "count", "error", "kind", "at", "provider", "endpoint", "code"}

// DiscreetLog is a log that can tell no more about a request than the allow
// list above, and its time by the minute only: a line with an exact time, held
// against another log, names who did something then (I-17). Everything that
// works for a Discreet route logs to one of these. What is left out is dropped
// without a word.
func DiscreetLog(log *slog.Logger) *slog.Logger { return slog.New(discreetHandler{log.Handler()}) }

type discreetHandler struct{ next slog.Handler }

func (h discreetHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return h.next.Enabled(ctx, l)
}

// Handle implements slog.Handler. The context is not handed on: a handler
// could read a trace from it.
func (h discreetHandler) Handle(_ context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time.Truncate(time.Minute), r.Level, r.Message, 0)
	r.Attrs(func(a slog.Attr) bool {
		if discreet(a) {
			out.AddAttrs(a)
		}
		return true
	})
	return h.next.Handle(context.Background(), out)
}

// WithAttrs implements slog.Handler.
func (h discreetHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return discreetHandler{h.next.WithAttrs(slices.DeleteFunc(slices.Clone(attrs), func(a slog.Attr) bool { return !discreet(a) }))}
}

// WithGroup implements slog.Handler. A group would hide names from the list,
// so there are none.
func (h discreetHandler) WithGroup(string) slog.Handler { return h }

func discreet(a slog.Attr) bool {
	return slices.Contains(discreetAttributes, a.Key) && a.Value.Resolve().Kind() != slog.KindGroup
}

// serveDiscreet serves a route that must leave no trace of who was there: no
// login is looked up, since that notes the moment; the request has no id; and
// it is told as one of a number, by pattern and how it went.
func (rt *Router) serveDiscreet(route Route, limit int64) http.HandlerFunc {
	return func(w http.ResponseWriter, hr *http.Request) {
		r := &Request{Request: hr, ClientIP: rt.clientIP(hr)}
		r.limit(w, limit)
		if route.AnyOrigin {
			letAnyoneRead(w.Header())
		}
		outcome := fault.Internal
		defer func() { rt.count(route.Pattern, outcome) }()
		defer rt.recoverDiscreet(w, r, route.Pattern)
		var err error
		if !route.Stream {
			err = parse(r, limit)
		}
		if err == nil {
			err = route.Do(w, r)
		}
		if outcome = fault.KindOf(err); outcome == fault.Internal {
			rt.quiet.Error("fault", "route", route.Pattern, "error", err.Error())
		}
		if err != nil {
			rt.opt.Fail(w, r, err)
		}
	}
}

// told is what is told of a Discreet request: its pattern and how it went.
type told struct {
	pattern string
	outcome fault.Kind
}

// tally is how many requests there were of each kind since they were told.
type tally struct {
	mu sync.Mutex
	n  map[told]int64
}

// count keeps a request for TellRequests: a line of its own would get the
// moment from whatever keeps the log, however little it says itself.
func (rt *Router) count(pattern string, outcome fault.Kind) {
	rt.counted.mu.Lock()
	defer rt.counted.mu.Unlock()
	if rt.counted.n == nil {
		rt.counted.n = make(map[told]int64)
	}
	rt.counted.n[told{pattern, outcome}]++
}

// TellRequests logs how many requests there were to Discreet routes since it was
// last called, one line for a pattern and an outcome. Call it each minute by the
// clock, never because of a request, and when the last request is served.
func (rt *Router) TellRequests() {
	rt.counted.mu.Lock()
	counted := rt.counted.n
	rt.counted.n = nil
	rt.counted.mu.Unlock()
	for _, t := range slices.SortedFunc(maps.Keys(counted), func(a, b told) int {
		return cmp.Or(cmp.Compare(a.pattern, b.pattern), cmp.Compare(a.outcome, b.outcome))
	}) {
		rt.quiet.Info("requests", "route", t.pattern, "outcome", string(t.outcome), "count", counted[t])
	}
}

func (rt *Router) recoverDiscreet(w http.ResponseWriter, r *Request, pattern string) {
	p := recover()
	switch p {
	case nil:
		return
	case http.ErrAbortHandler:
		panic(p) // the server's own way to drop a connection
	}
	rt.quiet.Error("panic", "route", pattern, "kind", typeName(p), "at", places())
	rt.opt.Fail(w, r, fault.New(fault.Internal, "panic"))
}
