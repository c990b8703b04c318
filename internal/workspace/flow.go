package workspace

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/form"
	"medborgarnavet/plugin"
)

// BeginInput is what a new draft is made of.
type BeginInput struct {
	EService     string
	Month        string
	ControlMonth string
	Case         broker.Case
	Form         plugin.Form
}

// Begin makes a draft, or gives the one the person already has in the case.
func (w *Workspace) Begin(ctx context.Context, login broker.Login, in BeginInput) (Draft, error) {
	var d Draft
	person := w.person(login.Subject)
	err := w.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		var err error
		d, err = w.load(ctx, tx, `person=$1 AND eservice=$2 AND case_id=$3`, person, in.EService, in.Case.ID)
		if err == nil {
			return nil
		}
		if k := fault.KindOf(err); k != fault.NotFound && k != fault.Gone {
			return err
		}
		if err := w.removeOld(ctx, tx, person, in); err != nil {
			return err
		}
		key := make([]byte, 32)
		rand.Read(key)
		d = Draft{ID: db.NewID(), EService: in.EService, Month: in.Month, ControlMonth: in.ControlMonth, CaseID: in.Case.ID,
			Board: in.Case.Board, Household: in.Case.Household, Form: in.Form, Values: map[string]string{}, Done: map[string]bool{},
			Revisions: map[string]int{}, CreatedAt: tx.Now, fileKey: key}
		return w.insert(ctx, tx, person, &d)
	})
	return d, err
}

// removeOld takes away a draft past its time that has not been purged yet.
func (w *Workspace) removeOld(ctx context.Context, tx *db.Tx, person string, in BeginInput) error {
	rows, err := tx.Query(ctx, `SELECT id FROM draft WHERE person=$1 AND eservice=$2 AND case_id=$3`, person, in.EService, in.Case.ID)
	if err != nil {
		return err
	}
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			rows.Close()
			return err
		}
		ids = append(ids, id)
	}
	rows.Close()
	for _, id := range ids {
		if err := w.Remove(ctx, tx, id); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err())
}

// List gives the person's drafts. One whose key is gone is not listed.
func (w *Workspace) List(ctx context.Context, login broker.Login) ([]Draft, error) {
	var list []Draft
	err := w.opt.DB.Read(ctx, func(tx *db.Tx) error {
		list = nil
		rows, err := tx.Query(ctx, `SELECT id FROM draft WHERE person=$1 AND expires_at>$2 ORDER BY created_at`,
			w.person(login.Subject), db.Millis(tx.Now))
		if err != nil {
			return err
		}
		var ids []string
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				rows.Close()
				return err
			}
			ids = append(ids, id)
		}
		rows.Close()
		for _, id := range ids {
			d, err := w.load(ctx, tx, `id=$1`, id)
			if k := fault.KindOf(err); k == fault.Gone || k == fault.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			list = append(list, d)
		}
		return rows.Err()
	})
	return list, err
}

// Get gives a draft of the person. Another person's is NotFound, as is one
// that does not exist or is past its time.
func (w *Workspace) Get(ctx context.Context, login broker.Login, id string) (Draft, error) {
	var d Draft
	err := w.opt.DB.Read(ctx, func(tx *db.Tx) error {
		var err error
		d, err = w.LoadTx(ctx, tx, login, id)
		return err
	})
	return d, err
}

// LoadTx is Get inside a transaction.
func (w *Workspace) LoadTx(ctx context.Context, tx *db.Tx, login broker.Login, id string) (Draft, error) {
	d, err := w.load(ctx, tx, `id=$1 AND person=$2`, id, w.person(login.Subject))
	if fault.KindOf(err) == fault.Gone {
		return Draft{}, errNoDraft
	}
	return d, err
}

// change runs fn on the person's draft and saves it.
func (w *Workspace) change(ctx context.Context, login broker.Login, id string, fn func(tx *db.Tx, d *Draft) error) (Draft, error) {
	var d Draft
	err := w.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		var err error
		if d, err = w.LoadTx(ctx, tx, login, id); err != nil {
			return err
		}
		if err := fn(tx, &d); err != nil {
			return err
		}
		return w.save(ctx, tx, &d)
	})
	return d, err
}

// Save is one section's new values.
type Save struct {
	Section string
	Values  map[string]string
	// Done is what the person says of the section.
	Done bool
	// Revision is the section's revision when the page was read.
	Revision int
}

// ErrNewer is the fault of a save whose page is older than what is stored.
var ErrNewer = fault.New(fault.Conflict, "the section has been saved in another tab")

// SaveSection stores a section's values, right or wrong: what a person has
// typed is never lost. When the section was saved elsewhere in the meantime
// with other values, nothing is stored and ErrNewer is returned.
func (w *Workspace) SaveSection(ctx context.Context, login broker.Login, id string, s Save) (Draft, error) {
	return w.change(ctx, login, id, func(tx *db.Tx, d *Draft) error {
		if _, ok := d.Section(s.Section); !ok {
			return fault.New(fault.NotFound, "no such section")
		}
		prefix := s.Section + "."
		old := map[string]string{}
		for path, v := range d.Values {
			if strings.HasPrefix(path, prefix) {
				old[path] = v
			}
		}
		if s.Revision != d.Revisions[s.Section] && !maps.Equal(old, s.Values) {
			return ErrNewer
		}
		for path := range old {
			delete(d.Values, path)
		}
		for path, v := range s.Values {
			if strings.HasPrefix(path, prefix) {
				d.Values[path] = v
			}
		}
		d.Done[s.Section] = s.Done
		d.Revisions[s.Section]++
		return w.seen(ctx, tx, d, s)
	})
}

// seen: when the person says that a section is done, changed amounts in it
// have been looked at.
func (w *Workspace) seen(ctx context.Context, tx *db.Tx, d *Draft, s Save) error {
	if !s.Done || len(d.Rows) == 0 {
		return nil
	}
	b, fetch, err := w.readBound(ctx, tx, d.ID)
	if err != nil || fetch == "" {
		return err
	}
	changed := false
	for i, r := range b.Rows {
		if r.Changed && strings.HasPrefix(r.Path, s.Section+".") {
			b.Rows[i].Changed, changed = false, true
			delete(b.Seen, r.Path)
		}
	}
	if !changed {
		return nil
	}
	d.Rows = b.Rows
	return w.rewriteBound(ctx, tx, d.ID, fetch, b)
}

func (w *Workspace) rewriteBound(ctx context.Context, tx *db.Tx, draft, fetch string, b bound) error {
	var expires int64
	if err := tx.QueryRow(ctx, `SELECT expires_at FROM draft_bound WHERE draft_id=$1`, draft).Scan(&expires); err != nil {
		return err
	}
	return w.writeBound(ctx, tx, draft, fetch, db.Time(expires), b)
}

// SetMonth changes the month the application is for. What was fetched for
// another month is destroyed; what the person wrote stays.
func (w *Workspace) SetMonth(ctx context.Context, login broker.Login, id, month, controlMonth string) (Draft, error) {
	return w.change(ctx, login, id, func(tx *db.Tx, d *Draft) error {
		if d.Month == month {
			return nil
		}
		d.Month, d.ControlMonth, d.FetchID, d.Rows, d.Sources, d.FetchGone = month, controlMonth, "", nil, nil, false
		if _, err := tx.Exec(ctx, `DELETE FROM draft_bound WHERE draft_id=$1`, d.ID); err != nil {
			return err
		}
		return w.opt.Broker.Discard(ctx, tx, d.ID)
	})
}

// SetFetch notes the draft's latest fetch. It is not a save by the person:
// the draft's time does not change.
func (w *Workspace) SetFetch(ctx context.Context, login broker.Login, id, fetch string) error {
	return w.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE draft SET fetch_id=$1 WHERE id=$2 AND person=$3`, fetch, id, w.person(login.Subject))
		if err == nil && n == 0 {
			return errNoDraft
		}
		return err
	})
}

// Refresh binds what has come in of the draft's latest fetch. It may be
// called at any time; what is already bound is left alone. The fetch is
// returned for its states.
func (w *Workspace) Refresh(ctx context.Context, login broker.Login, d Draft) (Draft, broker.Fetch, error) {
	if d.FetchID == "" {
		return d, broker.Fetch{}, nil
	}
	f, err := w.opt.Broker.Read(ctx, login, d.EService, d.FetchID)
	if k := fault.KindOf(err); k == fault.Gone || k == fault.NotFound {
		d.FetchGone = len(d.Rows) == 0
		return d, broker.Fetch{}, nil
	}
	if err != nil {
		return d, f, err
	}
	final := f.Final()
	if f.Month != d.Month || len(final) == 0 {
		return d, f, nil
	}
	err = w.opt.DB.Tx(ctx, func(tx *db.Tx) error { return w.bind(ctx, tx, login, &d, f, final) })
	return d, f, err
}

func (w *Workspace) bind(ctx context.Context, tx *db.Tx, login broker.Login, d *Draft, f broker.Fetch, final []plugin.Part) error {
	old, fetch, err := w.readBound(ctx, tx, d.ID)
	if err != nil && fault.KindOf(err) != fault.Gone {
		return err
	}
	if fetch == f.ID && old.Final == len(final) {
		d.Rows, d.Sources, d.FetchGone = old.Rows, old.Sources, false
		return nil
	}
	b := bound{Rows: form.Bind(d.Form, final, d.ControlMonth), Final: len(final), Seen: old.Seen}
	if fetch != f.ID {
		b.Seen = tags(d.fileKey, old.Rows)
	}
	markChanged(d.fileKey, b)
	byOrigin := map[string]broker.FetchPart{}
	for _, p := range f.Parts {
		byOrigin[p.Origin] = p
	}
	b.Sources = sourceStates(final, func(o string) string { return byOrigin[o].Name }, func(o string) time.Time { return byOrigin[o].At })
	if err := w.writeBound(ctx, tx, d.ID, f.ID, f.ExpiresAt, b); err != nil {
		return err
	}
	d.Rows, d.Sources, d.FetchGone = b.Rows, b.Sources, false
	who := w.opt.Audit.Actor(login.Subject)
	return w.opt.Audit.Write(ctx, tx, audit.Event{Action: audit.Presented, Actor: who, Subject: who, Board: d.Board, Case: d.CaseID,
		Category: "fetched", Outcome: "shown", Details: map[string]string{"fetch": f.ID, "parts": strconv.Itoa(len(final))}})
}

// tags are keyed marks of the sums of rows that had been answered.
func tags(key []byte, rows []plugin.Row) map[string]string {
	out := map[string]string{}
	for _, r := range rows {
		if r.State == plugin.StateAnswered || r.State == plugin.StateNothing {
			out[r.Path] = tag(key, r)
		}
	}
	return out
}

func tag(key []byte, r plugin.Row) string {
	mac := hmac.New(sha256.New, key)
	if r.FetchedOre == nil {
		fmt.Fprintf(mac, "%s|none", r.Path)
	} else {
		fmt.Fprintf(mac, "%s|%d", r.Path, *r.FetchedOre)
	}
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// markChanged flags the rows whose sum is another than the person has seen
// (I-5). An origin that could not answer has not changed anything.
func markChanged(key []byte, b bound) {
	for i, r := range b.Rows {
		if seen, ok := b.Seen[r.Path]; ok && (r.State == plugin.StateAnswered || r.State == plugin.StateNothing) {
			b.Rows[i].Changed = seen != tag(key, r)
		}
	}
}

// Discard throws a draft of the person away.
func (w *Workspace) Discard(ctx context.Context, login broker.Login, id string) error {
	return w.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := w.LoadTx(ctx, tx, login, id); err != nil {
			return err
		}
		return w.Remove(ctx, tx, id)
	})
}
