package ssbtek

import (
	"fmt"
	"strings"
	"testing"

	"medborgarnavet/block/soap"
)

// Answers written from the schemas alone, with what they allow and few expect.

// M-01, I-6: one answer with default namespaces, CDATA, comments, CSN v3, weeks
// over New Year, rows without a family, an unknown benefit and the question
// repeated, which asked an origin that is not in the answer.
func TestOddButRight(t *testing.T) {
	a := mustDecode(t, "\ufeff"+readTestdata(t, "odd.xml"), Expect{Person: number(t, "198507099805")})
	for origin, want := range map[string]string{
		"AF": "not-asked", "CSN": "answered", "FK": "answered", "PM": "answered", "SKV": "answered", "SO": "answered",
		"TNS": "unavailable SSBT SAKNAS", "MIV": "not-asked",
	} {
		if got := outcome(part(t, a, origin)); got != want {
			t.Errorf("%s: %s, want %s", origin, got, want)
		}
	}
	var got []string
	for _, p := range a.Parts {
		for _, y := range p.Payments {
			got = append(got, fmt.Sprintf("%s %s %s %s %s %d %d %s", y.Payer, y.BenefitCode, y.Benefit, y.PayDate, periodOf(y.Period), amount(y.NetOre), amount(y.GrossOre), y.Status))
		}
	}
	want := []string{
		"CSN LÄRLE Lärlingsersättning 2026-10-30  -50000 -1 paid",
		"CSN LÄRLE Lärlingsersättning  2026-12-28–2027-01-17 100000 -1 planned",
		"FK ABB Barnbidrag 2026-10-20 2026-10-01–2026-10-31 125050 125050 paid",
		"FK TFP+FP Tillfällig föräldrapenning 2026-10-26 2026-10-01–2026-10-06 70000 -1 paid",
		"FK NYTT Ett nytt stöd (i annan valuta) 2026-10-27  -1 -1 paid",
		"FK BOB Bostadsbidrag 2026-09-25  0 -1 preliminary",
		"PM BTP Bostadstillägg 2026-10-19 2026-10-01–2026-10-31 300000 -1 paid",
		"SO AKASSA Arbetslöshetsersättning 2026-11-11 2026-10-26–2026-11-08 642550 -1 paid",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if facts := part(t, a, "SKV").Facts; len(facts) != 1 || facts[0].Label != "Ränta" || facts[0].Value != "-12,50" {
		t.Errorf("tax: %+v", facts)
	}
}

// I-6: what the question, repeated in the answer, asked for and is not there
// could not be answered; for a protected person nothing tells why (I-4).
func TestAskedButMissing(t *testing.T) {
	doc := strings.Replace(readTestdata(t, "odd.xml"), `<SO inkludera="true"/>`, `<SO inkludera="false"/>`, 1)
	doc = strings.Replace(doc, `Status=""`, `Status="" sekretess="J"`, 1)
	if a := mustDecode(t, doc, Expect{}); outcome(part(t, a, "SO")) != "answered" {
		t.Errorf("what has answered has answered: %s", outcome(part(t, a, "SO")))
	}
	protected := strings.Replace(readTestdata(t, "odd.xml"), "<SO>", "<SO><Sekretessmarkering>1</Sekretessmarkering>", 1)
	a := mustDecode(t, protected, Expect{})
	if got := outcome(part(t, a, "TNS")); !a.Protected || got != "unavailable" || outcome(part(t, a, "FK")) != "nothing" {
		t.Errorf("protected %v: TNS %s", a.Protected, got)
	}
}

// I-6: an agency that holds something, though no payment and no decision, does
// not have nothing; and a deviation concerns the agency it is about.
func TestLefiHoldings(t *testing.T) {
	ok := `{"utlamnare":[{"utlamnare":{"kod":"FK"},"tillstand":{"kod":"OK"}},{"utlamnare":{"kod":"PM"},"tillstand":{"kod":"OK"}}],`
	for name, c := range map[string]struct{ json, fk, pm string }{
		"person only":        {`"formansinformation":{"generellPersoninformation":[{"skyddad":false}],"programjobdagar":[{"antalForbrukade":0}]}}`, "nothing", "nothing"},
		"a tax decision":     {`"formansinformation":{"skatteuppgift":[{"x":1}]}}`, "answered", "nothing"},
		"other information":  {`"ovrigInformation":[{"informationstyp":{"kod":"PM:PU"}}]}`, "nothing", "answered"},
		"deviation, no code": {`"avvikelser":{"formansinformation":[{"avvikelse":{"kod":"INTERNT_FEL"},"formansgrupp":{"kod":"BOB"}}]}}`, "unavailable BT INTERNT_FEL", "nothing"},
		"deviation of PM's":  {`"avvikelser":{"beslut":[{"avvikelse":{"kod":"OBEHORIG"},"formansgrupp":{"kod":"PM:EF"}}]}}`, "nothing", "unavailable BT OBEHORIG"},
	} {
		t.Run(name, func(t *testing.T) {
			a := mustDecode(t, lefi(ok+c.json), Expect{})
			if fk, pm := outcome(part(t, a, "FK")), outcome(part(t, a, "PM")); fk != c.fk || pm != c.pm {
				t.Errorf("FK %s, PM %s", fk, pm)
			}
		})
	}
}

// Skatteverket's text is already UTF-8 when it is read, whatever it says of
// itself; and a shape that nobody has described is not taken for nothing (I-6).
func TestSKVShapes(t *testing.T) {
	person := `<Svar><Personuppgift><Kapitaluppgift><SummaIntäkter>12</SummaIntäkter></Kapitaluppgift></Personuppgift></Svar>`
	for name, svar := range map[string]string{
		"latin-1":         `<?xml version="1.0" encoding="ISO-8859-1"?>` + person,
		"utf-16":          "\n<?xml version='1.0' encoding='utf-16'?>\n" + person,
		"beside groups":   `<Svar><Personuppgift><Inkomst>12</Inkomst></Personuppgift></Svar>`,
		"another shape":   `<Svar><Referensnummer>7</Referensnummer><Person><Identitet>198507099805</Identitet><Kapital><Ranta>12</Ranta></Kapital></Person></Svar>`,
		"within its like": `<Svar><Personuppgift><Personuppgift><Kapital><Ranta>12</Ranta></Kapital></Personuppgift></Personuppgift></Svar>`,
	} {
		t.Run(name, func(t *testing.T) {
			p := part(t, mustDecode(t, response(`<SKV><data><svar xmlns=""><![CDATA[`+svar+`]]></svar></data></SKV>`), Expect{}), "SKV")
			if outcome(p) != "answered" || len(p.Facts) != 1 || p.Facts[0].Value != "12" || strings.ContainsRune(p.Facts[0].Label, 'Ã') {
				t.Errorf("%s: %+v", outcome(p), p.Facts)
			}
		})
	}
}

// A case at Migrationsverket that says only what it is about is still a case.
func TestMIVCases(t *testing.T) {
	for name, c := range map[string]struct{ svar, want string }{
		"kind only":   {`<svar><arendeTyp>UAT</arendeTyp></svar>`, "answered"},
		"reason only": {`<svar><anledningNamn>Arbete</anledningNamn></svar>`, "answered"},
		"none":        {`<svar/>`, "nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			p := part(t, mustDecode(t, response(`<MIV><data><response xmlns=""><svarCollection>`+c.svar+`</svarCollection></response></data></MIV>`), Expect{}), "MIV")
			if outcome(p) != c.want {
				t.Errorf("%s, want %s", outcome(p), c.want)
			}
		})
	}
}

// A document that is no answer is told from one that is, and why.
func TestNoAnswerSaysWhy(t *testing.T) {
	all := readTestdata(t, "all.xml")
	for name, c := range map[string]struct{ doc, want string }{
		"empty":    {" \n", "the document is empty"},
		"html":     {"<html><body>502</body></html>", "no SOAP 1.1 envelope"},
		"SOAP 1.2": {strings.ReplaceAll(all, soap.Namespace, "http://www.w3.org/2003/05/soap-envelope"), "no SOAP 1.1 envelope"},
		"v11":      {strings.ReplaceAll(all, "ssbt/10", "ssbt/11"), "another contract version"},
		"a test":   {strings.ReplaceAll(all, responseName, "testaBastjanstInformationResponse"), "another message"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Decode([]byte(c.doc), Expect{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}
