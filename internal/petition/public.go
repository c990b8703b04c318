package petition

import (
	"cmp"
	"context"
	"slices"
	"strings"
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

// Sort is the order of a list.
type Sort string

// The orders.
const (
	SortNewest  Sort = "newest" // the default
	SortClosing Sort = "closing"
	SortVotes   Sort = "votes"
)

// Filter is a search in the public list.
type Filter struct {
	// State is "" for all, or open, handled (on its way to a decision),
	// decided, ended, rejected.
	State string
	Query string
	Sort  Sort
	Page  int // from 1
	Limit int // 1–100; 20 when 0
}

// List is a page of the public list.
type List struct {
	Cards []Card
	Total int
	Page  int
	Pages int
}

const (
	defaultLimit = 20
	maxLimit     = 100
	maxListed    = 20_000
)

// List gives the public petitions that a filter fits.
func (p *Petitions) List(ctx context.Context, f Filter) (List, error) {
	if f.Limit == 0 {
		f.Limit = defaultLimit
	}
	f.Limit, f.Page = min(max(f.Limit, 1), maxLimit), max(f.Page, 1)
	if len(f.Query) > p.set.TitleRunes*mostPerRune {
		return List{}, fault.New(fault.TooLarge, "petition: the search is too long")
	}
	var all []Card
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		var err error
		all, err = p.cards(ctx, tx, f)
		return err
	})
	if err != nil {
		return List{}, err
	}
	if f.Sort == SortVotes {
		slices.SortStableFunc(all, func(a, b Card) int { return cmp.Compare(b.Count.Votes, a.Count.Votes) })
	}
	out := List{Total: len(all), Page: f.Page, Pages: max((len(all)+f.Limit-1)/f.Limit, 1)}
	from := min((f.Page-1)*f.Limit, len(all))
	out.Cards = all[from:min(from+f.Limit, len(all))]
	return out, nil
}

func (p *Petitions) cards(ctx context.Context, tx *db.Tx, f Filter) ([]Card, error) {
	records, err := p.publicRecords(ctx, tx)
	if err != nil {
		return nil, err
	}
	var scores map[string]float64
	if query := stems(f.Query); len(query) > 0 || strings.TrimSpace(f.Query) != "" {
		if scores, err = score(ctx, tx, query, true); err != nil {
			return nil, err
		}
	}
	records = slices.DeleteFunc(records, func(r record) bool {
		_, hit := scores[r.ID]
		return !r.in(f.State) || scores != nil && !hit
	})
	slices.SortStableFunc(records, func(a, b record) int {
		switch {
		case f.Sort == SortClosing:
			return cmp.Compare(closing(a), closing(b))
		case f.Sort == "" && scores != nil:
			return cmp.Compare(scores[b.ID], scores[a.ID])
		}
		return b.ReceivedAt.Compare(a.ReceivedAt)
	})
	counts, err := p.counts(ctx, records)
	if err != nil {
		return nil, err
	}
	all := make([]Card, 0, len(records))
	for _, r := range records {
		c, err := p.card(ctx, tx, r, counts)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// closing orders those that are open by their closing, the others after them.
func closing(r record) int64 {
	if !slicesHas(r.Standing.Voting, Open, Paused) {
		return 1 << 62
	}
	return db.Millis(r.ClosesAt)
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

// publicRecords are the petitions that everyone may see something of.
func (p *Petitions) publicRecords(ctx context.Context, tx *db.Tx) ([]record, error) {
	records, err := list(ctx, tx, `moderation NOT IN ('submitted','reviewing','supplement-requested','removed') ORDER BY received_at DESC, id DESC LIMIT $1`, maxListed)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(records, func(r record) bool {
		v, err := visibility(r, p.set, tx.Now)
		return err != nil || v == nothing
	}), nil
}

// counts asks for the running counts of those that are not closed for good.
func (p *Petitions) counts(ctx context.Context, records []record) (map[string]int64, error) {
	var ids []string
	for _, r := range records {
		if slicesHas(r.Standing.Voting, Open, Paused) {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return p.opt.Voting.Shown(ctx, ids)
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

func (p *Petitions) card(ctx context.Context, tx *db.Tx, r record, running map[string]int64) (Card, error) {
	v, err := visibility(r, p.set, tx.Now)
	if err != nil {
		return Card{}, err
	}
	c := Card{ID: r.ID, Registry: r.Registry, Standing: r.Standing, Code: r.Code, ReceivedAt: r.ReceivedAt, ClosesAt: r.ClosesAt,
		Count: p.countOf(r, running), Threshold: r.Threshold, Silent: p.silent(r, tx.Now)}
	if slicesHas(r.Standing.Voting, Open, Paused) {
		c.DaysLeft = max(p.daysSince(tx.Now, r.ClosesAt.Add(-time.Millisecond)), 0)
	}
	if v == full {
		text, err := p.text(ctx, tx, r, r.Version)
		if err != nil {
			return Card{}, err
		}
		c.Title = text.Title
	}
	return c, nil
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
		page, err = p.page(ctx, tx, r)
		return err
	})
	return page, err
}

func (p *Petitions) page(ctx context.Context, tx *db.Tx, r record) (Page, error) {
	v, err := visibility(r, p.set, tx.Now)
	if err != nil {
		return Page{}, err
	}
	if v == nothing {
		return Page{}, errNone
	}
	running, err := p.counts(ctx, []record{r})
	if err != nil {
		return Page{}, err
	}
	card, err := p.card(ctx, tx, r, running)
	if err != nil {
		return Page{}, err
	}
	page := Page{Card: card, HiddenText: v == stub, OpensAt: r.OpensAt, OpenedAt: r.OpenedAt, Sealer: r.Sealer, Disposal: r.Disposal,
		Body: r.Body, BodyRegistry: r.BodyRegistry, Decision: r.Decision, Paragraph: r.Paragraph, DecidedAt: r.DecidedAt,
		MayFollow: p.mayFollow(r, tx.Now) == nil}
	if r.Standing.Moderation == Merged {
		page.MergedInto = r.Target
	}
	if v == full {
		if page.Text, err = p.text(ctx, tx, r, r.Version); err != nil {
			return Page{}, err
		}
	}
	if page.Timeline, err = p.events(ctx, tx, r, true); err != nil {
		return Page{}, err
	}
	page.Timeline = slices.DeleteFunc(page.Timeline, func(e Event) bool { return p.unsettled(e, r, tx.Now) })
	for _, e := range page.Timeline {
		if e.NextStep != "" || e.NextDay != "" {
			page.NextStep, page.NextDay = e.NextStep, e.NextDay
		}
	}
	return page, nil
}
