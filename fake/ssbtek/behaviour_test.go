package ssbtek_test

import (
	"strings"
	"testing"
	"time"

	"medborgarnavet/fake/ssbtek"
)

// wish is a behaviour of one agency and what the answer must then be.
type wish struct {
	name   string
	agency ssbtek.Agency
	b      ssbtek.Behaviour
	holds  func(p response) bool
}

func wishes(t *testing.T) []wish {
	return []wish{
		{"error from the agency", ssbtek.TNS, ssbtek.Behaviour{Error: &ssbtek.AgencyError{Source: "BT", Code: "7", Message: "x"}},
			func(r response) bool { return r.Parts.TNS.Error.Kalla == "BT" && r.Parts.TNS.Error.Felkod == "7" }},
		{"too slow becomes SSBT's error", ssbtek.MIV, ssbtek.Behaviour{Delay: time.Hour},
			func(r response) bool {
				return r.Parts.MIV.Error.Kalla == "SSBT" && r.Parts.MIV.Error.Felkod == ssbtek.CodeTimeout && r.Parts.AF.Data != nil
			}},
		{"truncated CSN", ssbtek.CSN, ssbtek.Behaviour{Garbage: ssbtek.Truncated},
			func(r response) bool { return !strings.Contains(unpack(t, r.Parts.CSN.Data.CSN), "</CSNSvar>") }},
		{"CSN is a web page", ssbtek.CSN, ssbtek.Behaviour{Garbage: ssbtek.WrongDocument},
			func(r response) bool { return strings.Contains(unpack(t, r.Parts.CSN.Data.CSN), "<html>") }},
		{"SKV is no XML", ssbtek.SKV, ssbtek.Behaviour{Garbage: ssbtek.NotBase64},
			func(r response) bool { return !strings.Contains(r.Parts.SKV.Data.Inner, "Svar") }},
		{"AF answers another schema", ssbtek.AF, ssbtek.Behaviour{Garbage: ssbtek.WrongDocument},
			func(r response) bool { return !strings.Contains(r.Parts.AF.Data.Inner, "Svar") }},
		{"FK flags", ssbtek.FK, ssbtek.Behaviour{Protected: true},
			func(r response) bool {
				return readAnswer(t, r.Parts.FK).Formansinformation.GenerellPersoninformation[0].Skyddad
			}},
		{"FK flags the child", ssbtek.FK, ssbtek.Behaviour{ProtectedNested: true},
			func(r response) bool {
				p := readAnswer(t, r.Parts.FK).Formansinformation.GenerellPersoninformation[0]
				return !p.Skyddad && p.Barn[0].Skyddad
			}},
		{"CSN flags", ssbtek.CSN, ssbtek.Behaviour{Protected: true},
			func(r response) bool { return readCSN(t, r.Parts.CSN).Persons[0].Secrecy == "J" }},
		{"CSN flags a second person", ssbtek.CSN, ssbtek.Behaviour{ProtectedNested: true},
			func(r response) bool {
				p := readCSN(t, r.Parts.CSN).Persons
				return len(p) == 2 && p[0].Secrecy == "  " && p[1].Secrecy == "J"
			}},
		{"another person's answer", ssbtek.SO, ssbtek.Behaviour{WrongPerson: "197101169295"},
			func(r response) bool {
				return strings.Contains(r.Parts.SO.Data.Inner, "197101169295") && !strings.Contains(r.Parts.SO.Data.Inner, anna)
			}},
		{"huge", ssbtek.FK, ssbtek.Behaviour{Padding: 3 << 20},
			func(r response) bool { return len(r.Parts.FK.Data.LEFI) > 4<<20 }},
		{"nothing", ssbtek.SO, ssbtek.Behaviour{Nothing: true},
			func(r response) bool { return !strings.Contains(r.Parts.SO.Data.Inner, "Utbetalningar") }},
		{"own data, JSON", ssbtek.FK, ssbtek.Behaviour{Data: `{"utlamnare":[]}`},
			func(r response) bool { return unpack(t, r.Parts.FK.Data.LEFI) == `{"utlamnare":[]}` }},
		{"own data, XML", ssbtek.TNS, ssbtek.Behaviour{Data: `<x:resultat xmlns:x="http://schema.transportstyrelsen.se/ssbtek/hamtauppgifterresponder/1">FEL</x:resultat>`},
			func(r response) bool { return strings.Contains(r.Parts.TNS.Data.Inner, ">FEL<") }},
		{"a fault for all", ssbtek.SKV, ssbtek.Behaviour{Fault: &ssbtek.Fault{Code: ssbtek.CodeDown, Message: "nere"}},
			func(r response) bool { return r.Fault != nil && r.Parts.AF == nil }},
	}
}

// I-14: an agency down, slow or lying, on command.
func TestBehaviours(t *testing.T) {
	tn := start(t, func(o *ssbtek.Options) { o.AgencyTimeout = 80 * time.Millisecond })
	for _, tc := range wishes(t) {
		t.Run(tc.name, func(t *testing.T) {
			tn.Reset()
			tn.Set(anna, tc.agency, tc.b)
			if r := tn.askFor(t, anna, "2026-09-01", "2026-11-30"); !tc.holds(r) {
				t.Errorf("does not hold: %+v", r.Parts)
			}
			// The behaviour is one person's alone.
			if r := tn.askFor(t, "199001012385", "2026-09-01", "2026-11-30"); r.Fault != nil {
				t.Error("falls on another person too")
			}
		})
	}
}

func TestCutEnvelope(t *testing.T) {
	tn := start(t, nil)
	tn.Set(ssbtek.Any, ssbtek.Any, ssbtek.Behaviour{Garbage: ssbtek.Truncated})
	if status, envelope := tn.ask(t, question(t)); status != 200 || strings.Contains(string(envelope), "</soap:Envelope>") {
		t.Errorf("status %d, answer not cut", status)
	}
}

// The agencies are asked at the same time: three slow ones take less than three
// times one.
func TestDelaysDoNotAdd(t *testing.T) {
	tn := start(t, nil)
	const pause = 2 * time.Second // a busy machine adds less than another pause
	for _, agency := range []ssbtek.Agency{ssbtek.AF, ssbtek.FK, ssbtek.PM} {
		tn.Set(ssbtek.Any, agency, ssbtek.Behaviour{Delay: pause})
	}
	began := time.Now()
	tn.ask(t, question(t))
	if took := time.Since(began); took < pause || took >= 3*pause {
		t.Errorf("took %v, want %v and less than three of them", took, pause)
	}
}

// The most exact setting wins, and goes before the person's story.
func TestPrecedence(t *testing.T) {
	tn := start(t, nil)
	code := func(person string) string {
		e := tn.askFor(t, person, "2026-09-01", "2026-11-30").Parts.SO.Error
		if e == nil {
			return ""
		}
		return e.Felkod
	}
	failing := func(code string) ssbtek.Behaviour {
		return ssbtek.Behaviour{Error: &ssbtek.AgencyError{Source: "BT", Code: code, Message: "x"}}
	}
	const bo = "197101169295"
	steps := []struct {
		set      func()
		anna, bo string
	}{
		{func() {}, "", ssbtek.CodeTimeout},
		{func() { tn.Set(ssbtek.Any, ssbtek.Any, failing("1")) }, "1", "1"},
		{func() { tn.Set(ssbtek.Any, ssbtek.SO, failing("2")) }, "2", "2"},
		{func() { tn.Set(anna, ssbtek.Any, failing("3")) }, "3", "2"},
		{func() { tn.Set(anna, ssbtek.SO, failing("4")) }, "4", "2"},
		{func() { tn.Set(bo, ssbtek.SO, ssbtek.Behaviour{}) }, "4", ""},
		{tn.Reset, "", ssbtek.CodeTimeout},
	}
	for i, step := range steps {
		step.set()
		if a, b := code(anna), code(bo); a != step.anna || b != step.bo {
			t.Errorf("step %d: Anna %q, Bo %q; want %q, %q", i, a, b, step.anna, step.bo)
		}
	}
}
