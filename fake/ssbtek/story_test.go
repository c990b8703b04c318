package ssbtek_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/fake/ssbtek"
)

// lefiAnswer is the test's own reading of FK's and PM's JSON.
type lefiAnswer struct {
	Utlamnare []struct {
		Utlamnare struct{ Kod string }
		Tillstand struct{ Kod string }
	}
	Avvikelser map[string][]struct {
		Avvikelse    struct{ Kod string }
		Formansgrupp struct{ Kod string }
	}
	Formansinformation struct {
		Utbetalningsuppgift, Preliminarautbetalningar []fkPayment
		GenerellPersoninformation                     []struct {
			Skyddad bool
			Barn    []struct{ Skyddad bool }
		}
		Barnbidragsarende []any
	}
	Utbetalningar, PreliminaraUtbetalningar []pmPayment
	Beslut                                  []any
}

type fkPayment struct {
	Formansfamilj                            struct{ ID string }
	Datum                                    string
	Period                                   struct{ Fran, Till string }
	Bruttobelopp, Avdragsbelopp, Nettobelopp struct{ Summa float64 }
	Utbetalningsdetalj                       []struct {
		Beloppstyp struct{ ID string }
		Dagar      int
	}
}

type pmPayment struct {
	Utbetalningsdatum         string
	Utbetalningsperiod        struct{ From, Tom string }
	Bruttobelopp, Nettobelopp int
	Avdrag, Utbetalningsrader []struct{ Belopp int }
}

func readAnswer(t *testing.T, a *answer) lefiAnswer {
	t.Helper()
	if a == nil || a.Data == nil {
		t.Fatal("FK has no data")
	}
	var l lefiAnswer
	if err := json.Unmarshal([]byte(unpack(t, a.Data.LEFI)), &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// askFor asks as for testdata's question, about another person and period.
func (tn *town) askFor(t *testing.T, person, from, to string) response {
	t.Helper()
	_, envelope := tn.ask(t, question(t, anna, person, "2026-09-01", from, "2026-11-30", to))
	return parse(t, envelope)
}

// M-37: the benefits of the form's rows, paid ones apart from those to come,
// for a month in the middle of which today is.
func TestAnnasPayments(t *testing.T) {
	tn := start(t, nil)
	l := readAnswer(t, tn.askFor(t, anna, "2026-10-01", "2026-12-31").Parts.FK)
	var got []string
	for _, p := range l.Formansinformation.Utbetalningsuppgift {
		got = append(got, fmt.Sprintf("%s %s %g", p.Datum, p.Formansfamilj.ID, p.Nettobelopp.Summa))
	}
	for _, p := range l.Formansinformation.Preliminarautbetalningar {
		got = append(got, fmt.Sprintf("%s %s %g preliminary", p.Datum, p.Formansfamilj.ID, p.Nettobelopp.Summa))
	}
	want := []string{
		"2026-10-20 ABB 1250", "2026-11-20 ABB 1250", "2026-10-27 BOB 3400", "2026-10-23 US 1823",
		"2026-12-18 ABB 1250 preliminary", "2026-11-27 BOB 3400 preliminary", "2026-12-23 BOB 3400 preliminary",
		"2026-11-25 US 1823 preliminary", "2026-12-23 US 1823 preliminary",
	}
	if !slices.Equal(got, want) {
		t.Errorf("payments\n got %q\nwant %q", got, want)
	}
	if len(l.Formansinformation.Barnbidragsarende) != 1 {
		t.Error("the case behind barnbidrag is missing")
	}
}

// "Right in any month": three months asked, three payments of each benefit, all
// within the period, in every month of three years.
func TestPaymentsInAnyMonth(t *testing.T) {
	clock := today()
	tn := start(t, func(o *ssbtek.Options) { o.Now = func() time.Time { return clock } })
	for m := range 36 {
		first := time.Date(2026, time.Month(1+m), 1, 0, 0, 0, 0, time.UTC)
		last := first.AddDate(0, 3, -1)
		clock = first.AddDate(0, 1, m%28)
		from, to := first.Format(time.DateOnly), last.Format(time.DateOnly)
		l := readAnswer(t, tn.askFor(t, anna, from, to).Parts.FK).Formansinformation
		for _, family := range []string{"ABB", "BOB", "US"} {
			n := 0
			for _, p := range slices.Concat(l.Utbetalningsuppgift, l.Preliminarautbetalningar) {
				if p.Formansfamilj.ID == family && p.Datum >= from && p.Datum <= to {
					n++
				}
			}
			if n != 3 {
				t.Errorf("%s–%s: %d payments of %s, want 3", from, to, n, family)
			}
		}
		for _, p := range l.Utbetalningsuppgift {
			if p.Datum > clock.Format(time.DateOnly) {
				t.Errorf("%s is paid but lies ahead of %s", p.Datum, clock.Format(time.DateOnly))
			}
		}
	}
}

// Traps 1 and 4: a daily benefit has days and tax; PM has one payment of two
// rows, whole kronor and from/tom.
func TestAmountsAddUp(t *testing.T) {
	tn := start(t, nil)
	bo := readAnswer(t, tn.askFor(t, "197101169295", "2026-09-01", "2026-11-30").Parts.FK)
	paid := bo.Formansinformation.Utbetalningsuppgift
	if len(paid) != 3 {
		t.Fatalf("Bo has %d payments, want 3", len(paid))
	}
	// October 2026 has 22 weekdays.
	if p := paid[2]; p.Datum != "2026-11-12" || p.Period.Fran != "2026-10-01" || p.Bruttobelopp.Summa != 510*22 ||
		p.Nettobelopp.Summa != p.Bruttobelopp.Summa-p.Avdragsbelopp.Summa || p.Utbetalningsdetalj[0].Dagar != 22 ||
		p.Utbetalningsdetalj[0].Beloppstyp.ID != "AS" || p.Utbetalningsdetalj[1].Beloppstyp.ID != "PS" {
		t.Errorf("aktivitetsstöd = %+v", p)
	}
	tolvan := readAnswer(t, tn.askFor(t, "191212121212", "2026-09-01", "2026-11-30").Parts.FK)
	if len(tolvan.Utbetalningar) != 3 || len(tolvan.Beslut) != 2 {
		t.Fatalf("Tolvan: %d payments and %d decisions", len(tolvan.Utbetalningar), len(tolvan.Beslut))
	}
	p := tolvan.Utbetalningar[0]
	rows := p.Utbetalningsrader
	if len(rows) != 2 || rows[0].Belopp+rows[1].Belopp != p.Bruttobelopp || p.Bruttobelopp-p.Avdrag[0].Belopp != p.Nettobelopp ||
		p.Utbetalningsdatum != "2026-09-18" || p.Utbetalningsperiod.Tom != "2026-09-30" {
		t.Errorf("pension = %+v", p)
	}
}

// csnAnswer is the test's own reading of CSN's XML.
type csnAnswer struct {
	Code    string `xml:"GemensamtSvarEkbistand>Resultat>ResultatKod"`
	Persons []struct {
		Number  string `xml:"personnummer,attr"`
		Status  string `xml:"Status,attr"`
		Secrecy string `xml:"sekretess,attr"`
		Cases   []struct {
			Form     string `xml:"stodform"`
			Payments []struct {
				Date   string `xml:"utbetdatum"`
				Status string `xml:"utbetstatus"`
				Total  int    `xml:"totbelopp"`
				First  string `xml:"Utbetaldatider>Utbetaldtid>startvecka"`
				Last   string `xml:"Utbetaldatider>Utbetaldtid>slutvecka"`
				Rows   []struct {
					Kind   string `xml:"beloppstyp"`
					Weekly int    `xml:"belopp"`
					Total  int    `xml:"totbelopp"`
				} `xml:"Utbetaldatider>Utbetaldtid>Beloppen>Belopp"`
			} `xml:"UtbetalningsPlan>Utbetalning"`
		} `xml:"Studiemedel>Arenden>Arende"`
	} `xml:"Personer>Person"`
}

func readCSN(t *testing.T, a *answer) csnAnswer {
	t.Helper()
	if a == nil || a.Data == nil {
		t.Fatal("CSN has no data")
	}
	var c csnAnswer
	if err := xml.Unmarshal([]byte(unpack(t, a.Data.CSN)), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// M-38 and trap 6: grant and loan by the week span, and a date that is 0.
func TestJonasStudyAid(t *testing.T) {
	tn := start(t, nil)
	c := readCSN(t, tn.askFor(t, "200002292399", "2026-10-01", "2026-12-31").Parts.CSN)
	if len(c.Persons) != 1 || len(c.Persons[0].Cases) != 1 || c.Persons[0].Number != "0002292399" {
		t.Fatalf("CSN = %+v", c)
	}
	var got []string
	for _, p := range c.Persons[0].Cases[0].Payments {
		sum := 0
		for _, r := range p.Rows {
			sum += r.Total
		}
		if sum != p.Total || p.Rows[0].Weekly != 1116 || p.Rows[1].Weekly != 2566 {
			t.Errorf("%s: rows %+v do not make %d", p.Date, p.Rows, p.Total)
		}
		got = append(got, fmt.Sprintf("%s %s %s-%s %d", p.Date, p.Status, p.First, p.Last, p.Total))
	}
	want := []string{
		"20261023 UTBETALAD 202640-202644 18410", "20261125 Planerad 202645-202648 14728",
		"20261223 Planerad 202649-202653 18410", "0 Planerad 202701-202704 14728",
	}
	if !slices.Equal(got, want) {
		t.Errorf("payments\n got %q\nwant %q", got, want)
	}
}

// A person whom nobody has anything on: each agency's own form of nothing.
func TestNothing(t *testing.T) {
	tn := start(t, nil)
	for _, person := range []string{"199001012385", "200809032386"} {
		r := tn.askFor(t, person, "2026-09-01", "2026-11-30").Parts
		l := readAnswer(t, r.FK)
		f := l.Formansinformation
		if len(f.Utbetalningsuppgift)+len(f.Preliminarautbetalningar)+len(l.Utbetalningar)+len(f.GenerellPersoninformation) != 0 ||
			len(l.Utlamnare) != 2 || l.Utlamnare[0].Tillstand.Kod != "OK" {
			t.Errorf("FK = %+v", l)
		}
		if c := readCSN(t, r.CSN); c.Code != "0" || len(c.Persons) != 1 || c.Persons[0].Status != "Ej träff" {
			t.Errorf("CSN = %+v", c)
		}
		for name, ok := range map[string]bool{
			"AF":  !strings.Contains(r.AF.Data.Inner, "ArbetssokandeInfo") && strings.Contains(r.AF.Data.Inner, "Kod>0<"),
			"SKV": !strings.Contains(r.SKV.Data.Inner, "Kapitaluppgift"),
			"SO":  strings.Contains(r.SO.Data.Inner, "<so:ArbetsloshetsersattningLista></so:"),
			"TNS": strings.Contains(r.TNS.Data.Inner, "OK") && !strings.Contains(r.TNS.Data.Inner, "regnr"),
			"MIV": !strings.Contains(r.MIV.Data.Inner, "<svar>"),
		} {
			if !ok {
				t.Errorf("%s does not answer nothing", name)
			}
		}
	}
}

// The brief's stories, one line each.
func TestStories(t *testing.T) {
	tn := start(t, nil)
	tn.Set("196408233234", ssbtek.FK, ssbtek.Behaviour{Delay: time.Millisecond})
	tests := []struct {
		story, person string
		holds         func(r response) bool
	}{
		{"Anna: two funds, one pays", anna, func(r response) bool {
			return strings.Contains(r.Parts.SO.Data.Inner, "<so:NettoEfterSkatt>5533.00<") && strings.Count(r.Parts.SO.Data.Inner, "<so:SvarandeOrganisation>") == 2 &&
				strings.Contains(r.Parts.SKV.Data.Inner, "Kapitaluppgift")
		}},
		{"Bo: the a-kassa is down, AF answers", "197101169295", func(r response) bool {
			return r.Parts.SO.Error != nil && r.Parts.SO.Error.Kalla == "SSBT" && strings.Contains(r.Parts.AF.Data.Inner, "Aktivitetsstöd") &&
				strings.Contains(r.Parts.TNS.Data.Inner, "TST70A")
		}},
		{"Dina: AF alone flags her, and does not name her", "198107249289", func(r response) bool {
			return strings.Contains(r.Parts.AF.Data.Inner, "Sekretessmarkering>true<") && !strings.Contains(r.Parts.AF.Data.Inner, "Farah") &&
				!readAnswer(t, r.Parts.FK).Formansinformation.GenerellPersoninformation[0].Skyddad
		}},
		{"Erik: CSN answers garbage", "196408233234", func(r response) bool {
			return strings.Contains(r.Parts.CSN.Data.CSN, "!") && r.Parts.FK.Data != nil
		}},
		{"Farid: permit and etableringsersättning", "197010632391", func(r response) bool {
			p := readAnswer(t, r.Parts.FK).Formansinformation.Utbetalningsuppgift
			return strings.Contains(r.Parts.MIV.Data.Inner, "TIDBEGRANSAT") && p[0].Utbetalningsdetalj[0].Beloppstyp.ID == "EE" &&
				len(readCSN(t, r.Parts.CSN).Persons) == 0
		}},
		{"Irja: FK would flag her", "194510168885", func(r response) bool {
			return readAnswer(t, r.Parts.FK).Formansinformation.GenerellPersoninformation[0].Skyddad
		}},
		{"Kim: a fault for everything", "198112189876", func(r response) bool {
			return r.Fault != nil && r.Fault.Code == "soap:Server" && r.Fault.Detail.Contract.Felkod == ssbtek.CodeDown
		}},
	}
	for _, tc := range tests {
		if r := tn.askFor(t, tc.person, "2026-09-01", "2026-11-30"); !tc.holds(r) {
			t.Errorf("%s: not so", tc.story)
		}
	}
	if p := ssbtek.Seeded()[4]; p.GivenName != "Erik" || p.Behaviours[ssbtek.FK].Delay != 6*time.Second {
		t.Error("Erik's FK is not six seconds slow")
	}
}

// M-43: an agency's own period goes before the general one.
func TestOwnPeriod(t *testing.T) {
	tn := start(t, nil)
	_, envelope := tn.ask(t, question(t, `<b:SO inkludera="true"/>`,
		`<b:SO inkludera="true"><b:tidsperiod><b:fromDatum>2026-10-01</b:fromDatum><b:tomDatum>2026-10-31</b:tomDatum></b:tidsperiod></b:SO>`))
	inner := parse(t, envelope).Parts.SO.Data.Inner
	if strings.Count(inner, "<so:Utbetalningar>") != 1 || !strings.Contains(inner, "<so:From>2026-10-01<") {
		t.Errorf("SO = %s", inner)
	}
}
