package casework

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/retention"
)

// maxDisposed bounds one run; the next takes the rest.
const maxDisposed = 200

// looking are the kinds of event that do not prolong: nothing was added.
var looking = []EventKind{EventRead, EventDownloaded, EventNoticed}

// Rule disposes of decided cases whose time by the board's records plan is
// out. A case that is not decided is never disposed.
func (c *Casework) Rule() retention.Rule {
	return retention.Rule{Name: "decided cases", Purge: c.purge}
}

// purge goes board by board. A board without a term, or that is no longer in
// the configuration, keeps everything.
func (c *Casework) purge(ctx context.Context, now time.Time) (int, error) {
	var boards []string
	err := c.opt.DB.Read(ctx, func(tx *db.Tx) (err error) {
		boards, err = collect(ctx, tx, scanText, `SELECT DISTINCT board FROM casework_case WHERE decided_at IS NOT NULL`)
		return err
	})
	n := 0
	for _, id := range boards {
		board, unknown := c.opt.Board(id)
		if unknown != nil || board.DecidedYears <= 0 {
			continue
		}
		gone, failed := c.purgeBoard(ctx, id, board, now)
		n, err = n+gone, errors.Join(err, failed)
	}
	return n, err
}

// purgeBoard disposes of one case at a time: one that fails keeps no other.
func (c *Casework) purgeBoard(ctx context.Context, id string, board Board, now time.Time) (n int, failed error) {
	due, args := dueCases(id, board, now)
	var ids []string
	err := c.opt.DB.Read(ctx, func(tx *db.Tx) (err error) {
		ids, err = collect(ctx, tx, scanText, due+` ORDER BY c.decided_at, c.id LIMIT `+strconv.Itoa(maxDisposed), args...)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, caseID := range ids {
		gone := false
		err := c.opt.DB.Tx(ctx, func(tx *db.Tx) error {
			// Asked anew: something may have been written in the case since.
			still, err := collect(ctx, tx, scanText, due+` AND c.id=$`+strconv.Itoa(len(args)+1), append(args[:len(args):len(args)], caseID)...)
			if gone = err == nil && len(still) == 1; !gone {
				return err
			}
			return c.dispose(ctx, tx, caseID, board)
		})
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("case %s: %w", caseID, err))
		} else if gone {
			n++
		}
	}
	return n, failed
}

func scanText(row scanner) (s string, err error) { return s, row.Scan(&s) }

// dueCases is the question which of a board's cases are to be disposed at a
// time: decided, nothing written in them for the board's number of years, and
// the applicant not born on a day whose cases are kept for research.
func dueCases(id string, board Board, now time.Time) (string, []any) {
	args := []any{id, db.Millis(now.AddDate(-board.DecidedYears, 0, 0))}
	list := func(values []any) string {
		var places []string
		for _, v := range values {
			args = append(args, v)
			places = append(places, "$"+strconv.Itoa(len(args)))
		}
		return strings.Join(places, ",")
	}
	var kinds, days []any
	for _, k := range looking {
		kinds = append(kinds, string(k))
	}
	for _, d := range board.KeepBirthDays {
		days = append(days, d)
	}
	query := `SELECT c.id FROM casework_case c WHERE c.board=$1 AND c.decided_at<=$2 AND NOT EXISTS
		(SELECT 1 FROM casework_event e WHERE e.case_id=c.id AND e.at>$2 AND e.kind NOT IN (` + list(kinds) + `))`
	if len(days) > 0 {
		query += ` AND c.birth_day NOT IN (` + list(days) + `)`
	}
	return query, args
}

// dispose removes a case, the application it was made of and all documents,
// and leaves a record that it was done: ids only.
func (c *Casework) dispose(ctx context.Context, tx *db.Tx, caseID string, board Board) error {
	m, err := loadMatter(ctx, tx, caseID)
	if err != nil {
		return err
	}
	documents, err := collect(ctx, tx, scanText, `SELECT id FROM casework_file WHERE case_id=$1`, m.ID)
	if err != nil {
		return err
	}
	for _, q := range []string{
		`DELETE FROM casework_file WHERE case_id=$1`, `DELETE FROM casework_answer WHERE case_id=$1`,
		`DELETE FROM casework_supplement WHERE case_id=$1`, `DELETE FROM casework_message WHERE case_id=$1`,
		`DELETE FROM casework_note WHERE case_id=$1`, `DELETE FROM casework_communication WHERE case_id=$1`,
		`DELETE FROM casework_sheet WHERE case_id=$1`, `DELETE FROM casework_decision WHERE case_id=$1`,
		`DELETE FROM casework_event WHERE case_id=$1`, `DELETE FROM casework_party WHERE case_id=$1`,
		`DELETE FROM casework_case WHERE id=$1`,
	} {
		if _, err := tx.Exec(ctx, q, m.ID); err != nil {
			return err
		}
	}
	applied, err := c.opt.Submissions.Dispose(ctx, tx, m.Submission)
	if err != nil {
		return err
	}
	if err := c.forget(ctx, tx, append(documents, applied...)); err != nil {
		return err
	}
	return c.opt.Audit.Write(ctx, tx, audit.Event{Action: audit.Erased, Actor: audit.System, Board: m.Board, Case: m.ID,
		Category: "case", Outcome: "records plan", Details: map[string]string{"submission": m.Submission, "years": strconv.Itoa(board.DecidedYears)}})
}
