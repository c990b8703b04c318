package petition

import (
	"context"
	"slices"
	"time"

	"medborgarnavet/internal/db"
)

// SchemaVersion is that of the open data; docs/petition-data.md describes it.
// A field that is added raises the second number, one that changes or goes the
// first.
const SchemaVersion = "1.1"

// OpenList is a page of what is public about the petitions (D-09).
type OpenList struct {
	Schema       string       `json:"schema"`
	Municipality string       `json:"municipality"`
	GeneratedAt  time.Time    `json:"generated_at"`
	Floor        int64        `json:"floor"` // smaller numbers of votes are left out
	Total        int          `json:"total"`
	Page         int          `json:"page"`
	Limit        int          `json:"limit"`
	Pages        int          `json:"pages"`
	Petitions    []OpenRecord `json:"petitions"`
}

// OpenRecord is a petition as open data. Days are dates in Sweden.
type OpenRecord struct {
	ID           string      `json:"id"`
	Registry     string      `json:"registry"`
	Address      string      `json:"address"`
	Title        string      `json:"title,omitempty"`
	What         string      `json:"what,omitempty"`
	Why          string      `json:"why,omitempty"`
	Moderation   State       `json:"moderation"`
	Voting       State       `json:"voting"`
	Outcome      State       `json:"outcome"`
	Code         string      `json:"code,omitempty"`
	MergedInto   string      `json:"merged_into,omitempty"`
	ReceivedOn   string      `json:"received_on"`
	OpenedOn     string      `json:"opened_on,omitempty"`
	LastDay      string      `json:"last_day,omitempty"`
	Threshold    int64       `json:"threshold,omitempty"`
	Votes        *int64      `json:"votes"`       // null: not known yet, or fewer than the floor
	VotesBelow   *int64      `json:"votes_below"` // the floor, when there are fewer
	Body         string      `json:"body,omitempty"`
	BodyRegistry string      `json:"body_registry,omitempty"`
	Decision     string      `json:"decision,omitempty"`
	DecisionOn   string      `json:"decision_on,omitempty"`
	Paragraph    string      `json:"paragraph,omitempty"`
	NextStep     string      `json:"next_step,omitempty"`
	NextDay      string      `json:"next_day,omitempty"`
	Silent       bool        `json:"silent"`
	Former       *OpenFormer `json:"former,omitempty"`
	Events       []OpenEvent `json:"events"`
}

// OpenFormer is what is known of a petition that came from the former service.
// Its count is that service's, and is in no sum here.
type OpenFormer struct {
	Source     string `json:"source"`
	Votes      *int64 `json:"votes"`
	VotesBelow *int64 `json:"votes_below"`
	CountedOn  string `json:"counted_on,omitempty"`
}

// OpenEvent is an event as open data: the day, not the moment.
type OpenEvent struct {
	On       string `json:"on"`
	Event    Move   `json:"event"`
	By       Role   `json:"by"`
	Code     string `json:"code,omitempty"`
	Words    string `json:"words,omitempty"`
	NextStep string `json:"next_step,omitempty"`
	NextDay  string `json:"next_day,omitempty"`
	Source   string `json:"source,omitempty"`
}

// OpenList gives a page of everything public. A limit of more than 100 is 100.
func (p *Petitions) OpenList(ctx context.Context, f Filter) (OpenList, error) {
	l := OpenList{Schema: SchemaVersion, Municipality: p.opt.Municipality, Floor: p.set.Floor}
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		chosen, running, err := p.choose(ctx, tx, f)
		if err != nil {
			return err
		}
		l.GeneratedAt, l.Total, l.Page, l.Limit, l.Pages = tx.Now, chosen.total, chosen.page, chosen.limit, chosen.pages
		l.Petitions = make([]OpenRecord, 0, len(chosen.records))
		for _, r := range chosen.records {
			page, err := p.page(ctx, tx, r, running)
			if err != nil {
				return err
			}
			l.Petitions = append(l.Petitions, p.openRecord(page))
		}
		return nil
	})
	return l, err
}

// OpenOne is one petition as open data.
//
// Faults: NotFound (also: not looked over yet), Gone (removed).
func (p *Petitions) OpenOne(ctx context.Context, id string) (OpenRecord, error) {
	page, err := p.One(ctx, id)
	if err != nil {
		return OpenRecord{}, err
	}
	return p.openRecord(page), nil
}

// OpenCount is a petition's number of votes as open data.
type OpenCount struct {
	ID         string      `json:"id"`
	Voting     State       `json:"voting"`
	Threshold  int64       `json:"threshold,omitempty"`
	Votes      *int64      `json:"votes"`
	VotesBelow *int64      `json:"votes_below"`
	Former     *OpenFormer `json:"former,omitempty"`
}

// OpenCount tells a petition's number of votes. It reads no text.
//
// Faults: NotFound, Gone.
func (p *Petitions) OpenCount(ctx context.Context, id string) (OpenCount, error) {
	var c OpenCount
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		v, err := visibility(r, p.set, tx.Now)
		if err != nil {
			return err
		}
		if v == nothing {
			return errNone
		}
		running, err := p.counts(ctx, tx, []record{r})
		if err != nil {
			return err
		}
		came, err := p.formers(ctx, tx, []record{r})
		if err != nil {
			return err
		}
		c = OpenCount{ID: r.ID, Voting: r.Standing.Voting, Threshold: r.Threshold, Former: openFormer(came[r.ID])}
		c.Votes, c.VotesBelow = openVotes(p.countOf(r, running))
		return nil
	})
	return c, err
}

// openVotes is a count as open data has it.
func openVotes(c Count) (votes, below *int64) {
	switch {
	case c.Fewer:
		return nil, &c.Votes
	case c.Known:
		return &c.Votes, nil
	}
	return nil, nil
}

func openFormer(f *Former) *OpenFormer {
	if f == nil {
		return nil
	}
	o := &OpenFormer{Source: f.Source, CountedOn: f.CountedOn}
	o.Votes, o.VotesBelow = openVotes(f.Count)
	return o
}

func (p *Petitions) openRecord(page Page) OpenRecord {
	o := OpenRecord{ID: page.ID, Registry: page.Registry, Address: p.opt.Link(LinkPetition, page.ID),
		Title: page.Text.Title, What: page.Text.What, Why: page.Text.Why,
		Moderation: page.Standing.Moderation, Voting: page.Standing.Voting, Outcome: page.Standing.Outcome, Code: page.Code,
		MergedInto: page.MergedInto, ReceivedOn: p.day(page.ReceivedAt), OpenedOn: p.day(page.OpenedAt), Threshold: page.Threshold,
		Body: page.Body, BodyRegistry: page.BodyRegistry, Decision: page.Decision, DecisionOn: p.day(page.DecidedAt), Paragraph: page.Paragraph,
		NextStep: page.NextStep, NextDay: page.NextDay, Silent: page.Silent, Former: openFormer(page.Former), Events: []OpenEvent{}}
	if !page.ClosesAt.IsZero() {
		o.LastDay = p.lastDay(page.ClosesAt)
	}
	o.Votes, o.VotesBelow = openVotes(page.Count)
	for _, e := range page.Timeline {
		o.Events = append(o.Events, OpenEvent{On: p.day(e.At), Event: e.Move, By: e.Role, Code: e.Code, Words: e.Words, NextStep: e.NextStep, NextDay: e.NextDay, Source: e.Link})
	}
	return o
}

// Statistics are how proposals were moderated in a time (petitions.md §6,
// point 16). Numbers below the floor are nil.
type Statistics struct {
	From     string            `json:"from"`
	To       string            `json:"to"` // not included
	Received *int64            `json:"received"`
	Accepted *int64            `json:"accepted"`
	Codes    map[string]*int64 `json:"codes"`
	// MedianDays is from receipt to the first decision, and WithinTarget the
	// share of them decided within the promised days, in per cent; nil when
	// fewer than the floor were decided.
	MedianDays   *int64 `json:"median_days"`
	WithinTarget *int64 `json:"within_target_percent"`
}

// Moderation counts what moderators did with proposals received in [from, to).
func (p *Petitions) Moderation(ctx context.Context, from, to time.Time) (Statistics, error) {
	s := Statistics{From: p.day(from), To: p.day(to), Codes: map[string]*int64{}}
	codes := map[string]int64{}
	var received, accepted, inTime int64
	var days []int64
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		clear(codes)
		received, accepted, inTime, days = 0, 0, 0, nil
		// what the former service moderated is not counted here
		records, err := list(ctx, tx, `received_at >= $1 AND received_at < $2 AND NOT EXISTS (SELECT 1 FROM petition_import i WHERE i.petition = petition.id)`,
			db.Millis(from), db.Millis(to))
		if err != nil {
			return err
		}
		first, err := firstDecisions(ctx, tx, from, to)
		if err != nil {
			return err
		}
		for _, r := range records {
			received++
			if r.undoable(tx.Now) {
				continue
			}
			if r.Standing.Moderation == Accepted {
				accepted++
			} else if r.Code != "" {
				codes[r.Code]++
			}
			decided, ok := first[r.ID]
			if !ok {
				continue
			}
			n := p.daysSince(r.ReceivedAt, decided)
			days = append(days, int64(n))
			if n <= p.set.TargetDays {
				inTime++
			}
		}
		return nil
	})
	if err != nil {
		return Statistics{}, err
	}
	s.Received, s.Accepted = p.enough(received), p.enough(accepted)
	for code, n := range codes {
		s.Codes[code] = p.enough(n)
	}
	if n := int64(len(days)); n > 0 && n >= p.set.Floor {
		slices.Sort(days)
		share := inTime * 100 / n
		s.MedianDays, s.WithinTarget = &days[n/2], &share
	}
	return s, nil
}

// enough is a number that is not too small to be shown.
func (p *Petitions) enough(n int64) *int64 {
	if n < p.set.Floor {
		return nil
	}
	return &n
}

// firstDecisions tells when each proposal of a time was first decided on.
func firstDecisions(ctx context.Context, tx *db.Tx, from, to time.Time) (map[string]time.Time, error) {
	rows, err := tx.Query(ctx, `
		SELECT e.petition, min(e.at) FROM petition_event e JOIN petition p ON p.id = e.petition
		WHERE p.received_at >= $1 AND p.received_at < $2
		  AND e.undone = 0 AND e.move IN ('supplement-requested','accepted','rejected','hidden','merged')
		GROUP BY e.petition`, db.Millis(from), db.Millis(to))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]time.Time{}
	for rows.Next() {
		var id string
		var at time.Time
		if err := rows.Scan(&id, moment{&at}); err != nil {
			return nil, err
		}
		all[id] = at
	}
	return all, rows.Err()
}
