package ssbtek

import (
	"strings"

	"medborgarnavet/plugin"
)

// CSN: student aid, as XML in base64.

// csnKinds are the blocks of a person, each with its cases.
var csnKinds = []string{"Studiemedel", "Studiehjalp", "HemutrustningsLan", "Studiestartsstod", "Omstallningsstudiestod"}

func (d *decoder) csn(data *element) []plugin.Part {
	raw, err := decodeBase64(data.value("svar"))
	if err != nil {
		return one(unavailable(originCSN, sourceBT, codeUnreadable))
	}
	root, err := parseNested(raw, d.expect.Limits)
	if err != nil {
		d.protected = d.protected || protectedRaw(raw)
		return one(unavailable(originCSN, sourceBT, codeUnreadable))
	}
	d.protected = d.protected || protectedXML(root)
	if !strings.HasPrefix(root.name.Local, "CSNSvar") {
		return one(unavailable(originCSN, sourceBT, codeUnreadable))
	}
	// 0 is "all well"; anything else says that CSN could not answer.
	code := root.value("GemensamtSvarEkbistand", "Resultat", "ResultatKod")
	if strings.Trim(code, "0") != "" && !strings.EqualFold(code, "OK") {
		return one(unavailable(originCSN, sourceBT, code))
	}
	persons := root.find("Personer")
	if persons == nil {
		return one(unavailable(originCSN, sourceBT, codeUnreadable))
	}
	return one(d.csnPersons(persons.all("Person")))
}

func (d *decoder) csnPersons(persons []*element) plugin.Part {
	p := plugin.Part{Origin: originCSN}
	mine := 0
	for _, person := range persons {
		number := digitsOf(person.attr("personnummer"))
		if len(number) == 10 {
			number = digitsOf(person.attr("sekel")) + number
		}
		if !samePerson(d.expect.Person, number) {
			continue
		}
		mine++
		for _, kind := range csnKinds {
			for _, c := range person.all(kind, "Arenden", "Arende") {
				p.Payments = append(p.Payments, csnPayments(c)...)
				p.Facts = append(p.Facts, csnDecisions(c)...)
			}
		}
	}
	if len(persons) > 0 && mine == 0 {
		return wrongPerson(originCSN)
	}
	return answered(p)
}

// csnPayments: one per Utbetalning. Its own totbelopp is what is paid; the
// amounts below it explain it and are never summed.
func csnPayments(c *element) []plugin.Payment {
	var payments []plugin.Payment
	for _, u := range c.all("UtbetalningsPlan", "Utbetalning") {
		p := plugin.Payment{
			Payer:       originCSN,
			BenefitCode: c.value("stodform"),
			Benefit:     first(c.value("klartext"), c.value("stodform")),
			PayDate:     normalDate(u.value("utbetdatum")), // "0" is undecided
			NetOre:      ore(u.value("totbelopp")),
			Status:      plugin.StatusPlanned,
		}
		if strings.EqualFold(u.value("utbetstatus"), "Utbetald") || strings.EqualFold(u.value("utbetstatus"), "Utbetalad") {
			p.Status = plugin.StatusPaid
		}
		var from, to string
		for _, t := range append(u.all("Utbetaldatider", "Utbetaldtid"), u) {
			f := first(weekDate(t.value("startvecka"), false), normalDate(t.value("Beloppen", "startdatum")))
			l := first(weekDate(t.value("slutvecka"), true), normalDate(t.value("Beloppen", "slutdatum")))
			if f != "" && (from == "" || f < from) {
				from = f
			}
			if l > to {
				to = l
			}
			p.Parts = append(p.Parts, csnRows(t)...)
		}
		p.Period = span(from, to)
		payments = append(payments, p)
	}
	return payments
}

func csnRows(t *element) []plugin.PaymentPart {
	var rows []plugin.PaymentPart
	for _, b := range t.all("Beloppen", "Belopp") {
		amount := ore(first(b.value("totbelopp"), b.value("belopp")))
		if amount == nil {
			continue
		}
		code := b.value("beloppstyp")
		rows = append(rows, plugin.PaymentPart{Code: code, Label: first(b.value("klartext"), code), AmountOre: *amount})
	}
	return rows
}

func csnDecisions(c *element) []plugin.Fact {
	status := strings.ToLower(c.value("status"))
	fact := plugin.Fact{Dataset: "decisions", Label: first(c.value("klartext"), c.value("stodform"), "Ärende"), Value: status}
	granted := c.all("BeviljadeTider", "BeviljadTid")
	if len(granted) == 0 {
		return []plugin.Fact{fact}
	}
	var facts []plugin.Fact
	for _, g := range granted {
		f := fact
		if extent := percent(g.value("takt")); extent != "" {
			f.Value = strings.TrimPrefix(f.Value+", "+extent, ", ")
		}
		f.Period = span(weekDate(g.value("starttid"), false), weekDate(g.value("sluttid"), true))
		facts = append(facts, f)
	}
	return facts
}
