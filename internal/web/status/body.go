package status

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/petition/uptime"
	"medborgarnavet/internal/web/page"
)

// body is what the template shows. A nil part is left out.
type body struct {
	State   page.Notice
	Old     *page.Notice // the figures are not read now
	Off     []page.Notice
	Now     *page.Table
	Figures *page.Table
	From    page.Text
	Outages *page.Table
	Added   *page.Table
	How     page.Details
	Program page.Text
}

func (v view) body(lang string) body {
	b := body{State: v.state(), How: page.Details{Summary: page.T("status.how.title"), Body: how()},
		Program: page.T("status.program", "address", page.Link{URL: APIPath, Text: APIPath})}
	for _, s := range v.off {
		b.Off = append(b.Off, page.Notice{Tone: page.Warning, Title: offTitle(s.Name), Level: 3,
			Body: []page.Text{s.Words, " ", page.T("status.off.since", "time", page.DateTime(s.Since))}})
	}
	if v.known {
		b.Now = v.nowTable()
	}
	if !v.fresh {
		b.Old = &page.Notice{Tone: page.Warning, Title: page.T("status.old.title"), Body: page.T("status.old.never")}
		if !v.at.IsZero() {
			b.Old.Body = page.T("status.old.text", "time", page.DateTime(v.at))
		}
	}
	if v.measured() {
		b.Figures = v.figures(lang)
		from := v.reports[len(v.reports)-1].From
		b.From = page.T("status.figures.from", "time", page.DateTime(from))
	}
	if !v.at.IsZero() {
		b.Outages, b.Added = v.outageTable(), v.addedTable()
	}
	return b
}

// state is the first thing told: how it is now.
func (v view) state() page.Notice {
	switch {
	case !v.known:
		return page.Notice{Tone: page.Info, Title: page.T("status.state.unknown"), Body: page.T("status.state.unknown_text")}
	case !v.working():
		n := page.Notice{Tone: page.Critical, Title: page.T("status.state.away"), Body: page.T("status.state.away_text")}
		if v.othersOnly() {
			n.Body = page.T("status.state.others_text")
		}
		return n
	case len(v.off) > 0:
		return page.Notice{Tone: page.Warning, Title: page.T("status.state.off"), Body: page.T("status.state.off_text")}
	}
	return page.Notice{Tone: page.Success, Title: page.T("status.state.works"), Body: page.T("status.state.works_text", "time", page.DateTime(v.now.At))}
}

// othersOnly: what is away is the e-ID alone, which others answer for.
func (v view) othersOnly() bool {
	return !slices.ContainsFunc(v.now.Parts, func(s uptime.State) bool { return !s.Up && s.Part != uptime.EID })
}

// The parts and features as people call them.
var (
	partNames = map[string]page.Text{
		uptime.Service: page.T("status.part.service"), uptime.Database: page.T("status.part.database"), uptime.EID: page.T("status.part.eid"),
		uptime.Sealer: page.T("status.part.sealer"), uptime.Mail: page.T("status.part.mail"),
		uptime.Own: page.T("status.part.own"), uptime.Voting: page.T("status.part.voting"),
	}
	offNames = map[switches.Name]page.Text{
		switches.Propose: page.T("status.off.propose"), switches.Vote: page.T("status.off.vote"), switches.Follow: page.T("status.off.follow"),
		switches.Search: page.T("status.off.search"), switches.Graph: page.T("status.off.graph"), switches.Districts: page.T("status.off.districts"),
		switches.OpenData: page.T("status.off.opendata"), switches.Mail: page.T("status.off.mail"),
	}
)

func partName(part string) page.Text {
	if t := partNames[part]; t != nil {
		return t
	}
	return part
}

func offTitle(n switches.Name) page.Text {
	if t := offNames[n]; t != nil {
		return t
	}
	return string(n)
}

func (v view) nowTable() *page.Table {
	t := &page.Table{Caption: page.T("status.now.title"), HideCaption: true,
		Columns: []page.Column{{Text: page.T("status.now.part")}, {Text: page.T("status.now.state")}}}
	for _, s := range v.now.Parts {
		tag := page.Tag{Text: page.T("status.now.up"), Tone: page.Success}
		if !s.Up {
			tag = page.Tag{Text: page.T("status.now.away"), Tone: page.Critical}
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{partName(s.Part), tag}})
	}
	return t
}

func (v view) figures(lang string) *page.Table {
	t := &page.Table{Caption: page.T("status.figures.title"), HideCaption: true, Columns: []page.Column{{Text: page.T("status.now.part")}}}
	for _, r := range v.reports {
		t.Columns = append(t.Columns, page.Column{Text: page.N("status.figures.days", r.Days), Number: true})
	}
	last := v.reports[len(v.reports)-1] // the longest knows all parts
	parts := []string{uptime.Own, uptime.Voting}
	for _, a := range last.Parts {
		if a.Part != uptime.Service && a.Part != uptime.Database { // they are our own
			parts = append(parts, a.Part)
		}
	}
	for _, part := range parts {
		cells := []page.Text{partName(part)}
		for _, r := range v.reports {
			cells = append(cells, share(of(r, part), lang))
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: cells})
	}
	return t
}

// of is a part's figure in a report; nothing was counted when it is not there.
func of(r uptime.Report, part string) uptime.Availability {
	for _, a := range append([]uptime.Availability{r.Own, r.Voting}, r.Parts...) {
		if a.Part == part {
			return a
		}
	}
	return uptime.Availability{Part: part}
}

// share never rounds a lost minute away.
func share(a uptime.Availability, lang string) page.Text {
	if a.Minutes == 0 {
		return page.T("status.figures.none")
	}
	hundredths := a.Up * 10000 / a.Minutes
	number := fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100)
	if lang != page.English {
		number = strings.Replace(number, ".", ",", 1)
	}
	if a.Down() == 0 {
		return page.T("status.figures.all", "number", number)
	}
	return page.T("status.figures.share", "number", number, "lost", length(time.Duration(a.Down())*time.Minute))
}

// length is a time in words, to the minute; of days, to the hour.
func length(d time.Duration) page.Text {
	minutes := int(d / time.Minute)
	parts := []page.Text{page.N("status.length.days", minutes/1440), page.N("status.length.hours", minutes/60%24), page.N("status.length.minutes", minutes%60)}
	switch {
	case d > 0 && minutes == 0:
		return page.T("status.length.less")
	case minutes < 60:
		return parts[2]
	case minutes < 1440 && minutes%60 == 0:
		return parts[1]
	case minutes < 1440:
		return []page.Text{parts[1], " ", parts[2]}
	case minutes/60%24 == 0:
		return parts[0]
	}
	return []page.Text{parts[0], " ", parts[1]}
}

func (v view) outageTable() *page.Table {
	t := &page.Table{Caption: page.T("status.outages.title"), HideCaption: true, Empty: page.T("status.outages.none"),
		Columns: []page.Column{{Text: page.T("status.outages.when")}, {Text: page.T("status.now.part")}, {Text: page.T("status.outages.long")}}}
	for _, o := range v.outages[:min(len(v.outages), maxRows)] {
		long := page.Text(page.T("status.outages.lasts"))
		if !o.Until.IsZero() {
			long = length(o.Until.Sub(o.From))
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{page.DateTime(o.From), partName(o.Part), long}})
	}
	return t
}

func (v view) addedTable() *page.Table {
	t := &page.Table{Caption: page.T("status.added.title"), HideCaption: true, Empty: page.T("status.added.none"),
		Columns: []page.Column{{Text: page.T("status.added.petition")}, {Text: page.T("status.outages.when")}, {Text: page.T("status.added.why")}, {Text: page.T("status.added.time")}}}
	for _, a := range v.added[:min(len(v.added), maxRows)] {
		reason := a.Reason
		if !slices.Contains(closing.Reasons(), reason) {
			reason = closing.ReasonOutage
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{page.Link{URL: "/forslag/" + a.Petition, Text: a.Title}, page.DateTime(a.From),
			page.T("status.reason." + reason), length(a.By)}})
	}
	return t
}

// how says plainly what is counted.
func how() page.Text {
	return page.List{Items: []page.Text{page.T("status.how.minute"), page.T("status.how.gap"), page.T("status.how.own"),
		page.T("status.how.others"), page.T("status.how.restart"), page.T("status.how.time"), page.T("status.how.nobody")}}
}
