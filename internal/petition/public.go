package petition

import (
	"context"
	"slices"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Seen is how much of a petition everyone sees.
type Seen string

const (
	nothing Seen = "nothing" // not looked over yet (P-12): as if it were not there
	stub    Seen = "stub"    // number, state and code; no text
	full    Seen = "full"
)

var errRemoved = fault.New(fault.Gone, "petition: removed")

// visibility is what the public may see of a petition. One that is removed is
// fault.Gone; a decision that can still be undone is not seen.
func visibility(r record, s Settings, now time.Time) (Seen, error) {
	published := r.Standing.Voting != None || r.Standing.Outcome != None
	switch r.Standing.Moderation {
	case Removed:
		return nothing, errRemoved
	case Accepted:
		if published {
			return full, nil
		}
	case Withdrawn:
		if !r.OpenedAt.IsZero() { // it was public, and votes were given to this text
			return full, nil
		}
	case Hidden, Merged:
		if !r.undoable(now) {
			return stub, nil
		}
	case Rejected:
		code, _ := CodeOf(r.Code)
		switch {
		case r.undoable(now) || s.HideRejected:
		case code.HidesText:
			return stub, nil
		default:
			return full, nil
		}
	}
	return nothing, nil
}

// Card is a petition in a list.
type Card struct {
	ID, Registry string
	Title        string // "" when the text is not shown
	Standing     Standing
	Code         string
	ReceivedAt   time.Time
	ClosesAt     time.Time
	DaysLeft     int // while open
	Count        Count
	Threshold    int64
	Silent       bool // no news for as long as the settings allow
	// Former is set for a petition that came from the former service.
	Former *Former
}

// Former is what is known of a petition that was imported (P-03). The page
// says that it comes from the former service, and that the count is what that
// service counted. It is never added to Count: nobody knows who is in both.
type Former struct {
	Source    string
	Count     Count  // not Known when the file told none
	CountedOn string // the day of that count, "" when not told
}

// Count is a number of votes as it may be shown.
type Count struct {
	Known bool
	// Fewer: there are fewer than Votes, the least number that is shown.
	Fewer bool
	Votes int64
}

// shown suppresses small numbers (petitions.md §2.2 rule 6).
func (s Settings) shown(votes int64) Count {
	if votes < s.Floor {
		return Count{Known: true, Fewer: true, Votes: s.Floor}
	}
	return Count{Known: true, Votes: votes}
}

// in tells whether a petition belongs under a filter's state.
func (r record) in(state string) bool {
	live := r.Standing.Moderation == Accepted
	switch state {
	case "":
		return true
	case "open":
		return live && slicesHas(r.Standing.Voting, Planned, Open, Paused)
	case "handled":
		return live && slicesHas(r.Standing.Outcome, Reached, HandedOver, Prepared, DecisionPlanned)
	case "decided":
		return live && slicesHas(r.Standing.Outcome, Decided, CarryingOut, CarriedOut, NotCarriedOut)
	case "ended":
		return live && (r.Standing.Outcome == BelowThreshold || r.Standing.Outcome == None && slicesHas(r.Standing.Voting, Closing, Counted, Erased)) ||
			r.Standing.Moderation == Withdrawn
	case "rejected":
		return slicesHas(r.Standing.Moderation, Rejected, Hidden, Merged)
	}
	return false
}

// counts asks for the running counts of those that are not closed for good.
func (p *Petitions) counts(ctx context.Context, tx *db.Tx, records []record) (map[string]int64, error) {
	var ids []string
	for _, r := range records {
		if slicesHas(r.Standing.Voting, Open, Paused) {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return p.opt.Voting.Shown(ctx, tx, ids)
}

func (p *Petitions) countOf(r record, running map[string]int64) Count {
	if votes, ok := running[r.ID]; ok && slicesHas(r.Standing.Voting, Open, Paused) {
		return p.set.shown(votes)
	}
	if r.Votes >= 0 && r.Standing.Voting == Erased && r.Standing.Moderation == Accepted {
		return p.set.shown(r.Votes)
	}
	return Count{}
}

// card is a petition in a list, without its title.
func (p *Petitions) card(tx *db.Tx, r record, running map[string]int64, came map[string]*Former) Card {
	c := Card{ID: r.ID, Registry: r.Registry, Standing: r.Standing, Code: r.Code, ReceivedAt: r.ReceivedAt, ClosesAt: r.ClosesAt,
		Count: p.countOf(r, running), Threshold: r.Threshold, Silent: p.silent(r, tx.Now), Former: came[r.ID]}
	if slicesHas(r.Standing.Voting, Open, Paused) {
		c.DaysLeft = max(p.daysSince(tx.Now, r.ClosesAt.Add(-time.Millisecond)), 0)
	}
	return c
}

// Page is one petition as everyone sees it.
type Page struct {
	Card
	Text                              Text
	HiddenText                        bool
	MergedInto                        string // id
	OpensAt                           time.Time
	OpenedAt                          time.Time
	Sealer                            string
	Disposal                          string
	Body                              string
	BodyRegistry, Decision, Paragraph string
	DecidedAt                         time.Time
	Timeline                          []Event
	// NextStep and NextDay are the last that was promised.
	NextStep, NextDay string
	MayFollow         bool
	SenderMail        bool // the proposer's address is kept
}

// One shows a petition.
//
// Faults: NotFound (also: not looked over yet), Gone (removed).
func (p *Petitions) One(ctx context.Context, id string) (Page, error) {
	var page Page
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		running, err := p.counts(ctx, tx, []record{r})
		if err != nil {
			return err
		}
		page, err = p.page(ctx, tx, r, running)
		return err
	})
	return page, err
}

func (p *Petitions) page(ctx context.Context, tx *db.Tx, r record, running map[string]int64) (Page, error) {
	v, err := visibility(r, p.set, tx.Now)
	if err != nil {
		return Page{}, err
	}
	if v == nothing {
		return Page{}, errNone
	}
	came, err := p.formers(ctx, tx, []record{r})
	if err != nil {
		return Page{}, err
	}
	page := Page{Card: p.card(tx, r, running, came), HiddenText: v == stub, OpensAt: r.OpensAt, OpenedAt: r.OpenedAt, Sealer: r.Sealer, Disposal: r.Disposal,
		Body: r.Body, BodyRegistry: r.BodyRegistry, Decision: r.Decision, Paragraph: r.Paragraph, DecidedAt: r.DecidedAt,
		MayFollow: p.mayFollow(r, tx.Now) == nil}
	if r.Standing.Moderation == Merged {
		page.MergedInto = r.Target
	}
	if v == full {
		if page.Text, err = p.text(ctx, tx, r, r.Version); err != nil {
			return Page{}, err
		}
		page.Title = page.Text.Title
	}
	if page.SenderMail, err = senderMail(ctx, tx, r); err != nil {
		return Page{}, err
	}
	if page.Timeline, err = p.events(ctx, tx, r, true); err != nil {
		return Page{}, err
	}
	page.Timeline = slices.DeleteFunc(page.Timeline, func(e Event) bool { return p.unsettled(e, r, tx.Now) })
	page.NextStep, page.NextDay = promised(page.Timeline)
	return page, nil
}

// ending are the moves after which nothing that was promised comes.
var ending = []Move{MoveReject, MoveHide, MoveMerge, MoveWithdraw, MoveRemove, MoveEraseStopped, MoveFallBelow}

// promised is the last that was promised in a timeline, oldest first; nothing
// when it has come since, or will not come.
func promised(timeline []Event) (step, day string) {
	for _, e := range timeline {
		if string(e.Move) == step || slices.Contains(ending, e.Move) {
			step, day = "", ""
		}
		if e.NextStep != "" || e.NextDay != "" {
			step, day = e.NextStep, e.NextDay
		}
		if e.Move == MovePlan && step == "" {
			step = string(MoveDecide)
		}
	}
	return step, day
}
