package petition

import (
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/db"
)

// SchemaVersion is that of the open data; docs/petition-data.md describes it.
// A field that is added raises the second number, one that changes or goes the
// first.
const SchemaVersion = "1.0"

// Dataset is everything public about the petitions (D-09).
type Dataset struct {
	Schema       string       `json:"schema"`
	Municipality string       `json:"municipality"`
	GeneratedAt  time.Time    `json:"generated_at"`
	Floor        int64        `json:"floor"` // smaller numbers of votes are left out
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
	Events       []OpenEvent `json:"events"`
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

// OpenData gives everything public, newest first.
func (p *Petitions) OpenData(ctx context.Context) (Dataset, error) {
	d := Dataset{Schema: SchemaVersion, Municipality: p.opt.Municipality, Floor: p.set.Floor}
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		d.GeneratedAt, d.Petitions = tx.Now, []OpenRecord{}
		records, err := p.publicRecords(ctx, tx)
		if err != nil {
			return err
		}
		for _, r := range records {
			page, err := p.page(ctx, tx, r)
			if err != nil {
				return err
			}
			d.Petitions = append(d.Petitions, p.openRecord(page))
		}
		return nil
	})
	return d, err
}

func (p *Petitions) openRecord(page Page) OpenRecord {
	o := OpenRecord{ID: page.ID, Registry: page.Registry, Address: p.opt.Link(LinkPetition, page.ID),
		Title: page.Text.Title, What: page.Text.What, Why: page.Text.Why,
		Moderation: page.Standing.Moderation, Voting: page.Standing.Voting, Outcome: page.Standing.Outcome, Code: page.Code,
		MergedInto: page.MergedInto, ReceivedOn: p.day(page.ReceivedAt), OpenedOn: p.day(page.OpenedAt), Threshold: page.Threshold,
		Body: page.Body, BodyRegistry: page.BodyRegistry, Decision: page.Decision, DecisionOn: p.day(page.DecidedAt), Paragraph: page.Paragraph,
		NextStep: page.NextStep, NextDay: page.NextDay, Silent: page.Silent, Events: []OpenEvent{}}
	if !page.ClosesAt.IsZero() {
		o.LastDay = p.lastDay(page.ClosesAt)
	}
	switch {
	case page.Count.Fewer:
		o.VotesBelow = &page.Count.Votes
	case page.Count.Known:
		o.Votes = &page.Count.Votes
	}
	for _, e := range page.Timeline {
		o.Events = append(o.Events, OpenEvent{On: p.day(e.At), Event: e.Move, By: e.Role, Code: e.Code, Words: e.Words, NextStep: e.NextStep, NextDay: e.NextDay, Source: e.Link})
	}
	return o
}

// csvColumns are the columns of the CSV file, in their order.
var csvColumns = []string{"id", "registry", "address", "title", "moderation", "voting", "outcome", "code", "received_on", "opened_on", "last_day",
	"threshold", "votes", "votes_below", "body", "body_registry", "decision", "decision_on", "paragraph", "next_step", "next_day", "silent"}

// WriteCSV writes the petitions without their events and long texts: RFC 4180,
// UTF-8, a header, one line each. A text that a spreadsheet would take for a
// formula begins with an apostrophe.
func (d Dataset) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(csvColumns); err != nil {
		return err
	}
	number := func(n *int64) string {
		if n == nil {
			return ""
		}
		return strconv.FormatInt(*n, 10)
	}
	for _, o := range d.Petitions {
		threshold := ""
		if o.Threshold > 0 {
			threshold = strconv.FormatInt(o.Threshold, 10)
		}
		line := []string{o.ID, o.Registry, o.Address, o.Title, string(o.Moderation), string(o.Voting), string(o.Outcome), o.Code, o.ReceivedOn, o.OpenedOn, o.LastDay,
			threshold, number(o.Votes), number(o.VotesBelow), o.Body, o.BodyRegistry, o.Decision, o.DecisionOn, o.Paragraph, o.NextStep, o.NextDay, strconv.FormatBool(o.Silent)}
		for i, cell := range line {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				line[i] = "'" + cell
			}
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
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
		records, err := list(ctx, tx, `received_at >= $1 AND received_at < $2`, db.Millis(from), db.Millis(to))
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
			decided, err := firstDecision(ctx, tx, r.ID)
			if err != nil {
				return err
			}
			if decided.IsZero() {
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

func firstDecision(ctx context.Context, tx *db.Tx, id string) (at time.Time, err error) {
	err = tx.QueryRow(ctx, `
		SELECT COALESCE(min(at), 0) FROM petition_event
		WHERE petition = $1 AND undone = 0 AND move IN ('supplement-requested','accepted','rejected','hidden','merged')`, id).Scan(moment{&at})
	return at, err
}
