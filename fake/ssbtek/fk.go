package ssbtek

import (
	"slices"
	"strings"
	"time"
)

// fill adds what one of the question's lists asks for, by the codes that may be
// answered. FK's and PM's data go to different places of the same document.
func (p part) fill(answer obj, list string, codes []string, asked span) {
	if len(codes) == 0 {
		return
	}
	fk, _ := answer["formansinformation"].(obj)
	switch list {
	case "formansinformation":
		p.fkCases(fk, codes)
	case "ovrigInformation":
		if slices.Contains(codes, "FK:GEPI") && p.registered() {
			fk["generellPersoninformation"] = []obj{p.general()}
		}
	case "utbetalningar":
		fk["utbetalningsuppgift"] = p.fkPayments(codes, asked, false)
		answer[list] = p.pmPayments(codes, asked, false)
	case "preliminaraUtbetalningar":
		fk["preliminarautbetalningar"] = p.fkPayments(codes, asked, true)
		answer[list] = p.pmPayments(codes, asked, true)
	case "ansprak":
		answer[list] = p.pmClaims(codes)
	case "beslut":
		answer[list] = p.pmDecisions(codes)
	}
}

// registered says whether Försäkringskassan has the person in its register.
func (p part) registered() bool {
	return p.known && (len(p.person.Benefits) > 0 || p.behaviour.Protected || p.behaviour.ProtectedNested)
}

func sek(kronor int) obj { return obj{"summa": kronor, "valuta": "SEK"} }

func (c Coded) json() obj { return obj{"id": c.ID, "beskrivning": c.Text} }

func number(id int, text string) obj { return obj{"id": id, "beskrivning": text} }

func (s span) json() obj { return obj{"fran": day(s.from), "till": day(s.to)} }

// amount is one payment's gross, tax and days. A daily benefit is paid
// afterwards, for the weekdays of the month before.
func (b Benefit) amount(payDay time.Time) (gross, tax, days int, covers span) {
	gross, covers = b.Gross, monthOf(payDay)
	if b.Daily {
		covers = monthBefore(payDay)
		days = covers.weekdays()
		gross *= days
	}
	return gross, gross * b.TaxPercent / 100, days, covers
}

func (p part) fkPayments(codes []string, asked span, preliminary bool) []obj {
	out := []obj{}
	for _, b := range p.person.Benefits {
		if isPM(b) || !slices.Contains(codes, b.Code) {
			continue
		}
		for _, d := range asked.payDays(b.Day, p.today) {
			if d.After(p.today) == preliminary {
				out = append(out, fkPayment(b, d, preliminary))
			}
		}
	}
	return out
}

// fkPayment is LefiUtbetalningUppgift. The deducted amount includes the tax.
func fkPayment(b Benefit, payDay time.Time, preliminary bool) obj {
	gross, tax, days, covers := b.amount(payDay)
	how := number(1, "Månad")
	switch {
	case preliminary:
		how = number(4, "Presumtiv")
	case b.Daily:
		how = number(2, "Daglig")
	}
	row := obj{"forman": b.Form.json(), "period": covers.json(), "beloppstyp": b.Kind.json(), "bruttobelopp": sek(gross)}
	if b.Daily {
		row["dagar"] = days
		row["omfattning"] = obj{"taljare": 1, "namnare": 1}
	}
	rows := []obj{row}
	if tax > 0 {
		rows = append(rows, obj{"forman": b.Form.json(), "period": covers.json(),
			"beloppstyp": Coded{"PS", "Preliminär skatt"}.json(), "skattebelopp": sek(tax)})
	}
	return obj{
		"typ": how, "foretag": number(1001, "Försäkringskassan"), "formansfamilj": b.Family.json(),
		"datum": day(payDay), "period": covers.json(),
		"bruttobelopp": sek(gross), "skattebelopp": sek(tax), "avdragsbelopp": sek(tax), "nettobelopp": sek(gross - tax),
		"utbetalningsdetalj": rows,
	}
}

// fkCases are the cases behind the payments: decided on the first of January of
// the asked period's year, for as long as it goes on.
func (p part) fkCases(fk obj, codes []string) {
	for _, b := range p.person.Benefits {
		if isPM(b) || !slices.Contains(codes, b.Code) {
			continue
		}
		decided := time.Date(p.period.from.Year(), time.January, 2, 0, 0, 0, 0, time.UTC)
		decision := obj{
			"fattades": day(decided), "definitivt": true, "forman": b.Family.json(),
			"period": obj{"fran": decided.Format("2006-01")},
		}
		if !b.Daily {
			decision["periodicitet"] = number(1, "Månadsvis")
			decision["beslutatBruttobelopp"] = sek(b.Gross)
		}
		base := obj{"startades": day(decided.AddDate(0, -1, 0)), "aktivt": true, "avslaget": false, "beslut": []obj{decision}}
		switch b.Code {
		case "FK:ABB":
			fk["barnbidragsarende"] = []obj{{"grunduppgifter": p.childOf(), "beslut": []obj{decision}}}
		case "FK:BOB":
			decision["underlag"] = obj{"totalBostadskostnad": sek(8900), "reduceradBostadskostnad": sek(5300)}
			fk["bostadsbidragsarende"] = []obj{base}
		case "FK:US":
			decision["ersattning"] = number(1, "Helt")
			base["grunduppgifter"] = p.childOf()
			fk["underhallsstodsmottag"] = []obj{base}
		case "FK:SJP":
			delete(base, "avslaget")
			decision["forman"] = b.Form.json()
			decision["omfattning"] = obj{"taljare": 1, "namnare": 1}
			fk["sjukpenningarende"] = []obj{base}
		case "FK:PROG":
			decision["forman"] = b.Form.json()
			decision["ersattning"] = b.Kind.json()
			fk["programersattningsarende"] = []obj{{"beslut": []obj{decision}}}
			fk["programanvisning"] = []obj{{"period": obj{"fran": day(decided)},
				"omfattning": obj{"taljare": 1, "namnare": 1}, "program": number(b.Program.ID, b.Program.Text)}}
		}
	}
}

func (p part) childOf() obj {
	children := p.children()
	if len(children) == 0 {
		return obj{}
	}
	return obj{"barn": children[0]}
}

// children are LefiPerson. ProtectedNested flags the first, and invents one
// where the person has none.
func (p part) children() []obj {
	known := p.person.Children
	if p.behaviour.ProtectedNested && len(known) == 0 {
		known = []Child{{"201701012393", "Test Testbarn"}}
	}
	out := []obj{}
	for i, c := range known {
		out = append(out, obj{"personnummer": c.Number, "foddes": birthDate(c.Number), "namn": c.Name,
			"skyddad": p.behaviour.ProtectedNested && i == 0})
	}
	return out
}

// general is LefiPersoninformation. A protected person's address is left out.
func (p part) general() obj {
	out := obj{
		"personnummer": p.person.Number,
		"foddes":       birthDate(p.person.Number),
		"namn":         strings.TrimSpace(p.person.GivenName + " " + p.person.FamilyName),
		"skyddad":      p.behaviour.Protected,
		"civilstand":   number(1, "Ogift"),
		"barn":         p.children(),
	}
	if !p.behaviour.Protected {
		out["adress"] = []obj{{
			"roller":          []obj{number(1, "Folkbokföringsadress")},
			"utdelningadress": []string{"Testgatan 1"}, "postnummer": "00000", "postort": "TESTSTAD",
			"land": obj{"kod": "SE", "namn": "SVERIGE"},
		}}
		out["folkbokford"] = []obj{{"lan": "99", "kommun": "99"}}
	}
	return out
}

// birthDate reads the date in a number; a coordination number has sixty added
// to the day.
func birthDate(number string) string {
	if len(number) != 12 {
		return ""
	}
	d := []byte(number[:8])
	if d[6] >= '6' {
		d[6] -= 6
	}
	return string(d[:4]) + "-" + string(d[4:6]) + "-" + string(d[6:])
}
