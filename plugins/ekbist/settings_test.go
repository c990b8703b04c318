package ekbist

import (
	"os"
	"strings"
	"testing"

	"medborgarnavet/plugin"
)

func TestSettingsAreStrict(t *testing.T) {
	table := func(change, to string) string {
		raw, err := os.ReadFile("testdata/norm-2023.json")
		if err != nil {
			t.Fatal(err)
		}
		s := strings.Replace(string(raw), change, to, 1)
		if s == string(raw) {
			t.Fatalf("nothing to change: %s", change)
		}
		return `{"norms":` + s + `}`
	}
	two := func(a, b string) string {
		one := `{"from":"` + a + `","to":"2026-06","source":"x","excluded":[]}`
		return `{"incomeRules":[` + one + `,` + strings.Replace(one, a, b, 1) + `]}`
	}
	cases := map[string]struct{ settings, want string }{
		"unknown member":       {`{"norm":[]}`, "unknown field"},
		"two values":           {`{} {}`, "more than one"},
		"not an object":        {`[]`, "cannot unmarshal"},
		"no such month":        {table(`"2023-12"`, `"2023-13"`), "norms[0]: from and to"},
		"months the wrong way": {table(`"2023-12"`, `"2022-12"`), "norms[0]: from and to"},
		"no source":            {table(`"Riksnormen 2023"`, `""`), "norms[0]: source"},
		"no adult":             {table(`349000`, `0`), "amounts for adults"},
		"gap in ages":          {table(`"fromAge": 3`, `"fromAge": 4`), "follow on each other"},
		"no child amount":      {table(`242000`, `-1`), "amounts for children"},
		"lunch above whole":    {table(`"amountOre": 242000`, `"amountOre": 242000, "lunchOre": 242001`), "lunchOre"},
		"shared falls":         {table(`125000`, `112000`), "must not fall"},
		"negative extra":       {table(`18000`, `-1`), "sharedExtraOre"},
		"rules meet":           {two("2026-01", "2026-05"), "cover the same month"},
		"no such row": {`{"incomeRules":[{"from":"2026-01","to":"2026-12","source":"x",
			"excluded":[{"row":"inkomster.fk.finns-inte","reason":"r"}]}]}`, "no income row"},
		"no reason": {`{"incomeRules":[{"from":"2026-01","to":"2026-12","source":"x",
			"excluded":[{"row":"inkomster.fk.handikapp","reason":""}]}]}`, "reason is missing"},
	}
	for name, c := range cases {
		if _, err := New(host(c.settings)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestATableWithoutEndHolds(t *testing.T) {
	s := norm2023(t)
	s.Norms[0].To = ""
	if err := s.validate(); err != nil {
		t.Fatal(err)
	}
	for month, want := range map[string]bool{"2022-12": false, "2023-01": true, "2026-12": true, "": false, "2026-13": false} {
		if _, got := s.normTable(month); got != want {
			t.Errorf("%q: %v, want %v", month, got, want)
		}
	}
	next := s.Norms[0]
	next.From = "2024-01"
	s.Norms = append(s.Norms, next)
	if err := s.validate(); err == nil || !strings.Contains(err.Error(), "cover the same month") {
		t.Errorf("a new table beside one without end: %v", err)
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	_, err := New(host(`{"norms":[{"from":"2026","to":"","source":""}],"incomeRules":[{"from":"x","to":"y","source":""}]}`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"norms[0]: source", "norms[0]: amounts for adults", "norms[0]: children", "norms[0]: from and to",
		"incomeRules[0]: source", "incomeRules[0]: from and to"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not told: %v", want, err)
		}
	}
}

func TestNoOwnerAtAll(t *testing.T) {
	// M-105: somebody answers for the e-service, or it is not started.
	if _, err := New(plugin.Host{}); err == nil || !strings.Contains(err.Error(), "owner") {
		t.Errorf("err = %v", err)
	}
}

func TestAnotherFormIsRefused(t *testing.T) {
	p, err := New(host(""))
	if err != nil {
		t.Fatal(err)
	}
	a := application("2026-12", nil)
	a.FormVersion = "2019-01"
	if _, err := p.EService.Review(t.Context(), a); err == nil {
		t.Error("review of another version")
	}
	if _, err := p.EService.Worksheet(t.Context(), plugin.WorksheetRequest{Application: a}); err == nil {
		t.Error("worksheet of another version")
	}
	if _, err := p.EService.Worksheet(t.Context(), plugin.WorksheetRequest{Application: application("2026-12", nil)}); err != nil {
		t.Error(err)
	}
}
