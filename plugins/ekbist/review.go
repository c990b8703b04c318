package ekbist

import (
	"slices"

	"medborgarnavet/plugin"
)

// reviewDraft looks a draft over: what the board will have to ask for, and
// what is worth a second look. Nothing it says stops a person from handing in
// (ux.md P5, P8; I-8).
func reviewDraft(form plugin.Form, a plugin.Application) plugin.Review {
	r := &reviewer{form: form, application: a, given: answers(form, a.Values)}
	r.needed()
	r.looseCosts()
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

// looseCosts: an amount in the open list says nothing without a what.
func (r *reviewer) looseCosts() {
	for _, a := range r.given {
		if a.item == "" || a.field.ID != "belopp" || a.value == "" {
			continue
		}
		label, _ := costWords(a, r.given)
		if label == looseCost {
			r.missing(a.section.ID, a.path[:len(a.path)-len("belopp")]+"vad",
				"Söker för: skriv vad kostnaden på "+shownAmount(a.value)+" är till.")
		}
	}
}

func (r *reviewer) incomes() {
	const section = "inkomster"
	has := r.application.Values[hasIncomePath]
	rows, any := r.application.Rows, false
	unavailable := []string{}
	for _, row := range rows {
		any = any || row.EffectiveOre() != nil
		if has == "nej" && row.FetchedOre != nil && *row.FetchedOre > 0 && row.OwnOre == nil {
			r.ask(section, row.Path, "Du svarade att du inte har några inkomster. "+
				row.Label+" är "+kronor(*row.FetchedOre)+" enligt uppgiften vi hämtade. Stämmer det?")
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
	if has == "ja" && !any && len(unavailable) == 0 {
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
	rows := amountRows(r.form)
	for _, row := range r.application.Rows {
		i := slices.IndexFunc(rows, func(k amountRow) bool { return k.path == row.Path })
		if i < 0 || row.OwnOre == nil {
			continue
		}
		own, limit := *row.OwnOre, rows[i].field.AskAboveOre
		switch {
		case row.FetchedOre != nil && farApart(own, *row.FetchedOre):
			r.ask("inkomster", row.Path, row.Label+": du skrev "+kronor(own)+
				". Uppgiften vi hämtade är "+kronor(*row.FetchedOre)+". Stämmer det du skrev?")
		case limit > 0 && own > limit:
			r.ask("inkomster", row.Path, row.Label+": du skrev "+kronor(own)+". Stämmer det?")
		}
	}
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
