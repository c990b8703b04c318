package moderation

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/oversight"
	"medborgarnavet/internal/petition/uptime"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
)

// The steward's page: what must be looked at, what is held, what is on. It
// tells nothing about who voted, and no count that the public does not see.

type operationsBody struct {
	Jump                                                []page.Link
	Alarms                                              []page.Notice
	Calm                                                bool // everything was looked at and nothing is wrong
	Voting                                              page.Table
	Actions                                             []page.Button
	Pauses                                              page.Table
	Silent                                              page.Table
	Due                                                 page.Table
	Holders, Keys                                       page.Table
	Switches                                            page.Table
	Figures                                             page.Table
	Summary                                             []page.Text
	Uptime                                              page.Table
	Since                                               page.Text
	Mail                                                page.Text
	Watched, HasKeys, HasSwitches, HasUptime, HasVoting bool
	HasHolders                                          bool
}

func (p *Pages) operations(w http.ResponseWriter, r *route.Request) error {
	body, err := p.operationsBody(r)
	if err != nil {
		return err
	}
	d := p.data(r, page.T("moderation.drift.title"))
	if n, err := strconv.Atoi(r.URL.Query().Get("antal")); err == nil && n >= 0 {
		d.Notices = append(d.Notices, page.Notice{Tone: page.Success, Title: page.T("moderation.drift.saved"), Body: page.N("moderation.drift.touched", n), Live: true, Level: -1})
	} else if r.URL.Query().Get("sparat") != "" {
		d.Notices = append(d.Notices, page.Notice{Tone: page.Success, Title: page.T("moderation.drift.saved"), Live: true, Level: -1})
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("fel")); err == nil && n > 0 {
		d.Notices = append(d.Notices, page.Notice{Tone: page.Warning, Title: page.N("moderation.drift.failed", n), Live: true, Level: -1})
	}
	d.Body = body
	return p.render(w, r, http.StatusOK, "operations.html", d)
}

func (p *Pages) operationsBody(r *route.Request) (operationsBody, error) {
	ctx := r.Context()
	b := operationsBody{HasVoting: p.Voting != nil}
	var picture oversight.Picture
	var err error
	if p.Oversight != nil {
		b.Watched = true
		if picture, err = p.Oversight(ctx); err != nil {
			return b, err
		}
	}
	silent, err := p.Petitions.Silent(ctx)
	if err != nil {
		return b, err
	}
	due, err := p.Petitions.DueFollowUps(ctx)
	if err != nil {
		return b, err
	}
	titles, err := p.titles(r, picture, silent, due)
	if err != nil {
		return b, err
	}
	b.Alarms = alarms(picture, titles)
	if n := len(silent); n > 0 {
		b.Alarms = append(b.Alarms, page.Notice{Tone: page.Warning, Title: page.N("moderation.alarm.silent", n), Level: 3, Body: page.T("moderation.alarm.silent-body")})
	}
	b.Calm = b.Watched && len(b.Alarms) == 0
	b.Voting, b.Actions = p.votingTable(picture, titles)
	b.Pauses = pausesTable(picture, titles)
	b.Silent, b.Due = waitingTable(silent, titles, "silent"), waitingTable(due, titles, "due")
	b.Holders, b.HasHolders = holdersTable(picture), len(picture.Holders) > 0
	b.Keys, b.HasKeys = keysTable(picture, titles), len(picture.Keys) > 0
	if p.Switches != nil {
		b.Switches, b.HasSwitches = p.switchTable(), true
	}
	if err := p.figures(ctx, &b); err != nil {
		return b, err
	}
	b.Jump = jump(b)
	return b, nil
}

// jump leads within the page.
func jump(b operationsBody) []page.Link {
	var out []page.Link
	for _, part := range []struct {
		id    string
		shown bool
	}{{"rostning", b.Watched}, {"pauser", b.Watched}, {"tysta", true}, {"nycklar", b.HasHolders || b.HasKeys}, {"brytare", b.HasSwitches}, {"statistik", true},
		{"tillganglighet", b.HasUptime}, {"post", b.Mail != nil}} {
		if part.shown {
			out = append(out, page.Link{URL: "#" + part.id, Text: page.T("moderation.drift." + part.id)})
		}
	}
	return out
}

// titles are the petitions that the page names.
func (p *Pages) titles(r *route.Request, picture oversight.Picture, waiting ...[]petition.Waiting) (map[string]petition.QueueItem, error) {
	var ids []string
	for _, x := range picture.Late {
		ids = append(ids, x.Petition)
	}
	for _, x := range picture.Voting {
		ids = append(ids, x.Petition)
	}
	for _, x := range picture.Pauses {
		ids = append(ids, x.Petition)
	}
	ids = append(append(ids, picture.KeyLost...), picture.Drifting...)
	for _, all := range waiting {
		for _, x := range all {
			ids = append(ids, x.ID)
		}
	}
	return p.Petitions.Titles(r.Context(), r.StaffID, ids)
}

// named is a petition by title and number, or its id when it is not there.
func named(titles map[string]petition.QueueItem, id string) page.Text {
	if i, ok := titles[id]; ok {
		return proposal(i)
	}
	return id
}

// votingTable is the open votings with what can be done to each.
func (p *Pages) votingTable(x oversight.Picture, titles map[string]petition.QueueItem) (page.Table, []page.Button) {
	t := page.Table{Caption: page.T("moderation.drift.rostning"), HideCaption: true, Columns: columns("proposal", "closes", "state"), Empty: page.T("moderation.drift.no-voting")}
	if p.Voting != nil {
		t.Columns = append(t.Columns, columns("act")...)
	}
	open, paused := 0, 0
	for _, v := range x.Voting {
		state := page.Tag{Text: page.T("moderation.voting.open"), Tone: page.Success, Shape: "dot"}
		act, key := "paus", "moderation.act.paus"
		if v.Paused {
			paused++
			state = page.Tag{Text: []page.Text{page.T("moderation.voting.paused"), ": ", reason(v.Reason)}, Tone: page.Warning, Shape: "waiting"}
			act, key = "fortsatt", "moderation.act.fortsatt"
		} else {
			open++
		}
		cells := []page.Text{named(titles, v.Petition), p.closes(v.ClosesAt), state}
		if p.Voting != nil {
			about := titles[v.Petition].Title
			cells = append(cells, []page.Text{page.Link{URL: actURL(act, v.Petition), Text: page.T(key), About: about}, " · ",
				page.Link{URL: actURL("stang", v.Petition), Text: page.T("moderation.act.stang"), About: about}})
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: cells})
	}
	if p.Voting == nil {
		return t, nil
	}
	var buttons []page.Button
	if open > 0 {
		buttons = append(buttons, page.Button{Text: page.T("moderation.act.paus-alla"), URL: actURL("paus", ""), Variant: page.Secondary})
	}
	if paused > 0 {
		buttons = append(buttons, page.Button{Text: page.T("moderation.act.fortsatt-alla"), URL: actURL("fortsatt", ""), Variant: page.Secondary})
	}
	return t, append(buttons, page.Button{Text: page.T("moderation.act.avbrott"), URL: drift + "/avbrott", Variant: page.Secondary})
}

// closes is when voting ends: with a day, or at a time that an outage or a
// steward has moved it to.
func (p *Pages) closes(at time.Time) page.Text {
	if local := at.In(p.zone); local.Hour() == 0 && local.Minute() == 0 {
		return page.T("moderation.drift.day-ends", "day", page.Date(at.Add(-time.Millisecond)))
	}
	return page.DateTime(at)
}

func actURL(act, id string) string {
	if id == "" {
		return drift + "/" + act
	}
	return drift + "/" + act + "?" + url.Values{"forslag": {id}}.Encode()
}

// reason is why voting is held, in words.
func reason(code string) page.Text {
	if !slices.Contains(closing.Reasons(), code) {
		code = "other"
	}
	return page.T("moderation.reason." + code)
}

func pausesTable(x oversight.Picture, titles map[string]petition.QueueItem) page.Table {
	t := page.Table{Caption: page.T("moderation.drift.pauser"), HideCaption: true, Columns: columns("proposal", "reason", "from", "until", "extended"), Empty: page.T("moderation.drift.no-pauses")}
	for _, v := range x.Pauses {
		var until page.Text = page.T("moderation.drift.lasts")
		if !v.Until.IsZero() {
			until = page.DateTime(v.Until)
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{named(titles, v.Petition), reason(v.Reason), page.DateTime(v.From), until, lasted(v.Extended)}})
	}
	return t
}

// lasted is a time in whole minutes or hours.
func lasted(d time.Duration) page.Text {
	switch {
	case d <= 0:
		return page.T("moderation.none")
	case d < 2*time.Hour:
		return page.N("moderation.minutes", int((d+time.Minute-1)/time.Minute))
	}
	return page.N("moderation.hours", int(d/time.Hour))
}

func waitingTable(all []petition.Waiting, titles map[string]petition.QueueItem, kind string) page.Table {
	t := page.Table{Caption: page.T("moderation.drift." + kind), Columns: columns("proposal", "state", "silence"), Empty: page.T("moderation.drift.no-" + kind)}
	for _, x := range all {
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{named(titles, x.ID), page.T("moderation.outcome." + string(x.Outcome)),
			[]page.Text{page.N("moderation.days", x.Days), " (", page.Date(x.Since), ")"}}})
	}
	return t
}

func (p *Pages) switchTable() page.Table {
	t := page.Table{Caption: page.T("moderation.drift.brytare"), HideCaption: true, Columns: columns("feature", "state", "since", "words", "act")}
	for _, s := range p.Switches.All() {
		tag, act := page.Tag{Text: page.T("moderation.switch.on"), Tone: page.Success, Shape: "done"}, "moderation.act.av"
		if !s.On {
			tag, act = page.Tag{Text: page.T("moderation.switch.off"), Tone: page.Warning, Shape: "dash"}, "moderation.act.pa"
		}
		var since page.Text = page.T("moderation.none")
		if !s.Since.IsZero() {
			since = page.DateTime(s.Since)
		}
		name := page.T("moderation.feature." + string(s.Name))
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{name, tag, since, s.Words,
			page.Link{URL: drift + "/brytare?" + url.Values{"del": {string(s.Name)}}.Encode(), Text: page.T(act), About: name}}})
	}
	return t
}

// figures are the year's moderation, the availability and the letters.
func (p *Pages) figures(ctx context.Context, b *operationsBody) error {
	now := p.Clock.Now().In(p.zone)
	stats, err := p.Petitions.Moderation(ctx, now.AddDate(-1, 0, 0), now.Add(time.Millisecond))
	if err != nil {
		return err
	}
	b.Summary, b.Figures = p.statistics(stats)
	if p.Availability != nil {
		report, err := p.Availability(ctx)
		if err != nil {
			return err
		}
		b.HasUptime, b.Uptime = true, availability(report)
		if !report.From.IsZero() {
			b.Since = page.T("moderation.uptime.since", "from", page.DateTime(report.From))
		}
	}
	if p.MailWaiting != nil {
		n, err := p.MailWaiting(ctx)
		if err != nil {
			return err
		}
		b.Mail = page.T("moderation.mail.none")
		if n > 0 {
			b.Mail = page.N("moderation.mail.waiting", n)
		}
	}
	return nil
}

// statistics are what became of a year's proposals: in words, and as a table
// with bars. Small numbers are told as "fewer than".
func (p *Pages) statistics(s petition.Statistics) ([]page.Text, page.Table) {
	floor := strconv.FormatInt(p.Petitions.Settings().Floor, 10)
	few := page.T("moderation.figures.few", "floor", floor)
	number := func(n *int64) page.Text {
		if n == nil {
			return few
		}
		return strconv.FormatInt(*n, 10)
	}
	words := []page.Text{page.T("moderation.figures.period", "from", page.DayOf(s.From), "to", page.DayOf(s.To))}
	if s.MedianDays != nil && s.WithinTarget != nil {
		words = append(words, page.N("moderation.figures.median", int(*s.MedianDays)),
			page.T("moderation.figures.target", "share", strconv.FormatInt(*s.WithinTarget, 10), "days", strconv.Itoa(p.Petitions.Settings().TargetDays)))
	}
	t := page.Table{Caption: page.T("moderation.drift.statistik"), HideCaption: true,
		Columns: []page.Column{{Text: page.T("moderation.column.what")}, {Text: page.T("moderation.column.number"), Number: true}, {Text: page.T("moderation.column.bar")}}}
	most := 1
	if s.Received != nil {
		most = max(int(*s.Received), 1)
	}
	row := func(what page.Text, n *int64) {
		var bar page.Text = ""
		if n != nil && s.Received != nil {
			bar = page.Progress{Text: page.T("moderation.figures.share", "share", strconv.Itoa(int(*n)*100/most)), Value: int(*n), Max: most}
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{what, number(n), bar}})
	}
	row(page.T("moderation.figures.received"), s.Received)
	row(page.T("moderation.figures.accepted"), s.Accepted)
	for _, c := range petition.Codes() {
		if n, ok := s.Codes[c.ID]; ok {
			row(c.Label, n)
		}
	}
	return words, t
}

func availability(r uptime.Report) page.Table {
	t := page.Table{Caption: page.T("moderation.drift.tillganglighet"), HideCaption: true, Empty: page.T("moderation.uptime.none"),
		Columns: []page.Column{{Text: page.T("moderation.column.part")}, {Text: page.T("moderation.column.share"), Number: true}, {Text: page.T("moderation.column.lost"), Number: true}}}
	if r.From.IsZero() {
		return t
	}
	for _, a := range append([]uptime.Availability{r.Own, r.Voting}, r.Parts...) {
		share := strconv.FormatFloat(float64(int(a.Share()*10000))/100, 'f', 2, 64) // rounded down: never more than is true
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{page.T("moderation.part-of." + a.Part),
			page.T("moderation.uptime.share", "share", comma(share)), page.N("moderation.minutes", int(a.Down()))}})
	}
	return t
}

// comma writes a number the Swedish way.
func comma(s string) string { return strings.ReplaceAll(s, ".", ",") }
