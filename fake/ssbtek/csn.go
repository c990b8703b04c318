package ssbtek

import "strconv"

const (
	nsCSN       = "http://schema.csn.se/v4.0/kommunfraga"
	nsCSNPerson = "http://schema.csn.se/v4.0/person"
	nsCSNTypes  = "http://schema.csn.se/v4.0/csntyper"
	nsCSNStudy  = "http://schema.csn.se/v4.0/studiemedel"
)

// csnRow is one kind of amount within student aid, by the week.
type csnRow struct {
	kind, text string
	weekly     int
}

// csn is CSN's answer before base64: CSNSvar 4.0.
func (p part) csn() string {
	w := &writer{}
	w.raw(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	w.open("CSNSvar", "schemaVersion", "4.0", "xmlns", nsCSN, "xmlns:p", nsCSNPerson, "xmlns:t", nsCSNTypes, "xmlns:s", nsCSNStudy)
	w.open("GemensamtSvarEkbistand")
	w.open("Resultat")
	w.leaf("ResultatKod", "0")
	w.leaf("ResultatText", "TEST: Allt OK, inget att rapportera"+p.padding())
	w.close("Resultat")
	w.close("GemensamtSvarEkbistand")
	w.empty("GemensamtFragaEkbistand")
	w.open("Personer")
	// The answer's pattern has no room for a coordination number (the day is at
	// most 39), so CSN leaves such a person out.
	if p.person.Number[6] < '6' {
		p.csnPerson(w, p.person.Number, p.behaviour.Protected, p.person.Study)
	}
	if p.behaviour.ProtectedNested {
		p.csnPerson(w, "201701012393", true, nil)
	}
	w.close("Personer")
	w.close("CSNSvar")
	return w.String()
}

// csnPerson writes ten digits and a century. "Ej träff" is CSN's way of having
// nothing; ten spaces are its way of having something.
func (p part) csnPerson(w *writer, number string, protected bool, study *Study) {
	status, secrecy, kinds := "Ej träff", "  ", "0"
	if study != nil {
		status, kinds = "          ", "1"
	}
	if protected {
		status, secrecy = "          ", "J"
	}
	w.open("Person", "personnummer", number[2:], "Status", status, "sekretess", secrecy, "sekel", number[:2])
	w.open("p:Studiestodstypforteckning")
	w.leaf("t:studiemedel", kinds)
	for _, other := range []string{"studiehjalp", "hemutrustningslan", "studiestartsstod", "omstallningsstudiestod"} {
		w.leaf("t:"+other, "0")
	}
	w.close("p:Studiestodstypforteckning")
	if study == nil {
		w.empty("p:Studiemedel")
	} else {
		p.csnStudy(w, study)
	}
	for _, other := range []string{"Studiehjalp", "HemutrustningsLan", "Studiestartsstod", "Omstallningsstudiestod"} {
		w.empty("p:" + other)
	}
	w.close("Person")
}

func (p part) csnStudy(w *writer, study *Study) {
	w.open("p:Studiemedel")
	w.open("p:Arenden")
	number := 1
	for _, half := range p.period.halfYears() {
		main := number
		rows := []csnRow{{"GRUNDB", "Bidrag", study.Grant}, {"GRUNDL", "Lån", study.Loan}}
		p.csnCase(w, number, 0, "GRUND", "Studiemedel för studier i Sverige", half, study, rows)
		number++
		if study.Extra > 0 {
			extra := []csnRow{{"TILB", "Tilläggsbidrag", study.Extra}}
			p.csnCase(w, number, main, "TILB", "Tilläggsbidrag", half, study, extra)
			number++
		}
	}
	w.close("p:Arenden")
	w.close("p:Studiemedel")
}

// csnCase is one decision for a half-year; related is the number of the case it
// adds to, or 0.
func (p part) csnCase(w *writer, number, related int, form, text string, half span, study *Study, rows []csnRow) {
	first, last, weeks := half.weeks()
	pace := strconv.Itoa(study.Pace)
	w.open("p:Arende", "lopnummer", strconv.Itoa(number))
	w.leaf("s:stodform", form)
	w.leaf("s:klartext", text)
	w.leaf("s:status", "BESLUTAT")
	if related > 0 {
		w.leaf("s:relarende", strconv.Itoa(related))
	}
	w.open("s:soktaTider")
	w.open("s:soktTid")
	w.leaf("t:soktfrom", compact(first))
	w.leaf("t:sokttom", compact(last.AddDate(0, 0, 6)))
	w.leaf("t:soktomfattning", pace)
	w.close("s:soktTid")
	w.close("s:soktaTider")
	w.open("s:BeviljadeTider")
	w.open("s:BeviljadTid")
	w.leaf("t:starttid", isoWeek(first))
	w.leaf("t:sluttid", isoWeek(last))
	w.leaf("t:takt", pace)
	csnAmounts(w, rows, weeks)
	w.close("s:BeviljadTid")
	w.close("s:BeviljadeTider")
	w.open("s:UtbetalningsPlan")
	p.csnPayments(w, half, study, rows)
	w.close("s:UtbetalningsPlan")
	w.close("p:Arende")
}

// csnPayments are those dated in both the half-year and the asked period. What
// was paid before this month has the other spelling of paid, as CSN sends both.
func (p part) csnPayments(w *writer, half span, study *Study, rows []csnRow) {
	const payDay = 25
	horizon := false
	for _, d := range p.period.payDays(payDay, p.today) {
		if !half.holds(d) {
			continue
		}
		status := "Utbetald"
		switch {
		case d.After(p.today):
			status, horizon = "Planerad", true
		case d.Before(monthOf(p.today).from):
			status = "UTBETALAD"
		}
		csnPayment(w, compact(d), status, monthOf(d), rows)
	}
	if study.Undecided && horizon {
		next := monthOf(monthOf(p.period.to).to.AddDate(0, 0, 1))
		csnPayment(w, "0", "Planerad", next, rows)
	}
}

func csnPayment(w *writer, date, status string, covers span, rows []csnRow) {
	first, last, weeks := covers.weeks()
	w.open("s:Utbetalning")
	w.leaf("t:utbetdatum", date)
	w.leaf("t:utbetstatus", status)
	w.open("t:Utbetaldatider")
	w.open("t:Utbetaldtid")
	w.leaf("t:startvecka", isoWeek(first))
	w.leaf("t:slutvecka", isoWeek(last))
	total := csnAmounts(w, rows, weeks)
	w.close("t:Utbetaldtid")
	w.close("t:Utbetaldatider")
	w.leaf("t:totbelopp", strconv.Itoa(total))
	w.close("s:Utbetalning")
}

// csnAmounts writes the amounts a week and in total, and returns the sum.
func csnAmounts(w *writer, rows []csnRow, weeks int) int {
	total := 0
	w.open("t:Beloppen")
	for _, r := range rows {
		w.open("t:Belopp")
		w.leaf("t:beloppstyp", r.kind)
		w.leaf("t:klartext", r.text)
		w.leaf("t:belopp", strconv.Itoa(r.weekly))
		w.leaf("t:totbelopp", strconv.Itoa(r.weekly*weeks))
		w.close("t:Belopp")
		total += r.weekly * weeks
	}
	w.close("t:Beloppen")
	w.leaf("t:totbelopp", strconv.Itoa(total))
	return total
}
