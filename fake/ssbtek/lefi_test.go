package ssbtek_test

import (
	"testing"

	"medborgarnavet/fake/ssbtek"
)

// LEFI's own rules (OpenAPI 9.0.0): 400, 403, and what they look like in FK's
// element. Nothing else in the answer is touched.
func TestLEFIRefuses(t *testing.T) {
	tn := start(t, func(o *ssbtek.Options) { o.ActorIDs = []string{"026-51"} })
	const period = `"period": {"from": "2026-09-01", "tom": "2026-11-30"}`
	tests := []struct{ name, old, new, source, code string }{
		{"right", "", "", "", ""},
		{"ten digits", `"198507099805"`, `"8507099805"`, "", ""},
		{"two years", period, `"period": {"from": "2024-12-01", "tom": "2026-11-30"}`, "", ""},
		{"version left out", "<b:version>v9</b:version>", "", "", ""},
		{"more than two years", period, `"period": {"from": "2024-11-29", "tom": "2026-11-30"}`, "BT", ssbtek.CodeLEFI400},
		{"no period", period + ",", "", "BT", ssbtek.CodeLEFI400},
		{"period backwards", period, `"period": {"from": "2026-11-30", "tom": "2026-11-01"}`, "BT", ssbtek.CodeLEFI400},
		{"someone else", `"personnummer": "198507099805"`, `"personnummer": "197101169295"`, "BT", ssbtek.CodeLEFI400},
		{"unknown code", `"FK:GEPI"`, `"FK:XXX"`, "BT", ssbtek.CodeLEFI400},
		{"PM's code among FK's", `"formansinformation": ["FK:ABB"`, `"formansinformation": ["PM:AP"`, "BT", ssbtek.CodeLEFI400},
		{"code twice", `["FK:GEPI"]`, `["FK:GEPI", "FK:GEPI"]`, "BT", ssbtek.CodeLEFI400},
		{"unknown field", `"ovrigInformation"`, `"ovrigtInformation"`, "BT", ssbtek.CodeLEFI400},
		{"no JSON", `{`, `<`, "BT", ssbtek.CodeLEFI400},
		{"unknown actor", "026-51", "026-52", "BT", ssbtek.CodeLEFI403},
		{"unknown version", ">v9<", ">v8<", "SSBT", ssbtek.CodeLEFI400},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			var pairs []string
			if tc.old != "" {
				pairs = []string{tc.old, tc.new}
			}
			_, envelope := tn.ask(t, question(t, pairs...))
			r := parse(t, envelope)
			if r.Fault != nil || r.Parts.AF == nil || r.Parts.AF.Data == nil {
				t.Fatalf("the rest of the answer is lost: %s", envelope)
			}
			e := r.Parts.FK.Error
			switch {
			case tc.code == "" && e != nil:
				t.Errorf("error %+v, want data", *e)
			case tc.code != "" && (e == nil || e.Kalla != tc.source || e.Felkod != tc.code):
				t.Errorf("error %+v, want %s %s", e, tc.source, tc.code)
			}
		})
	}
}

func TestLEFINothingAsked(t *testing.T) {
	tn := start(t, nil)
	_, envelope := tn.ask(t, question(t, `"FK:ABB", "FK:BOB", "FK:US", "FK:SJP", "FK:PROG"`, "",
		`, "PM:AP", "PM:BTI", "PM:EF"`, "", `"PM:AP", "PM:BTI", "PM:EF"`, "", `"PM:AP", "PM:BTI"`, "", `"FK:GEPI"`, ""))
	if e := parse(t, envelope).Parts.FK.Error; e == nil || e.Felkod != ssbtek.CodeLEFI400 {
		t.Errorf("error = %+v, want 400: nothing is asked", e)
	}
}

// Only what is asked for comes: a subset of codes silently loses the rest.
func TestLEFIAnswersOnlyWhatIsAsked(t *testing.T) {
	tn := start(t, nil)
	_, envelope := tn.ask(t, question(t, `"utbetalningar": ["FK:ABB", "FK:BOB", "FK:US",`, `"utbetalningar": ["FK:ABB",`))
	l := readAnswer(t, parse(t, envelope).Parts.FK)
	for _, p := range l.Formansinformation.Utbetalningsuppgift {
		if p.Formansfamilj.ID != "ABB" {
			t.Errorf("%s is answered without being asked for", p.Formansfamilj.ID)
		}
	}
	if len(l.Formansinformation.Utbetalningsuppgift) == 0 {
		t.Error("barnbidrag is asked for and missing")
	}
}

// I-6: what could not be fetched is a deviation or a state, never silence.
func TestLEFIDeviationsAndStates(t *testing.T) {
	tn := start(t, func(o *ssbtek.Options) { o.Unauthorised = []string{"PM:EF"} })
	tn.Set(anna, ssbtek.FK, ssbtek.Behaviour{Deviations: map[string]string{"FK:BOB": "INTERNT_FEL"}})
	l := readAnswer(t, tn.askFor(t, anna, "2026-09-01", "2026-11-30").Parts.FK)
	paid := l.Avvikelser["utbetalningar"]
	if len(paid) != 2 || paid[0].Formansgrupp.Kod != "FK:BOB" || paid[0].Avvikelse.Kod != "INTERNT_FEL" || paid[1].Avvikelse.Kod != "OBEHORIG" {
		t.Errorf("deviations = %+v", l.Avvikelser)
	}
	for _, p := range l.Formansinformation.Utbetalningsuppgift {
		if p.Formansfamilj.ID == "BOB" {
			t.Error("answers what it says it could not")
		}
	}
	const tolvan = "191212121212"
	tn.Set(tolvan, ssbtek.PM, ssbtek.Behaviour{State: "FELANDE"})
	l = readAnswer(t, tn.askFor(t, tolvan, "2026-09-01", "2026-11-30").Parts.FK)
	if l.Utlamnare[1].Utlamnare.Kod != "PM" || l.Utlamnare[1].Tillstand.Kod != "FELANDE" || len(l.Utbetalningar) != 0 || l.Utlamnare[0].Tillstand.Kod != "OK" {
		t.Errorf("PM failing = %+v", l)
	}
	tn.Set(tolvan, ssbtek.PM, ssbtek.Behaviour{Nothing: true})
	l = readAnswer(t, tn.askFor(t, tolvan, "2026-09-01", "2026-11-30").Parts.FK)
	if l.Utlamnare[1].Tillstand.Kod != "OK" || len(l.Utbetalningar) != 0 {
		t.Errorf("PM with nothing = %+v", l)
	}
}
