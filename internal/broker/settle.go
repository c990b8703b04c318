package broker

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/plugin"
)

// settler decides when what has been received may be shown. As long as an
// origin that can flag protection is out, parts are "received" and their
// content stays in memory. When all such origins have ended, everything
// received is stored at once: as it is, or, if anyone flagged, as nothing. The
// last of all is stored together with the fetch's end.
type settler struct {
	b         *Broker
	p         plan
	out       int // calls under way
	waiting   int // those of them that can flag protection
	protected bool
	held      []plugin.Part // received, not stored
	stored    []plugin.Part // origin and state only
}

func (s *settler) take(r outcome) {
	s.out--
	if bearsFlag(r.origins) {
		s.waiting--
	}
	if r.protected && !s.protected {
		s.protected = true
		// A flag from an origin that should have none: what was let through
		// before it is taken back.
		s.held, s.stored = append(s.stored, s.held...), nil
	}
	s.held = append(s.held, r.parts...)
	if s.waiting == 0 {
		s.release()
		return
	}
	s.store(func(ctx context.Context, tx *db.Tx) error {
		for _, p := range r.parts {
			if err := setReceived(ctx, tx, s.p.id, p.Origin); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *settler) release() {
	parts := s.held
	s.held = nil
	for i, p := range parts {
		if s.protected && p.State == plugin.StateAnswered {
			parts[i] = plugin.Part{Origin: p.Origin, State: plugin.StateNothing} // the same bytes as of nothing
		}
		s.stored = append(s.stored, plugin.Part{Origin: parts[i].Origin, State: parts[i].State})
	}
	settle := func(ctx context.Context, tx *db.Tx) error {
		for _, p := range parts {
			sealed, err := s.b.sealPart(s.p, p)
			if err != nil {
				return err
			}
			if err := setFinal(ctx, tx, s.p.id, p, sealed); err != nil {
				return err
			}
		}
		return nil
	}
	if s.out > 0 {
		s.store(settle)
		return
	}
	ended := s.store(func(ctx context.Context, tx *db.Tx) error {
		if err := settle(ctx, tx); err != nil {
			return err
		}
		return s.end(ctx, tx)
	})
	if !ended {
		s.store(s.end) // what could not be stored reads as what could not answer
	}
}

// end closes the fetch and tells the audit log how it went.
func (s *settler) end(ctx context.Context, tx *db.Tx) error {
	details := map[string]string{"fetch": s.p.id, "grant": s.p.grant.ID}
	for _, state := range []plugin.State{plugin.StateAnswered, plugin.StateNothing, plugin.StateUnavailable} {
		n := 0
		for _, p := range s.stored {
			if p.State == state {
				n++
			}
		}
		details[string(state)] = strconv.Itoa(n)
	}
	if err := setEnded(ctx, tx, s.p.id); err != nil {
		return err
	}
	return s.b.opt.Audit.Write(ctx, tx, audit.Event{
		Action: audit.Recorded, Subject: s.b.opt.Audit.Actor(s.p.ask.Login.Subject), Board: s.p.caseInfo.Board,
		Case: s.p.caseInfo.ID, Category: category, Purpose: s.p.grant.Purpose, Outcome: "ended", Details: details,
	})
}

// store writes even when the fetch's own time is out: what has been received
// must not be lost for that. A failure leaves the part to be read as one that
// could not answer.
func (s *settler) store(fn func(ctx context.Context, tx *db.Tx) error) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.b.ctx), 10*time.Second)
	defer cancel()
	err := s.b.opt.DB.Tx(ctx, func(tx *db.Tx) error { return fn(ctx, tx) })
	if err != nil {
		s.b.opt.Log.Error("fetched part not stored", "fetch", s.p.id, slog.Any("error", err))
	}
	return err == nil
}

// sealPart seals a part under the key of the fetch's own last day.
func (b *Broker) sealPart(p plan, part plugin.Part) ([]byte, error) {
	plain, err := json.Marshal(part)
	if err != nil {
		return nil, err
	}
	return b.opt.Ring.SealDue(p.expires, partAAD(p.id, part.Origin, p.ask.Audience), plain)
}

func partAAD(fetch, origin, audience string) string {
	return "broker_part|" + fetch + "|" + origin + "|" + audience
}
