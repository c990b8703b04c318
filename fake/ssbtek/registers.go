package ssbtek

import "strconv"

const (
	nsTNS     = "http://schema.transportstyrelsen.se/ssbtek/hamtauppgifterresponder/1"
	nsVehicle = "http://schema.transportstyrelsen.se/ssbtek/fordon/1"
	nsSKV     = "http://xmls.skatteverket.se/se/skatteverket/zg/instans/standardiseradInformation/1.0"
	nsTax     = "http://xmls.skatteverket.se/se/skatteverket/zg/komponent/infoForBeskattning/1.0"
	nsCivil   = "http://xmls.skatteverket.se/se/skatteverket/zg/komponent/infoForFolkbokforing/1.0"
)

// skv is the XML inside Skatteverket's string. No public schema describes it;
// the element names are those seen in answers to v10 questions. A person
// without capital income has no Kapitaluppgift.
func (p part) skv() string {
	w := &writer{}
	w.raw(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	w.open("SvarBeskattningsuppgifterEnligtSFS2008-975", "xmlns", nsSKV, "xmlns:besko", nsTax, "xmlns:folko", nsCivil)
	w.open("PersonuppgiftLista")
	w.open("Personuppgift")
	w.leaf("folko:IdentitetsbeteckningFysiskPerson", p.person.Number)
	w.optional("folko:Fornamn", p.person.GivenName)
	w.optional("folko:Efternamn", p.person.FamilyName)
	w.leaf("StatusPersonuppgiftKod", "0")
	if p.person.CapitalIncome > 0 {
		w.open("Kapitaluppgift")
		w.leaf("besko:Taxeringsar", strconv.Itoa(p.period.to.Year()-1))
		w.leaf("besko:SummaIntakterPaKapital", strconv.Itoa(p.person.CapitalIncome))
		w.leaf("besko:OverskottPaKapital", strconv.Itoa(p.person.CapitalIncome))
		w.close("Kapitaluppgift")
	}
	w.close("Personuppgift")
	w.close("PersonuppgiftLista")
	if p.behaviour.Padding > 0 {
		w.raw("<!-- " + p.padding() + " -->")
	}
	w.close("SvarBeskattningsuppgifterEnligtSFS2008-975")
	return w.String()
}

// tns is Transportstyrelsen's answer: the vehicles owned, perhaps none.
func (p part) tns(w *writer) {
	w.open("ssbt:data", "xmlns:tns", nsTNS, "xmlns:frdn", nsVehicle)
	w.leaf("tns:resultat", "OK")
	w.open("tns:fordonsinnehav")
	for _, v := range p.person.Vehicles {
		w.open("frdn:fordon")
		w.leaf("frdn:regnr", v.Registration)
		w.leaf("frdn:fabrikat", v.Make)
		w.leaf("frdn:fordonsar", v.Year)
		w.leaf("frdn:fordonsslag", v.Kind)
		w.leaf("frdn:handelsbeteckning", v.Model+p.padding())
		w.close("frdn:fordon")
	}
	w.close("tns:fordonsinnehav")
	w.close("ssbt:data")
}

// miv is Migrationsverket's answer; everything under data is unqualified. One
// whom it does not know has no response at all, one without a permit an empty
// list.
func (p part) miv(w *writer) {
	if !p.known {
		w.empty("ssbt:data")
		return
	}
	permit := p.person.Permit
	w.open("ssbt:data")
	w.open("response")
	w.optional("korrelationsid", p.request.asked.value("korrelationsid"))
	w.leaf("correlationid", "TEST-"+p.request.caseID)
	if permit != nil {
		w.leaf("efternamn", p.person.FamilyName+p.padding())
		w.leaf("fornamn", p.person.GivenName)
		w.leaf("hemland", permit.Country)
		w.leaf("inresedatum", zoned(monthOf(p.period.from).from.AddDate(-2, 0, 3)))
	}
	w.leaf("personnummer", p.person.Number)
	w.open("svarCollection")
	if permit != nil {
		p.permit(w, permit)
	}
	w.close("svarCollection")
	w.close("response")
	w.close("ssbt:data")
}

func (p part) permit(w *writer, permit *Permit) {
	start := monthOf(p.period.from).from.AddDate(-1, -2, 0)
	duration, kind := "TIDBEGRANSAT", Coded{"UT", "UPPEHÅLLSTILLSTÅND"}
	if permit.Permanent {
		duration, kind = "PERMANENT", Coded{"PUT", "PERMANENT UPPEHÅLLSTILLSTÅND"}
	}
	w.open("svar")
	w.leaf("anledning", permit.Reason.ID)
	w.leaf("anledningNamn", permit.Reason.Text)
	w.leaf("ansokningsdatum", zoned(start.AddDate(0, -8, 4)))
	w.leaf("arendeTyp", "UAT")
	w.leaf("arendeTypNamn", "UPPEHÅLLS- OCH ARBETSTILLSTÅND")
	w.leaf("beslutsKod", "BEV")
	w.leaf("beslutsKodNamn", "ANSÖKAN BEVILJAS")
	w.leaf("beslutsTyp", kind.ID)
	w.leaf("beslutsTypNamn", kind.Text)
	w.leaf("beslutsdatum", zoned(start.AddDate(0, 0, -12)))
	w.leaf("fromDatum", zoned(start))
	w.leaf("giltighetstid", duration)
	if !permit.Permanent {
		w.leaf("tomDatum", zoned(monthOf(start.AddDate(3, 0, -1)).to))
	}
	w.close("svar")
}
