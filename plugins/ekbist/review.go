package ekbist

import (
	"slices"
	"strings"

	"medborgarnavet/plugin"
)

// reviewDraft looks a draft over: what the board will have to ask for, and
// what is worth a second look. Nothing it says stops a person from handing in
// (ux.md P5, P8; I-8).
func reviewDraft(form plugin.Form, a plugin.Application) plugin.Review {
	r := &reviewer{form: form, application: a, given: answers(form, a.Values)}
	r.needed()
	r.looseCosts()
	r.unreadable()
	r.incomes()
	r.largeAmounts()
	r.month()
	return r.review
}

type reviewer struct {
	form        plugin.Form
	application plugin.Application
	given       []answer
	review      plugin.Review
}

func (r *reviewer) missing(section, field, text string) {
	r.review.Missing = append(r.review.Missing, plugin.Remark{Section: section, Field: field, Text: text})
}

func (r *reviewer) ask(section, field, text string) {
	r.review.Questions = append(r.review.Questions, plugin.Remark{Section: section, Field: field, Text: text})
}

// needed: every shown field that the board must have, and that is empty.
func (r *reviewer) needed() {
	for _, a := range r.given {
		if !a.field.Needed || a.value != "" || (a.path == monthPath && r.application.Month != "") {
			continue
		}
		r.missing(a.section.ID, a.path, name(a.section)+": "+neededWords(a.path)+".")
	}
}

// looseCosts: in the open list an amount says nothing without a what, nor a
// what without an amount.
func (r *reviewer) looseCosts() {
	for _, a := range r.given {
		if !isCost(a) || a.item == "" {
			continue
		}
		label, _ := costWords(a, r.given)
		switch {
		case label == looseCost && a.value != "":
			r.missing(a.section.ID, strings.TrimSuffix(a.path, a.field.ID)+"vad",
				"Söker för: skriv vad kostnaden på "+shownAmount(a.value)+" är till.")
		case label != looseCost && a.value == "":
			r.missing(a.section.ID, a.path, "Söker för: skriv vad det kostar: "+label+".")
		}
	}
}

// unreadable: what is no amount cannot be counted.
func (r *reviewer) unreadable() {
	for _, a := range r.given {
		if a.field.Kind != plugin.FieldMoney || a.value == "" {
			continue
		}
		if _, ok := parseOre(a.value); !ok {
			r.missing(a.section.ID, a.path, name(a.section)+": skriv beloppet med siffror, till exempel "+
				a.field.Example+". Det gäller "+a.field.Label+".")
		}
	}
}

func (r *reviewer) incomes() {
	const section = "inkomster"
	has := r.application.Values[hasIncomePath]
	anyAmount, unavailable := false, []string{}
	for _, row := range r.application.Rows {
		anyAmount = anyAmount || row.EffectiveOre() != nil
		if has == "nej" && row.FetchedOre != nil && *row.FetchedOre > 0 && row.OwnOre == nil {
			r.ask(section, row.Path, "Du svarade att du inte har några inkomster. "+
				r.row(row.Path).Label+" är "+kronor(*row.FetchedOre)+" enligt uppgiften vi hämtade. Stämmer det?")
		}
		if row.Path == otherIncome && row.OwnOre != nil && *row.OwnOre > 0 && row.Comment == "" {
			r.missing(section, row.Path+".comment", "Inkomster: skriv vad det är för annan inkomst.")
		}
	}
	for _, s := range r.application.Sources {
		if s.State == plugin.StateUnavailable && slices.Contains(payers(r.form), s.Origin) && !r.told(s.Origin) {
			unavailable = append(unavailable, originName(s.Origin))
		}
	}
	if len(unavailable) > 0 {
		r.ask(section, "", "Vi fick inget svar från "+list(unavailable)+
			". Vet du vad du har fått därifrån? Skriv det i så fall. Annars tar vi reda på det.")
	}
	if has == "ja" && !anyAmount && len(unavailable) == 0 {
		r.missing(section, "", "Inkomster: hämta dina uppgifter, eller skriv vilka inkomster du har.")
	}
}

// told: the person has written an amount on some row of the origin's own.
func (r *reviewer) told(origin string) bool {
	for _, known := range amountRows(r.form) {
		b := known.field.Bind
		if b == nil || b.Rest || !slices.Contains(b.Origins, origin) {
			continue
		}
		if slices.ContainsFunc(r.application.Rows, func(row plugin.Row) bool {
			return row.Path == known.path && row.OwnOre != nil
		}) {
			return true
		}
	}
	return false
}

// largeAmounts are questioned, never refused: a comma may have been lost. So
// is an own amount five times the agency's, or a fifth of it.
func (r *reviewer) largeAmounts() {
	for _, a := range r.given {
		if a.field.Kind != plugin.FieldMoney || a.field.AskAboveOre == 0 {
			continue
		}
		if ore, ok := parseOre(a.value); ok && ore > a.field.AskAboveOre {
			label := a.field.Label
			if isCost(a) {
				label, _ = costWords(a, r.given)
			}
			r.ask(a.section.ID, a.path, label+": du skrev "+kronor(ore)+". Stämmer det?")
		}
	}
	for _, row := range r.application.Rows {
		if row.OwnOre == nil {
			continue
		}
		known, own := r.row(row.Path), *row.OwnOre
		switch {
		case row.FetchedOre != nil && farApart(own, *row.FetchedOre):
			r.ask("inkomster", row.Path, known.Label+": du skrev "+kronor(own)+
				". Uppgiften vi hämtade är "+kronor(*row.FetchedOre)+". Stämmer det du skrev?")
		case known.AskAboveOre > 0 && own > known.AskAboveOre:
			r.ask("inkomster", row.Path, known.Label+": du skrev "+kronor(own)+". Stämmer det?")
		}
	}
}

// row is the form's field for a row: its label is Swedish in every draft.
func (r *reviewer) row(path string) plugin.Field {
	for _, known := range amountRows(r.form) {
		if known.path == path {
			return known.field
		}
	}
	return plugin.Field{}
}

// farApart: both are amounts and one is at least five times the other.
func farApart(a, b int64) bool {
	const factor = 5
	low, high := min(a, b), max(a, b)
	return low > 0 && high/factor >= low
}

func (r *reviewer) month() {
	written := r.application.Values[monthPath]
	if written != "" && r.application.Month != "" && written != r.application.Month {
		r.ask("period", monthPath, "Du skrev "+monthName(written)+", men ansökan gäller "+
			monthName(r.application.Month)+". Vilken månad söker du för?")
	}
}

// shownAmount writes an amount as people do, or as it was typed.
func shownAmount(text string) string {
	if ore, ok := parseOre(text); ok {
		return kronor(ore)
	}
	return text
}
