package citizen

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/form"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/internal/workspace"
	"medborgarnavet/plugin"
)

// sectionView is what a section's page is made of.
type sectionView struct {
	draft   workspace.Draft
	fetch   broker.Fetch
	form    plugin.Form    // in the reader's language, if it can be had
	section plugin.Section // of that form
	values  map[string]string
	rows    []plugin.Row // all amount rows with these values; only while the page is made
	faults  []form.Fault
	notice  *page.Notice
	status  int
	// ask questions large amounts; only after a save.
	ask bool
}

type sectionBody struct {
	Action   string
	Files    bool
	Revision int
	Fetch    *fetchPanel
	Parts    []page.Component
	Buttons  page.Buttons
	Deleted  page.Text
	// Rows is true when the section has amounts to go through.
	Rows bool
}

// fetchPanel is the fetch button with the states of the sources.
type fetchPanel struct {
	Explain page.Text
	Button  page.Button
	Sources page.Sources
	Gone    bool
	// KeptDays is how long what is fetched is kept.
	KeptDays int
	Has      bool
}

// section shows one part of the application (M-32).
func (p *Pages) section(w http.ResponseWriter, r *route.Request) error {
	v, err := p.view(r)
	if err != nil {
		return p.handedIn(w, r, err)
	}
	if h := r.URL.Query().Get("atersta"); h != "" {
		if values, err := p.Workspace.Unstash(r.Context(), v.draft, v.section.ID, h); err == nil {
			v.values = overlay(v.draft.Values, v.section.ID, values)
			v.notice = &page.Notice{Tone: page.Warning, Title: page.T("citizen.section.unstashed"), Live: true}
		}
	}
	if r.URL.Query().Has("fler") {
		v.notice = &page.Notice{Tone: page.Info, Title: page.T("citizen.section.opened"), Body: page.T("citizen.section.opened_text"), Live: true}
	}
	if r.URL.Query().Has("sparat") {
		v.notice = &page.Notice{Tone: page.Success, Title: page.T("citizen.section.saved", "date", page.Date(v.draft.DeleteAt)), Live: true}
		v.ask = true
	}
	return p.sectionPage(w, r, v)
}

// view loads a section's draft and binds what has come in.
func (p *Pages) view(r *route.Request) (sectionView, error) {
	d, err := p.draft(r)
	if err != nil {
		return sectionView{}, err
	}
	pinned, ok := d.Section(r.PathValue("section"))
	if !ok || pinned.Unused {
		return sectionView{}, fault.New(fault.NotFound, "no such section")
	}
	v := sectionView{section: pinned, status: http.StatusOK}
	if v.draft, v.fetch, err = p.Workspace.Refresh(r.Context(), login(r), d); err != nil {
		return sectionView{}, err
	}
	v.values = v.draft.Values
	v.form = p.displayForm(r.Context(), d, page.LangOf(r.Request))
	if s, ok := form.Section(v.form, pinned.ID); ok {
		v.section = s
	}
	return v, nil
}

// overlay puts a section's posted values in place of the stored ones.
func overlay(stored map[string]string, section string, posted map[string]string) map[string]string {
	out := map[string]string{}
	for path, v := range stored {
		if !strings.HasPrefix(path, section+".") {
			out[path] = v
		}
	}
	for path, v := range posted {
		out[path] = v
	}
	return out
}

func (p *Pages) sectionPage(w http.ResponseWriter, r *route.Request, v sectionView) error {
	s := v.section
	data := p.draftData(r, v.draft, s.Title, s.ID)
	data.Lead = s.Intro
	data.Back = &page.Link{URL: "/ansokan/" + v.draft.ID, Text: page.T("citizen.section.back")}
	body := sectionBody{Action: "/ansokan/" + v.draft.ID + "/" + s.ID, Revision: v.draft.Revisions[s.ID],
		Deleted: page.T("citizen.draft.deleted_long", "date", page.Date(v.draft.DeleteAt)), Fetch: p.fetchPanel(v)}
	errs := map[string]page.Text{}
	for _, f := range v.inReadersWords() {
		errs[f.Input] = faultText(f)
		data.Errors = append(data.Errors, page.FieldError{Field: f.Input, Text: errs[f.Input]})
	}
	if v.notice != nil {
		data.Notices = append(data.Notices, *v.notice)
	}
	v.rows = form.Own(v.draft.Form, v.draft.Rows, v.values)
	for _, g := range s.Groups {
		for _, fg := range p.groups(v, g, errs) {
			body.Parts = append(body.Parts, fold(v, fg)...)
		}
		for _, f := range g.Fields {
			body.Files = body.Files || f.Kind == plugin.FieldFiles
			body.Rows = body.Rows || f.Kind == plugin.FieldAmountRow
		}
	}
	body.Buttons = p.sectionButtons(v, body.Rows)
	return p.render(w, r, v.status, "section.html", withBody(data, body))
}

// inReadersWords are the faults with the fields as the page shows them: what
// was typed is checked against the Swedish form.
func (v sectionView) inReadersWords() []form.Fault {
	fields := map[string]plugin.Field{}
	for _, it := range form.Items(v.section, v.values) {
		fields[it.Path], fields[it.Path+".own"], fields[it.Path+".comment"] = it.Field, it.Field, it.Field
	}
	out := slices.Clone(v.faults)
	for i, f := range out {
		if shown, ok := fields[f.Input]; ok {
			out[i].Field = shown
		}
	}
	return out
}

// groups makes the page's groups of one group of the definition: one, or for
// a repeating group one for each item and one with the button that adds.
func (p *Pages) groups(v sectionView, g plugin.Group, errs map[string]page.Text) []page.FormGroup {
	if !form.Holds(g.ShowIf, "", v.values) {
		return nil
	}
	var fields = map[int][]page.FormField{}
	one := plugin.Section{ID: v.section.ID, Groups: []plugin.Group{g}}
	for _, it := range form.Items(one, v.values) {
		if it.Visible(v.values) {
			fields[it.Index] = append(fields[it.Index], p.formField(v, it, errs))
		}
	}
	if g.Repeat == 0 {
		return []page.FormGroup{{ID: g.ID, Title: text(g.Title), Hint: text(g.Hint), Fields: fields[-1]}}
	}
	head := page.FormGroup{ID: g.ID, Title: text(g.Title), Hint: text(g.Hint)}
	out := []page.FormGroup{head}
	n := form.Count(v.section.ID, g, v.values)
	for i := range n {
		out = append(out, page.FormGroup{ID: g.ID + "-" + strconv.Itoa(i), Title: page.T("citizen.section.item", "item", capital(g.Item), "nr", strconv.Itoa(i+1)),
			Fields: fields[i], Buttons: []page.Button{{Text: page.T("citizen.section.remove"), About: page.T("citizen.section.item", "item", g.Item, "nr", strconv.Itoa(i+1)),
				Variant: page.Quiet, Name: "gor", Value: "ta-bort:" + g.ID + ":" + strconv.Itoa(i)}}})
	}
	if n < g.Repeat {
		out = append(out, page.FormGroup{ID: g.ID + "-ny", Buttons: []page.Button{{Text: page.T("citizen.section.add", "item", g.Item),
			Variant: page.Secondary, Name: "gor", Value: "lagg-till:" + g.ID}}})
	}
	return out
}

// fold puts the amount rows that nothing is known about below a fold, so that
// what the person has to look at comes first. Nothing typed or wrong is ever
// folded away.
func fold(v sectionView, g page.FormGroup) []page.Component {
	var shown, folded []page.FormField
	for _, f := range g.Fields {
		if f.Field.Kind == plugin.FieldAmountRow && idle(v, f) {
			folded = append(folded, f)
		} else {
			shown = append(shown, f)
		}
	}
	if len(folded) == 0 {
		return []page.Component{g}
	}
	rest := page.Details{Summary: page.N("citizen.section.more_rows", len(folded)), Body: foldedTable(g, folded)}
	if len(shown) == 0 {
		rest.Summary = page.N("citizen.section.by_hand", len(folded))
	}
	g.Fields = shown
	return []page.Component{g, rest}
}

func foldedTable(g page.FormGroup, fields []page.FormField) page.IncomeTable {
	t := page.IncomeTable{Caption: g.Title}
	for _, f := range fields {
		t.Rows = append(t.Rows, f.IncomeRow())
	}
	return t
}

// idle tells whether a row has nothing to show: not fetched, not typed, and,
// if it is filled in by hand, not called for.
func idle(v sectionView, f page.FormField) bool {
	if f.Own != "" || f.Comment != "" || f.Error != nil || f.CommentError != nil {
		return false
	}
	if f.Field.Bind == nil {
		return v.values[v.section.ID+".fraga.har"] != "ja"
	}
	r := f.Row
	return r == nil || r.FetchedOre == nil && len(r.Others) == 0 && r.State != plugin.StateUnavailable && !r.Changed
}

func (p *Pages) formField(v sectionView, it form.Item, errs map[string]page.Text) page.FormField {
	f := page.FormField{Field: it.Field, Path: it.Path, Value: v.values[it.Path], Error: errs[it.Path], ControlMonth: v.draft.ControlMonth}
	switch it.Field.Kind {
	case plugin.FieldAmountRow:
		f.Own, f.Comment, f.Error = v.values[it.Path+".own"], v.values[it.Path+".comment"], errs[it.Path+".own"]
		f.CommentError = errs[it.Path+".comment"]
		f.Row = v.row(it.Path)
		if ore, ok := form.Ore(f.Own); ok && v.ask && it.Field.AskAboveOre > 0 && ore > it.Field.AskAboveOre {
			f.Ask = page.T("citizen.section.ask", "amount", page.Amount(ore))
		}
	case plugin.FieldMonth:
		f.Months = p.months()
		if f.Value == "" {
			f.Value = v.draft.Month
		}
	case plugin.FieldFiles:
		f.Files = p.filesField(v, it)
	}
	return f
}

// row is the amount row at a path with what was fetched.
func (v sectionView) row(path string) *plugin.Row {
	for i := range v.rows {
		if v.rows[i].Path == path {
			return &v.rows[i]
		}
	}
	return nil
}

func (p *Pages) filesField(v sectionView, it form.Item) page.Files {
	files := page.Files{Accept: ".pdf,.jpg,.jpeg,.png,.heic,image/*", MaxBytes: workspace.MaxFileSize, Many: true,
		Locked: len(v.draft.Files) >= workspace.MaxFiles}
	for _, f := range v.draft.Files {
		if f.Path == it.Path {
			files.Sent = append(files.Sent, page.SentFile{Name: f.Name, Size: f.Size, URL: "/ansokan/" + v.draft.ID + "/" + v.section.ID + "/fil/" + f.ID,
				Remove: &page.Button{Text: page.T("citizen.section.remove"), About: page.FileName(f.Name), Variant: page.Quiet, Name: "gor", Value: "ta-bort-fil:" + f.ID}})
		}
	}
	return files
}

// sectionButtons are the three ways on of source 004 (M-33) and a way out.
func (p *Pages) sectionButtons(v sectionView, rows bool) page.Buttons {
	done := page.T("citizen.section.done")
	if rows {
		done = page.T("citizen.section.done_amounts")
	}
	b := page.Buttons{Buttons: []page.Button{{Text: done, Name: "gor", Value: "klar"}}}
	if prev, ok := neighbour(v.draft, v.section.ID, -1); ok {
		b.Buttons = append(b.Buttons, page.Button{Text: page.T("citizen.section.previous"), About: v.menu(prev), Variant: page.Secondary, Name: "gor", Value: "fore"})
	}
	if next, ok := neighbour(v.draft, v.section.ID, +1); ok {
		b.Buttons = append(b.Buttons, page.Button{Text: page.T("citizen.section.next"), About: v.menu(next), Variant: page.Secondary, Name: "gor", Value: "nasta"})
	}
	b.Buttons = append(b.Buttons, page.Button{Text: page.T("citizen.section.save"), Variant: page.Quiet, Name: "gor", Value: "spara"})
	return b
}

// menu is a section's name in the menu, in the reader's language.
func (v sectionView) menu(s plugin.Section) string {
	if shown, ok := form.Section(v.form, s.ID); ok {
		return shown.Menu
	}
	return s.Menu
}

// neighbour is the next used section in a direction.
func neighbour(d workspace.Draft, id string, step int) (plugin.Section, bool) {
	for i, s := range d.Form.Sections {
		if s.ID != id {
			continue
		}
		for j := i + step; j >= 0 && j < len(d.Form.Sections); j += step {
			if !d.Form.Sections[j].Unused {
				return d.Form.Sections[j], true
			}
		}
	}
	return plugin.Section{}, false
}

// capital begins a heading with a capital letter.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

func text(s string) page.Text {
	if s == "" {
		return nil
	}
	return s
}

// faultText says what is wrong, how to write it, and an example.
func faultText(f form.Fault) page.Text {
	if f.Code == "length" {
		return page.T("citizen.fault.length", "label", f.Field.Label, "has", strconv.Itoa(f.Has), "most", strconv.Itoa(f.Most))
	}
	key := "citizen.fault." + f.Code
	example := f.Field.Example
	if example == "" {
		example = map[string]string{"money": "1 250", "number": "2", "range": strconv.Itoa(max(1, f.Field.Min)), "date": time.Now().Format("2 1 2006"),
			"month": "11 2026", "identity": "20170110-2384"}[f.Code]
	}
	return page.T(key, "label", f.Field.Label, "example", example)
}
