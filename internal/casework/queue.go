package casework

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// Show chooses which cases a queue lists.
type Show string

const (
	ShowToDo    Show = "todo"    // all that are not decided; the default
	ShowNew     Show = "new"     // nobody has opened them
	ShowWaiting Show = "waiting" // the board waits for the person
	ShowDecided Show = "decided" // decided or closed
	ShowAll     Show = "all"
)

// states are what each choice lists, as SQL.
var states = map[Show]string{
	ShowToDo:    `state IN ('received','opened','supplement-requested')`,
	ShowNew:     `state IN ('received','opened','supplement-requested') AND opened_at IS NULL`,
	ShowWaiting: `state = 'supplement-requested'`,
	ShowDecided: `state IN ('decided','closed')`,
	ShowAll:     `state <> ''`,
}

// Sort is what a queue is ordered by.
type Sort string

const (
	SortReceived  Sort = "received" // oldest first; the default
	SortReference Sort = "reference"
	SortMonth     Sort = "month"
	SortState     Sort = "state"
	SortName      Sort = "name"
	SortDiffers   Sort = "differs"
)

// Filter is what an officer wants to see.
type Filter struct {
	Show    Show
	Sort    Sort
	Reverse bool
}

// maxQueue bounds what one list shows, maxScan what is looked through for it:
// the latest.
const (
	maxQueue = 1000
	maxScan  = 20_000
)

// QueueItem is one line of the queue: no number, no amount.
type QueueItem struct {
	ID, Reference, Name string
	EService, Board     string
	Month               string
	State               State
	Outcome             Outcome
	ReceivedAt          time.Time
	// Days since it came in.
	Days int
	// Opened: an officer has read it.
	Opened bool
	// Overdue: the last day to send something in has passed, unanswered.
	Overdue bool
	// Answered: something has been sent in that nobody has read since.
	Answered bool
	Differs  int
	// Protected personal data: extra care.
	Protected bool
}

// Queue lists the cases that an officer is assigned, and never those in which
// the officer is a party. Someone without an assignment gets an empty list.
// fault.Invalid for a filter that does not exist.
func (c *Casework) Queue(ctx context.Context, officer string, f Filter) ([]QueueItem, error) {
	s, err := c.opt.Directory.ByID(officer)
	if err != nil {
		return nil, err
	}
	where, ok := states[cmp.Or(f.Show, ShowToDo)]
	if !ok {
		return nil, fault.New(fault.Invalid, "no such filter")
	}
	var out []QueueItem
	err = c.opt.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		own, err := partyCases(ctx, tx, s.person)
		if err != nil {
			return err
		}
		waits, err := loadWaits(ctx, tx, c.day(tx.Now))
		if err != nil {
			return err
		}
		all, err := listMatters(ctx, tx, where+` ORDER BY received_at DESC, id LIMIT $1`, maxScan)
		if err != nil {
			return err
		}
		for _, m := range all {
			if _, isOwn := own[m.ID]; isOwn || !s.assigned(m) || len(out) == maxQueue {
				continue
			}
			item, err := c.queueItem(m, waits[m.ID], tx.Now)
			if err != nil {
				return err
			}
			out = append(out, item)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, sortQueue(out, f)
}

func (c *Casework) queueItem(m matter, w wait, now time.Time) (QueueItem, error) {
	var h head
	if err := c.open(m.Board, "case", m.ID, m.head, &h); err != nil {
		return QueueItem{}, err
	}
	return QueueItem{ID: m.ID, Reference: m.Reference, Name: h.Name, EService: m.EService, Board: m.Board, Month: m.Month,
		State: m.State, Outcome: m.Outcome, ReceivedAt: m.ReceivedAt, Days: c.daysBetween(m.ReceivedAt, now),
		Opened: !m.OpenedAt.IsZero(), Overdue: w.overdue, Answered: w.answered && !m.State.ended(),
		Differs: m.Differs, Protected: m.Protected}, nil
}

// daysBetween counts midnights.
func (c *Casework) daysBetween(from, to time.Time) int {
	a, _ := time.Parse(time.DateOnly, c.day(from))
	b, _ := time.Parse(time.DateOnly, c.day(to))
	return int(b.Sub(a) / (24 * time.Hour))
}

// wait is how a case stands with its supplements.
type wait struct{ overdue, answered bool }

func loadWaits(ctx context.Context, tx *db.Tx, today string) (map[string]wait, error) {
	type row struct {
		id string
		w  wait
	}
	rows, err := collect(ctx, tx, func(s scanner) (r row, err error) {
		var late, fresh int
		err = s.Scan(&r.id, &late, &fresh)
		r.w = wait{late > 0, fresh > 0}
		return r, err
	}, `SELECT s.case_id,
			sum(CASE WHEN s.answered_at IS NULL AND s.due_day < $1 THEN 1 ELSE 0 END),
			sum(CASE WHEN s.answered_at > COALESCE(k.read_at, 0) THEN 1 ELSE 0 END)
		FROM casework_supplement s JOIN casework_case k ON k.id = s.case_id
		WHERE k.state IN ('received','opened','supplement-requested') GROUP BY s.case_id`, today)
	out := make(map[string]wait, len(rows))
	for _, r := range rows {
		out[r.id] = r.w
	}
	return out, err
}

func sortQueue(items []QueueItem, f Filter) error {
	by := map[Sort]func(a, b QueueItem) int{
		SortReceived:  func(a, b QueueItem) int { return a.ReceivedAt.Compare(b.ReceivedAt) },
		SortReference: func(a, b QueueItem) int { return strings.Compare(a.Reference, b.Reference) },
		SortMonth:     func(a, b QueueItem) int { return strings.Compare(a.Month, b.Month) },
		SortState:     func(a, b QueueItem) int { return strings.Compare(string(a.State), string(b.State)) },
		SortName:      func(a, b QueueItem) int { return strings.Compare(a.Name, b.Name) },
		SortDiffers:   func(a, b QueueItem) int { return cmp.Compare(b.Differs, a.Differs) },
	}[cmp.Or(f.Sort, SortReceived)]
	if by == nil {
		return fault.New(fault.Invalid, "no such order")
	}
	slices.SortStableFunc(items, func(a, b QueueItem) int {
		if f.Reverse {
			a, b = b, a
		}
		return by(a, b)
	})
	return nil
}
