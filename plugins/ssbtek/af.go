package ssbtek

import (
	"strings"

	"medborgarnavet/plugin"
)

// Arbetsförmedlingen: registration, decisions and activity report. No amounts.

func (d *decoder) af(data *element) []plugin.Part {
	svar := data.find("Svar")
	if svar == nil {
		return one(unavailable(originAF, sourceBT, codeUnreadable))
	}
	if !samePerson(d.expect.Person, svar.value("IdentitetsbeteckningFysiskPerson")) {
		return one(wrongPerson(originAF))
	}
	// 0: the question was handled normally. The other codes are in no public
	// catalogue, so none of them may be read as "has nothing" (I-6).
	if code := svar.value("StatusSokandeinformationKod"); code != "" && strings.Trim(code, "0") != "" {
		return one(unavailable(originAF, sourceBT, code))
	}
	p := plugin.Part{Origin: originAF}
	p.Facts = append(p.Facts, afRegistration(svar.find("ArbetssokandeInfo"))...)
	p.Facts = append(p.Facts, afReport(svar.find("ArbetssokandeInfo", "AktivetetsRapportDatum"))...)
	for _, b := range svar.all("BeslutInfo", "EkonomiskaBeslut", "Beslut") {
		p.Facts = append(p.Facts, plugin.Fact{
			Dataset: "decisions",
			Label:   first(b.value("ErsattningTyp"), "Beslut om ersättning"),
			Value:   percent(b.value("Omfattning")),
			Period:  span(normalDate(b.value("BeslutFrom")), normalDate(b.value("BeslutTom"))),
		})
	}
	if name := svar.value("Akassetillhorighet"); name != "" && name != "-" {
		p.Facts = append(p.Facts, plugin.Fact{Dataset: "membership", Label: "A-kassa", Value: name})
	}
	return one(answered(p))
}

func afRegistration(info *element) []plugin.Fact {
	var facts []plugin.Fact
	add := func(label, value string) {
		if value != "" && value != "-" {
			facts = append(facts, plugin.Fact{Dataset: "registration", Label: label, Value: value})
		}
	}
	add("Sökandekategori", info.value("ArbetssokandeSKAT"))
	add("Inskriven", normalDate(info.value("ArbetssokandeRegistrerad")))
	add("Söker arbete", percent(info.value("ArbetssokandeOmfattning")))
	add("Avskriven", normalDate(info.value("ArbetssokandeAvaktualiserad")))
	// "Not a job-seeker" alone is having nothing; beside a registration that
	// has ended it says something.
	if isTrue(info.value("Arbetssokande")) {
		add("Inskriven som arbetssökande", "ja")
	} else if len(facts) > 0 && info.value("Arbetssokande") != "" {
		add("Inskriven som arbetssökande", "nej")
	}
	return facts
}

// afReport reads the message about the latest activity report: 200 handed in,
// 500 and 501 none, 502 technical fault. Only what says something about the
// person becomes a fact.
func afReport(report *element) []plugin.Fact {
	message := report.value("AktivitetsRapportMeddelande")
	date := normalDate(report.value("SenasteAktivitetsRapportDatum"))
	var value string
	switch {
	case strings.HasPrefix(message, "502"):
		value = "kunde inte hämtas"
	case date != "":
		value = "lämnad " + date
	case strings.HasPrefix(message, "200"):
		value = "lämnad"
	default:
		return nil
	}
	return []plugin.Fact{{Dataset: "report", Label: "Senaste aktivitetsrapport", Value: value}}
}

func percent(s string) string {
	if s == "" || s == "-" || s == "0" {
		return ""
	}
	return s + " procent"
}
