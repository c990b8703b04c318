package casework

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/submission"
	"medborgarnavet/plugin"
)

// sheet is what the officer has entered, at a version. Version 0: nothing.
type sheet struct {
	Entries map[string]plugin.Entry
	Version int64
	SavedAt time.Time
	Staff   string
}

// MonthDecision is what was decided on a month in the same case.
type MonthDecision struct {
	Month      string
	Outcome    Outcome
	AmountOre  int64
	SurplusOre int64
	DecidedAt  time.Time
	// CaseID leads to the decision here; empty when only the case system
	// has it. Worksheet is the frozen calculation, if there is one here.
	CaseID    string
	Worksheet *plugin.Worksheet
}

func (c *Casework) loadSheet(ctx context.Context, tx *db.Tx, m matter) (sheet, error) {
	s := sheet{Entries: map[string]plugin.Entry{}}
	var at int64
	var sealed []byte
	err := tx.QueryRow(ctx, `SELECT version, saved_at, staff, sealed FROM casework_sheet WHERE case_id=$1`, m.ID).
		Scan(&s.Version, &at, &s.Staff, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	s.SavedAt = db.Time(at)
	return s, c.open(m.Board, "sheet", m.ID, sealed, &s.Entries)
}

// putSheet stores entries over the version that they were made from.
func (c *Casework) putSheet(ctx context.Context, tx *db.Tx, m matter, version int64, staff string, entries map[string]plugin.Entry) error {
	sealed, err := c.seal(m.Board, "sheet", m.ID, entries)
	if err != nil {
		return err
	}
	if version == 0 {
		_, err = tx.Exec(ctx, `INSERT INTO casework_sheet (case_id, version, saved_at, staff, sealed) VALUES ($1,1,$2,$3,$4)`,
			m.ID, db.Millis(tx.Now), staff, sealed)
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE casework_sheet SET version=$2, saved_at=$3, staff=$4, sealed=$5 WHERE case_id=$1`,
		m.ID, version+1, db.Millis(tx.Now), staff, sealed)
	return err
}

// earlier are the months decided before, newest first: our own decisions in
// the same case of the case system, and what the case system said at the
// hand-in of months that we do not have.
func (c *Casework) earlier(ctx context.Context, tx *db.Tx, m matter, rec submission.Record) ([]MonthDecision, error) {
	others, err := listMatters(ctx, tx, `system_case=$1 AND board=$2 AND eservice=$3 AND month<=$4 AND outcome<>'' AND id<>$5
		ORDER BY month DESC, decided_at DESC LIMIT 36`, m.SystemCase, m.Board, m.EService, m.Month, m.ID)
	if err != nil {
		return nil, err
	}
	var out []MonthDecision
	have := map[string]bool{}
	for _, o := range others {
		d, err := c.loadDecision(ctx, tx, o)
		if err != nil {
			return nil, err
		}
		x := MonthDecision{Month: o.Month, Outcome: d.Outcome, AmountOre: d.AmountOre, DecidedAt: d.DecidedAt, CaseID: o.ID, Worksheet: d.Worksheet}
		if d.Worksheet != nil {
			x.SurplusOre = max(0, -d.Worksheet.ResultOre)
		}
		out = append(out, x)
		have[o.Month] = have[o.Month] || d.Outcome.OnMerits()
	}
	for _, k := range rec.Case.Months {
		if !have[k.Month] && k.Month <= m.Month {
			out = append(out, MonthDecision{Month: k.Month, Outcome: Outcome(k.Outcome), AmountOre: k.AmountOre,
				SurplusOre: k.SurplusOre, DecidedAt: k.DecidedAt})
		}
	}
	slices.SortStableFunc(out, func(a, b MonthDecision) int { return strings.Compare(b.Month, a.Month) })
	return out, nil
}

// carriedOver is the surplus of the month before: nil when that month has no
// decision on the merits that is known.
func carriedOver(month string, earlier []MonthDecision) *int64 {
	first, err := time.Parse("2006-01", month)
	if err != nil {
		return nil
	}
	before := first.AddDate(0, -1, 0).Format("2006-01")
	for _, d := range earlier {
		if d.Month == before && d.Outcome.OnMerits() {
			surplus := d.SurplusOre
			return &surplus
		}
	}
	return nil
}

// ErrNoCalculation is the fault of an e-service that cannot calculate now.
var ErrNoCalculation = fault.New(fault.Unavailable, "the calculation cannot be made")

// calculate has the e-service turn the application and the entries into a
// worksheet. It is a pure function, so the same input gives the same sums.
func (c *Casework) calculate(ctx context.Context, rec submission.Record, s sheet, earlier []MonthDecision) (plugin.Worksheet, error) {
	w, err := c.opt.Worksheet(ctx, rec.EService, plugin.WorksheetRequest{Application: rec.Application, Entries: s.Entries,
		CarriedOverOre: carriedOver(rec.Application.Month, earlier)})
	if err != nil {
		c.opt.Log.Error("worksheet", "eservice", rec.EService, "kind", fault.KindOf(err))
		return plugin.Worksheet{}, ErrNoCalculation
	}
	return w, nil
}
