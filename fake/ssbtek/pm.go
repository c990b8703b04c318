package ssbtek

import (
	"slices"
	"time"
)

func (p part) pmBenefits(codes []string) []Benefit {
	return slices.DeleteFunc(slices.Clone(p.person.Benefits), func(b Benefit) bool {
		return !isPM(b) || !slices.Contains(codes, b.Code)
	})
}

func pmCode(kod, text string) obj { return obj{"kod": kod, "beskrivning": text} }

// pmPayments are Pensionsmyndigheten's: one payment a day for all benefits of
// that day, whole kronor, dates as from and tom.
func (p part) pmPayments(codes []string, asked span, preliminary bool) []obj {
	out := []obj{}
	benefits := p.pmBenefits(codes)
	var days []int
	for _, b := range benefits {
		if !slices.Contains(days, b.Day) {
			days = append(days, b.Day)
		}
	}
	for _, d := range days {
		for _, payDay := range asked.payDays(d, p.today) {
			if payDay.After(p.today) == preliminary {
				out = append(out, pmPayment(benefits, d, payDay))
			}
		}
	}
	return out
}

// pmPayment is LefiPmFormanUtbetalning of the benefits paid on that day.
func pmPayment(benefits []Benefit, dayOfMonth int, payDay time.Time) obj {
	gross, tax := 0, 0
	rows, deductions := []obj{}, []obj{}
	for _, b := range benefits {
		if b.Day != dayOfMonth {
			continue
		}
		g, t, _, _ := b.amount(payDay)
		gross, tax = gross+g, tax+t
		rows = append(rows, obj{
			"formansgrupp": pmCode(b.Code, groupText(b.Code)), "belopp": g,
			"utbetalningsforman": pmCode(b.Form.ID, b.Form.Text), "beloppstyp": pmCode(b.Kind.ID, b.Kind.Text),
		})
	}
	if tax > 0 {
		deductions = append(deductions, obj{"belopp": tax, "avdragstyp": pmCode("PM:PS", "Preliminär skatt")})
	}
	covers := monthOf(payDay)
	return obj{
		"utbetalningsdatum":  day(payDay),
		"utbetalningsperiod": obj{"from": day(covers.from), "tom": day(covers.to)},
		"bruttobelopp":       gross, "nettobelopp": gross - tax,
		"avdrag": deductions, "utbetalningsrader": rows,
	}
}

func (p part) pmClaims(codes []string) []obj {
	out := []obj{}
	for _, b := range p.pmBenefits(codes) {
		from := time.Date(p.period.from.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
		out = append(out, obj{
			"ansprakid": "TEST-ANSPRAK-" + b.Code[3:], "ankomstdatum": day(from.AddDate(0, -2, 0)),
			"formansgrupp": pmCode(b.Code, groupText(b.Code)), "yrkadPeriod": obj{"from": day(from)},
		})
	}
	return out
}

func (p part) pmDecisions(codes []string) []obj {
	out := []obj{}
	for _, b := range p.pmBenefits(codes) {
		from := time.Date(p.period.from.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
		kind := pmCode("PM:IP", "Inkomstpension")
		if b.Code == "PM:BTI" {
			kind = pmCode("PM:BT", "Bostadstillägg")
		}
		out = append(out, obj{
			"beslutsid": "TEST-BESLUT-" + b.Code[3:], "beslutsdatum": day(from.AddDate(0, -1, 9)),
			"formansgrupp":  pmCode(b.Code, groupText(b.Code)),
			"beslutsstatus": pmCode("SLUTLIGT", "Slutligt beslut"), "beslutsutfall": pmCode("BIFALL", "Bifall"),
			"beslutadErsattning": []obj{{
				"beslutatBelopp": obj{"belopp": b.Gross, "beloppsfrekvens": pmCode("MANAD", "Per månad")},
				"period":         obj{"from": day(from)}, "ersattningstyp": kind,
			}},
		})
	}
	return out
}
