package form

import (
	"slices"
	"sort"
	"strings"

	"medborgarnavet/plugin"
)

// Bind puts every payment of the parts on one row of the form and sums, for
// each row, the paid net amounts whose pay date lies in the control month
// ("2026-10"). Payments of other months, planned ones and those without a
// net amount are kept beside the sum (I-2, M-87, M-88). No payment is
// dropped as long as the form has a rest row: what no row asks for goes there.
//
// A part whose state is none of the four has not ended: its rows have no sum
// yet. An answered part with a code lacks something: its rows without a
// payment may not be taken for "nothing" (I-6).
func Bind(f plugin.Form, parts []plugin.Part, controlMonth string) []plugin.Row {
	rows, bindings := boundRows(f)
	byOrigin := map[string]plugin.Part{}
	for _, p := range parts {
		byOrigin[p.Origin] = p
		for _, pay := range p.Payments {
			if i := place(bindings, p.Origin, pay); i >= 0 {
				put(&rows[i], pay, controlMonth)
			}
		}
	}
	for i := range rows {
		settle(&rows[i], bindings[i], byOrigin)
	}
	return rows
}

// boundRows lists the amount rows that can be filled, in the form's order.
func boundRows(f plugin.Form) (rows []plugin.Row, bindings []plugin.Binding) {
	for _, s := range f.Sections {
		for _, it := range Items(s, nil) {
			if it.Field.Kind == plugin.FieldAmountRow && it.Field.Bind != nil {
				rows = append(rows, plugin.Row{Path: it.Path, Label: it.Field.Label, Payer: it.Field.Payer})
				bindings = append(bindings, *it.Field.Bind)
			}
		}
	}
	return rows, bindings
}

// place finds the row of a payment: the first that names its code, else the
// first rest row of its origin, else any rest row; -1 when the form has none.
func place(bindings []plugin.Binding, origin string, p plugin.Payment) int {
	rest, last := -1, -1
	for i, b := range bindings {
		if b.Rest && last < 0 {
			last = i
		}
		if !slices.Contains(b.Origins, origin) || b.Payer != "" && b.Payer != p.Payer {
			continue
		}
		if b.Rest {
			if rest < 0 {
				rest = i
			}
			continue
		}
		if slices.ContainsFunc(b.Codes, func(c string) bool { return matches(c, p.BenefitCode) }) {
			return i
		}
	}
	if rest < 0 {
		return last
	}
	return rest
}

func matches(pattern, code string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(code, prefix)
	}
	return pattern == code
}

func put(r *plugin.Row, p plugin.Payment, controlMonth string) {
	if p.Status == plugin.StatusPaid && p.NetOre != nil && strings.HasPrefix(p.PayDate, controlMonth+"-") {
		r.Counted = append(r.Counted, p)
	} else {
		r.Others = append(r.Others, p)
	}
}

// settle decides a row's state and sum. If any of the row's origins could
// not answer or has not ended, there is no sum to trust: what did come is
// shown, not summed.
func settle(r *plugin.Row, b plugin.Binding, parts map[string]plugin.Part) {
	asked, unavailable, pending, partial := false, false, false, false
	for _, o := range b.Origins {
		p, ok := parts[o]
		switch {
		case !ok || p.State == plugin.StateNotAsked:
		case p.State == plugin.StateUnavailable:
			unavailable = true
		case p.State == plugin.StateAnswered || p.State == plugin.StateNothing:
			asked, partial = true, partial || p.Code != ""
		default:
			pending = true
		}
	}
	switch {
	case unavailable || partial && len(r.Counted) == 0:
		r.State = plugin.StateUnavailable
	case pending || !asked:
		r.State = plugin.StateNotAsked
	case len(r.Counted) == 0:
		r.State = plugin.StateNothing
	default:
		r.State = plugin.StateAnswered
		sum := int64(0)
		for _, p := range r.Counted {
			sum += *p.NetOre
		}
		r.FetchedOre = &sum
	}
	if r.FetchedOre == nil {
		r.Counted, r.Others = nil, append(r.Counted, r.Others...)
	}
	byDate(r.Counted)
	byDate(r.Others)
}

func byDate(list []plugin.Payment) {
	sort.SliceStable(list, func(i, j int) bool { return list[i].PayDate < list[j].PayDate })
}

// Own lays what the person wrote beside bound rows, and adds the rows that
// are filled in by hand only. A row whose own amount cannot be read has none.
func Own(f plugin.Form, bound []plugin.Row, values map[string]string) []plugin.Row {
	byPath := map[string]plugin.Row{}
	for _, r := range bound {
		byPath[r.Path] = r
	}
	var rows []plugin.Row
	for _, s := range f.Sections {
		for _, it := range Items(s, values) {
			if it.Field.Kind != plugin.FieldAmountRow || !it.Visible(values) {
				continue
			}
			r, ok := byPath[it.Path]
			if !ok {
				r = plugin.Row{Path: it.Path, Label: it.Field.Label, Payer: it.Field.Payer, State: plugin.StateNotAsked}
			}
			if ore, ok := Ore(values[it.Path+".own"]); ok {
				r.OwnOre = &ore
			}
			r.Comment = values[it.Path+".comment"]
			rows = append(rows, r)
		}
	}
	return rows
}
