package petition

import (
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"medborgarnavet/internal/db"
)

// csvColumns are the columns of the CSV file, in their order. New ones come
// last.
var csvColumns = []string{"id", "registry", "address", "title", "moderation", "voting", "outcome", "code", "received_on", "opened_on", "last_day",
	"threshold", "votes", "votes_below", "body", "body_registry", "decision", "decision_on", "paragraph", "next_step", "next_day", "silent",
	"former_source", "former_votes", "former_votes_below", "former_counted_on"}

// OpenCSV writes all petitions, newest first, without their events and long
// texts: RFC 4180, UTF-8, a header, one line each. A text that a spreadsheet
// would take for a formula begins with an apostrophe.
//
// It writes while it reads: give it memory, not somebody who reads slowly.
func (p *Petitions) OpenCSV(ctx context.Context, w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	err := p.opt.DB.Read(ctx, func(tx *db.Tx) error {
		if err := out.Write(csvColumns); err != nil {
			return err
		}
		all, err := p.publicRecords(ctx, tx)
		if err != nil {
			return err
		}
		running, err := p.counts(ctx, tx, all)
		if err != nil {
			return err
		}
		for len(all) > 0 {
			some := all[:min(mostInQuery, len(all))]
			all = all[len(some):]
			if err := p.csvLines(ctx, tx, out, some, running); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func (p *Petitions) csvLines(ctx context.Context, tx *db.Tx, out *csv.Writer, some []record, running map[string]int64) error {
	some, err := whole(ctx, tx, some)
	if err != nil {
		return err
	}
	texts, err := p.texts(ctx, tx, some)
	if err != nil {
		return err
	}
	came, err := p.formers(ctx, tx, some)
	if err != nil {
		return err
	}
	next, err := p.nextSteps(ctx, tx, some)
	if err != nil {
		return err
	}
	for _, r := range some {
		page := Page{Card: p.card(tx, r, running, came), OpenedAt: r.OpenedAt, Body: r.Body, BodyRegistry: r.BodyRegistry,
			Decision: r.Decision, DecidedAt: r.DecidedAt, Paragraph: r.Paragraph, NextStep: next[r.ID].NextStep, NextDay: next[r.ID].NextDay}
		page.Text.Title = texts[r.ID].Title
		if err := out.Write(csvLine(p.openRecord(page))); err != nil {
			return err
		}
	}
	return nil
}

func csvLine(o OpenRecord) []string {
	number := func(n *int64) string {
		if n == nil {
			return ""
		}
		return strconv.FormatInt(*n, 10)
	}
	threshold := ""
	if o.Threshold > 0 {
		threshold = strconv.FormatInt(o.Threshold, 10)
	}
	var former OpenFormer
	if o.Former != nil {
		former = *o.Former
	}
	line := []string{o.ID, o.Registry, o.Address, o.Title, string(o.Moderation), string(o.Voting), string(o.Outcome), o.Code, o.ReceivedOn, o.OpenedOn, o.LastDay,
		threshold, number(o.Votes), number(o.VotesBelow), o.Body, o.BodyRegistry, o.Decision, o.DecisionOn, o.Paragraph, o.NextStep, o.NextDay, strconv.FormatBool(o.Silent),
		former.Source, number(former.Votes), number(former.VotesBelow), former.CountedOn}
	for i, cell := range line {
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			line[i] = "'" + cell
		}
	}
	return line
}

// nextSteps are the last that was promised of each petition, as everyone sees
// it. No words are opened.
func (p *Petitions) nextSteps(ctx context.Context, tx *db.Tx, some []record) (map[string]Event, error) {
	of := map[string]record{}
	for _, r := range some {
		of[r.ID] = r
	}
	timelines := map[string][]Event{}
	err := inChunks(ctx, tx, `SELECT petition, seq, at, move, next_step, next_day FROM petition_event
		WHERE public > 0 AND undone = 0 AND petition`, some, func(row func(...any) error) error {
		var id string
		var e Event
		if err := row(&id, &e.Seq, moment{&e.At}, &e.Move, &e.NextStep, &e.NextDay); err != nil {
			return err
		}
		if !p.unsettled(e, of[id], tx.Now) {
			timelines[id] = append(timelines[id], e)
		}
		return nil
	})
	last := map[string]Event{}
	for id, events := range timelines {
		slices.SortFunc(events, func(a, b Event) int { return a.Seq - b.Seq })
		var e Event
		e.NextStep, e.NextDay = promised(events)
		last[id] = e
	}
	return last, err
}
