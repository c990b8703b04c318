package ssbtek

import (
	"slices"
	"strings"

	"medborgarnavet/plugin"
)

// Försäkringskassan and Pensionsmyndigheten answer through LEFI, as JSON in
// base64. Each has its own model and its own place in the document: see
// fkPayments and pmPayments.

const (
	codeLefiFault  = "LEFI_FELSVAR" // LEFI's general fault, which has no code
	stateOK        = "OK"
	companyPM      = "1003" // foretag: Pensionsmyndigheten
	currencySEK    = "SEK"
	prefixFK       = "FK:"
	prefixPM       = "PM:"
	codeForbidden  = "OBEHORIG"
	codeInternal   = "INTERNT_FEL"
	codeNoLefiCode = "TILLSTAND_SAKNAS"

	// maxBenefits is the most kinds of benefit that one payment is looked
	// through for; there are some thirty.
	maxBenefits = 50
)

func (d *decoder) fk(data *element) []plugin.Part {
	both := func(code string) []plugin.Part {
		return []plugin.Part{unavailable(originFK, sourceBT, code), unavailable(originPM, sourceBT, code)}
	}
	raw, err := decodeBase64(data.value("lefiJsonSvar"))
	if err != nil {
		return both(codeUnreadable)
	}
	doc, err := parseJSON(raw, d.expect.Limits)
	if err != nil {
		d.protected = d.protected || protectedRaw(raw)
		return both(codeUnreadable)
	}
	d.protected = d.protected || protectedJSON(doc)
	if lefiFault(doc) {
		return both(codeLefiFault)
	}
	for _, person := range items(doc, "formansinformation", "generellPersoninformation") {
		if !samePerson(d.expect.Person, word(person, "personnummer")) {
			return both(codeWrongPerson)
		}
	}
	fk, pm := plugin.Part{Origin: originFK}, plugin.Part{Origin: originPM}
	info := member(doc, "formansinformation")
	fk.Payments = append(fkPayments(info, "utbetalningsuppgift", plugin.StatusPaid),
		fkPayments(info, "preliminarautbetalningar", plugin.StatusPreliminary)...)
	fk.Facts = fkDecisions(info)
	pm.Payments = append(pmPayments(doc, "utbetalningar", plugin.StatusPaid),
		pmPayments(doc, "preliminaraUtbetalningar", plugin.StatusPreliminary)...)
	pm.Facts = pmDecisions(doc)
	fk.Payments = withoutTwins(fk.Payments, pm.Payments)
	return []plugin.Part{lefiState(doc, fk, prefixFK), lefiState(doc, pm, prefixPM)}
}

// lefiFault tells LEFI's fault answer from an answer.
func lefiFault(doc object) bool {
	for _, name := range []string{"utlamnare", "formansinformation", "utbetalningar", "preliminaraUtbetalningar"} {
		if _, ok := doc[name]; ok {
			return false
		}
	}
	return word(doc, "meddelande") != ""
}

// lefiState settles one agency's part: its tillstand first, then the
// deviations (avvikelser), which name what could not be handed out.
func lefiState(doc object, p plugin.Part, prefix string) plugin.Part {
	providers := items(doc, "utlamnare")
	listed := slices.IndexFunc(providers, func(v any) bool { return word(v, "utlamnare", "kod") == p.Origin })
	p = answered(p)
	if holdsMore(doc, p.Origin) {
		p.State = plugin.StateAnswered
	}
	if listed >= 0 {
		switch code := word(providers[listed], "tillstand", "kod"); {
		case code == "" && p.State == plugin.StateNothing:
			return unavailable(p.Origin, sourceBT, codeNoLefiCode)
		case code != "" && code != stateOK:
			// Only a provider that is OK has contributed to the answer.
			return unavailable(p.Origin, sourceBT, code)
		}
	} else if p.State == plugin.StateNothing {
		p = unlisted(doc, p, len(providers) > 0)
	}
	code := lefiDeviation(doc, prefix)
	switch {
	case code == "":
	case p.State == plugin.StateAnswered: // part of the answer is missing, and it is told
		p.Source, p.Code = sourceBT, code
	default:
		return unavailable(p.Origin, sourceBT, code)
	}
	return p
}

// holdsMore tells whether an agency's members hold something that becomes no
// payment and no fact, such as a tax decision: that is not to have nothing (I-6).
// Who the person is, and the count of days in programmes, are no holdings.
func holdsMore(doc object, origin string) bool {
	if origin == originPM {
		return len(items(doc, "ovrigInformation")) > 0
	}
	info, _ := doc["formansinformation"].(map[string]any)
	for name := range info {
		if name != "generellPersoninformation" && name != "programjobdagar" && len(items(info, name)) > 0 {
			return true
		}
	}
	return false
}

// unlisted settles a part without data of an agency that is not in the list of
// providers. The list names those whom the question concerned. Without any list
// only an agency's own members, be they empty, say that it has answered.
func unlisted(doc object, p plugin.Part, listExists bool) plugin.Part {
	own := []string{"utbetalningar", "preliminaraUtbetalningar", "beslut", "ansprak"}
	if p.Origin == originFK {
		own = []string{"formansinformation"}
	}
	said := slices.ContainsFunc(own, func(name string) bool { return doc[name] != nil })
	switch {
	case !listExists && said:
	case !listExists && p.Origin == originFK:
		return unavailable(p.Origin, sourceBT, codeNoLefiCode)
	default:
		p.State = plugin.StateNotAsked
	}
	return p
}

// lefiDeviation is the gravest deviation that concerns one agency's codes.
func lefiDeviation(doc object, prefix string) string {
	found := ""
	for _, list := range []struct{ name, prefix string }{
		{"formansinformation", prefixFK}, {"ansprak", prefixPM}, {"beslut", prefixPM},
		{"preliminaraUtbetalningar", ""}, {"utbetalningar", ""}, {"ovrigInformation", ""},
	} {
		for _, v := range items(doc, "avvikelser", list.name) {
			kind := first(word(v, "formansgrupp", "kod"), word(v, "ovrigInformationstyp", "kod"))
			if !strings.Contains(kind, ":") {
				kind = list.prefix + kind
			}
			if !strings.HasPrefix(kind, prefix) && strings.Contains(kind, ":") {
				continue
			}
			code := safeCode(word(v, "avvikelse", "kod"))
			if found == "" || found == codeForbidden || code == codeInternal {
				found = code
			}
		}
	}
	return found
}

// fkPayments reads Försäkringskassan's model: period{fran,till}, amounts with
// currency. The payment's own net is the amount; detail rows are not summed.
func fkPayments(info any, list string, status plugin.PaymentStatus) []plugin.Payment {
	var payments []plugin.Payment
	for _, u := range items(info, list) {
		p := plugin.Payment{
			Payer:    originFK,
			PayDate:  normalDate(word(u, "datum")),
			Period:   lefiPeriod(member(u, "period")),
			NetOre:   money(member(u, "nettobelopp")),
			GrossOre: money(member(u, "bruttobelopp")),
			Status:   status,
		}
		if word(u, "foretag", "id") == companyPM {
			p.Payer = originPM
		}
		p.BenefitCode, p.Benefit = coded(member(u, "formansfamilj"))
		var benefits []string
		for _, row := range items(u, "utbetalningsdetalj") {
			part, benefit, label := fkRow(row)
			if part != nil {
				p.Parts = append(p.Parts, *part)
			}
			if benefit != "" && len(benefits) < maxBenefits && !slices.Contains(benefits, benefit) {
				benefits = append(benefits, benefit)
			}
			p.Benefit = first(p.Benefit, label)
		}
		// Without a family the rows say which benefits the payment is of.
		p.BenefitCode = first(p.BenefitCode, strings.Join(benefits, "+"))
		if p.Period == nil {
			p.Period = rowsPeriod(items(u, "utbetalningsdetalj"))
		}
		p.Benefit = first(p.Benefit, p.BenefitCode, "Utbetalning från Försäkringskassan")
		if c := word(u, "nettobelopp", "valuta"); c != "" && !strings.EqualFold(c, currencySEK) {
			p.Benefit += " (i annan valuta)"
		}
		payments = append(payments, p)
	}
	return payments
}

// fkRow is one detail row. Its code is forman/beloppstyp, such as "SJP/PS":
// what it is of, and whether it is money, tax or another deduction.
func fkRow(row any) (part *plugin.PaymentPart, benefit, benefitLabel string) {
	benefit, benefitLabel = coded(member(row, "forman"))
	kind, kindLabel := coded(member(row, "beloppstyp"))
	amount := money(member(row, "bruttobelopp"))
	for _, name := range []string{"skattebelopp", "avdragsbelopp"} {
		if v := money(member(row, name)); (amount == nil || *amount == 0) && v != nil {
			taken := deduction(*v)
			amount = &taken
		}
	}
	if amount == nil {
		return nil, benefit, benefitLabel
	}
	return &plugin.PaymentPart{
		Code:      strings.Trim(benefit+"/"+kind, "/"),
		Label:     first(kindLabel, benefitLabel, kind, benefit),
		AmountOre: *amount,
	}, benefit, benefitLabel
}

// pmPayments reads Pensionsmyndigheten's model: at the top of the document,
// period{from,tom}, amounts as plain kronor.
func pmPayments(doc object, list string, status plugin.PaymentStatus) []plugin.Payment {
	var payments []plugin.Payment
	for _, u := range items(doc, list) {
		p := plugin.Payment{
			Payer:    originPM,
			PayDate:  normalDate(word(u, "utbetalningsdatum")),
			Period:   lefiPeriod(member(u, "utbetalningsperiod")),
			NetOre:   money(member(u, "nettobelopp")),
			GrossOre: money(member(u, "bruttobelopp")),
			Status:   status,
		}
		var codes, labels []string
		for _, row := range items(u, "utbetalningsrader") {
			code, label := coded(member(row, "formansgrupp"))
			if code == "" {
				code, label = coded(member(row, "utbetalningsforman"))
			}
			if code != "" && len(codes) < maxBenefits && !slices.Contains(codes, code) {
				codes, labels = append(codes, code), append(labels, first(label, code))
			}
			kind, kindLabel := coded(member(row, "beloppstyp"))
			if amount := money(member(row, "belopp")); amount != nil {
				p.Parts = append(p.Parts, plugin.PaymentPart{
					Code: strings.Trim(code+"/"+kind, "/"), Label: first(kindLabel, label, kind, code), AmountOre: *amount,
				})
			}
		}
		for _, row := range items(u, "avdrag") {
			kind, label := coded(member(row, "avdragstyp"))
			if amount := money(member(row, "belopp")); amount != nil {
				p.Parts = append(p.Parts, plugin.PaymentPart{Code: kind, Label: first(label, kind, "Avdrag"), AmountOre: deduction(*amount)})
			}
		}
		// One payment may carry several benefits; its net cannot be divided.
		p.BenefitCode = strings.Join(codes, "+")
		p.Benefit = first(strings.Join(labels, " och "), "Utbetalning från Pensionsmyndigheten")
		payments = append(payments, p)
	}
	return payments
}

// withoutTwins drops from Försäkringskassan's list what Pensionsmyndigheten
// itself has answered: while benefits move between them, LEFI may hold a
// payment of Pensionsmyndigheten's in both models, and it was paid once.
func withoutTwins(fk, pm []plugin.Payment) []plugin.Payment {
	type twin struct {
		day    string
		net    int64
		status plugin.PaymentStatus
	}
	said := map[twin]bool{}
	for _, p := range pm {
		if p.NetOre != nil {
			said[twin{p.PayDate, *p.NetOre, p.Status}] = true
		}
	}
	return slices.DeleteFunc(fk, func(f plugin.Payment) bool {
		return f.Payer == originPM && f.PayDate != "" && f.NetOre != nil && said[twin{f.PayDate, *f.NetOre, f.Status}]
	})
}

// lefiPeriod takes both models' names of a period's ends.
func lefiPeriod(v any) *plugin.Period {
	return span(
		monthOrDate(first(word(v, "fran"), word(v, "from")), false),
		monthOrDate(first(word(v, "till"), word(v, "tom")), true))
}

// rowsPeriod is the time from the first day to the last of a payment's rows.
func rowsPeriod(rows []any) *plugin.Period {
	var all plugin.Period
	for _, row := range rows {
		p := lefiPeriod(member(row, "period"))
		if p == nil {
			continue
		}
		if p.From != "" && (all.From == "" || p.From < all.From) {
			all.From = p.From
		}
		all.To = max(all.To, p.To)
	}
	return span(all.From, all.To)
}

// money takes {summa, valuta} or a plain number. An amount in another currency
// than SEK is none that can be added to others.
func money(v any) *int64 {
	if c := word(v, "valuta"); c != "" && !strings.EqualFold(c, currencySEK) {
		return nil
	}
	return ore(first(word(v, "summa"), word(v)))
}

// coded takes {id|kod, beskrivning} or a plain text. The code is without the
// agency's prefix, which the payer already says.
func coded(v any) (code, label string) {
	code = first(word(v, "id"), word(v, "kod"))
	code = strings.TrimPrefix(strings.TrimPrefix(code, prefixFK), prefixPM)
	return code, first(word(v, "beskrivning"), word(v, "namn"), word(v))
}
