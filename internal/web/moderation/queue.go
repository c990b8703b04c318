package moderation

import (
	"net/http"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

type queueBody struct {
	Filters []filterLink
	Count   page.Text
	Table   page.Table
}

// filterLink is one of the views of the queue.
type filterLink struct {
	Text    page.Text
	Count   int
	URL     string
	Current bool
}

// shows are the views of the queue, with the value of "visa".
var shows = []struct {
	value string
	show  petition.Show
}{
	{"att-lasa", petition.ShowToRead},
	{"forsenade", petition.ShowOverdue},
	{"vantar", petition.ShowWaiting},
	{"att-publicera", petition.ShowReady},
	{"igen", petition.ShowAgain},
	{"foljda", petition.ShowFollow},
	{"avgjorda", petition.ShowDecided},
}

// queue lists proposals, the oldest first.
func (p *Pages) queue(w http.ResponseWriter, r *route.Request) error {
	show := petition.ShowToRead
	if !has(r, roleModerator) && has(r, roleHandler) {
		show = petition.ShowFollow
	}
	for _, s := range shows {
		if s.value == r.URL.Query().Get("visa") {
			show = s.show
		}
	}
	items, err := p.Petitions.Queue(r.Context(), r.StaffID, show)
	if err != nil {
		return err
	}
	counts, err := p.Petitions.Counts(r.Context(), r.StaffID)
	if err != nil {
		return err
	}
	body := queueBody{Table: p.queueTable(items, show)}
	if len(items) > 0 {
		body.Count = page.N("moderation.queue.count", len(items))
	}
	for _, s := range shows {
		body.Filters = append(body.Filters, filterLink{Text: page.T("moderation.show." + string(s.show)), Count: counts[s.show],
			URL: list + "?visa=" + s.value, Current: s.show == show})
	}
	d := p.data(r, page.T("moderation.queue.title"))
	d.Body = body
	return p.render(w, r, http.StatusOK, "queue.html", d)
}

func columns(keys ...string) []page.Column {
	var out []page.Column
	for _, k := range keys {
		out = append(out, page.Column{Text: page.T("moderation.column." + k)})
	}
	return out
}

// queueTable has the columns that a view needs: a clock and who reads it where
// something waits to be read, else how far it has come.
func (p *Pages) queueTable(items []petition.QueueItem, show petition.Show) page.Table {
	t := page.Table{Caption: page.T("moderation.queue.caption"), HideCaption: true, Empty: page.T("moderation.empty." + string(show))}
	reading := show == petition.ShowToRead || show == petition.ShowOverdue
	if reading {
		t.Columns = columns("proposal", "clock", "received", "state", "reader", "sender")
	} else {
		t.Columns = columns("proposal", "state", "received", "sender")
	}
	for _, i := range items {
		row := page.TableRow{Cells: []page.Text{proposal(i)}}
		if reading {
			var reader page.Text = page.T("moderation.none")
			if i.LockedBy != "" {
				reader = page.Tag{Text: p.name(i.LockedBy), Shape: "lock"}
			}
			row.Cells = append(row.Cells, clockTag(i), page.Date(i.ReceivedAt), stateTags(i), reader, sender(i))
			if i.Clock == petition.Overdue {
				row.Tone = page.Critical
			}
		} else {
			row.Cells = append(row.Cells, stateTags(i), page.Date(i.ReceivedAt), sender(i))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func proposal(i petition.QueueItem) page.Text {
	return []page.Text{page.Link{URL: list + "/" + i.ID, Text: i.Title}, " ", quiet(page.CaseNumber(i.Registry))}
}

// clockTag tells how a proposal stands against the time promised, as a word
// and a shape, and how long it has waited.
func clockTag(i petition.QueueItem) page.Text {
	tag := page.Tag{Text: page.T("moderation.clock." + string(i.Clock)), Tone: page.Neutral, Shape: "circle"}
	switch i.Clock {
	case petition.PastTarget:
		tag.Tone, tag.Shape = page.Info, "half"
	case petition.NearOverdue:
		tag.Tone, tag.Shape = page.Warning, "waiting"
	case petition.Overdue:
		tag.Tone, tag.Shape = page.Critical, "check"
	}
	return []page.Text{tag, " ", quiet(age(i.Days))}
}

// stateTags tell how far a petition has come on the axis that moves now.
func stateTags(i petition.QueueItem) []page.Text {
	s := i.Standing
	tag := page.Tag{Tone: page.Neutral, Text: page.T("moderation.state." + string(s.Moderation))}
	switch {
	case s.Moderation == petition.Accepted && s.Outcome != petition.None:
		tag.Text, tag.Tone, tag.Shape = page.T("moderation.outcome."+string(s.Outcome)), page.Info, "half"
		if ended(s.Outcome) {
			tag.Tone, tag.Shape = page.Neutral, "done"
		}
	case s.Moderation == petition.Accepted && s.Voting != petition.None:
		tag.Text, tag.Tone, tag.Shape = page.T("moderation.voting."+string(s.Voting)), page.Info, "half"
		if s.Voting == petition.Paused || s.Voting == petition.Stopped {
			tag.Tone, tag.Shape = page.Warning, "waiting"
		}
	case s.Moderation == petition.Accepted:
		tag.Tone, tag.Shape = page.Success, "done"
	case s.Moderation == petition.Submitted:
		tag.Tone, tag.Shape = page.Info, "dot"
	case s.Moderation == petition.Reviewing:
		tag.Shape = "half"
	case s.Moderation == petition.SupplementRequested:
		tag.Shape = "waiting"
	}
	out := []page.Text{tag}
	if code, ok := petition.CodeOf(i.Code); ok {
		out = append(out, " ", quiet(code.Label))
	}
	if !i.UndoUntil.IsZero() {
		out = append(out, " ", page.Tag{Text: page.T("moderation.undo.until", "time", page.Clock(i.UndoUntil)), Shape: "waiting"})
	}
	if i.ReviewAgain {
		out = append(out, " ", page.Tag{Text: page.T("moderation.again"), Tone: page.Warning})
	}
	if i.Silent {
		out = append(out, " ", page.Tag{Text: page.T("moderation.silent"), Tone: page.Warning})
	}
	return out
}

func ended(s petition.State) bool {
	return s == petition.BelowThreshold || s == petition.CarriedOut || s == petition.NotCarriedOut
}

// sender tells what is known of who sent it: an address, or none; and whether
// that address has more proposals than the cap.
func sender(i petition.QueueItem) []page.Text {
	out := []page.Text{page.Tag{Text: page.T("moderation.sender.none"), Shape: "dash"}}
	if i.Confirmed {
		out[0] = page.Tag{Text: page.T("moderation.sender.confirmed"), Shape: "letter"}
	}
	if i.OverCap {
		out = append(out, " ", page.Tag{Text: page.T("moderation.sender.over-cap"), Tone: page.Warning})
	}
	return out
}

// age is how many days ago something began to wait.
func age(days int) page.Text {
	if days == 0 {
		return page.T("moderation.today")
	}
	return page.N("moderation.days", days)
}
