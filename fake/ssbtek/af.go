package ssbtek

import (
	"strconv"
	"time"
)

const (
	nsAF = "http://api.arbetsformedlingen.se/arbetssokande/ersattningsstod/v2"
	nsSO = "http://INT014.UBPService.Schemas"
)

// af is Arbetsförmedlingen's answer: registration and decisions, no amounts.
// Its dates carry a time zone.
func (p part) af(w *writer) {
	asked := p.request.asked
	w.open("ssbt:data", "xmlns:af", nsAF)
	w.open("af:Fraga")
	w.leaf("af:OrganisationsnummerForIngivare", asked.child("ingivare").value("organisationsnummer"))
	w.leaf("af:NamnPaIngivare", asked.child("ingivare").value("namn"))
	w.leaf("af:KontonamnForHandlaggare", asked.child("ingivare").value("handlaggare"))
	w.leaf("af:Referensnummer", p.request.caseID)
	w.leaf("af:From", day(p.period.from))
	w.leaf("af:Tom", day(p.period.to))
	w.leaf("af:SyfteMedFraga", asked.value("syfte"))
	w.leaf("af:LagParagraf", asked.value("lagtext"))
	if b := asked.child("personuppgiftsbitrade"); b != nil {
		w.leaf("af:OrganisationsnummerForPersonuppgiftsbitrade", b.value("organisationsnummer"))
		w.leaf("af:NamnPaPersonuppgiftsbitrade", b.value("namn"))
	}
	w.leaf("af:IdentitetsbeteckningFysiskPerson", p.request.person)
	w.close("af:Fraga")
	w.open("af:Svar")
	w.leaf("af:Schemaversion", "2.0")
	w.leaf("af:Referensnummer", p.request.caseID)
	w.leaf("af:LagParagraf", asked.value("lagtext"))
	w.leaf("af:IdentitetsbeteckningFysiskPerson", p.person.Number)
	p.afPerson(w)
	w.leaf("af:StatusSokandeinformationKod", "0")
	w.leaf("af:StatusSokandeinformationKodText", "TEST: Ok"+p.padding())
	w.close("af:Svar")
	w.close("ssbt:data")
}

// afPerson writes nothing for a person who is not registered. A protected one
// is flagged and not named.
func (p part) afPerson(w *writer) {
	job := p.person.Job
	if job != nil && !p.behaviour.Protected {
		w.leaf("af:Fornamn", p.person.GivenName)
		w.leaf("af:Efternamn", p.person.FamilyName)
	}
	if job != nil || p.behaviour.Protected {
		w.leaf("af:Sekretessmarkering", strconv.FormatBool(p.behaviour.Protected))
	}
	if job == nil {
		return
	}
	registered := monthOf(p.period.from).from.AddDate(0, -9, 13)
	w.open("af:ArbetssokandeInfo")
	w.leaf("af:Arbetssokande", "true")
	w.leaf("af:ArbetssokandeSKAT", job.Category)
	w.leaf("af:ArbetssokandeRegistrerad", zoned(registered))
	w.leaf("af:ArbetssokandeOmfattning", strconv.Itoa(job.Extent))
	w.open("af:AktivetetsRapportDatum") // the schema's own spelling
	w.leaf("af:AktivitetsRapportMeddelande", job.Report)
	if job.Reported {
		w.leaf("af:SenasteAktivitetsRapportDatum", zoned(p.latestReport()))
	}
	w.close("af:AktivetetsRapportDatum")
	w.close("af:ArbetssokandeInfo")
	if job.Support != "" {
		w.open("af:BeslutInfo")
		w.open("af:EkonomiskaBeslut")
		w.open("af:Beslut")
		w.leaf("af:ErsattningTyp", job.Support)
		w.leaf("af:Omfattning", strconv.Itoa(job.Extent))
		w.leaf("af:BeslutFrom", zoned(registered.AddDate(0, 1, 0)))
		w.leaf("af:BeslutTom", zoned(monthOf(p.period.to).from.AddDate(0, 6, -1)))
		w.close("af:Beslut")
		w.close("af:EkonomiskaBeslut")
		w.close("af:BeslutInfo")
	}
	w.optional("af:Akassetillhorighet", job.Fund)
}

// latestReport is the fifth of the last month that has come.
func (p part) latestReport() time.Time {
	last := p.period.to
	if last.After(p.today) {
		last = p.today
	}
	fifth := monthOf(last).from.AddDate(0, 0, 4)
	if fifth.After(last) {
		fifth = monthBefore(last).from.AddDate(0, 0, 4)
	}
	return fifth
}

// so is the answer of the a-kassor's joint organisation: one block for each
// fund. It knows only what has been paid.
func (p part) so(w *writer) {
	asked := p.request.asked
	w.open("ssbt:data", "xmlns:so", nsSO)
	w.leaf("so:OrganisationsnummerIngivare", asked.child("ingivare").value("organisationsnummer"))
	w.leaf("so:NamnIngivare", asked.child("ingivare").value("namn"))
	w.leaf("so:KontonamnHandlaggare", asked.child("ingivare").value("handlaggare"))
	w.leaf("so:Referensnummer", p.request.caseID)
	w.leaf("so:From", day(p.period.from))
	w.leaf("so:Tom", day(p.period.to))
	w.leaf("so:Syfte", asked.value("syfte"))
	w.leaf("so:Paragraf", asked.value("lagtext"))
	for _, field := range []struct{ from, to string }{
		{"organisationsnummer", "so:OrganisationsnummerPersonuppgiftsbitrade"}, {"namn", "so:NamnPersonuppgiftsbitrade"},
	} {
		for _, c := range asked.children {
			if c.name.Local == "personuppgiftsbitrade" {
				w.leaf(field.to, c.value(field.from))
			}
		}
	}
	w.leaf("so:IdentificationNumber", p.person.Number)
	w.open("so:ArbetsloshetsersattningLista")
	for _, f := range p.person.Funds {
		p.fund(w, f)
	}
	w.close("so:ArbetsloshetsersattningLista")
	w.close("ssbt:data")
}

func (p part) fund(w *writer, f Fund) {
	w.open("so:Arbetsloshetsersattning")
	w.leaf("so:SvarandeOrganisation", f.Name)
	w.leaf("so:StatusSvarandeOrganisation", f.Status+p.padding())
	for _, d := range p.period.payDays(f.Day, p.today) {
		if f.Daily > 0 && !d.After(p.today) {
			fundPayment(w, f, d)
		}
	}
	first := monthOf(p.period.from).from
	if f.SuspendedDays > 0 {
		w.open("so:Avstangningar")
		w.leaf("so:AvstangdFrom", day(first))
		w.leaf("so:AvstangdTom", day(first.AddDate(0, 0, f.SuspendedDays-1)))
		w.close("so:Avstangningar")
	}
	if f.Applied {
		w.open("so:AnsoktOmErsattning")
		w.leaf("so:BeslutOmRattTillErsattning", day(first.AddDate(0, -3, 10)))
		w.leaf("so:AnsokanOmUtbetalningInlamnad", "true")
		w.close("so:AnsoktOmErsattning")
	}
	w.close("so:Arbetsloshetsersattning")
}

// fundPayment pays afterwards for a share of the weekdays of the month before.
// Days and amounts are decimals with a point.
func fundPayment(w *writer, f Fund, payDay time.Time) {
	covers := monthBefore(payDay)
	tenths := covers.weekdays() * f.Share / 10
	net := f.Daily * tenths * 10 // öre
	w.open("so:Utbetalningar")
	w.leaf("so:Utbetalningsdatum", day(payDay))
	w.leaf("so:NettoEfterSkatt", decimal(net))
	w.leaf("so:NettoEfterAvdrag", decimal(net-f.Deduction*100))
	w.leaf("so:Ersattningsdagar", strconv.Itoa(tenths/10)+"."+strconv.Itoa(tenths%10))
	w.leaf("so:AvserFrom", day(covers.from))
	w.leaf("so:AvserTom", day(covers.to))
	w.close("so:Utbetalningar")
}

// decimal writes öre as kronor.
func decimal(ore int) string { return strconv.FormatFloat(float64(ore)/100, 'f', 2, 64) }
