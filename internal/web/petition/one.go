package petition

import (
	"context"
	"net/http"
	"slices"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// facts are everything that a petition's page is built from.
type facts struct {
	petition.Page
	settings  petition.Settings
	promise   seal.Promise
	stored    Stored
	series    []ballot.Day
	districts []District
	others    int64
	audited   bool          // there are published files
	reported  bool          // the report of the erasure is one of them
	into      petition.Page // that it was merged with, when that is shown
	look      look
}

func (p *Pages) one(w http.ResponseWriter, r *route.Request) error {
	id := r.PathValue("id")
	return p.shelved(p.Shelf, w, r, Path+"/"+id, func(ctx context.Context, l look) (built, error) {
		f, err := p.facts(ctx, id)
		if err != nil {
			return built{}, err
		}
		f.look = l
		return p.onePage(f), nil
	})
}

func (p *Pages) facts(ctx context.Context, id string) (facts, error) {
	f := facts{settings: p.Petitions.Settings()}
	var err error
	if f.Page, err = p.Petitions.One(ctx, id); err != nil {
		return f, err
	}
	if f.promise, err = p.Promise(ctx, id); err != nil {
		return f, err
	}
	if f.stored, err = p.Stored(ctx, id); err != nil {
		return f, err
	}
	if p.Series != nil && p.On("graph") {
		if f.series, err = p.Series(ctx, id); err != nil {
			return f, err
		}
	}
	if p.Districts != nil && p.On("districts") {
		if f.districts, f.others, err = p.Districts(ctx, id); err != nil {
			return f, err
		}
	}
	if f.MergedInto != "" {
		if into, err := p.Petitions.One(ctx, f.MergedInto); err == nil {
			f.into = into
		}
	}
	files, err := p.published(ctx, id)
	f.audited, f.reported = len(files) > 0, hasReport(files)
	return f, err
}

type oneBody struct {
	Title   page.Text
	Tag     page.Tag
	Meta    page.Text
	Foreign string // language of the proposal's text, when it is not the page's
	What    []page.Text
	Why     []page.Text
	NoText  page.Component
	Before  []page.Component // what one must know before all else
	Bar     page.Component
	Left    page.Text
	Vote    voteBox
	Now     page.Summary
	Miles   page.Details
	Graph   graph
	Places  page.Component // districts
	Events  page.Timeline
	Earlier page.Component // those that happened before them
	Stored  storedBox
	Follow  followBox
	More    []page.Text
}

func (p *Pages) onePage(f facts) built {
	b := oneBody{Title: spoken(f.Title), Tag: tagOf(f.Standing), What: lines(f.Text.What), Why: lines(f.Text.Why),
		Meta: page.T("petition.list.meta", "number", page.CaseNumber(f.Registry), "date", page.Date(f.ReceivedAt)),
		Bar:  progress(f.Card), Left: p.until(f), Vote: p.voteBox(f), Now: nowOf(f),
		Places: placesOf(f), Stored: p.storedBox(f), Follow: p.followBox(f), Before: p.before(f),
		Graph: p.graph(f)}
	b.Events, b.Earlier = p.events(f)
	// While one can vote, the way to what is stored of a vote is kept short.
	b.Miles = page.Details{Summary: page.T("petition.miles.title"), Body: milestones(f), Open: b.Vote.Action == ""}
	if f.look.lang == page.English {
		b.Foreign = page.Swedish
	}
	title := plainly(f.Title)
	if f.HiddenText || f.Title == "" {
		b.Title = page.T("petition.one.no_title", "number", page.CaseNumber(f.Registry))
		b.NoText = page.Notice{Title: page.T("petition.one.no_text"), Body: page.T("petition.one.no_text_why"), Level: -1}
	}
	b.More = p.more(f)
	d := page.Data{Title: title, OwnHeading: true, Service: page.T("petition.list.title"),
		Back: &page.Link{URL: Path, Text: page.T("petition.one.back")}, Body: b}
	if title == "" {
		d.Title = b.Title
	}
	return built{"one.html", d}
}

// latest is how many events stand open on the page.
const latest = 3

// events are what has happened: the latest open, the earlier folded away.
func (p *Pages) events(f facts) (page.Timeline, page.Component) {
	said := p.said(f)
	line := page.Timeline{Events: said, Level: 3, Empty: page.T("petition.one.no_events")}
	earlier := len(said) - latest
	if earlier < 1 {
		return line, nil
	}
	line.Events = said[:latest]
	return line, page.Details{Summary: page.N("petition.one.earlier", earlier), Body: page.Timeline{Events: said[latest:], Level: 3}}
}

// until is how long one can vote still.
func (p *Pages) until(f facts) page.Text {
	left := daysLeft(f.Card)
	if left == nil {
		return nil
	}
	return page.T("petition.one.until", "left", left, "last", page.Until(f.ClosesAt, p.zone))
}

// before are the notices at the top: why it is not put to the vote, where it
// went, and that nothing has been heard.
func (p *Pages) before(f facts) []page.Component {
	var out []page.Component
	notice := func(key string, body ...page.Text) {
		n := page.Notice{Title: page.T("petition.before." + key)}
		if len(body) > 0 {
			n.Body = body
		}
		out = append(out, n)
	}
	switch f.Standing.Moderation {
	case petition.Rejected:
		notice("rejected", paragraph(codeText(f.Code)), p.saidAt(f, petition.MoveReject))
	case petition.Hidden:
		notice("hidden", paragraph(codeText(f.Code)))
	case petition.Withdrawn:
		notice("withdrawn")
	case petition.Merged:
		switch {
		case f.into.ID == "":
			notice("merged")
		case f.into.Title == "":
			notice("merged", paragraph(page.Link{URL: Path + "/" + f.into.ID, Text: page.T("petition.one.no_title", "number", page.CaseNumber(f.into.Registry))}))
		default:
			notice("merged", paragraph(page.Link{URL: Path + "/" + f.into.ID, Text: spoken(f.into.Title)}))
		}
	}
	if f.Former != nil {
		notice("former", paragraph(formerText(f.Former)))
	}
	if f.Silent {
		body := []page.Text{paragraph(page.N("petition.before.silent_text", f.settings.SilentDays))}
		if f.settings.Owner != "" {
			body = append(body, paragraph(page.T("petition.before.silent_told")))
		}
		notice("silent", body...)
	}
	return out
}

// saidAt is what somebody wrote at the last of a move.
func (p *Pages) saidAt(f facts, m petition.Move) page.Text {
	for _, e := range slices.Backward(f.Timeline) {
		if e.Move == m {
			return p.ownWords(e)
		}
	}
	return nil
}

// more are the ways to the same in other forms.
func (p *Pages) more(f facts) []page.Text {
	var out []page.Text
	if f.audited {
		out = append(out, page.Link{URL: Path + "/" + f.ID + "/kontroll", Text: page.T("petition.one.audit")})
	}
	if f.reported && p.ErasureReport != nil {
		out = append(out, page.Link{URL: Path + "/" + f.ID + "/raderingsrapport", Text: page.T("petition.one.report")})
	}
	if p.On("opendata") {
		out = append(out, page.Link{URL: openData + f.ID, Text: page.T("petition.one.data")})
	}
	return out
}

// followBox is the form of those who want news, apart from any vote.
type followBox struct {
	Action string
	Field  page.Component
	Submit page.Button
	Off    page.Text
}

func (p *Pages) followBox(f facts) followBox {
	switch {
	case !f.MayFollow:
		return followBox{}
	case !p.On("follow"), !p.On("mail"):
		return followBox{Off: page.T("petition.follow.off")}
	}
	return followBox{Action: Path + "/" + f.ID + "/folj", Submit: page.Button{Text: page.T("petition.follow.submit"), Variant: page.Secondary},
		Field: page.Field{Name: "epost", Kind: page.EmailInput, Label: page.T("petition.follow.mail"), Hint: page.T("petition.follow.hint"), Autocomplete: "email"}}
}

// placesOf are the districts that may be shown, as a table.
func placesOf(f facts) page.Component {
	if len(f.districts) == 0 || f.Standing.Moderation != petition.Accepted || f.Standing.Voting == petition.None {
		return nil
	}
	t := page.Table{Caption: page.T("petition.places.caption"),
		Columns: []page.Column{{Text: page.T("petition.places.place")}, {Text: page.T("petition.places.votes"), Number: true}}}
	for _, d := range f.districts {
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{spoken(d.Name), number(d.Count)}})
	}
	if f.others > 0 {
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{page.T("petition.places.others"), number(f.others)}})
	}
	return t
}
