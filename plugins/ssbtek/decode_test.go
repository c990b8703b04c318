package ssbtek

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/soap"
	"medborgarnavet/plugin"
)

// M-01, M-87: every origin's answer becomes a part; payments carry payer, day,
// period and net.
func TestDecodeEveryOrigin(t *testing.T) {
	a := mustDecode(t, readTestdata(t, "all.xml"), Expect{Person: number(t, "198507099805"), CorrelationID: "k-1"})
	var got []string
	for _, p := range a.Parts {
		if p.State != plugin.StateAnswered || p.Source != "" || p.Code != "" {
			t.Errorf("%s: %s", p.Origin, outcome(p))
		}
		for _, y := range p.Payments {
			got = append(got, fmt.Sprintf("%s %s %s %s %d %s", y.Payer, y.BenefitCode, y.PayDate, periodOf(y.Period), amount(y.NetOre), y.Status))
		}
	}
	want := []string{
		"CSN GRUND 2026-10-23 2026-10-26–2026-11-22 800000 paid",
		"CSN GRUND   800000 planned",
		"FK ABB 2026-10-20 2026-10-01–2026-10-31 125050 paid",
		"FK DAG 2026-10-23 2026-09-01– 720000 paid",
		"FK BOB 2026-11-25 2026-11-01–2026-11-30 180000 preliminary",
		"PM AP 2026-10-18 2026-10-01–2026-10-31 1410900 paid",
		"SO AKASSA 2026-10-28 2026-10-12–2026-10-25 125050 paid",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if a.Protected {
		t.Error("taken for protected")
	}
}

// M-20: what is not a payment, per origin, in words.
func TestFacts(t *testing.T) {
	a := mustDecode(t, readTestdata(t, "all.xml"), Expect{})
	for origin, want := range map[string][]string{
		"AF": {
			"registration Sökandekategori=Öppet arbetslös", "registration Inskriven=2025-11-18", "registration Söker arbete=100 procent",
			"registration Inskriven som arbetssökande=ja", "report Senaste aktivitetsrapport=lämnad 2026-11-03",
			"decisions Aktivitetsstöd=75 procent 2026-09-01–2026-12-31", "membership A-kassa=Provkassan",
		},
		"CSN": {"decisions Studiemedel för studier i Sverige=beslutad, 100 procent 2026-08-31–2027-01-24"},
		"FK":  {"decisions Bostadsbidrag=beslutat, 2026-02-01, 1800,0 kronor före skatt, månadsvis 2026-02-01–2026-12-31"},
		"SKV": {"tax Taxeringsår=2026", "tax Summa intäkter av kapital=12345"},
		"SO":  {"suspensions Avstängd från ersättning=ja 2026-09-01–2026-09-05", "application Ansökan om utbetalning är inlämnad=ja"},
		"TNS": {"vehicles Personbil=Volvo V70 2012 ABC123"},
		"MIV": {"permits Uppehållstillstånd=Permanent uppehållstillstånd, Beviljas, permanent, beslut 1998-05-12"},
	} {
		var got []string
		for _, f := range part(t, a, origin).Facts {
			got = append(got, strings.TrimSpace(f.Dataset+" "+f.Label+"="+f.Value+" "+periodOf(f.Period)))
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: got\n%s\nwant\n%s", origin, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// I-6: nothing, unavailable and not asked are three things.
func TestStates(t *testing.T) {
	for name, want := range map[string]map[string]string{
		"nothing.xml": {"AF": "nothing", "CSN": "nothing", "FK": "nothing", "PM": "nothing", "SKV": "nothing", "SO": "nothing", "TNS": "nothing", "MIV": "nothing"},
		"errors.xml": {
			"AF": "unavailable SSBT TIMEOUT", "CSN": "unavailable BT -1005", "FK": "unavailable BT OKAND", "PM": "unavailable BT OKAND",
			"SKV": "not-asked", "SO": "not-asked", "TNS": "unavailable BT 17", "MIV": "not-asked",
		},
		"fault.xml": {
			"AF": "unavailable SSBT SSBT-17", "CSN": "unavailable SSBT SSBT-17", "FK": "unavailable SSBT SSBT-17", "PM": "unavailable SSBT SSBT-17",
			"SKV": "unavailable SSBT SSBT-17", "SO": "unavailable SSBT SSBT-17", "TNS": "unavailable SSBT SSBT-17", "MIV": "unavailable SSBT SSBT-17",
		},
		"fault-generic.xml": {"AF": "unavailable SSBT Client", "PM": "unavailable SSBT Client", "MIV": "unavailable SSBT Client"},
	} {
		t.Run(name, func(t *testing.T) {
			a := mustDecode(t, readTestdata(t, name), Expect{})
			for origin, w := range want {
				p := part(t, a, origin)
				if outcome(p) != w || len(p.Payments)+len(p.Facts) > 0 {
					t.Errorf("%s: %s, want %s", origin, outcome(p), w)
				}
			}
		})
	}
}

// I-4: a flag anywhere, nested persons too, and the answer is that of a person
// with nothing, without codes.
func TestProtected(t *testing.T) {
	all := readTestdata(t, "all.xml")
	fk, csn := readTestdata(t, "fk-all.json"), readTestdata(t, "csn-v4.xml")
	for name, doc := range map[string]string{
		"AF":                   strings.Replace(all, "Sekretessmarkering>false", "Sekretessmarkering>true", 1),
		"AF, 1 for true":       strings.Replace(all, "Sekretessmarkering>false", "Sekretessmarkering> 1 ", 1),
		"FK, the person":       strings.Replace(all, encoded(fk), encoded(strings.Replace(fk, `"skyddad": false,`, `"skyddad": true,`, 1)), 1),
		"FK, a child":          strings.Replace(all, encoded(fk), encoded(strings.Replace(fk, `"skyddad": false}`, `"skyddad": true}`, 1)), 1),
		"FK, in a case":        strings.Replace(all, encoded(fk), encoded(strings.Replace(fk, `"aktivt": true,`, `"medsokande": [{"skyddad": true}],`, 1)), 1),
		"CSN":                  strings.Replace(all, encoded(csn), encoded(strings.Replace(csn, `sekretess="  "`, `sekretess="J"`, 1)), 1),
		"CSN, unreadable":      strings.Replace(all, encoded(csn), encoded(strings.Replace(csn, `sekretess="  "`, `sekretess="J" <`, 1)), 1),
		"SKV":                  strings.Replace(all, "<b:Fornamn>Anna", "<b:Sekretessmarkering>J</b:Sekretessmarkering><b:Fornamn>Anna", 1),
		"a child of another":   strings.Replace(all, encoded(csn), encoded(strings.Replace(csn, "</k:Personer>", `<k:Person personnummer="1701102384" sekel="20" sekretess="1"/></k:Personer>`, 1)), 1),
		"said in a refusal":    strings.Replace(readTestdata(t, "errors.xml"), "ingen svarade om 198507099805", "Personen har skyddade personuppgifter", 1),
		"FK, not OK but said":  lefi(`{"utlamnare":[{"utlamnare":{"kod":"FK"},"tillstand":{"kod":"FELANDE"}}],"formansinformation":{"generellPersoninformation":{"skyddad":true}}}`),
		"FK, flag as a number": lefi(`{"formansinformation":{"generellPersoninformation":[{"barn":[{"skyddad":1}]}]}}`),
	} {
		t.Run(name, func(t *testing.T) {
			if doc == all {
				t.Fatal("the case changed nothing")
			}
			a := mustDecode(t, doc, Expect{})
			if !a.Protected {
				t.Fatal("the flag was not seen")
			}
			for _, p := range a.Parts {
				if p.State == plugin.StateAnswered || p.Source+p.Code != "" || len(p.Payments)+len(p.Facts)+p.Dropped > 0 {
					t.Errorf("%s: %s", p.Origin, outcome(p))
				}
			}
		})
	}
}

// I-1: an answer about someone else is no answer.
func TestWrongPerson(t *testing.T) {
	bo := Expect{Person: number(t, "197101169295")}
	a := mustDecode(t, readTestdata(t, "all.xml"), bo)
	for _, o := range []string{"AF", "CSN", "FK", "PM", "SKV", "SO", "MIV"} {
		if p := part(t, a, o); outcome(p) != "unavailable BT FEL_PERSON" || len(p.Payments)+len(p.Facts) > 0 {
			t.Errorf("%s: %s", o, outcome(p))
		}
	}
	if outcome(part(t, a, "TNS")) != "answered" {
		t.Error("Transportstyrelsen names no person")
	}
	echo := strings.Replace(response(``), "<svarsdata>", "<fraga><generellaFrageparametrar><personidentitet>198507099805</personidentitet></generellaFrageparametrar></fraga><svarsdata>", 1)
	if _, err := Decode([]byte(echo), bo); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("the echo of another question: %v", err)
	}
	if _, err := Decode([]byte(readTestdata(t, "all.xml")), Expect{CorrelationID: "k-2"}); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("another correlation id: %v", err)
	}
}

func TestNoSuchAnswer(t *testing.T) {
	for name, doc := range map[string]string{
		"empty":             "",
		"a web page":        "<html><body>502</body></html>",
		"JSON":              `{"parts":[]}`,
		"cut off":           readTestdata(t, "all.xml")[:900],
		"a document type":   `<!DOCTYPE x>` + response(``),
		"contract v11":      strings.Replace(response(``), "/ssbt/10", "/ssbt/11", 1),
		"another namespace": strings.Replace(response(``), "forsakringskassan", "example", 1),
		"no svarsdata":      string(soap.Envelope([]byte(`<hamtaBastjanstInformationResponse xmlns="` + Namespace + `"/>`))),
		"the question":      string(soap.Envelope([]byte(`<hamtaBastjanstInformation xmlns="` + Namespace + `"/>`))),
		"the test's answer": string(soap.Envelope([]byte(`<testaBastjanstInformationResponse xmlns="` + Namespace + `"/>`))),
		"no envelope":       `<hamtaBastjanstInformationResponse/>`,
	} {
		t.Run(name, func(t *testing.T) {
			a, err := Decode([]byte(doc), Expect{})
			if !errors.Is(err, ErrNoAnswer) || len(a.Parts) > 0 || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// An answer may be written in any way that XML lets it be.
func TestSpellingsOfXML(t *testing.T) {
	miv := `<MIV><data><response xmlns=""><correlationid/><svarCollection><svar><arendeTyp>UAT</arendeTyp><fromDatum>2026-01-01</fromDatum></svar></svarCollection></response></data></MIV>`
	for name, doc := range map[string]string{
		"default namespace": response(miv),
		"no envelope":       `<x:hamtaBastjanstInformationResponse xmlns:x="` + Namespace + `"><x:svarsdata>` + strings.NewReplacer("<MIV>", "<x:MIV>", "</MIV>", "</x:MIV>", "<data>", "<x:data>", "</data>", "</x:data>").Replace(miv) + `</x:svarsdata></x:hamtaBastjanstInformationResponse>`,
		"comments, CDATA":   response(strings.Replace(miv, "UAT", "<!-- x -->U<![CDATA[A]]>T", 1)),
		"byte order mark":   "\ufeff" + response(miv),
		"unknown members":   response(`<NY><data/></NY>` + strings.Replace(miv, "<correlationid/>", "<nytt>1</nytt><correlationid/>", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			p := part(t, mustDecode(t, doc, Expect{}), "MIV")
			if p.State != plugin.StateAnswered || len(p.Facts) != 1 || p.Facts[0].Label != "UAT" {
				t.Errorf("%s %+v", outcome(p), len(p.Facts))
			}
		})
	}
}

// The documents within the answer are held to the limits too.
func TestNestedLimits(t *testing.T) {
	deep := strings.Repeat("<a>", 70) + strings.Repeat("</a>", 70)
	for name, c := range map[string]struct{ doc, origin string }{
		"CSN too deep":     {csnAnswer(deep), "CSN"},
		"CSN document":     {csnAnswer(`<!DOCTYPE a [<!ENTITY e "x">]><CSNSvar>&e;</CSNSvar>`), "CSN"},
		"CSN not XML":      {csnAnswer("%PDF"), "CSN"},
		"CSN not base64":   {response(`<CSN><data><svar>*</svar></data></CSN>`), "CSN"},
		"CSN empty":        {response(`<CSN><data><svar/></data></CSN>`), "CSN"},
		"FK too deep":      {lefi(`{"a":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`), "FK"},
		"FK too many":      {lefi(`{"a":[` + strings.Repeat("1,", 200_001) + `1]}`), "FK"},
		"FK not an object": {lefi(`[]`), "FK"},
		"FK null":          {lefi(`null`), "FK"},
		"FK two values":    {lefi(`{}{}`), "FK"},
		"FK cut off":       {lefi(`{"utlamnare":[`), "PM"},
		"SKV not XML":      {response(`<SKV><data><svar xmlns="">&lt;a</svar></data></SKV>`), "SKV"},
		"AF without Svar":  {response(`<AF><data/></AF>`), "AF"},
		"SO without list":  {response(`<SO><data/></SO>`), "SO"},
		"TNS unknown":      {response(`<TNS><data><resultat>KANSKE</resultat></data></TNS>`), "TNS"},
		"neither":          {response(`<MIV/>`), "MIV"},
	} {
		t.Run(name, func(t *testing.T) {
			if p := part(t, mustDecode(t, c.doc, Expect{}), c.origin); outcome(p) != "unavailable BT OLASBART" {
				t.Error(outcome(p))
			}
		})
	}
}

// An answer within the limits is read in time in proportion to its size.
func TestNoQuadraticAnswers(t *testing.T) {
	payments := func(n int) string {
		return strings.Repeat(`{"foretag":{"id":1003},"datum":"2026-10-18","nettobelopp":1},`, n) + `{}`
	}
	for name, doc := range map[string]string{
		"a text in pieces":   response(`<TNS><data><resultat>` + strings.Repeat("O<!---->", 300_000) + `</resultat></data></TNS>`),
		"many payments":      lefi(`{"formansinformation":{"utbetalningsuppgift":[` + payments(20_000) + `]},"utbetalningar":[` + strings.Repeat(`{"utbetalningsdatum":"2026-10-17","nettobelopp":1},`, 20_000) + `{}]}`),
		"many declarations":  response(strings.Repeat(`<x xmlns:a="u"/>`, 60_000)),
		"many attributes":    response(strings.Repeat(`<x a="" b="" c="" d="" e=""/>`, 60_000)),
		"many kinds of rows": lefi(`{"utbetalningar":[{"utbetalningsrader":[` + strings.Repeat(`{"formansgrupp":{"kod":"x"},"belopp":1},`, 40_000) + `{}]}]}`),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			if _, err := Decode([]byte(doc), Expect{}); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%d bytes took %s", len(doc), took)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"all.xml", "odd.xml", "nothing.xml", "errors.xml", "fault.xml", "fault-generic.xml"} {
		f.Add([]byte(readTestdata(f, name)))
	}
	f.Add([]byte(lefi(`{"utbetalningar":[{"nettobelopp":1e9}]}`)))
	f.Fuzz(func(t *testing.T, doc []byte) {
		a, err := Decode(doc, Expect{Limits: soap.Limits{MaxBytes: 1 << 18, MaxDepth: 32, MaxElements: 5000, MaxTextBytes: 1 << 17}})
		if err != nil {
			if !errors.Is(err, ErrNoAnswer) || len(a.Parts) > 0 {
				t.Fatal("an error of no kind, or with parts")
			}
			return
		}
		for i, p := range a.Parts {
			data := len(p.Payments) + len(p.Facts)
			lefi := p.Origin == originFK || p.Origin == originPM // may hold what is no payment and no fact
			if p.Origin != Origins()[i] || data > 0 && (p.State != plugin.StateAnswered || a.Protected) ||
				data == 0 && p.State == plugin.StateAnswered && !lefi {
				t.Fatalf("%s: %s with %d", p.Origin, outcome(p), data)
			}
			if p.State == plugin.StateUnavailable && !a.Protected && (p.Source == "" || p.Code == "") {
				t.Fatalf("%s failed without a reason", p.Origin)
			}
		}
	})
}
