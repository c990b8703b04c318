package route

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"medborgarnavet/internal/fault"
)

// discreetAttributes are all that may be said in the log about a Discreet
// request. None of them tells a person, an address, a case or a petition: route
// is a pattern, error the text of our own mistake, which holds nothing personal
// by rule (I-9), the rest are words of closed sets.
var discreetAttributes = []string{"municipality", "route", "outcome", "error", "kind", "at", "provider", "endpoint", "code"}

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
// of it only the pattern, how it went and the minute are told.
func (rt *Router) serveDiscreet(route Route, limit int64) http.HandlerFunc {
	return func(w http.ResponseWriter, hr *http.Request) {
		r := &Request{Request: hr, ClientIP: rt.clientIP(hr)}
		r.limit(w, limit)
		outcome := fault.Internal
		defer func() { rt.tell(route.Pattern, outcome) }()
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

// tell writes the line of a request. It does not ask where in the program it
// is, as a Logger does: that is never shown, and took longer than the rest.
func (rt *Router) tell(pattern string, outcome fault.Kind) {
	ctx, to := context.Background(), rt.quiet.Handler()
	if !to.Enabled(ctx, slog.LevelInfo) {
		return
	}
	line := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
	line.AddAttrs(slog.String("route", pattern), slog.String("outcome", string(outcome)))
	_ = to.Handle(ctx, line) // a log that cannot be written stops nobody
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
