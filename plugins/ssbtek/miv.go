package ssbtek

import (
	"strings"

	"medborgarnavet/plugin"
)

// Migrationsverket: permits and decisions.

func (d *decoder) miv(data *element) []plugin.Part {
	for _, f := range []*element{data.find("SSBTEKSoapException"), data} {
		if code := f.value("faultCode"); code != "" {
			return one(unavailable(originMIV, sourceBT, code))
		}
	}
	response := data.find("response")
	if !samePerson(d.expect.Person, response.value("personnummer")) {
		return one(wrongPerson(originMIV))
	}
	p := plugin.Part{Origin: originMIV}
	if day := normalDate(response.value("inresedatum")); day != "" {
		p.Facts = append(p.Facts, plugin.Fact{Dataset: "permits", Label: "Inresedatum", Value: day})
	}
	for _, s := range response.all("svarCollection", "svar") {
		if len(s.children) > 0 {
			p.Facts = append(p.Facts, mivFact(s))
		}
	}
	return one(answered(p))
}

func mivFact(s *element) plugin.Fact {
	var words []string
	add := func(w string) {
		if w != "" && w != "-" {
			words = append(words, w)
		}
	}
	add(first(s.value("beslutsTypNamn"), s.value("beslutsTyp")))
	add(first(s.value("beslutsKodNamn"), s.value("beslutsKod")))
	switch s.value("giltighetstid") {
	case "PERMANENT":
		add("permanent")
	case "TIDBEGRANSAT":
		add("tidsbegränsat")
	}
	add(first(s.value("anledningNamn"), s.value("anledning")))
	if day := normalDate(s.value("beslutsdatum")); day != "" {
		add("beslut " + day)
	} else if day := normalDate(s.value("ansokningsdatum")); day != "" {
		add("ansökan " + day)
	}
	return plugin.Fact{
		Dataset: "permits",
		Label:   first(s.value("arendeTypNamn"), s.value("arendeTyp"), "Ärende"),
		Value:   strings.Join(words, ", "),
		Period:  span(normalDate(s.value("fromDatum")), normalDate(s.value("tomDatum"))),
	}
}
