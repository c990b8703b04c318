package petition

import (
	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/web/page"
)

// storedBox says what is kept at this moment, where and until when, and what
// can truly be said of who could see a vote.
type storedBox struct {
	Promise []page.Text
	Rows    page.Summary   // what concerns a vote comes first
	Others  page.Component // further rows, folded
	// Gone tells what has been destroyed, and After what follows from it.
	Gone     []page.Text
	After    page.Text
	Disposal page.Text
}

// storedOpen is how many rows stand open: what is kept of a vote, where the key
// is, and what is known of who votes.
const storedOpen = 3

func (p *Pages) storedBox(f facts) storedBox {
	b := storedBox{Promise: promiseText(f), Gone: p.gone(f)}
	row := func(what, where, until page.Text) {
		b.Rows.Rows = append(b.Rows.Rows, page.SummaryRow{Term: what, Value: where, Note: page.T("petition.stored.until", "until", until)})
	}
	t := func(key string) page.Text { return page.T("petition.stored." + key) }
	if kept(f) {
		var counted page.Text = page.T("petition.stored.code_soon")
		if f.Standing.Voting == petition.Open || f.Standing.Voting == petition.Paused {
			counted = page.T("petition.stored.code_until", "day", lastDay(f.ClosesAt))
		}
		row(t("code"), t("code_where"), counted)
		where := t("key_where")
		if f.stored.Second != "" {
			where = page.T("petition.stored.keys_where", "second", swedish(f.stored.Second))
		}
		row(t("key"), where, t("key_until"))
		row(t("person"), t("person_where"), t("person_until"))
		row(t("copies"), t("copies_where"), t("copies_until"))
		if p.Districts != nil {
			row(t("districts"), t("districts_where"), t("districts_until"))
		}
	}
	if f.Standing.Voting == petition.Planned {
		row(t("nothing"), t("nothing_where"), page.T("petition.stored.nothing_until", "day", page.Date(f.OpensAt)))
	}
	if f.Standing.Voting != petition.None && f.Standing.Voting != petition.Planned {
		row(t("count"), t("count_where"), t("count_until"))
	}
	if f.stored.Publication.Leaves {
		where := t("leaves_where")
		if !f.reported { // it is made when the keys are gone
			where = t("leaves_later")
		}
		row(t("leaves"), where, t("leaves_until"))
	}
	if f.MayFollow {
		row(t("mail"), t("mail_where"), page.N("petition.stored.mail_until", f.settings.FollowersDays))
	}
	if f.SenderMail {
		row(t("sender"), t("sender_where"), page.N("petition.stored.sender_until", f.settings.AuthorDays))
	}
	row(t("proposal"), page.T("petition.stored.proposal_where", "number", page.CaseNumber(f.Registry)), t("proposal_until"))
	if rows := b.Rows.Rows; len(rows) > storedOpen+1 {
		b.Rows.Rows = rows[:storedOpen]
		b.Others = page.Details{Summary: page.N("petition.stored.others", len(rows)-storedOpen), Body: page.Summary{Rows: rows[storedOpen:]}}
	}
	if !f.stored.KeysDestroyed.IsZero() && !f.stored.RowsDropped.IsZero() {
		b.After = t("after")
	}
	if f.Disposal != "" {
		b.Disposal = page.T("petition.stored.disposal", "reference", swedish(f.Disposal))
	}
	return b
}

// kept tells whether codes of votes are here.
func kept(f facts) bool {
	switch f.Standing.Voting {
	case petition.Open, petition.Paused, petition.Closing, petition.Counted, petition.Stopped:
		return f.stored.RowsDropped.IsZero() && !f.OpenedAt.IsZero()
	}
	return false
}

// gone is what was destroyed, and when.
func (p *Pages) gone(f facts) []page.Text {
	var out []page.Text
	if at := f.stored.KeysDestroyed; !at.IsZero() {
		key := "petition.stored.key_gone"
		if f.stored.Second != "" {
			key = "petition.stored.keys_gone"
		}
		out = append(out, page.T(key, "at", page.DateTime(at)))
	}
	if at := f.stored.RowsDropped; !at.IsZero() {
		out = append(out, page.T("petition.stored.rows_gone", "at", page.DateTime(at)))
	}
	if at := f.stored.BackupsGone; !at.IsZero() && !f.stored.RowsDropped.IsZero() {
		key := "petition.stored.copies_left"
		if !p.Clock.Now().Before(at) {
			key = "petition.stored.copies_gone"
		}
		out = append(out, page.T(key, "day", page.Date(at)))
	}
	if at := f.stored.LogsGone; !at.IsZero() && !f.stored.RowsDropped.IsZero() {
		out = append(out, page.T("petition.stored.logs", "day", page.Date(at)))
	}
	return out
}

// promiseText is who could see a vote. The words follow the sealer: only where
// two parties hold a key each may the page say that nobody at the municipality
// can (petitions.md §2.2).
func promiseText(f facts) []page.Text {
	switch f.Standing.Voting {
	case petition.Planned, petition.Open, petition.Paused, petition.Closing, petition.Counted:
	default: // there is nothing to promise, or nothing left that could be seen
		return nil
	}
	out := []page.Text{page.T("petition.promise.code")}
	if f.promise.Design == seal.DesignSplit && !f.promise.Blind {
		out = append(out, page.T("petition.promise.demonstration"))
	}
	if f.promise.Blind {
		return append(out, page.T("petition.promise.blind"))
	}
	return append(out, page.T("petition.promise.operator"))
}
