package petition

import (
	"context"
	"slices"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Clock is how a proposal stands against the time promised for reading it.
type Clock string

// The clocks.
const (
	InTime      Clock = "in-time"
	PastTarget  Clock = "past-target"
	NearOverdue Clock = "near-overdue"
	Overdue     Clock = "overdue"
)

// Show chooses what a queue lists.
type Show string

// The choices.
const (
	ShowToRead  Show = "to-read"  // submitted or being read; the default
	ShowWaiting Show = "waiting"  // for the proposer
	ShowReady   Show = "ready"    // accepted, to be published
	ShowAgain   Show = "again"    // published, flagged to be looked at again
	ShowOverdue Show = "overdue"  // near overdue or overdue
	ShowDecided Show = "decided"  // rejected, hidden, merged, withdrawn
	ShowFollow  Show = "followed" // handed over and not ended
)

var queues = map[Show]string{
	ShowToRead:  `moderation IN ('submitted','reviewing') AND ready_at <= $1`,
	ShowWaiting: `moderation = 'supplement-requested' AND ready_at <= $1`,
	ShowReady:   `moderation = 'accepted' AND voting = 'none' AND outcome = 'none' AND ready_at <= $1`,
	ShowAgain:   `review_again = 1 AND ready_at <= $1`,
	ShowOverdue: `moderation IN ('submitted','reviewing') AND ready_at <= $1`,
	ShowDecided: `moderation IN ('rejected','hidden','merged','withdrawn','removed') AND ready_at <= $1`,
	ShowFollow:  `outcome IN ('reached','handed-over','prepared','decision-planned','decided','carrying-out') AND ready_at <= $1`,
}

const maxQueue = 500

// QueueItem is one line of a queue.
type QueueItem struct {
	ID, Registry, Title string
	Standing            Standing
	ReceivedAt          time.Time
	Days                int // it has waited
	Clock               Clock
	LockedBy            string // "" when free
	Confirmed           bool   // a confirmed address
	OverCap             bool
	UndoUntil           time.Time // a decision can be taken back until then
	Code                string    // why it was rejected or hidden
	ReviewAgain         bool      // to be looked at again
	Silent              bool      // no news for as long as the settings allow
}

// Queue lists proposals, oldest first.
func (p *Petitions) Queue(ctx context.Context, staff string, show Show) ([]QueueItem, error) {
	if _, err := p.staff(ctx, staff, RoleModerator, RoleHandler, RoleSteward); err != nil {
		return nil, err
	}
	if show == "" {
		show = ShowToRead
	}
	where, ok := queues[show]
	if !ok {
		return nil, fault.New(fault.Invalid, "petition: no such queue")
	}
	var all []QueueItem
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		found, err := list(ctx, tx, where+` ORDER BY ready_at, id LIMIT $2`, db.Millis(tx.Now), maxQueue)
		if err != nil {
			return err
		}
		for _, r := range found {
			item, err := p.queueItem(ctx, tx, r)
			if err != nil {
				return err
			}
			if show != ShowOverdue || item.Clock == NearOverdue || item.Clock == Overdue {
				all = append(all, item)
			}
		}
		return nil
	})
	return all, err
}

func (p *Petitions) queueItem(ctx context.Context, tx *db.Tx, r record) (QueueItem, error) {
	text, err := p.text(ctx, tx, r, r.Version)
	if err != nil {
		return QueueItem{}, err
	}
	address, err := p.authorAddress(ctx, tx, r)
	if err != nil {
		return QueueItem{}, err
	}
	item := QueueItem{ID: r.ID, Registry: r.Registry, Title: text.Title, Standing: r.Standing, ReceivedAt: r.ReceivedAt,
		Days: p.daysSince(r.ReadyAt, tx.Now), LockedBy: p.lockedBy(r, tx.Now), Confirmed: address != "", OverCap: r.OverCap,
		Code: r.Code, ReviewAgain: r.ReviewAgain, Silent: p.silent(r, tx.Now)}
	item.Clock = p.clockOf(r, item.Days)
	if r.undoable(tx.Now) {
		item.UndoUntil = r.UndoUntil
	}
	return item, nil
}

// daysSince counts midnights in Sweden.
func (p *Petitions) daysSince(then, now time.Time) int {
	a, b := then.In(p.zone), now.In(p.zone)
	from := time.Date(a.Year(), a.Month(), a.Day(), 0, 0, 0, 0, time.UTC)
	to := time.Date(b.Year(), b.Month(), b.Day(), 0, 0, 0, 0, time.UTC)
	return int(to.Sub(from) / (24 * time.Hour))
}

func (p *Petitions) clockOf(r record, days int) Clock {
	switch {
	case !slicesHas(r.Standing.Moderation, Submitted, Reviewing) || days <= p.set.TargetDays:
		return InTime
	case days >= p.set.OverdueDays:
		return Overdue
	case days >= p.set.NearDays:
		return NearOverdue
	}
	return PastTarget
}

// lockedBy is who reads a proposal now.
func (p *Petitions) lockedBy(r record, now time.Time) string {
	if r.LockedBy == "" || now.Sub(r.LockedAt) >= p.lockTime() {
		return ""
	}
	return r.LockedBy
}

func (p *Petitions) lockTime() time.Duration { return time.Duration(p.set.LockMinutes) * time.Minute }

// Sheet is everything a moderator needs to decide on a proposal.
type Sheet struct {
	QueueItem
	Text     Text
	Version  int
	Findings []Finding
	Versions []Text // earlier ones, oldest first: as they were read
	Events   []Event
	Similar  []Similar
	Target   string
	Duration Duration
	// Mine: this member of staff has the lock, until LockedUntil.
	Mine        bool
	LockedUntil time.Time
	// Of the voting. Count is the number as everyone sees it.
	OpensAt, ClosesAt          time.Time
	Threshold                  int64
	Count                      Count
	Category, Disposal, Sealer string
	// Of the outcome.
	Body, BodyRegistry, Decision, Paragraph string
	DecidedAt                               time.Time
	// MayUndo: a decision can be taken back now.
	MayUndo bool
	// Followers have confirmed that they want news.
	Followers int
}

// Read shows a proposal to staff, and notes in the audit log that it was read.
func (p *Petitions) Read(ctx context.Context, staff, id string) (Sheet, error) {
	who, err := p.staff(ctx, staff, RoleModerator, RoleHandler, RoleSteward)
	if err != nil {
		return Sheet{}, err
	}
	var sheet Sheet
	var r record
	err = p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		if r, err = load(ctx, tx, id); err != nil {
			return err
		}
		if sheet, err = p.sheet(ctx, tx, r, who); err != nil {
			return err
		}
		running, err := p.counts(ctx, tx, []record{r})
		if err != nil {
			return err
		}
		sheet.Count = p.countOf(r, running)
		return p.trace(ctx, tx, &r, audit.Accessed, who.as(who.Roles[0]), "read", nil)
	})
	return sheet, err
}

func (p *Petitions) sheet(ctx context.Context, tx *db.Tx, r record, who Staff) (Sheet, error) {
	item, err := p.queueItem(ctx, tx, r)
	if err != nil {
		return Sheet{}, err
	}
	s := Sheet{QueueItem: item, Version: r.Version, Target: r.Target, Duration: r.Duration,
		OpensAt: r.OpensAt, ClosesAt: r.ClosesAt, Threshold: r.Threshold, Category: r.Category, Disposal: r.Disposal, Sealer: r.Sealer,
		Body: r.Body, BodyRegistry: r.BodyRegistry, Decision: r.Decision, Paragraph: r.Paragraph, DecidedAt: r.DecidedAt,
		Mine: item.LockedBy == who.ID, MayUndo: r.undoable(tx.Now) && legal(MoveUndo, r.Standing, RoleModerator)}
	if item.LockedBy != "" {
		s.LockedUntil = r.LockedAt.Add(p.lockTime())
	}
	for v := 1; v <= r.Version; v++ {
		t, err := p.text(ctx, tx, r, v)
		if err != nil {
			return Sheet{}, err
		}
		if v == r.Version {
			s.Text = t
		} else {
			s.Versions = append(s.Versions, t)
		}
	}
	s.Findings = s.Text.Findings(tx.Now)
	if s.Events, err = p.events(ctx, tx, r, false); err != nil {
		return Sheet{}, err
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM petition_follow WHERE petition = $1 AND confirmed_at > 0`, r.ID).Scan(&s.Followers); err != nil {
		return Sheet{}, err
	}
	s.Similar, err = p.similar(ctx, tx, s.Text, r.ID)
	return s, err
}

// CheckOut takes a proposal to read. Another's lock must be forced; that is
// logged, and the other sees it in the history.
//
// Faults: Forbidden, NotFound, Conflict (locked by another, or not to be read).
func (p *Petitions) CheckOut(ctx context.Context, staff, id string, force bool) error {
	who, err := p.staff(ctx, staff, RoleModerator)
	if err != nil {
		return err
	}
	return p.change(ctx, id, func(tx *db.Tx, r *record) error {
		holder := p.lockedBy(*r, tx.Now)
		if holder != "" && holder != who.ID && !force {
			return fault.New(fault.Conflict, "petition: another moderator reads it")
		}
		switch {
		case r.Standing.Moderation == Submitted:
			if _, err := p.act(ctx, tx, r, MoveCheckOut, who.as(RoleModerator), note{nextStep: string(MoveAccept), nextDay: p.day(r.ReadyAt.AddDate(0, 0, p.set.TargetDays))}); err != nil {
				return err
			}
		case holder != who.ID:
			if _, err := p.act(ctx, tx, r, MoveTakeOver, who.as(RoleModerator), note{}); err != nil {
				return err
			}
		case r.Standing.Moderation != Reviewing:
			return fault.New(fault.Conflict, "petition: it is not to be read now")
		}
		r.LockedBy, r.LockedAt = who.ID, tx.Now
		return nil
	})
}

// Release lets a proposal go, to be read by anyone.
func (p *Petitions) Release(ctx context.Context, staff, id string) error {
	who, err := p.staff(ctx, staff, RoleModerator)
	if err != nil {
		return err
	}
	return p.change(ctx, id, func(tx *db.Tx, r *record) error {
		if p.lockedBy(*r, tx.Now) != who.ID {
			return fault.New(fault.Conflict, "petition: the lock is not held")
		}
		r.LockedBy, r.LockedAt = "", time.Time{}
		return p.trace(ctx, tx, r, audit.Assigned, who.as(RoleModerator), "released", nil)
	})
}

// Note writes a working note that only staff see. key is the form's own, or "".
func (p *Petitions) Note(ctx context.Context, staff, id, said, key string) error {
	who, err := p.staff(ctx, staff, RoleModerator, RoleHandler)
	if err != nil {
		return err
	}
	if said, err = words(said); err != nil {
		return err
	}
	if said == "" {
		return errNews
	}
	return p.changeOnce(ctx, id, key, func(tx *db.Tx, r *record, once string) error {
		role := RoleHandler
		if slices.Contains(who.Roles, RoleModerator) {
			role = RoleModerator
		}
		_, err := p.act(ctx, tx, r, MoveNote, who.as(role), note{words: said, once: once})
		return err
	})
}

// Flag marks a published petition to be looked at again, or takes the mark
// away.
func (p *Petitions) Flag(ctx context.Context, staff, id string, again bool) error {
	who, err := p.staff(ctx, staff, RoleModerator)
	if err != nil {
		return err
	}
	return p.change(ctx, id, func(tx *db.Tx, r *record) error {
		if r.ReviewAgain == again {
			return nil
		}
		r.ReviewAgain = again
		_, err := p.act(ctx, tx, r, MoveFlag, who.as(RoleModerator), note{})
		return err
	})
}

// isDecision: a move that can be undone for a while.
func isDecision(m Move) bool {
	return slices.Contains([]Move{MoveAskMore, MoveAccept, MoveReject, MoveHide, MoveMerge}, m)
}

// unsettled: the event is the decision that can still be undone.
func (p *Petitions) unsettled(e Event, r record, now time.Time) bool {
	return isDecision(e.Move) && !e.Undone && r.undoable(now) && !e.At.Before(r.UndoUntil.Add(-p.undoTime()))
}

func (p *Petitions) undoTime() time.Duration { return time.Duration(p.set.UndoMinutes) * time.Minute }
