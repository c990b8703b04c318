package workspace

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/form"
	"medborgarnavet/plugin"
)

// SetFetch notes the draft's latest fetch. It is not a save by the person:
// the draft's time does not change.
func (w *Workspace) SetFetch(ctx context.Context, login broker.Login, id, fetch string) error {
	return w.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE draft SET fetch_id=$1 WHERE id=$2 AND person=$3 AND expires_at>$4`,
			fetch, id, w.person(login.Subject), db.Millis(tx.Now))
		if err == nil && n == 0 {
			return errNoDraft
		}
		return err
	})
}

// Refresh binds what has come in of the draft's latest fetch. It may be
// called at any time; what is already bound is left alone. The fetch is
// returned for its states. A fetch of another case is never bound (M-14).
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
	if f.Month != d.Month || f.Case != d.CaseID || len(f.Final()) == 0 || d.has(f) {
		return d, f, nil
	}
	err = w.opt.DB.Tx(ctx, func(tx *db.Tx) error {
		now, err := w.LoadTx(ctx, tx, login, d.ID)
		// Another tab may have come further, fetched again or changed the month.
		if err == nil && now.FetchID == f.ID && now.Month == f.Month && !now.has(f) {
			err = w.bind(ctx, tx, login, &now, f)
		}
		if err == nil {
			d = now
		}
		return err
	})
	return d, f, err
}

// has tells whether all that a fetch has given is bound already.
func (d Draft) has(f broker.Fetch) bool {
	states := sourceStates(f)
	return d.boundTo == f.ID && (len(d.Sources) > len(states) || slices.Equal(d.Sources, states))
}

func (w *Workspace) bind(ctx context.Context, tx *db.Tx, login broker.Login, d *Draft, f broker.Fetch) error {
	old, fetch, err := w.readBound(ctx, tx, d.ID)
	if err != nil && fault.KindOf(err) != fault.Gone {
		return err
	}
	var parts []plugin.Part // those that have not ended too: their rows have no sum yet
	for _, p := range f.Parts {
		parts = append(parts, p.Part)
	}
	b := bound{Rows: form.Bind(d.Form, parts, d.ControlMonth), Sources: sourceStates(f), Seen: old.Seen}
	if fetch != f.ID {
		b.Seen = lastSeen(d.fileKey, old)
	}
	markChanged(d.fileKey, b)
	if err := w.writeBound(ctx, tx, d.ID, f.ID, f.ExpiresAt, b); err != nil {
		return err
	}
	d.Rows, d.Sources, d.boundTo, d.FetchGone = b.Rows, b.Sources, f.ID, false
	who := w.opt.Audit.Actor(login.Subject)
	return w.opt.Audit.Write(ctx, tx, audit.Event{Action: audit.Presented, Actor: who, Subject: who, Board: d.Board, Case: d.CaseID,
		Category: "fetched", Outcome: "shown", Details: map[string]string{"fetch": f.ID, "parts": strconv.Itoa(len(b.Sources))}})
}

// lastSeen are tags of the sums that the person has seen. A row that is
// flagged, or whose origin could not answer, keeps the tag it had: what was
// seen before is still what was seen last.
func lastSeen(key []byte, old bound) map[string]string {
	out := map[string]string{}
	for _, r := range old.Rows {
		if known(r) && !r.Changed {
			out[r.Path] = tag(key, r)
		} else if seen := old.Seen[r.Path]; seen != "" {
			out[r.Path] = seen
		}
	}
	return out
}

// known tells whether the payer has said what the row's sum is.
func known(r plugin.Row) bool {
	return r.State == plugin.StateAnswered || r.State == plugin.StateNothing
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
		if seen, ok := b.Seen[r.Path]; ok && known(r) {
			b.Rows[i].Changed = seen != tag(key, r)
		}
	}
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
