package petition

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

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
	maxListed    = 100_000
	mostInQuery  = 200 // ids in one statement
	mostSought   = 1000
)

// List gives the public petitions that a filter fits.
func (p *Petitions) List(ctx context.Context, f Filter) (List, error) {
	var out List
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		chosen, running, err := p.choose(ctx, tx, f)
		if err != nil {
			return err
		}
		out = List{Total: chosen.total, Page: chosen.page, Pages: chosen.pages, Cards: make([]Card, 0, len(chosen.records))}
		titles, err := p.texts(ctx, tx, chosen.records)
		if err != nil {
			return err
		}
		came, err := p.formers(ctx, tx, chosen.records)
		if err != nil {
			return err
		}
		for _, r := range chosen.records {
			c := p.card(tx, r, running, came)
			c.Title = titles[r.ID].Title
			out.Cards = append(out.Cards, c)
		}
		return nil
	})
	return out, err
}

// choice is a page of petitions.
type choice struct {
	records            []record
	total, page, pages int
	limit              int
}

// choose finds a page of petitions and their running counts. Only the rows of
// that page are read whole, and where the database can order them only those
// are read at all.
func (p *Petitions) choose(ctx context.Context, tx *db.Tx, f Filter) (choice, map[string]int64, error) {
	if f.Limit == 0 {
		f.Limit = defaultLimit
	}
	f.Limit, f.Page = min(max(f.Limit, 1), maxLimit), min(max(f.Page, 1), maxListed)
	if len(f.Query) > p.set.TitleRunes*mostPerRune {
		return choice{}, nil, fault.New(fault.TooLarge, "petition: the search is too long")
	}
	c := choice{page: f.Page, limit: f.Limit}
	var running map[string]int64
	var err error
	if strings.TrimSpace(f.Query) == "" && f.Sort != SortVotes {
		c.records, c.total, err = p.ordered(ctx, tx, f)
	} else {
		var all []record
		if all, running, err = p.sorted(ctx, tx, f); err != nil {
			return c, nil, err
		}
		c.total = len(all)
		from := min((f.Page-1)*f.Limit, len(all))
		c.records, err = whole(ctx, tx, all[from:min(from+f.Limit, len(all))])
	}
	c.pages = max((c.total+f.Limit-1)/f.Limit, 1)
	if err == nil && running == nil {
		running, err = p.counts(ctx, tx, c.records)
	}
	return c, running, err
}

// shown to everyone: visibility in the words of the database, where $1 is now.
const (
	shownSQL = `(moderation = 'accepted' AND (voting <> 'none' OR outcome <> 'none')
		OR moderation = 'withdrawn' AND opened_at > 0
		OR moderation IN ('hidden', 'merged') AND (undo_from = '' OR undo_until <= $1)
		OR moderation = 'rejected' AND (undo_from = '' OR undo_until <= $1) AND $2 = 0)`
	openSQL = `voting IN ('open', 'paused')`
)

// statesSQL is record.in in the words of the database.
var statesSQL = map[string]string{
	"":         `1 = 1`,
	"open":     `moderation = 'accepted' AND voting IN ('planned', 'open', 'paused')`,
	"handled":  `moderation = 'accepted' AND outcome IN ('reached', 'handed-over', 'prepared', 'decision-planned')`,
	"decided":  `moderation = 'accepted' AND outcome IN ('decided', 'carrying-out', 'carried-out', 'not-carried-out')`,
	"ended":    `(moderation = 'accepted' AND (outcome = 'below-threshold' OR outcome = 'none' AND voting IN ('closing', 'counted', 'erased')) OR moderation = 'withdrawn')`,
	"rejected": `moderation IN ('rejected', 'hidden', 'merged')`,
}

var ordersSQL = map[Sort]string{
	SortNewest:  `received_at DESC, id DESC`,
	SortClosing: `CASE WHEN ` + openSQL + ` THEN 0 ELSE 1 END, CASE WHEN ` + openSQL + ` THEN closes_at ELSE 0 END, received_at DESC, id DESC`,
}

// ordered is a page in an order that the database knows.
func (p *Petitions) ordered(ctx context.Context, tx *db.Tx, f Filter) (some []record, total int, err error) {
	state, ok := statesSQL[f.State]
	if !ok {
		return []record{}, 0, nil
	}
	order, ok := ordersSQL[f.Sort]
	if !ok {
		order = ordersSQL[SortNewest]
	}
	where := shownSQL + ` AND ` + state
	hide := bit(p.set.HideRejected)
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM petition WHERE `+where, db.Millis(tx.Now), hide).Scan(&total); err != nil {
		return nil, 0, err
	}
	if some, err = list(ctx, tx, where+` ORDER BY `+order+` LIMIT $3 OFFSET $4`, db.Millis(tx.Now), hide, f.Limit, (f.Page-1)*f.Limit); some == nil {
		some = []record{}
	}
	return some, total, err
}

// sorted are all that a filter fits, in an order that the database does not
// know. Running counts are given where they were asked for.
func (p *Petitions) sorted(ctx context.Context, tx *db.Tx, f Filter) ([]record, map[string]int64, error) {
	all, scores, err := p.matching(ctx, tx, f)
	if err != nil {
		return nil, nil, err
	}
	if f.Sort == SortVotes {
		running, err := p.sortByVotes(ctx, tx, all)
		return all, running, err
	}
	sortBy(all, f.Sort, scores)
	return all, nil, nil
}

// matching are the public petitions that a filter fits, newest first, with no
// more of them than their order and visibility take, and how well they fit a
// query, if there is one.
func (p *Petitions) matching(ctx context.Context, tx *db.Tx, f Filter) ([]record, map[string]float64, error) {
	if strings.TrimSpace(f.Query) == "" {
		all, err := p.publicRecords(ctx, tx)
		return slices.DeleteFunc(all, func(r record) bool { return !r.in(f.State) }), nil, err
	}
	scores, err := score(ctx, tx, stems(f.Query), true)
	if err != nil {
		return nil, nil, err
	}
	if len(scores) > mostSought { // to read all costs less
		all, err := p.publicRecords(ctx, tx)
		return slices.DeleteFunc(all, func(r record) bool {
			_, hit := scores[r.ID]
			return !hit || !r.in(f.State)
		}), scores, err
	}
	some := make([]record, 0, len(scores))
	for id := range scores {
		some = append(some, record{ID: id})
	}
	all := []record{}
	err = inChunks(ctx, tx, briefSQL+` WHERE id`, some, func(row func(...any) error) error {
		r, err := brief(row)
		if v, hidden := visibility(r, p.set, tx.Now); err == nil && hidden == nil && v != nothing && r.in(f.State) {
			all = append(all, r)
		}
		return err
	})
	slices.SortFunc(all, func(a, b record) int { return cmp.Or(b.ReceivedAt.Compare(a.ReceivedAt), cmp.Compare(b.ID, a.ID)) })
	return all, scores, err
}

// briefSQL reads of a petition no more than its place in a list takes.
const briefSQL = `SELECT id, received_at, moderation, voting, outcome, code, undo_from, undo_until, closes_at, opened_at, votes FROM petition`

func brief(row func(...any) error) (r record, err error) {
	err = row(&r.ID, moment{&r.ReceivedAt}, &r.Standing.Moderation, &r.Standing.Voting, &r.Standing.Outcome, &r.Code,
		&r.UndoFrom, moment{&r.UndoUntil}, moment{&r.ClosesAt}, moment{&r.OpenedAt}, &r.Votes)
	return r, err
}

// publicRecords are the petitions that everyone may see something of, newest
// first, in brief.
func (p *Petitions) publicRecords(ctx context.Context, tx *db.Tx) ([]record, error) {
	rows, err := tx.Query(ctx, briefSQL+` WHERE `+shownSQL+` ORDER BY received_at DESC, id DESC LIMIT $3`, db.Millis(tx.Now), bit(p.set.HideRejected), maxListed)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []record{}
	for rows.Next() {
		r, err := brief(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

func sortBy(all []record, by Sort, scores map[string]float64) {
	switch {
	case by == SortClosing:
		slices.SortStableFunc(all, func(a, b record) int { return cmp.Compare(closing(a), closing(b)) })
	case by == "":
		slices.SortStableFunc(all, func(a, b record) int { return cmp.Compare(scores[b.ID], scores[a.ID]) })
	}
}

// closing orders those that are open by their closing, the others after them.
func closing(r record) int64 {
	if !slicesHas(r.Standing.Voting, Open, Paused) {
		return 1 << 62
	}
	return db.Millis(r.ClosesAt)
}

// sortByVotes puts those with most votes first, as they are shown. What the
// former service counted orders those that have no count here.
func (p *Petitions) sortByVotes(ctx context.Context, tx *db.Tx, all []record) (map[string]int64, error) {
	running, err := p.counts(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	if running == nil {
		running = map[string]int64{}
	}
	came, err := p.formers(ctx, tx, nil)
	if err != nil {
		return nil, err
	}
	votes := make(map[string]int64, len(all))
	for _, r := range all {
		c := p.countOf(r, running)
		if f := came[r.ID]; f != nil && !c.Known {
			c = f.Count
		}
		votes[r.ID] = c.Votes
	}
	slices.SortStableFunc(all, func(a, b record) int { return cmp.Compare(votes[b.ID], votes[a.ID]) })
	return running, nil
}

// inChunks runs a query with a list of ids in its place, $1 and on, as many
// times as it takes.
func inChunks(ctx context.Context, tx *db.Tx, before string, all []record, scan func(func(...any) error) error) error {
	for len(all) > 0 {
		some := all[:min(mostInQuery, len(all))]
		all = all[len(some):]
		var list strings.Builder
		args := make([]any, len(some))
		for i, r := range some {
			list.WriteString(", $" + strconv.Itoa(i+1))
			args[i] = r.ID
		}
		rows, err := tx.Query(ctx, before+` IN (`+list.String()[2:]+`)`, args...)
		if err != nil {
			return err
		}
		for rows.Next() && err == nil {
			err = scan(rows.Scan)
		}
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
		if err == nil {
			err = rows.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// scanner is a row that is read by a function.
type scanner func(...any) error

func (s scanner) Scan(to ...any) error { return s(to...) }

// whole reads the rows of petitions as a whole, in the same order.
func whole(ctx context.Context, tx *db.Tx, some []record) ([]record, error) {
	found := map[string]record{}
	err := inChunks(ctx, tx, `SELECT `+columns+` FROM petition WHERE id`, some, func(row func(...any) error) error {
		r, err := scan(scanner(row))
		found[r.ID] = r
		return err
	})
	out := make([]record, len(some))
	for i, r := range some {
		out[i] = found[r.ID]
	}
	return out, err
}

// texts are the newest texts of those petitions whose text everyone may see.
func (p *Petitions) texts(ctx context.Context, tx *db.Tx, some []record) (map[string]Text, error) {
	board := map[string]string{}
	some = slices.DeleteFunc(slices.Clone(some), func(r record) bool {
		v, err := visibility(r, p.set, tx.Now)
		board[r.ID] = r.Board
		return err != nil || v != full
	})
	all := make(map[string]Text, len(some))
	err := inChunks(ctx, tx, `SELECT t.petition, t.version, t.sealed FROM petition_text t JOIN petition p ON p.id = t.petition AND p.version = t.version WHERE t.petition`, some,
		func(row func(...any) error) error {
			var id string
			var version int
			var sealed []byte
			if err := row(&id, &version, &sealed); err != nil {
				return err
			}
			var t Text
			err := p.open(board[id], "petition_text", id+"|"+strconv.Itoa(version), sealed, &t)
			all[id] = t
			return err
		})
	return all, err
}

// formers tells which petitions came from the former service; nil asks for
// all.
func (p *Petitions) formers(ctx context.Context, tx *db.Tx, some []record) (map[string]*Former, error) {
	all := map[string]*Former{}
	const query = `SELECT petition, source, votes, counted_on FROM petition_import`
	take := func(row func(...any) error) error {
		var id string
		var votes int64
		f := &Former{}
		if err := row(&id, &f.Source, &votes, &f.CountedOn); err != nil {
			return err
		}
		if votes >= 0 {
			f.Count = p.set.shown(votes)
		}
		all[id] = f
		return nil
	}
	if some != nil {
		return all, inChunks(ctx, tx, query+` WHERE petition`, some, take)
	}
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows.Scan); err != nil {
			return nil, err
		}
	}
	return all, rows.Err()
}
