package ssbtek

import (
	"strings"

	"medborgarnavet/plugin"
)

// Cases and decisions in LEFI, as facts for a page that shows them. They say
// nothing of what was paid.

// fkCases are the lists of cases in formansinformation, by LEFI v9's names.
var fkCases = []struct{ list, label string }{
	{"aktivitetsstodsarende", "Aktivitetsstöd"},
	{"allmanpensionsarende", "Allmän pension"},
	{"arbetsskadeefterlevandearende", "Efterlevandelivränta vid arbetsskada"},
	{"arbetsskadeegenlivrantearende", "Livränta vid arbetsskada"},
	{"barnbidragsarende", "Barnbidrag"},
	{"bostadsbidragsarende", "Bostadsbidrag"},
	{"bostadstillaggsarende", "Bostadstillägg"},
	{"efterlevandepensionsarende", "Efterlevandepension"},
	{"foraldrapenningarende", "Föräldrapenning"},
	{"forebyggandeSjukpenningsarende", "Förebyggande sjukpenning"},
	{"graviditetspenningsarende", "Graviditetspenning"},
	{"handikappersattningsarende", "Handikappersättning"},
	{"merkostnadsersattningsarende", "Merkostnadsersättning"},
	{"mottagareavbarnbidrag", "Barnbidrag till barnet självt"},
	{"narstaendepenningarende", "Närståendepenning"},
	{"omvardnadsbidragsarende", "Omvårdnadsbidrag"},
	{"programersattningsarende", "Ersättning i arbetsmarknadspolitiskt program"},
	{"rehabersattningsarende", "Rehabiliteringsersättning"},
	{"sjukOchAktivitetsersattningsarende", "Sjuk- och aktivitetsersättning"},
	{"sjukpenningarende", "Sjukpenning"},
	{"smittbararersattningsarende", "Smittbärarersättning"},
	{"tillfalligForaldrapenningarende", "Tillfällig föräldrapenning"},
	{"totalforsvarspliktsarende", "Dagpenning för totalförsvarspliktiga"},
	{"underhallsstodskrav", "Krav om underhållsstöd"},
	{"underhallsstodsmottag", "Underhållsstöd"},
	{"vardbidragsarende", "Vårdbidrag"},
	{"yrkesskadeefterlevandearende", "Efterlevandelivränta vid yrkesskada"},
	{"yrkesskadeegenlivrantearende", "Livränta vid yrkesskada"},
}

func fkDecisions(info any) []plugin.Fact {
	var facts []plugin.Fact
	for _, kind := range fkCases {
		for _, c := range items(info, kind.list) {
			decisions := items(c, "beslut")
			if len(decisions) == 0 {
				facts = append(facts, plugin.Fact{Dataset: "decisions", Label: kind.label, Value: fkCaseState(c)})
			}
			for _, b := range decisions {
				_, benefit := coded(member(b, "forman"))
				facts = append(facts, plugin.Fact{
					Dataset: "decisions",
					Label:   first(benefit, kind.label),
					Value:   fkDecision(b),
					Period:  lefiPeriod(member(b, "period")),
				})
			}
		}
	}
	for _, days := range items(info, "programjobdagar") {
		if n := word(days, "antalForbrukade"); n != "" && n != "0" {
			facts = append(facts, plugin.Fact{Dataset: "decisions", Label: "Förbrukade dagar i jobbprogram", Value: n})
		}
	}
	return facts
}

func fkCaseState(c any) string {
	state := "ärende"
	switch {
	case truth(c, "avslaget"):
		state = "avslag"
	case truth(c, "aktivt"):
		state = "pågående ärende"
	}
	if day := normalDate(word(c, "startades")); day != "" {
		state += " sedan " + day
	}
	return state
}

func fkDecision(b any) string {
	words := []string{"beslutat"}
	if day := normalDate(word(b, "fattades")); day != "" {
		words = append(words, day)
	}
	if amount := word(b, "beslutatBruttobelopp", "summa"); amount != "" {
		words = append(words, strings.Replace(amount, ".", ",", 1)+" kronor före skatt")
		if often := word(b, "periodicitet", "beskrivning"); often != "" {
			words = append(words, strings.ToLower(often))
		}
	}
	return strings.Join(words, ", ")
}

// pmDecisions are Pensionsmyndigheten's, at the top of the document.
func pmDecisions(doc object) []plugin.Fact {
	var facts []plugin.Fact
	for _, b := range items(doc, "beslut") {
		_, label := coded(member(b, "formansgrupp"))
		words := []string{strings.ToLower(first(word(b, "beslutsutfall", "beskrivning"), "beslut"))}
		if day := normalDate(word(b, "beslutsdatum")); day != "" {
			words = append(words, day)
		}
		f := plugin.Fact{Dataset: "decisions", Label: first(label, "Beslut"), Value: strings.Join(words, ", ")}
		if granted := items(b, "beslutadErsattning"); len(granted) == 1 {
			f.Period = lefiPeriod(member(granted[0], "period"))
		}
		facts = append(facts, f)
	}
	for _, a := range items(doc, "ansprak") {
		_, label := coded(member(a, "formansgrupp"))
		facts = append(facts, plugin.Fact{
			Dataset: "decisions", Label: first(label, "Ansökan"),
			Value:  strings.TrimSpace("ansökan " + normalDate(word(a, "ankomstdatum"))),
			Period: lefiPeriod(member(a, "yrkadPeriod")),
		})
	}
	return facts
}
