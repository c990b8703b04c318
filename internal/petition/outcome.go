package petition

import (
	"context"
	"slices"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Decisions of a board.
const (
	Granted       = "granted"        // bifall
	PartlyGranted = "partly-granted" // delvis bifall
	Declined      = "declined"       // avslag
	Answered      = "answered"       // besvarat
)

// Step is something that comes of a petition (P-13).
type Step struct {
	// Move is MoveHandOver, MovePrepare, MovePlan, MoveDecide, MoveStart,
	// MoveComplete, MoveDrop, MoveNews or MoveFollowUp.
	Move  Move   `json:"move"`
	Words string `json:"words"`
	// NextStep and NextDay: what is expected next, a move, and its day.
	NextStep Move   `json:"next_step"`
	NextDay  string `json:"next_day"`
	// Link is the source: agenda, minutes.
	Link string `json:"link"`
	// Body and Registry: whom it was handed over to, and its number there.
	Body     string `json:"body"`
	Registry string `json:"body_registry"`
	// Decision is one of the constants; Paragraph is that of the minutes.
	Decision  string `json:"decision"`
	Paragraph string `json:"paragraph"`
	// Day is when it was decided, as a date in Sweden; empty is today.
	Day string `json:"day"`
	// Key is a form's own: sent again it changes nothing. Seen is the last
	// event that the writer saw; another since then is fault.Conflict. Both
	// may be left out, and are of no use to the case system.
	Key  string `json:"-"`
	Seen int    `json:"-"`
}

// lastFollowUp is in months after the decision; the one before is half of it.
const lastFollowUp = 12

// Progress writes down a step, by a member of staff.
//
// Faults: Forbidden, NotFound, Invalid, Conflict (not from here).
func (p *Petitions) Progress(ctx context.Context, staff, id string, s Step) error {
	who, err := p.staff(ctx, staff, RoleHandler)
	if err != nil {
		return err
	}
	return p.changeOnce(ctx, id, s.Key, func(tx *db.Tx, r *record, once string) error {
		last, err := lastEvent(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if s.Seen != 0 && s.Seen != last {
			return fault.New(fault.Conflict, "petition: something has happened since it was read")
		}
		return p.progress(ctx, tx, r, who.as(RoleHandler), s, once)
	})
}

// CaseEvent is what the board's case system tells of.
type CaseEvent struct {
	// Key is the case system's own: the same event again changes nothing.
	Key string `json:"-"`
	// Registry is the petition's number in its own series.
	Registry string `json:"registry"`
	Step     Step   `json:"step"`
}

// FromCaseSystem takes in an event of the case system. It may be told again.
//
// Faults: NotFound, Invalid, Conflict (out of order; tell again later).
func (p *Petitions) FromCaseSystem(ctx context.Context, e CaseEvent) error {
	if e.Key == "" || len(e.Key) > maxReference {
		return fault.New(fault.Invalid, "petition: an event of the case system has a key")
	}
	if _, code := clean(e.Registry, maxReference, false); code != "" {
		return errNone
	}
	err := p.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := scan(tx.QueryRow(ctx, `SELECT `+columns+` FROM petition WHERE registry = $1`, e.Registry))
		if err != nil {
			return err
		}
		once := onceOf("case", e.Key)
		known, err := seen(ctx, tx, once)
		if err != nil || known {
			return err
		}
		if err := p.progress(ctx, tx, &r, actor{role: RoleCaseSystem, audit: theSystem.audit}, e.Step, once); err != nil {
			return err
		}
		return p.save(ctx, tx, r)
	})
	if err == nil {
		p.opt.Outbox.Wake()
	}
	return err
}

func (p *Petitions) progress(ctx context.Context, tx *db.Tx, r *record, by actor, s Step, once string) error {
	t, ok := transition(s.Move)
	if !ok || !slices.Contains(t.By, RoleHandler) {
		return fault.New(fault.Invalid, "petition: not a step of the outcome")
	}
	if err := p.checkStep(*r, s, tx.Now); err != nil {
		return err
	}
	n := note{words: s.Words, nextStep: string(s.NextStep), nextDay: s.NextDay, link: s.Link, once: once, code: s.Decision}
	if _, err := p.act(ctx, tx, r, s.Move, by, n); err != nil {
		return err
	}
	switch s.Move {
	case MoveHandOver:
		r.Body, r.BodyRegistry = s.Body, s.Registry
		if r.Body == "" {
			r.Body = p.set.ReceivingBody
		}
	case MoveDecide:
		r.Decision, r.Paragraph, r.DecidedAt, r.FollowedUp = s.Decision, s.Paragraph, tx.Now, 0
		if day, err := time.ParseInLocation(time.DateOnly, s.Day, p.zone); err == nil {
			r.DecidedAt = day.UTC()
		}
	case MoveFollowUp:
		for _, months := range []int{lastFollowUp / 2, lastFollowUp} {
			if !tx.Now.Before(r.DecidedAt.AddDate(0, months, 0)) {
				r.FollowedUp = months
			}
		}
	}
	return nil
}

// checkStep tells what a step lacks.
func (p *Petitions) checkStep(r record, s Step, now time.Time) error {
	var remarks []Remark
	need := func(field, value string) {
		if _, code := clean(value, maxReference, false); code != "" && code != "no-words" {
			remarks = append(remarks, Remark{Field: field, Code: code})
		}
	}
	if s.NextStep != "" {
		if _, ok := transition(s.NextStep); !ok {
			remarks = append(remarks, Remark{Field: "next", Code: "unknown"})
		}
	}
	switch s.Move {
	case MoveHandOver:
		need("registry", s.Registry)
		if s.Body != "" {
			need("body", s.Body)
		}
	case MovePlan:
		need("day", s.NextDay)
	case MoveDecide:
		if !slices.Contains([]string{Granted, PartlyGranted, Declined, Answered}, s.Decision) {
			remarks = append(remarks, Remark{Field: "decision", Code: "unknown"})
		}
		need("paragraph", s.Paragraph)
		if day, err := time.ParseInLocation(time.DateOnly, s.Day, p.zone); s.Day != "" && (err != nil || day.After(now)) {
			remarks = append(remarks, Remark{Field: "day", Code: "unknown"})
		}
	case MoveNews, MoveFollowUp:
		if s.Words == "" {
			remarks = append(remarks, Remark{Field: "words", Code: "missing"})
		}
	case MoveStart, MoveComplete, MoveDrop:
		if r.Decision != Granted && r.Decision != PartlyGranted {
			return fault.New(fault.Conflict, "petition: nothing was granted that could be carried out")
		}
	}
	if len(remarks) > 0 {
		return refuse(remarks...)
	}
	return nil
}

// Waiting is a petition that somebody should say something about.
type Waiting struct {
	ID, Registry string
	Outcome      State
	Since        time.Time
	Days         int
}

// Silent are the petitions under way of which nothing has been heard for as
// long as the settings allow; the page says so too.
func (p *Petitions) Silent(ctx context.Context) ([]Waiting, error) {
	return p.waiting(ctx, func(r record, now time.Time) bool { return p.silent(r, now) })
}

// DueFollowUps are the decided petitions whose follow-up at 6 or 12 months is
// due and not made.
func (p *Petitions) DueFollowUps(ctx context.Context) ([]Waiting, error) {
	return p.waiting(ctx, func(r record, now time.Time) bool {
		for _, months := range []int{lastFollowUp / 2, lastFollowUp} {
			if !r.DecidedAt.IsZero() && r.FollowedUp < months && !now.Before(r.DecidedAt.AddDate(0, months, 0)) {
				return true
			}
		}
		return false
	})
}

func (p *Petitions) silent(r record, now time.Time) bool {
	return slices.Contains(underway, r.Standing.Outcome) && r.Standing.Moderation == Accepted &&
		p.daysSince(r.NewsAt, now) >= p.set.SilentDays && !p.settledAnswer(r)
}

// settledAnswer: decided, and there is nothing to carry out.
func (p *Petitions) settledAnswer(r record) bool {
	return r.Standing.Outcome == Decided && (r.Decision == Declined || r.Decision == Answered)
}

func (p *Petitions) waiting(ctx context.Context, due func(record, time.Time) bool) ([]Waiting, error) {
	var all []Waiting
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		found, err := list(ctx, tx, `moderation = 'accepted' AND outcome NOT IN ('none','below-threshold') ORDER BY news_at, id`)
		if err != nil {
			return err
		}
		for _, r := range found {
			if due(r, tx.Now) {
				all = append(all, Waiting{ID: r.ID, Registry: r.Registry, Outcome: r.Standing.Outcome, Since: r.NewsAt, Days: p.daysSince(r.NewsAt, tx.Now)})
			}
		}
		return nil
	})
	return all, err
}
