package ssbtek

import (
	"strings"
	"unicode"

	"medborgarnavet/plugin"
)

// The a-kassor's joint organisation: one block for each a-kassa that answered.

// The contract has no code for the benefit, as there is only one.
const (
	benefitCodeSO = "AKASSA"
	benefitSO     = "Arbetslöshetsersättning"
)

// soClear are the statuses that plainly say that the a-kassa has answered, with
// something or with nothing. The contract leaves the status as free text and
// defines no value; whatever else it says is not certain (I-6).
var soClear = map[string]bool{
	"svarat": true, "ok": true, "allclear": true, "ingethososs": true,
	"ingentraff": true, "ejtraff": true, "ingauppgifter": true, "ejmedlem": true,
}

func (d *decoder) so(data *element) []plugin.Part {
	list := data.find("ArbetsloshetsersattningLista")
	if list == nil {
		return one(unavailable(originSO, sourceBT, codeUnreadable))
	}
	if !samePerson(d.expect.Person, data.value("IdentificationNumber")) {
		return one(wrongPerson(originSO))
	}
	p := plugin.Part{Origin: originSO}
	unclear := false
	for _, fund := range list.all("Arbetsloshetsersattning") {
		said := false
		for _, u := range fund.all("Utbetalningar") {
			p.Payments, said = append(p.Payments, soPayment(u)), true
		}
		for _, a := range fund.all("Avstangningar") {
			said = true
			p.Facts = append(p.Facts, plugin.Fact{
				Dataset: "suspensions", Label: "Avstängd från ersättning", Value: "ja",
				Period: span(normalDate(a.value("AvstangdFrom")), normalDate(a.value("AvstangdTom"))),
			})
		}
		if a := fund.find("AnsoktOmErsattning"); a != nil {
			said = true
			p.Facts = append(p.Facts, soApplication(a)...)
		}
		status := fund.value("StatusSvarandeOrganisation")
		unclear = unclear || !soClear[lettersOf(status)] && (!said || lettersOf(status) == lettersOf(codeUnclear))
	}
	p = answered(p)
	switch {
	case unclear && p.State == plugin.StateNothing:
		return one(unavailable(originSO, sourceBT, codeUnclear))
	case unclear: // what one a-kassa said stands; that another did not is told
		p.Source, p.Code = sourceBT, codeUnclear
	}
	return one(p)
}

// soPayment: the net amount is NettoEfterSkatt. What remains after further
// deductions (attachment of earnings and the like) is shown beside it, since
// such deductions are the person's own debts and do not lessen the income.
func soPayment(u *element) plugin.Payment {
	p := plugin.Payment{
		Payer: originSO, BenefitCode: benefitCodeSO, Benefit: benefitSO,
		PayDate: normalDate(u.value("Utbetalningsdatum")),
		Period:  span(normalDate(u.value("AvserFrom")), normalDate(u.value("AvserTom"))),
		NetOre:  ore(u.value("NettoEfterSkatt")),
		Status:  plugin.StatusPaid,
	}
	if rest := ore(u.value("NettoEfterAvdrag")); rest != nil && p.NetOre != nil && *rest != *p.NetOre {
		p.Parts = append(p.Parts, plugin.PaymentPart{Code: "NettoEfterAvdrag", Label: "Netto efter övriga avdrag", AmountOre: *rest})
	}
	return p
}

func soApplication(a *element) []plugin.Fact {
	var facts []plugin.Fact
	if day := normalDate(a.value("BeslutOmRattTillErsattning")); day != "" {
		facts = append(facts, plugin.Fact{Dataset: "application", Label: "Beslut om rätt till ersättning", Value: day})
	}
	if isTrue(a.value("AnsokanOmUtbetalningInlamnad")) {
		facts = append(facts, plugin.Fact{Dataset: "application", Label: "Ansökan om utbetalning är inlämnad", Value: "ja"})
	}
	return facts
}

// lettersOf is a text's letters in lower case, with å, ä and ö as a, a and o.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'å', 'ä':
			return 'a'
		case 'ö':
			return 'o'
		}
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, strings.ToLower(s))
}
