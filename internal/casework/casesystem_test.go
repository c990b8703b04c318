package casework_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
)

const openCase = `{"open":true,"unknown_member":[1],"case":{"id":"EB-2026-0001","board":"socialnamnden","officer":"eva.lind",
 "household":{"adults":1,"children":[{"personnummer":"201701102384","name":"Alma Berglund","days_per_month":30},
  {"personnummer":"200809032386","name":"Ture Berglund","days_per_month":15}]},
 "parties":[{"role":"applicant","scope":"full","from":"2026-01-01","to":""},{"role":"co-applicant","scope":"read","from":"2026-01-01","to":""}],
 "protected":true,"months":[{"month":"2026-09","outcome":"refused","amount_ore":0,"surplus_ore":96500,"decided_at":"2026-09-02"},
  {"month":"2026-10","outcome":"granted","amount_ore":812300,"surplus_ore":0,"decided_at":"2026-10-02"}],"norm_type":"national"}}`

// caseServer answers each question with what reply says, and keeps what came.
func caseServer(t *testing.T, reply func(w http.ResponseWriter)) (*casework.CaseSystem, *[]string) {
	t.Helper()
	var seen []string
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = append(seen, r.Method+" "+r.URL.String()+" "+string(body))
		reply(w)
	}))
	t.Cleanup(s.Close)
	system, err := casework.NewCaseSystem(casework.CaseSystemOptions{HTTP: s.Client(), URL: s.URL + "/", Clock: clock.NewManual(start),
		Timeout: 500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return system, &seen
}

func says(status int, kind, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// M-25, M-53, I-9: one question about one person, the number in the body
// alone; no child's number comes further.
func TestOpenCase(t *testing.T) {
	system, seen := caseServer(t, says(200, "application/json; charset=utf-8", openCase))
	c, err := system.OpenCase(t.Context(), number(t, anna), "ekbist", "")
	if err != nil {
		t.Fatal(err)
	}
	if c.ID != "EB-2026-0001" || c.Board != "socialnamnden" || c.Officer != "eva.lind" || !c.Protected || c.Household.Adults != 1 {
		t.Errorf("the case is %+v", c)
	}
	if c.Party.Role != "applicant" || c.Party.Scope != "full" || c.Party.From != "2026-01-01" {
		t.Errorf("the part is %+v", c.Party)
	}
	if len(c.Months) != 2 || c.Months[0].Month != "2026-10" || c.Months[1].SurplusOre != 96500 {
		t.Errorf("the months are %+v", c.Months)
	}
	want := `POST /v1/open-case {"personnummer":"` + anna + `","service":"ekbist"}`
	if len(*seen) != 1 || (*seen)[0] != want {
		t.Errorf("asked %q, want %q", *seen, want)
	}
	encoded, err := json.Marshal(c)
	if err != nil || strings.Contains(string(encoded), "201701102384") {
		t.Errorf("the case carries a child's number, or cannot be kept: %v", err)
	}
}

// A child is as old as in the month asked about; an age reached on any of its
// days counts.
func TestChildAge(t *testing.T) {
	system, _ := caseServer(t, says(200, "application/json", openCase))
	for month, want := range map[string][2]int{"2026-11": {9, 18}, "2026-12": {9, 18}, "2027-01": {10, 18}, "2026-08": {9, 17}, "2026-09": {9, 18}} {
		c, err := system.OpenCase(t.Context(), number(t, anna), "ekbist", month)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]int{c.Household.Children[0].Age, c.Household.Children[1].Age}; got != want {
			t.Errorf("in %s the children are %v, want %v", month, got, want)
		}
	}
	_, err := system.OpenCase(t.Context(), number(t, anna), "ekbist", "december")
	wantKind(t, "a month that is none", err, fault.Invalid)
}

// I-14: a case system that is down, slow or lying is unavailable, and no
// error quotes what was asked or answered.
func TestCaseSystemFaults(t *testing.T) {
	with := func(old, new string) string { return strings.Replace(openCase, old, new, 1) }
	tests := map[string]struct {
		reply func(http.ResponseWriter)
		want  fault.Kind
	}{
		"no open case":       {says(200, "application/json", `{"open":false}`), fault.NotFound},
		"down":               {says(503, "application/problem+json", `{}`), fault.Unavailable},
		"refused":            {says(403, "application/problem+json", `{}`), fault.Unavailable},
		"redirect":           {func(w http.ResponseWriter) { w.Header().Set("Location", "/"); w.WriteHeader(307) }, fault.Unavailable},
		"slow":               {func(http.ResponseWriter) { time.Sleep(700 * time.Millisecond) }, fault.Unavailable},
		"HTML":               {says(200, "text/html", openCase), fault.Unavailable},
		"garbage":            {says(200, "application/json", `{"open":true,"case":{`), fault.Unavailable},
		"empty":              {says(200, "application/json", `{}`), fault.Unavailable},
		"open without case":  {says(200, "application/json", `{"open":true}`), fault.Unavailable},
		"too large":          {says(200, "application/json", openCase+strings.Repeat(" ", 300<<10)), fault.Unavailable},
		"long id":            {says(200, "application/json", with("EB-2026-0001", strings.Repeat("9", 32))), fault.Unavailable},
		"no board":           {says(200, "application/json", with("socialnamnden", "")), fault.Unavailable},
		"no adult":           {says(200, "application/json", with(`"adults":1`, `"adults":0`)), fault.Unavailable},
		"no parties":         {says(200, "application/json", with(`"parties":[`, `"parties":[],"x":[`)), fault.Unavailable},
		"role of no kind":    {says(200, "application/json", with(`"applicant"`, `"friend"`)), fault.Unavailable},
		"child with no sum":  {says(200, "application/json", with("201701102384", "201701272394")), fault.Unavailable},
		"negative amount":    {says(200, "application/json", with("812300", "-1")), fault.Unavailable},
		"unknown outcome":    {says(200, "application/json", with(`"refused"`, `"maybe"`)), fault.Unavailable},
		"month of no kind":   {says(200, "application/json", with("2026-09\"", "2026-13\"")), fault.Unavailable},
		"decided on no date": {says(200, "application/json", with("2026-10-02", "yesterday")), fault.Unavailable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			system, _ := caseServer(t, test.reply)
			_, err := system.OpenCase(t.Context(), number(t, anna), "ekbist", "")
			wantKind(t, name, err, test.want)
			for _, secret := range []string{anna, "Alma", "812300", "201701"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error tells %q: %v", secret, err)
				}
			}
		})
	}
}

func TestCaseSystemAddress(t *testing.T) {
	for _, address := range []string{"http://case.example", "https://", "https://u:p@case.example", "https://case.example?x=1", "::"} {
		if _, err := casework.NewCaseSystem(casework.CaseSystemOptions{HTTP: http.DefaultClient, URL: address, Clock: clock.System()}); err == nil {
			t.Errorf("%s: accepted", address)
		}
	}
}
