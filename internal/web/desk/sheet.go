package desk

import (
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/form"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/route"
	"medborgarnavet/plugin"
)

// sheetView is the calculation. An amount that a line uses stands in the line;
// another is typed beside it, with the reason.
type sheetView struct {
	Missing    bool // it cannot be calculated now
	Action     string
	Version    string
	Editable   bool
	Differs    page.Text
	Problems   []string
	Household  page.Table
	Norm       page.Table
	NormSource string
	Incomes    page.Table
	Quiet      page.Details // income rows that nobody has an amount on
	HasQuiet   bool
	Costs      page.Table
	Assets     page.Table
	Notes      page.Table
	Sum        page.Table
}

const (
	amountField = "belopp."
	reasonField = "skal."
)

func sheet(f casework.CaseFile, a *attempt, open bool) sheetView {
	v := sheetView{Action: "/handlaggare/arenden/" + f.ID + "/berakning", Version: strconv.FormatInt(f.Version, 10), Editable: open}
	w := f.Worksheet
	if w == nil {
		// A decision without trial has no calculation; an open case without
		// one cannot be calculated now.
		v.Missing, v.Editable = open, false
		return v
	}
	e := entries{f: f, a: a, open: open}
	v.NormSource, v.Problems = w.NormSource, w.Problems
	v.Household = lines("household", w.Household)
	v.Norm = e.norm(*w)
	v.Incomes, v.Quiet, v.HasQuiet = e.incomes(*w)
	v.Costs = e.costs(*w)
	v.Assets = lines("assets", w.Assets)
	v.Notes = lines("notes", w.Notes)
	v.Sum = sums(*w)
	if n := differing(*w); n > 0 {
		v.Differs = page.N("desk.sheet.differs", n)
	}
	return v
}

func differing(w plugin.Worksheet) (n int) {
	for _, l := range w.Incomes {
		if l.Differs {
			n++
		}
	}
	return n
}

// entries writes the inputs of lines.
type entries struct {
	f    casework.CaseFile
	a    *attempt
	open bool
}

// inputs are the columns in which an officer enters.
func (e entries) inputs(columns []page.Column) []page.Column {
	if e.open {
		columns = append(columns, page.Column{Text: page.T("desk.sheet.change")})
	}
	return append(columns, page.Column{Text: page.T("desk.sheet.reason")})
}

// enter adds the inputs of a line to its cells, or the reason in words.
func (e entries) enter(cells []page.Text, key, label, reason string) []page.Text {
	if !e.open {
		return append(cells, reason)
	}
	have := e.f.Entries[key]
	amount := page.Field{Name: amountField + key, Kind: page.MoneyInput, Label: page.T("desk.sheet.change_label", "line", label), HideLabel: true,
		Value: e.a.value(amountField+key, kronor(have.AmountOre)), Error: e.a.fault(amountField + key)}
	if have.AmountOre != nil && amount.Value != kronor(have.AmountOre) {
		amount.Hint = page.T("desk.sheet.stands", "amount", page.Amount(*have.AmountOre))
	}
	why := page.Field{Name: reasonField + key, Label: page.T("desk.sheet.reason_label", "line", label), HideLabel: true,
		Value: e.a.value(reasonField+key, have.Reason), Error: e.a.fault(reasonField + key), MaxLength: casework.MaxReason}
	cells = append(cells, amount)
	if reason != "" && reason != have.Reason {
		return append(cells, []page.Text{reason, why})
	}
	return append(cells, why)
}

// kronor is an amount as it is typed.
func kronor(ore *int64) string {
	if ore == nil {
		return ""
	}
	s := strconv.FormatInt(*ore/100, 10)
	if rest := *ore % 100; rest != 0 {
		s += "," + strconv.FormatInt(100+rest, 10)[1:]
	}
	return s
}

func label(text, note string) page.Text {
	if note == "" {
		return text
	}
	return whole(text, " ", quiet(note))
}

// whole keeps the parts of a cell together where a row becomes a card.
func whole(parts ...page.Text) page.Text {
	return []page.Text{template.HTML("<div>"), parts, template.HTML("</div>")}
}

// quiet is a text in the lesser colour.
func quiet(text page.Text) page.Text {
	return []page.Text{template.HTML(`<span class="k-payment__payer">`), text, template.HTML(`</span>`)}
}

func (e entries) norm(w plugin.Worksheet) page.Table {
	t := page.Table{Caption: page.T("desk.sheet.norm"), Columns: e.inputs([]page.Column{{Text: page.T("desk.sheet.line")}, number("desk.sheet.amount")}),
		Foot: foot(len(e.inputs(nil))+2, 1, page.Amount(w.NormOre))}
	for _, l := range w.Norm {
		t.Rows = append(t.Rows, page.TableRow{Cells: e.enter([]page.Text{label(l.Label, l.Note), page.AmountOf(l.AmountOre, page.T("desk.none"))}, l.Key, l.Label, "")})
	}
	return t
}

// incomes gives the rows that say something, differences first, and apart
// from them those on which nobody has an amount.
func (e entries) incomes(w plugin.Worksheet) (page.Table, page.Details, bool) {
	columns := e.inputs([]page.Column{{Text: page.T("desk.sheet.income")}, number("desk.sheet.agency"), number("desk.sheet.applicant"), number("desk.sheet.used")})
	main := page.Table{Caption: page.T("desk.sheet.incomes"), Columns: columns, Foot: foot(len(columns), 3, page.Amount(w.IncomesOre)),
		Empty: page.T("desk.sheet.no_incomes")}
	quiet := page.Table{Caption: page.T("desk.sheet.quiet_caption"), HideCaption: true, Columns: columns}
	var plain []page.TableRow
	wrong := false
	for _, l := range w.Incomes {
		row := e.income(l)
		switch {
		case l.Differs:
			row.Tone = page.Info
			main.Rows = append(main.Rows, row)
		case e.speaks(l):
			plain = append(plain, row)
		default:
			quiet.Rows = append(quiet.Rows, row)
			wrong = wrong || e.a.fault(amountField+l.Key) != nil || e.a.fault(reasonField+l.Key) != nil
		}
	}
	main.Rows = append(main.Rows, plain...)
	return main, page.Details{Summary: page.N("desk.sheet.quiet", len(quiet.Rows)), Body: quiet, Open: wrong}, len(quiet.Rows) > 0
}

// speaks tells whether anyone has said anything on a row.
func (e entries) speaks(l plugin.IncomeLine) bool {
	_, entered := e.f.Entries[l.Key]
	return entered || l.AgencyOre != nil || l.ApplicantOre != nil || l.UsedOre != 0 || l.Comment != "" ||
		l.State == plugin.StateUnavailable || len(l.Payments)+len(l.Others) > 0
}

func (e entries) income(l plugin.IncomeLine) page.TableRow {
	name := []page.Text{l.Label}
	if l.Payer != "" {
		name = append(name, " ", quiet(l.Payer))
	}
	if e.changed(l.Key) {
		name = append(name, " ", quiet(page.T("desk.sheet.changed")))
	}
	if l.Comment != "" {
		name = append(name, page.Details{Summary: page.T("desk.sheet.comment"), Body: l.Comment})
	}
	if n := len(l.Payments) + len(l.Others); n > 0 {
		key := "desk.sheet.payments"
		if len(l.Payments) == 0 {
			key = "desk.sheet.payments_beside"
		}
		name = append(name, page.Details{Summary: page.N(key, n),
			Body: page.Payments{Counted: l.Payments, Others: l.Others, ControlMonth: e.f.Record.Application.ControlMonth}})
	}
	applicant := []page.Text{page.AmountOf(l.ApplicantOre, page.T("desk.sheet.agrees"))}
	if l.ApplicantOre == nil && l.AgencyOre == nil {
		applicant[0] = page.T("desk.none")
	}
	if l.Differs {
		applicant = append(applicant, " ", page.Tag{Text: page.T("desk.sheet.differs_mark"), Tone: page.Info, Shape: "dot"})
	}
	cells := []page.Text{whole(name...), e.agency(l), applicant, e.used(l)}
	return page.TableRow{Cells: e.enter(cells, l.Key, l.Label, l.Reason)}
}

// used is the amount that counts. Where nobody has said one it is not 0 kr:
// an agency that could not answer may hold money (I-6).
func (e entries) used(l plugin.IncomeLine) page.Text {
	_, entered := e.f.Entries[l.Key]
	switch {
	case l.AgencyOre != nil || l.ApplicantOre != nil || l.UsedOre != 0 || entered || l.Reason != "":
		return page.Amount(l.UsedOre)
	case l.State == plugin.StateUnavailable:
		return page.T("desk.sheet.unknown")
	}
	return page.T("desk.none")
}

// agency is the agency's amount, or how it answered: never 0 for "does not
// know" (I-6). An agency that told only of payments that do not count, of other
// months or not made yet, has something to show, but nothing in the month.
func (e entries) agency(l plugin.IncomeLine) page.Text {
	month := e.f.Record.Application.ControlMonth
	if l.AgencyOre == nil && len(l.Others) > 0 && month != "" && (l.State == plugin.StateAnswered || l.State == plugin.StateNothing) {
		return page.T("desk.sheet.none_then", "month", page.MonthOf(month))
	}
	return page.AmountOf(l.AgencyOre, page.T("desk.state_word."+stateWord(l.State)))
}

// stateWord is the state, also when the wire gave none we know.
func stateWord(s plugin.State) string {
	switch s {
	case plugin.StateAnswered, plugin.StateNothing, plugin.StateUnavailable:
		return string(s)
	}
	return string(plugin.StateNotAsked)
}

// changed tells whether a later fetch gave another amount than the person had
// seen when the application was handed in.
func (e entries) changed(path string) bool {
	for _, r := range e.f.Record.Application.Rows {
		if r.Path == path {
			return r.Changed
		}
	}
	return false
}

func (e entries) costs(w plugin.Worksheet) page.Table {
	columns := e.inputs([]page.Column{{Text: page.T("desk.sheet.cost")}, number("desk.sheet.applied"), number("desk.sheet.approved"), number("desk.sheet.refused")})
	t := page.Table{Caption: page.T("desk.sheet.costs"), Columns: columns, Foot: foot(len(columns), 2, page.Amount(w.CostsOre)),
		Empty: page.T("desk.sheet.no_costs")}
	for _, l := range w.Costs {
		t.Rows = append(t.Rows, page.TableRow{Cells: e.enter([]page.Text{label(l.Label, l.Note), page.Amount(l.AppliedOre), page.Amount(l.ApprovedOre),
			page.Amount(l.RefusedOre)}, l.Key, l.Label, l.Reason)})
	}
	return t
}

func number(key string) page.Column { return page.Column{Text: page.T(key), Number: true} }

// foot is a last row with one sum.
func foot(columns, at int, sum page.Text) []page.Text {
	out := make([]page.Text, columns)
	out[0], out[at] = page.T("desk.sheet.sum"), sum
	return out
}

// lines are rows that are shown and not counted.
func lines(what string, list []plugin.Line) page.Table {
	t := page.Table{Caption: page.T("desk.sheet." + what), Columns: []page.Column{{Text: page.T("desk.sheet.line")}, {Text: page.T("desk.sheet.said")}, number("desk.sheet.amount")}}
	for _, l := range list {
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{l.Label, l.Note, page.AmountOf(l.AmountOre, page.T("desk.none"))}})
	}
	return t
}

// sums is the whole calculation in five lines.
func sums(w plugin.Worksheet) page.Table {
	row := func(key string, ore int64) page.TableRow {
		return page.TableRow{Cells: []page.Text{page.T("desk.sum." + key), page.Amount(ore)}}
	}
	result := "desk.sum.need"
	if w.ResultOre < 0 {
		result = "desk.sum.surplus"
	}
	return page.Table{Caption: page.T("desk.sum.caption"), Columns: []page.Column{{Text: page.T("desk.sheet.line")}, number("desk.sheet.amount")},
		Rows: []page.TableRow{row("norm", w.NormOre), row("costs", w.CostsOre), row("incomes", -w.IncomesOre), row("carried", -w.CarriedOverOre)},
		Foot: []page.Text{page.T(result), page.Amount(w.ResultOre)}}
}

// saveWorksheet stores what the officer has entered. What cannot be read, and
// what someone else has saved meanwhile, comes back beside what was typed.
func (p *Pages) saveWorksheet(w http.ResponseWriter, r *route.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, err, "the form cannot be read")
	}
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "the form has no version")
	}
	a := &attempt{typed: typed(r.PostForm)}
	list := readEntries(r.PostForm, a)
	if len(a.faults) > 0 {
		return p.casePage(w, r, a)
	}
	err = p.Casework.SaveEntries(r.Context(), r.StaffID, r.PathValue("id"), version, list)
	if fault.Is(err, fault.Conflict) {
		a.overtaken(&page.Notice{Tone: page.Warning, Title: page.T("desk.sheet.conflict"), Body: page.T("desk.sheet.conflict_text"), Live: true})
		return p.casePage(w, r, a)
	}
	if err != nil {
		return err
	}
	return back(w, r, "berakning", "berakning")
}

func typed(post url.Values) map[string]string {
	out := make(map[string]string, len(post))
	for name := range post {
		out[name] = post.Get(name)
	}
	return out
}

// named says of each wrong amount or reason which line it stands on.
func (a *attempt) named(w *plugin.Worksheet) {
	labels := map[string]string{}
	if w != nil {
		for _, l := range w.Norm {
			labels[l.Key] = l.Label
		}
		for _, l := range w.Costs {
			labels[l.Key] = l.Label
		}
		for _, l := range w.Incomes {
			labels[l.Key] = l.Label
		}
	}
	for i, f := range a.faults {
		if key, ok := strings.CutPrefix(f.Field, amountField); ok {
			a.faults[i].Text = page.T("desk.sheet.amount_error", "line", labels[key])
		} else if key, ok := strings.CutPrefix(f.Field, reasonField); ok {
			a.faults[i].Text = page.T("desk.sheet.reason_error", "line", labels[key], "most", strconv.Itoa(casework.MaxReason))
		}
	}
}

// readEntries reads the lines on which something is entered.
func readEntries(post url.Values, a *attempt) map[string]plugin.Entry {
	out := map[string]plugin.Entry{}
	for _, name := range slices.Sorted(maps.Keys(post)) {
		key, isAmount := strings.CutPrefix(name, amountField)
		if !isAmount {
			continue
		}
		var e plugin.Entry
		e.Reason = strings.TrimSpace(post.Get(reasonField + key))
		if utf8.RuneCountInString(e.Reason) > casework.MaxReason {
			a.refuse(reasonField+key, nil) // named says which line
		}
		if text := strings.TrimSpace(post.Get(name)); text != "" {
			ore, ok := form.Ore(text)
			if !ok || ore < 0 {
				a.refuse(name, nil) // named says which line
			}
			e.AmountOre = &ore
		}
		if e.AmountOre != nil || e.Reason != "" {
			out[key] = e
		}
	}
	return out
}
