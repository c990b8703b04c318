package ssbtek

import (
	"strings"
	"testing"

	"medborgarnavet/plugin"
)

// The traps of the real answers, one test each. "Trap n" is the list in the
// design notes on SSBTEK (design/ssbtek.md §2.8).

// Trap 1, 2: FK's payments stand under formansinformation with {fran,till} and
// {summa}; PM's at the top with {from,tom} and whole kronor. Neither is lost,
// and neither is looked for in the other's place.
func TestTrapTwoModels(t *testing.T) {
	a := mustDecode(t, readTestdata(t, "all.xml"), Expect{})
	if fk, pm := part(t, a, "FK"), part(t, a, "PM"); len(fk.Payments) != 3 || len(pm.Payments) != 1 {
		t.Fatalf("FK %d, PM %d", len(fk.Payments), len(pm.Payments))
	}
	a = mustDecode(t, lefi(`{"utlamnare":[{"utlamnare":{"kod":"FK"},"tillstand":{"kod":"OK"}}],
		"formansinformation":{"utbetalningar":[{"nettobelopp":1}]},
		"utbetalningsuppgift":[{"nettobelopp":{"summa":1}}]}`), Expect{})
	// FK holds something, though nothing that is known as a payment (I-6).
	if fk, pm := part(t, a, "FK"), part(t, a, "PM"); outcome(fk) != "answered" || len(fk.Payments) > 0 || outcome(pm) != "not-asked" {
		t.Errorf("FK %s, PM %s", outcome(fk), outcome(pm))
	}
}

// Trap 3: typ is how the money is sent. "Presumtiv" and "Retro" are paid.
func TestTrapTypIsNotStatus(t *testing.T) {
	p := part(t, mustDecode(t, lefi(`{"formansinformation":{"utbetalningsuppgift":[
		{"typ":{"id":4,"beskrivning":"Presumtiv"},"formansfamilj":{"id":"US"},"nettobelopp":{"summa":1723}}]}}`), Expect{}), "FK")
	if len(p.Payments) != 1 || p.Payments[0].Status != plugin.StatusPaid || amount(p.Payments[0].NetOre) != 172300 {
		t.Errorf("%s", outcome(p))
	}
}

// Trap 4: rows explain a payment and are never its sum; deductions are negative
// and tax is one of them.
func TestTrapRowsAreNotSummed(t *testing.T) {
	a := mustDecode(t, readTestdata(t, "all.xml"), Expect{})
	y := part(t, a, "FK").Payments[1]
	if amount(y.NetOre) != 720000 || amount(y.GrossOre) != 1000000 {
		t.Errorf("net %d, gross %d", amount(y.NetOre), amount(y.GrossOre))
	}
	want := []plugin.PaymentPart{
		{Code: "SJP/SP", Label: "Sjukpenning", AmountOre: 1000000},
		{Code: "SJP/PS", Label: "Preliminär skatt", AmountOre: -230000},
		{Code: "SJP/INF", Label: "Utmätning", AmountOre: -50000},
	}
	for i, w := range want {
		if y.Parts[i] != w {
			t.Errorf("row %d: %+v", i, y.Parts[i])
		}
	}
	csn := part(t, a, "CSN").Payments[0]
	if amount(csn.NetOre) != 800000 || csn.GrossOre != nil || len(csn.Parts) != 3 || csn.Parts[1].AmountOre != 400000 {
		t.Errorf("CSN: net %d, %d rows", amount(csn.NetOre), len(csn.Parts))
	}
	// A payment without its own net has none; it is not made up from the rows.
	p := part(t, mustDecode(t, lefi(`{"formansinformation":{"utbetalningsuppgift":[{"bruttobelopp":{"summa":5},
		"utbetalningsdetalj":[{"bruttobelopp":{"summa":5}}]}]}}`), Expect{}), "FK")
	if p.Payments[0].NetOre != nil || amount(p.Payments[0].GrossOre) != 500 {
		t.Error("a net amount was made up")
	}
}

// Trap 5: a list of one may be written as the thing itself.
func TestTrapListsOfOne(t *testing.T) {
	a := mustDecode(t, lefi(`{"utlamnare":{"utlamnare":{"kod":"PM"},"tillstand":{"kod":"OK"}},
		"utbetalningar":{"nettobelopp":852,"utbetalningsrader":{"formansgrupp":{"kod":"PM:BTI"},"belopp":852},"avdrag":{"belopp":-10,"avdragstyp":"Annat"}},
		"formansinformation":{"utbetalningsuppgift":{"formansfamilj":"Dagersättning","nettobelopp":513,"utbetalningsdetalj":{"forman":{"id":"TFP"},"bruttobelopp":513}}}}`), Expect{})
	pm, fk := part(t, a, "PM"), part(t, a, "FK")
	if len(pm.Payments) != 1 || pm.Payments[0].BenefitCode != "BTI" || len(pm.Payments[0].Parts) != 2 || pm.Payments[0].Parts[1].AmountOre != -1000 {
		t.Errorf("PM %s, %d", outcome(pm), len(pm.Payments))
	}
	if len(fk.Payments) != 1 || fk.Payments[0].BenefitCode != "TFP" || fk.Payments[0].Benefit != "Dagersättning" || amount(fk.Payments[0].NetOre) != 51300 {
		t.Errorf("FK %s, %d", outcome(fk), len(fk.Payments))
	}
}

// Trap 6, 8, 9: CSN's undecided date, weeks, both namespaces, both spellings of
// paid; another kind of benefit; the older form with dates instead of weeks.
func TestTrapCSN(t *testing.T) {
	head := `<CSNSvar schemaVersion="3.0" xmlns="http://schema.csn.se/v3.0/kommunfraga" xmlns:p="http://schema.csn.se/v3.0/person"><GemensamtSvarEkbistand><Resultat><ResultatKod>0</ResultatKod></Resultat></GemensamtSvarEkbistand><Personer><Person personnummer="8507099805" sekel="19">`
	tail := `</Person></Personer></CSNSvar>`
	arende := func(block, plan string) string {
		return head + `<p:` + block + `><p:Arenden><p:Arende lopnummer="1"><p:stodform>SB</p:stodform><p:klartext>Studiebidrag</p:klartext><p:status>BESLUTAT</p:status>` + plan + `</p:Arende></p:Arenden></p:` + block + `>` + tail
	}
	for name, c := range map[string]struct{ xml, want string }{
		"v3, paid":         {arende("Studiehjalp", `<p:UtbetalningsPlan><p:Utbetalning><p:utbetdatum>20261030</p:utbetdatum><p:utbetstatus>Utbetald</p:utbetstatus><p:totbelopp>1250</p:totbelopp></p:Utbetalning></p:UtbetalningsPlan>`), "2026-10-30  125000 paid"},
		"undecided":        {arende("Studiehjalp", `<p:UtbetalningsPlan><p:Utbetalning><p:utbetdatum>0</p:utbetdatum><p:utbetstatus>Planerad</p:utbetstatus><p:totbelopp>1250</p:totbelopp></p:Utbetalning></p:UtbetalningsPlan>`), "  125000 planned"},
		"recovered":        {arende("Studiestartsstod", `<p:UtbetalningsPlan><p:Utbetalning><p:utbetdatum>20261030</p:utbetdatum><p:utbetstatus>Utbetald</p:utbetstatus><p:totbelopp>-300</p:totbelopp></p:Utbetalning></p:UtbetalningsPlan>`), "2026-10-30  -30000 paid"},
		"week 53":          {arende("Omstallningsstudiestod", `<p:UtbetalningsPlan><p:Utbetalning><p:utbetdatum>20261225</p:utbetdatum><p:utbetstatus>Planerad</p:utbetstatus><p:Utbetaldatider><p:Utbetaldtid><p:startvecka>202653</p:startvecka><p:slutvecka>202701</p:slutvecka></p:Utbetaldtid></p:Utbetaldatider><p:totbelopp>1</p:totbelopp></p:Utbetalning></p:UtbetalningsPlan>`), "2026-12-25 2026-12-28–2027-01-10 100 planned"},
		"home loan, dates": {arende("Hemutrustningslan", `<p:Utbetalningsplan><p:Utbetalning><p:utbetdatum>20261001</p:utbetdatum><p:utbetstatus>UTBETALAD</p:utbetstatus><p:Beloppen><p:startdatum>20261001</p:startdatum><p:slutdatum>20261031</p:slutdatum></p:Beloppen><p:totbelopp>15000</p:totbelopp></p:Utbetalning></p:Utbetalningsplan>`), "2026-10-01 2026-10-01–2026-10-31 1500000 paid"},
		"Latin-1":          {`<?xml version="1.0" encoding="ISO-8859-1"?>` + arende("Studiehjalp", "<!-- \xe5 --><p:UtbetalningsPlan><p:Utbetalning><p:utbetdatum>20261030</p:utbetdatum><p:utbetstatus>Utbetald</p:utbetstatus><p:totbelopp>1</p:totbelopp></p:Utbetalning></p:UtbetalningsPlan>"), "2026-10-30  100 paid"},
	} {
		t.Run(name, func(t *testing.T) {
			p := part(t, mustDecode(t, csnAnswer(c.xml), Expect{Person: number(t, "198507099805")}), "CSN")
			if len(p.Payments) != 1 {
				t.Fatalf("%s with %d payments", outcome(p), len(p.Payments))
			}
			y := p.Payments[0]
			if got := y.PayDate + " " + periodOf(y.Period) + " " + itoa(amount(y.NetOre)) + " " + string(y.Status); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	noHit := head[:len(head)-1] + ` Status="Ej träff">` + tail
	if p := part(t, mustDecode(t, csnAnswer(noHit), Expect{}), "CSN"); outcome(p) != "nothing" {
		t.Errorf("no hit: %s", outcome(p))
	}
	refused := strings.Replace(head, ">0<", ">-1005<", 1) + tail
	if p := part(t, mustDecode(t, csnAnswer(refused), Expect{}), "CSN"); outcome(p) != "unavailable BT -1005" {
		t.Errorf("refused: %s", outcome(p))
	}
}

// Trap 7 and 14 for Arbetsförmedlingen: its own status decides; no code is read
// as having nothing.
func TestTrapAFStatus(t *testing.T) {
	doc := readTestdata(t, "all.xml")
	broken := strings.Replace(doc, "<af:StatusSokandeinformationKod>0<", "<af:StatusSokandeinformationKod>42<", 1)
	if p := part(t, mustDecode(t, broken, Expect{}), "AF"); outcome(p) != "unavailable BT 42" || len(p.Facts) > 0 {
		t.Error(outcome(p))
	}
	report := strings.Replace(doc, "Meddelande>200<", "Meddelande>502 Tekniskt fel<", 1)
	found := ""
	for _, f := range part(t, mustDecode(t, report, Expect{}), "AF").Facts {
		if f.Dataset == "report" {
			found = f.Value
		}
	}
	if found != "kunde inte hämtas" {
		t.Errorf("a report that could not be fetched: %q", found)
	}
}

// Trap 9: a planned or preliminary payment is labelled, not hidden, and not
// taken for paid; what a source calls something unknown is not paid.
func TestTrapPlannedIsNotPaid(t *testing.T) {
	a := mustDecode(t, lefi(`{"preliminaraUtbetalningar":[{"utbetalningsdatum":"2026-12-18","nettobelopp":5000}],
		"formansinformation":{"preliminarautbetalningar":[{"datum":"2026-12-18","nettobelopp":{"summa":1}}]}}`), Expect{})
	for _, o := range []string{"FK", "PM"} {
		if p := part(t, a, o); len(p.Payments) != 1 || p.Payments[0].Status != plugin.StatusPreliminary {
			t.Errorf("%s %s", o, outcome(p))
		}
	}
	csn := strings.ReplaceAll(readTestdata(t, "csn-v4.xml"), "UTBETALAD", "Stoppad")
	for _, y := range part(t, mustDecode(t, csnAnswer(csn), Expect{}), "CSN").Payments {
		if y.Status != plugin.StatusPlanned {
			t.Errorf("an unknown status is %s", y.Status)
		}
	}
}

// LEFI's own states: each agency by itself (I-6).
func TestTrapLefiStates(t *testing.T) {
	provider := func(kod, tillstand string) string {
		return `{"utlamnare":{"kod":"` + kod + `"},"tillstand":{"kod":"` + tillstand + `"}}`
	}
	pay := `"formansinformation":{"utbetalningsuppgift":[{"nettobelopp":{"summa":1}}]}`
	for name, c := range map[string]struct{ json, fk, pm string }{
		"PM down":                    {`{"utlamnare":[` + provider("FK", "OK") + `,` + provider("PM", "OTILLGANGLIG") + `],` + pay + `}`, "answered", "unavailable BT OTILLGANGLIG"},
		"FK failing, data or not":    {`{"utlamnare":[` + provider("FK", "FELANDE") + `,` + provider("PM", "OK") + `],` + pay + `}`, "unavailable BT FELANDE", "nothing"},
		"a state of tomorrow":        {`{"utlamnare":[` + provider("FK", "VILANDE") + `]}`, "unavailable BT VILANDE", "not-asked"},
		"no state":                   {`{"utlamnare":[{"utlamnare":{"kod":"FK"}}]}`, "unavailable BT TILLSTAND_SAKNAS", "not-asked"},
		"no list":                    {`{` + pay + `}`, "answered", "not-asked"},
		"empty":                      {`{}`, "unavailable BT TILLSTAND_SAKNAS", "not-asked"},
		"no list, empty members":     {`{"formansinformation":{},"utbetalningar":[]}`, "nothing", "nothing"},
		"a general fault":            {`{"meddelande":"Internt fel","timestamp":"2026-11-22T12:00:00Z"}`, "unavailable BT LEFI_FELSVAR", "unavailable BT LEFI_FELSVAR"},
		"deviation, no data":         {`{"utlamnare":[` + provider("FK", "OK") + `,` + provider("PM", "OK") + `],"avvikelser":{"utbetalningar":[{"avvikelse":{"kod":"INTERNT_FEL"},"formansgrupp":{"kod":"FK:BOB"}}]}}`, "unavailable BT INTERNT_FEL", "nothing"},
		"deviation beside data":      {`{"utlamnare":[` + provider("FK", "OK") + `],"avvikelser":{"utbetalningar":[{"avvikelse":{"kod":"OBEHORIG"},"formansgrupp":{"kod":"FK:DPE"}},{"avvikelse":{"kod":"INTERNT_FEL"},"formansgrupp":{"kod":"FK:BOB"}}]},` + pay + `}`, "answered BT INTERNT_FEL", "not-asked"},
		"deviation of PM's":          {`{"utlamnare":[` + provider("FK", "OK") + `,` + provider("PM", "OK") + `],"avvikelser":{"beslut":[{"avvikelse":{"kod":"OBEHORIG"},"formansgrupp":{"kod":"PM:AP"}}]}}`, "nothing", "unavailable BT OBEHORIG"},
		"deviation of what is other": {`{"utlamnare":[` + provider("FK", "OK") + `],"avvikelser":{"ovrigInformation":[{"avvikelse":{"kod":"OBEHORIG"},"ovrigInformationstyp":{"kod":"FK:GEPI"}}]}}`, "unavailable BT OBEHORIG", "not-asked"},
	} {
		t.Run(name, func(t *testing.T) {
			a := mustDecode(t, lefi(c.json), Expect{})
			if fk, pm := part(t, a, "FK"), part(t, a, "PM"); outcome(fk) != c.fk || outcome(pm) != c.pm {
				t.Errorf("FK %s, PM %s", outcome(fk), outcome(pm))
			}
		})
	}
}

// What LEFI may hold in both models was paid once; what differs stays.
func TestTrapTwins(t *testing.T) {
	doc := func(date string) string {
		return lefi(`{"formansinformation":{"utbetalningsuppgift":[{"foretag":{"id":1003},"datum":"` + date + `","formansfamilj":{"id":"BTI"},"nettobelopp":{"summa":852}}]},
			"utbetalningar":[{"utbetalningsdatum":"2026-10-18","nettobelopp":852}]}`)
	}
	a := mustDecode(t, doc("2026-10-18"), Expect{})
	if fk, pm := part(t, a, "FK"), part(t, a, "PM"); len(fk.Payments) != 0 || len(pm.Payments) != 1 {
		t.Errorf("twins: FK %d, PM %d", len(fk.Payments), len(pm.Payments))
	}
	a = mustDecode(t, doc("2026-10-19"), Expect{})
	if fk := part(t, a, "FK"); len(fk.Payments) != 1 || fk.Payments[0].Payer != "PM" {
		t.Errorf("not twins: FK %d", len(fk.Payments))
	}
}

// One payment may be of several benefits, and may be in another currency.
func TestTrapMixedPayments(t *testing.T) {
	a := mustDecode(t, lefi(`{"utbetalningar":[{"nettobelopp":9000,"utbetalningsrader":[
		{"formansgrupp":{"kod":"PM:BTI","beskrivning":"Bostads- och inkomststöd"},"belopp":852},
		{"formansgrupp":{"kod":"PM:EF","beskrivning":"Efterlevandeförmåner"},"belopp":8148}]}],
		"formansinformation":{"utbetalningsuppgift":[{"formansfamilj":{"id":"FP","beskrivning":"Föräldrapenning"},"nettobelopp":{"summa":100,"valuta":"EUR"}}]}}`), Expect{})
	pm := part(t, a, "PM").Payments[0]
	if pm.BenefitCode != "BTI+EF" || pm.Benefit != "Bostads- och inkomststöd och Efterlevandeförmåner" || amount(pm.NetOre) != 900000 {
		t.Errorf("%s %q", pm.BenefitCode, pm.Benefit)
	}
	fk := part(t, a, "FK").Payments[0]
	if fk.NetOre != nil || !strings.Contains(fk.Benefit, "annan valuta") {
		t.Errorf("euros: %q", fk.Benefit)
	}
}

// Each a-kassa answers for itself; an unknown word is not "nothing" (I-6).
func TestTrapSOStatus(t *testing.T) {
	fund := func(status, more string) string {
		return `<Arbetsloshetsersattning><SvarandeOrganisation>A</SvarandeOrganisation><StatusSvarandeOrganisation>` + status + `</StatusSvarandeOrganisation>` + more + `</Arbetsloshetsersattning>`
	}
	pay := `<Utbetalningar><NettoEfterSkatt>1 250,50</NettoEfterSkatt><NettoEfterAvdrag>-</NettoEfterAvdrag></Utbetalningar>`
	for name, c := range map[string]struct{ funds, want string }{
		"none":                   {"", "nothing"},
		"answered, empty":        {fund("Svarat", ""), "nothing"},
		"nothing here":           {fund("Inget hos oss", ""), "nothing"},
		"cannot be checked":      {fund("EJ_KONTROLLERBAR", ""), "unavailable BT EJ_KONTROLLERBAR"},
		"unknown word":           {fund("1", ""), "unavailable BT EJ_KONTROLLERBAR"},
		"unknown word, data":     {fund("all clear?", pay), "answered"},
		"one could, one not":     {fund("SVARAT", pay) + fund("9", ""), "answered BT EJ_KONTROLLERBAR"},
		"one empty, one not":     {fund("OK", "") + fund("", ""), "unavailable BT EJ_KONTROLLERBAR"},
		"data, but says it fell": {fund("EJ KONTROLLERBAR", pay), "answered BT EJ_KONTROLLERBAR"},
	} {
		t.Run(name, func(t *testing.T) {
			p := part(t, mustDecode(t, response(`<SO><data><ArbetsloshetsersattningLista>`+c.funds+`</ArbetsloshetsersattningLista></data></SO>`), Expect{}), "SO")
			if outcome(p) != c.want {
				t.Errorf("%s, want %s", outcome(p), c.want)
			}
			// Trap 10: a comma, a space, a hyphen for none.
			if len(p.Payments) > 0 && (amount(p.Payments[0].NetOre) != 125050 || len(p.Payments[0].Parts) != 0) {
				t.Errorf("net %d", amount(p.Payments[0].NetOre))
			}
		})
	}
	y := part(t, mustDecode(t, readTestdata(t, "all.xml"), Expect{}), "SO").Payments[0]
	if amount(y.NetOre) != 125050 || len(y.Parts) != 1 || y.Parts[0].AmountOre != 100050 {
		t.Errorf("net is what is left after tax, what is left after deductions beside it: %d", amount(y.NetOre))
	}
}

// Skatteverket's text may be empty, hold a fault, or a status without data.
func TestTrapSKV(t *testing.T) {
	for name, c := range map[string]struct{ svar, want string }{
		"empty":         {"  ", "nothing"},
		"no persons":    {"<Svar><PersonuppgiftLista/></Svar>", "nothing"},
		"a fault":       {"<Fel><MeddelandeKod>9071001</MeddelandeKod></Fel>", "unavailable BT 9071001"},
		"status alone":  {"<Svar><Personuppgift><StatusPersonuppgiftKod>3</StatusPersonuppgiftKod></Personuppgift></Svar>", "unavailable BT 3"},
		"status, data":  {"<Svar><Personuppgift><StatusPersonuppgiftKod>999</StatusPersonuppgiftKod><Kapitaluppgift><Rantor>-12</Rantor></Kapitaluppgift></Personuppgift></Svar>", "answered"},
		"only identity": {"<Svar><Personuppgift><Fornamn>Anna</Fornamn><StatusPersonuppgiftKod>0</StatusPersonuppgiftKod></Personuppgift></Svar>", "nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			p := part(t, mustDecode(t, response(`<SKV><data><svar xmlns=""><![CDATA[`+c.svar+`]]></svar></data></SKV>`), Expect{}), "SKV")
			if outcome(p) != c.want {
				t.Errorf("%s, want %s", outcome(p), c.want)
			}
		})
	}
}

// Trap 15 and I-9: what comes out as a code can be logged.
func TestCodesAreSafe(t *testing.T) {
	for in, want := range map[string]string{
		"-1005": "-1005", "9071000": "9071000", "INTERNT_FEL": "INTERNT_FEL", " SSBT-17 ": "SSBT-17", "Tekniskt fel": "Tekniskt fel", "UBP/500": "UBP/500", "E(12)#3": "E(12)#3",
		"": "OKAND", "198507099805": "OKAND", "850709-9805": "OKAND", "fel: <x>": "OKAND", "a\nb": "OKAND", strings.Repeat("x", 41): "OKAND",
	} {
		if got := safeCode(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
