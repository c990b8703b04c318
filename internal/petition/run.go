package petition

import (
	"context"
	"errors"
	"strconv"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/mail"
)

// Done is what a run did.
type Done struct {
	NotMine bool // another node has the lease
	Held    bool // the clock has jumped; nothing moved
	Opened  int
	Settled int // decisions that can no longer be undone, now told
	Alarmed int // silent petitions that the owner was told of
}

const (
	leaseName  = "petition life"
	leaseFor   = 5 * time.Minute
	mostAtOnce = 200
)

// Run does what is due: opens voting, tells of decisions that can no longer be
// undone, and tells the owner of silence. Run it each minute on every node. It
// goes on past a petition that fails.
func (p *Petitions) Run(ctx context.Context) (Done, error) {
	now, ok := clock.Settled(p.opt.Clock)
	if !ok {
		return Done{Held: true}, nil
	}
	mine, err := p.opt.DB.Lease(ctx, leaseName, leaseFor)
	if err != nil || !mine {
		return Done{NotMine: err == nil}, err
	}
	var done Done
	var failed error
	for _, job := range []struct {
		count *int
		where string
		do    func(ctx context.Context, id string) error
	}{
		{&done.Settled, `undo_until > 0 AND undo_until <= $1`, p.settleDue},
		{&done.Opened, `voting = 'planned' AND opens_at <= $1`, p.openDue},
	} {
		ids, err := p.due(ctx, now, job.where)
		failed = errors.Join(failed, err)
		for _, id := range ids {
			if err := job.do(ctx, id); err != nil {
				failed = errors.Join(failed, err)
				continue
			}
			*job.count++
		}
	}
	done.Alarmed, err = p.alarm(ctx)
	return done, errors.Join(failed, err)
}

func (p *Petitions) due(ctx context.Context, now time.Time, where string) ([]string, error) {
	var ids []string
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		ids = nil
		found, err := list(ctx, tx, where+` ORDER BY id LIMIT $2`, db.Millis(now), mostAtOnce)
		for _, r := range found {
			ids = append(ids, r.ID)
		}
		return err
	})
	return ids, err
}

func (p *Petitions) settleDue(ctx context.Context, id string) error {
	return p.change(ctx, id, func(tx *db.Tx, r *record) error {
		if r.undoable(tx.Now) {
			return nil
		}
		return p.settle(ctx, tx, r)
	})
}

// settle tells the proposer of a decision that can no longer be undone.
func (p *Petitions) settle(ctx context.Context, tx *db.Tx, r *record) error {
	if r.UndoFrom == "" {
		return nil
	}
	if err := p.tellAuthor(ctx, tx, *r); err != nil {
		return err
	}
	if err := p.routed(ctx, tx, *r); err != nil {
		return err
	}
	r.UndoFrom, r.UndoUntil = "", time.Time{}
	return nil
}

// routed hands a proposal that belongs to another service on.
func (p *Petitions) routed(ctx context.Context, tx *db.Tx, r record) error {
	code, ok := CodeOf(r.Code)
	if r.Standing.Moderation != Rejected || !ok || !code.Routes {
		return nil
	}
	return p.opt.Outbox.Add(ctx, tx, TopicRouted, r.ID)
}

// alarm tells the owner of petitions that nothing is heard of, once for each
// silence.
func (p *Petitions) alarm(ctx context.Context) (int, error) {
	silent, err := p.Silent(ctx)
	if err != nil {
		return 0, err
	}
	told := 0
	for _, w := range silent {
		now := false
		err := p.change(ctx, w.ID, func(tx *db.Tx, r *record) error {
			if now = r.AlarmedAt.IsZero() && p.silent(*r, tx.Now); !now {
				return nil
			}
			r.AlarmedAt = tx.Now
			if err := p.trace(ctx, tx, r, audit.Messaged, theSystem, "silent", map[string]string{"days": strconv.Itoa(w.Days)}); err != nil {
				return err
			}
			if p.set.Owner == "" {
				return nil
			}
			return p.opt.Mail.Add(ctx, tx, mail.Message{To: p.set.Owner, Subject: "Inget har hänt med " + r.Registry,
				Text: "Det har gått " + strconv.Itoa(w.Days) + " dagar utan nyheter om förslaget " + r.Registry + ".\n\nSkriv vad som händer: " + p.opt.Link(LinkDesk, r.ID) + "\n"})
		})
		if err != nil {
			return told, err
		}
		if now {
			told++
		}
	}
	return told, nil
}
