package desk

import (
	"net/http"
	"net/url"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

type queueBody struct {
	Filters []filterLink
	Count   page.Text
	Table   page.Table
}

// filterLink is one of the saved views of the queue.
type filterLink struct {
	Text    page.Text
	URL     string
	Current bool
}

// shows are the views of the queue, with the value of "visa".
var shows = []struct {
	value string
	show  casework.Show
}{
	{"att-gora", casework.ShowToDo},
	{"nya", casework.ShowNew},
	{"vantar", casework.ShowWaiting},
	{"beslutade", casework.ShowDecided},
	{"alla", casework.ShowAll},
}

// sorts are the orders of the queue, with the value of "ordning".
var sorts = []struct {
	value string
	sort  casework.Sort
}{
	{"nummer", casework.SortReference},
	{"namn", casework.SortName},
	{"manad", casework.SortMonth},
	{"lage", casework.SortState},
	{"inkom", casework.SortReceived},
	{"skiljer", casework.SortDiffers},
}

// queue lists the officer's cases, the oldest first.
func (p *Pages) queue(w http.ResponseWriter, r *route.Request) error {
	q := r.URL.Query()
	show, sort, reverse := q.Get("visa"), q.Get("ordning"), q.Get("fallande") != ""
	f := casework.Filter{Show: casework.ShowToDo, Sort: casework.SortReceived, Reverse: reverse}
	for _, s := range shows {
		if s.value == show {
			f.Show = s.show
		}
	}
	for _, s := range sorts {
		if s.value == sort {
			f.Sort = s.sort
		}
	}
	items, err := p.Casework.Queue(r.Context(), r.StaffID, f)
	if err != nil {
		return err
	}
	var body queueBody
	for _, s := range shows {
		body.Filters = append(body.Filters, filterLink{Text: page.T("desk.queue.show." + string(s.show)),
			URL: "/handlaggare?visa=" + s.value, Current: s.show == f.Show})
	}
	body.Count = page.N("desk.queue.count", len(items))
	body.Table = queueTable(items, f, show)
	d := p.data(r, page.T("desk.queue.title"))
	d.Body = body
	return p.render(w, r, http.StatusOK, "queue.html", d)
}

func queueTable(items []casework.QueueItem, f casework.Filter, show string) page.Table {
	t := page.Table{Caption: page.T("desk.queue.caption"), HideCaption: true, Empty: page.T("desk.queue.empty." + string(f.Show))}
	for _, s := range sorts {
		c := page.Column{Text: page.T("desk.queue.column." + string(s.sort)), SortURL: sortURL(s.value, show, s.sort == f.Sort && !f.Reverse)}
		if s.sort == f.Sort {
			c.Sorted = "ascending"
			if f.Reverse != (s.sort == casework.SortDiffers) {
				c.Sorted = "descending"
			}
		}
		t.Columns = append(t.Columns, c)
	}
	for _, i := range items {
		t.Rows = append(t.Rows, queueRow(i))
	}
	return t
}

func sortURL(order, show string, reverse bool) string {
	v := url.Values{"ordning": {order}}
	if show != "" {
		v.Set("visa", show)
	}
	if reverse {
		v.Set("fallande", "1")
	}
	return "/handlaggare?" + v.Encode()
}

// queueRow is one case: reference, name, month, state, received, differences.
func queueRow(i casework.QueueItem) page.TableRow {
	name := []page.Text{i.Name}
	if i.Protected {
		name = append(name, " ", page.Tag{Text: page.T("desk.protected"), Tone: page.Critical, Shape: "lock"})
	}
	var differs page.Text = page.T("desk.queue.none")
	if i.Differs > 0 {
		differs = page.N("desk.queue.differs", i.Differs)
	}
	return page.TableRow{Cells: []page.Text{
		page.Link{URL: "/handlaggare/arenden/" + i.ID, Text: page.CaseNumber(i.Reference)},
		name, page.MonthOf(i.Month), stateTags(i),
		[]page.Text{page.Date(i.ReceivedAt), " (", age(i.Days), ")"}, differs,
	}}
}

// stateTags tell how far a case has come. "Opened but not done" and "never
// opened" are two different things.
func stateTags(i casework.QueueItem) []page.Text {
	tag := page.Tag{Text: page.T("desk.state." + string(i.State)), Tone: page.Neutral}
	switch {
	case i.State == casework.StateDecided || i.State == casework.StateClosed:
		tag.Tone, tag.Shape = page.Success, "done"
		if i.Outcome != "" {
			tag.Text = []page.Text{tag.Text, ": ", i.Outcome.Term()}
		}
	case !i.Opened:
		tag.Tone, tag.Shape = page.Info, "dot"
		if i.State == casework.StateSupplement {
			tag.Text = page.T("desk.state.unopened-supplement")
		}
	case i.State == casework.StateOpened:
		tag.Shape = "half"
	}
	out := []page.Text{tag}
	if i.Answered {
		out = append(out, " ", page.Tag{Text: page.T("desk.state.answered"), Tone: page.Info})
	}
	if i.Overdue {
		out = append(out, " ", page.Tag{Text: page.T("desk.state.overdue"), Tone: page.Warning})
	}
	return out
}
