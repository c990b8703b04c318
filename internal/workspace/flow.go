package workspace

import (
	"context"
	"crypto/rand"
	"maps"
	"strings"

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
	// MinAssurance is the level of login that the e-service demands: no
	// lower one reaches the draft (M-109).
	MinAssurance int
}

// Begin makes a draft, or gives the one the person already has in the case.
func (w *Workspace) Begin(ctx context.Context, login broker.Login, in BeginInput) (Draft, error) {
	var d Draft
	person := w.person(login.Subject)
	err := w.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		var err error
		d, err = w.load(ctx, tx, `person=$1 AND eservice=$2 AND case_id=$3`, person, in.EService, in.Case.ID)
		if err == nil {
			return d.admits(login)
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
			Board: in.Case.Board, Household: in.Case.Household, Form: in.Form, Values: monthValue(in.Form, in.Month), Done: map[string]bool{},
			Revisions: map[string]int{}, CreatedAt: tx.Now, fileKey: key, assurance: in.MinAssurance}
		return w.insert(ctx, tx, person, &d)
	})
	if err != nil {
		return Draft{}, err
	}
	return d, nil
}

// monthValue fills the form's own question about the month: it has been asked
// already (WCAG 2.2, 3.3.7).
func monthValue(f plugin.Form, month string) map[string]string {
	for _, s := range f.Sections {
		for _, it := range form.Items(s, nil) {
			if it.Field.Kind == plugin.FieldMonth && it.Index < 0 {
				return map[string]string{it.Path: month}
			}
		}
	}
	return map[string]string{}
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
	return rows.Err()
}

// List gives the person's drafts. One whose key is gone, or that needs a
// higher level of login, is not listed.
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
			if d.admits(login) == nil {
				list = append(list, d)
			}
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
	if err == nil {
		err = d.admits(login)
	}
	if err != nil {
		return Draft{}, err
	}
	return d, nil
}

// admits tells whether a login is strong enough for the draft.
func (d Draft) admits(login broker.Login) error {
	if login.Assurance < d.assurance {
		return fault.New(fault.Forbidden, "the login's level of assurance is too low")
	}
	return nil
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
	if err != nil {
		return Draft{}, err // what was not stored is not given back
	}
	return d, nil
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
// with other values, nothing is stored and ErrNewer is returned. Nor is
// anything when the draft would hold more than MaxTyped: fault.TooLarge.
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
		if size(d.Values) > MaxTyped {
			return fault.New(fault.TooLarge, "the draft holds too much text")
		}
		d.Done[s.Section] = s.Done
		d.Revisions[s.Section]++
		return w.seen(ctx, tx, d, s)
	})
}

// size is how many bytes values take.
func size(values map[string]string) (n int) {
	for path, v := range values {
		n += len(path) + len(v)
	}
	return n
}

// SetMonth changes the month the application is for. What was fetched for
// another month is destroyed; what the person wrote stays.
func (w *Workspace) SetMonth(ctx context.Context, login broker.Login, id, month, controlMonth string) (Draft, error) {
	return w.change(ctx, login, id, func(tx *db.Tx, d *Draft) error {
		if d.Month == month {
			return nil
		}
		d.Month, d.ControlMonth, d.FetchID, d.Rows, d.Sources, d.FetchGone, d.boundTo = month, controlMonth, "", nil, nil, false, ""
		if _, err := tx.Exec(ctx, `DELETE FROM draft_bound WHERE draft_id=$1`, d.ID); err != nil {
			return err
		}
		return w.opt.Broker.Discard(ctx, tx, d.ID)
	})
}

// Discard throws a draft of the person away.
func (w *Workspace) Discard(ctx context.Context, login broker.Login, id string) error {
	return w.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		d, err := w.LoadTx(ctx, tx, login, id)
		if err != nil {
			return err
		}
		if err := w.Remove(ctx, tx, id); err != nil {
			return err
		}
		who := w.opt.Audit.Actor(login.Subject)
		return w.opt.Audit.Write(ctx, tx, audit.Event{Action: audit.Erased, Actor: who, Subject: who, Board: d.Board, Case: d.CaseID,
			Category: "draft", Outcome: "by the person", Details: map[string]string{"draft": d.ID}})
	})
}
