package ekbist

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"medborgarnavet/plugin"
)

// checkSums: sums are their parts, and each used amount is the officer's,
// else 0 where the rules do not count it, else the applicant's, else the
// agency's.
func checkSums(t *testing.T, r plugin.WorksheetRequest, excluded map[string]bool, w plugin.Worksheet) {
	t.Helper()
	var norm, costs, incomes int64
	for _, l := range w.Norm {
		if l.AmountOre == nil || *l.AmountOre < 0 {
			t.Fatalf("norm line %+v", l)
		}
		norm += *l.AmountOre
	}
	for _, c := range w.Costs {
		if c.ApprovedOre < 0 || c.RefusedOre != max(0, c.AppliedOre-c.ApprovedOre) {
			t.Fatalf("cost %+v", c)
		}
		costs += c.ApprovedOre
	}
	for _, l := range w.Incomes {
		want := int64(0)
		entry := r.Entries[l.Key].AmountOre
		switch {
		case entry != nil && *entry >= 0 && *entry <= maxOre:
			want = *entry
		case excluded[l.Key]:
		case l.ApplicantOre != nil:
			want = *l.ApplicantOre
		case l.AgencyOre != nil:
			want = *l.AgencyOre
		}
		if l.UsedOre != want || l.UsedOre < 0 {
			t.Fatalf("income %+v, entry %v: used %d, want %d", l, entry, l.UsedOre, want)
		}
		incomes += l.UsedOre
	}
	if w.NormOre != norm || w.CostsOre != costs || w.IncomesOre != incomes ||
		w.ResultOre != norm+costs-incomes-w.CarriedOverOre {
		t.Fatalf("sums %d %d %d %d = %d, parts %d %d %d", w.NormOre, w.CostsOre, w.IncomesOre, w.CarriedOverOre, w.ResultOre,
			norm, costs, incomes)
	}
}

// TestSumsAreTheirParts tries a thousand applications with a fixed seed.
func TestSumsAreTheirParts(t *testing.T) {
	s := norm2023(t)
	s.IncomeRules = []IncomeRules{{From: "2023-01", To: "2023-12", Source: "x",
		Excluded: []ExcludedRow{{Row: "inkomster.fk.handikapp", Reason: "Räknas inte."}}}}
	excluded := map[string]bool{"inkomster.fk.handikapp": true}
	rnd := rand.New(rand.NewPCG(2026, 11))
	for range 1000 {
		r := randomRequest(s, rnd)
		w := calculate(s, r)
		checkSums(t, r, excluded, w)
		if again := calculate(s, r); !reflect.DeepEqual(w, again) {
			t.Fatal("the same application gave another worksheet")
		}
	}
}

func randomRequest(s Settings, rnd *rand.Rand) plugin.WorksheetRequest {
	amount := func() *int64 {
		switch rnd.IntN(6) {
		case 0, 1:
			return nil
		case 2:
			return kr(0)
		case 3:
			return kr(-rnd.Int64N(1000))
		}
		ore := rnd.Int64N(5_000_000)
		return &ore
	}
	states := []plugin.State{plugin.StateAnswered, plugin.StateNothing, plugin.StateUnavailable, plugin.StateNotAsked}
	form := definition(s)
	r := plugin.WorksheetRequest{Entries: map[string]plugin.Entry{}, CarriedOverOre: amount(),
		Application: application("2023-06", map[string]string{})}
	r.Application.Household = plugin.Household{Adults: rnd.IntN(4)}
	for range rnd.IntN(5) {
		r.Application.Household.Children = append(r.Application.Household.Children,
			plugin.Child{Name: "Barn", Age: rnd.IntN(23), DaysPerMonth: rnd.IntN(33)})
	}
	for _, known := range amountRows(form) {
		if rnd.IntN(3) > 0 {
			r.Application.Rows = append(r.Application.Rows, plugin.Row{Path: known.path, State: states[rnd.IntN(4)],
				FetchedOre: amount(), OwnOre: amount()})
		}
		if rnd.IntN(4) == 0 {
			r.Entries[known.path] = plugin.Entry{AmountOre: amount(), Reason: []string{"", "Skäl"}[rnd.IntN(2)]}
		}
	}
	for _, path := range []string{rentPath, "soker-for.hem.el", "soker-for.annat.0.belopp", "soker-for.annat.1.belopp"} {
		r.Application.Values[path] = []string{"", "0", "6 200", "199,90", "oj", "102200"}[rnd.IntN(6)]
		if rnd.IntN(3) == 0 {
			r.Entries[path] = plugin.Entry{AmountOre: amount(), Reason: []string{"", "Skäl"}[rnd.IntN(2)]}
		}
	}
	return r
}

// FuzzWorksheet: whatever the wire brings, the sums hold and nothing panics.
func FuzzWorksheet(f *testing.F) {
	seed, err := json.Marshal(plugin.WorksheetRequest{Application: annas(), CarriedOverOre: kr(300),
		Entries: map[string]plugin.Entry{rentPath: {AmountOre: kr(6000), Reason: "Enligt avin"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(`{"application":{"month":"2023-01","household":{"adults":9000000000000000000}}}`))
	f.Add([]byte(`{"application":{"rows":[{"path":"","fetchedOre":9223372036854775807},{"path":"x","ownOre":-9223372036854775808}]}}`))
	f.Add([]byte(`{"application":{"month":"2023-01","values":{"soker-for.annat.00.belopp":"1","soker-for.annat.0.belopp":"2"}}}`))
	settings := Settings{Norms: []NormTable{{From: "2023-01", To: "2023-12", Source: "x", AdultSingleOre: 1, AdultCoupleOre: 1,
		Children: []NormChild{{FromAge: 0, ToAge: 20, AmountOre: 100}}, SharedOre: []int64{100}}}}
	form := definition(settings)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var r plugin.WorksheetRequest
		if json.Unmarshal(raw, &r) != nil {
			return
		}
		checkSums(t, r, nil, calculate(settings, r))
		reviewDraft(form, r.Application)
	})
}
