package form

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"medborgarnavet/plugin"
)

func row(id, origin string, codes ...string) plugin.Field {
	return plugin.Field{ID: id, Kind: plugin.FieldAmountRow, Label: id, Bind: &plugin.Binding{Origins: []string{origin}, Codes: codes}}
}

// incomes is a form with rows by code, by prefix and by payer, and a rest row.
func incomes() plugin.Form {
	pm := row("pension", "PM", "AP")
	pm.Bind.Payer = "PM"
	rest := row("rest", "FK")
	rest.Bind = &plugin.Binding{Origins: []string{"FK", "PM", "CSN"}, Rest: true}
	return plugin.Form{Sections: []plugin.Section{{ID: "i", Groups: []plugin.Group{
		{ID: "fraga", Fields: []plugin.Field{{ID: "har", Kind: plugin.FieldYesNo}}},
		{ID: "r", Fields: []plugin.Field{row("barn", "FK", "ABB"), row("bostad", "FK", "BO*"), pm, row("studie", "CSN", "SM"), row("so", "SO", "*"),
			{ID: "lön", Kind: plugin.FieldAmountRow, Label: "Lön", ShowIf: &plugin.Condition{Field: "i.fraga.har", Op: "ne", Value: "nej"}}, rest}},
	}}}}
}

func net(ore int64) *int64 { return &ore }

func pay(payer, code, date string, ore *int64, status plugin.PaymentStatus) plugin.Payment {
	return plugin.Payment{Payer: payer, BenefitCode: code, PayDate: date, NetOre: ore, Status: status}
}

func answered(origin string, payments ...plugin.Payment) plugin.Part {
	return plugin.Part{Origin: origin, State: plugin.StateAnswered, Payments: payments}
}

func rowAt(rows []plugin.Row, path string) plugin.Row {
	for _, r := range rows {
		if r.Path == path {
			return r
		}
	}
	return plugin.Row{}
}

const october = "2026-10"

// I-2, M-87, M-88: each payment stands on its row; sums are of what was paid
// net in the control month, and the rest stands beside them.
func TestBindSums(t *testing.T) {
	rows := Bind(incomes(), []plugin.Part{
		answered("FK",
			pay("FK", "ABB", "2026-10-20", net(125000), plugin.StatusPaid),
			pay("FK", "ABB", "2026-10-01", net(5050), plugin.StatusPaid),
			pay("FK", "ABB", "2026-09-20", net(1), plugin.StatusPaid),
			pay("FK", "ABB", "2026-11-20", net(2), plugin.StatusPlanned),
			pay("FK", "ABB", "2026-10-21", net(3), plugin.StatusPreliminary),
			pay("FK", "ABB", "2026-10-22", nil, plugin.StatusPaid),
			pay("FK", "ABB", "", net(4), plugin.StatusPaid),
			pay("FK", "BOB", "2026-10-20", net(90000), plugin.StatusPaid),
			pay("FK", "XYZ", "2026-10-20", net(700), plugin.StatusPaid)),
		answered("PM", pay("PM", "AP", "2026-10-20", net(10), plugin.StatusPaid), pay("FK", "AP", "2026-10-20", net(11), plugin.StatusPaid)),
		{Origin: "CSN", State: plugin.StateNothing},
		answered("SO", pay("SO", "AKASSA", "2026-10-31", net(-500), plugin.StatusPaid), pay("SO", "AKASSA", "2026-10-30", net(1500), plugin.StatusPaid)),
	}, october)
	for _, c := range []struct {
		path            string
		state           plugin.State
		sum             *int64
		counted, others int
	}{
		{"i.r.barn", plugin.StateAnswered, net(130050), 2, 5},
		{"i.r.bostad", plugin.StateAnswered, net(90000), 1, 0},
		{"i.r.pension", plugin.StateAnswered, net(10), 1, 0},
		{"i.r.studie", plugin.StateNothing, nil, 0, 0},
		{"i.r.so", plugin.StateAnswered, net(1000), 2, 0},
		{"i.r.rest", plugin.StateAnswered, net(711), 2, 0},
	} {
		r := rowAt(rows, c.path)
		if r.State != c.state || len(r.Counted) != c.counted || len(r.Others) != c.others || fmt.Sprint(value(r.FetchedOre)) != fmt.Sprint(value(c.sum)) {
			t.Errorf("%s: %s %v, %d counted, %d others", c.path, r.State, value(r.FetchedOre), len(r.Counted), len(r.Others))
		}
	}
	if r := rowAt(rows, "i.r.barn"); r.Counted[0].PayDate > r.Counted[1].PayDate || r.Others[0].PayDate != "" {
		t.Error("not by date")
	}
}

func value(p *int64) any {
	if p == nil {
		return "none"
	}
	return *p
}

// I-6: a row's state follows from its origins'; without an answer from all of
// them there is no sum, and never a 0 for "does not know".
func TestBindStates(t *testing.T) {
	fk := func(s plugin.State, code string, payments ...plugin.Payment) plugin.Part {
		return plugin.Part{Origin: "FK", State: s, Code: code, Payments: payments}
	}
	some := pay("FK", "ABB", "2026-10-20", net(100), plugin.StatusPaid)
	other := pay("FK", "??", "2026-10-20", net(7), plugin.StatusPaid)
	pm, csn := plugin.Part{Origin: "PM", State: plugin.StateNothing}, plugin.Part{Origin: "CSN", State: plugin.StateNothing}
	for name, c := range map[string]struct {
		parts      []plugin.Part
		barn, rest plugin.State
		barnOthers int
	}{
		"nobody asked":               {nil, plugin.StateNotAsked, plugin.StateNotAsked, 0},
		"not asked":                  {[]plugin.Part{fk(plugin.StateNotAsked, "")}, plugin.StateNotAsked, plugin.StateNotAsked, 0},
		"all nothing":                {[]plugin.Part{fk(plugin.StateNothing, ""), pm, csn}, plugin.StateNothing, plugin.StateNothing, 0},
		"answered":                   {[]plugin.Part{fk(plugin.StateAnswered, "", some, other), pm, csn}, plugin.StateAnswered, plugin.StateAnswered, 0},
		"one is switched off":        {[]plugin.Part{fk(plugin.StateAnswered, "", some, other), csn}, plugin.StateAnswered, plugin.StateAnswered, 0},
		"unavailable":                {[]plugin.Part{fk(plugin.StateUnavailable, ""), pm, csn}, plugin.StateUnavailable, plugin.StateUnavailable, 0},
		"unavailable with payments":  {[]plugin.Part{fk(plugin.StateUnavailable, "", some), pm, csn}, plugin.StateUnavailable, plugin.StateUnavailable, 1},
		"another of the row is down": {[]plugin.Part{fk(plugin.StateAnswered, "", some, other), pm, {Origin: "CSN", State: plugin.StateUnavailable}}, plugin.StateAnswered, plugin.StateUnavailable, 0},
		"another has not ended":      {[]plugin.Part{fk(plugin.StateAnswered, "", some, other), pm, {Origin: "CSN"}}, plugin.StateAnswered, plugin.StateNotAsked, 0},
		"it has not ended":           {[]plugin.Part{fk("", ""), pm, csn}, plugin.StateNotAsked, plugin.StateNotAsked, 0},
		"a part is missing":          {[]plugin.Part{fk(plugin.StateAnswered, "AVVIKELSE", other), pm, csn}, plugin.StateUnavailable, plugin.StateAnswered, 0},
		"a part is missing, a sum":   {[]plugin.Part{fk(plugin.StateAnswered, "AVVIKELSE", some), pm, csn}, plugin.StateAnswered, plugin.StateUnavailable, 0},
	} {
		rows := Bind(incomes(), c.parts, october)
		barn, rest := rowAt(rows, "i.r.barn"), rowAt(rows, "i.r.rest")
		if barn.State != c.barn || rest.State != c.rest || len(barn.Others) != c.barnOthers {
			t.Errorf("%s: %s and %s, %d beside", name, barn.State, rest.State, len(barn.Others))
		}
		for _, r := range rows {
			if (r.FetchedOre != nil) != (r.State == plugin.StateAnswered) || (r.FetchedOre != nil) != (len(r.Counted) > 0) {
				t.Errorf("%s: %s is %s with the sum %v of %d payments", name, r.Path, r.State, value(r.FetchedOre), len(r.Counted))
			}
		}
	}
}

// I-2, I-6, M-88: properties over random answers. Every payment lands on
// exactly one row; a sum is what its counted payments make, all of them paid,
// net and of the control month; what could not answer is never in a sum.
func TestBindProperty(t *testing.T) {
	f := incomes()
	states := []plugin.State{plugin.StateAnswered, plugin.StateNothing, plugin.StateUnavailable, plugin.StateNotAsked, ""}
	codes := []string{"ABB", "BOB", "BO", "AP", "SM", "AKASSA", "", "nytt"}
	dates := []string{"2026-10-01", "2026-10-31", "2026-09-30", "2026-11-01", "2025-10-15", "2026-1", ""}
	kinds := []plugin.PaymentStatus{plugin.StatusPaid, plugin.StatusPlanned, plugin.StatusPreliminary, ""}
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 2))
		var parts []plugin.Part
		total := 0
		for _, o := range []string{"FK", "PM", "CSN", "SO", "AF"} {
			p := plugin.Part{Origin: o, State: states[random.IntN(len(states))]}
			if random.IntN(6) == 0 {
				p.Code = "X"
			}
			for range random.IntN(5) {
				var amount *int64
				if random.IntN(5) > 0 {
					amount = net(random.Int64N(1_000_000))
				}
				total++
				payer := []string{o, "FK", "annan"}[random.IntN(3)]
				p.Payments = append(p.Payments, plugin.Payment{Payer: payer, BenefitCode: codes[random.IntN(len(codes))], Benefit: fmt.Sprint(total),
					PayDate: dates[random.IntN(len(dates))], NetOre: amount, Status: kinds[random.IntN(len(kinds))]})
			}
			if random.IntN(6) > 0 {
				parts = append(parts, p)
			} else {
				total -= len(p.Payments)
			}
		}
		seen := map[string]int{}
		stateOf := map[string]plugin.State{}
		for _, p := range parts {
			stateOf[p.Origin] = p.State
		}
		rows := Bind(f, parts, october)
		for i, r := range rows {
			sum := int64(0)
			for _, p := range r.Counted {
				seen[p.Benefit]++
				if p.Status != plugin.StatusPaid || p.NetOre == nil || p.PayDate[:7] != october {
					t.Fatalf("seed %d: %s sums %+v", seed, r.Path, p)
				}
				sum += *p.NetOre
			}
			for _, p := range r.Others {
				seen[p.Benefit]++
			}
			if r.FetchedOre != nil && *r.FetchedOre != sum || r.FetchedOre == nil && len(r.Counted) > 0 {
				t.Fatalf("seed %d: %s is %v, its payments make %d", seed, r.Path, value(r.FetchedOre), sum)
			}
			_, bindings := boundRows(f)
			for _, o := range bindings[i].Origins {
				if stateOf[o] == plugin.StateUnavailable && (r.FetchedOre != nil || r.State != plugin.StateUnavailable) {
					t.Fatalf("seed %d: %s is %s though %s could not answer", seed, r.Path, r.State, o)
				}
			}
		}
		if len(seen) != total {
			t.Fatalf("seed %d: %d of %d payments are on a row", seed, len(seen), total)
		}
		for id, n := range seen {
			if n != 1 {
				t.Fatalf("seed %d: payment %s is on %d rows", seed, id, n)
			}
		}
	}
}

// M-36, M-40, M-41, I-5: what the person wrote stands beside what was
// fetched; neither takes the other's place. A hidden row is not there.
func TestOwn(t *testing.T) {
	f := incomes()
	bound := Bind(f, []plugin.Part{answered("FK", pay("FK", "ABB", "2026-10-20", net(125000), plugin.StatusPaid))}, october)
	rows := Own(f, bound, map[string]string{"i.r.barn.own": "1 000", "i.r.barn.comment": "Delat", "i.r.bostad.own": "tusen", "i.r.lön.own": "5000"})
	barn, bostad, lön := rowAt(rows, "i.r.barn"), rowAt(rows, "i.r.bostad"), rowAt(rows, "i.r.lön")
	if *barn.FetchedOre != 125000 || *barn.OwnOre != 100000 || barn.Comment != "Delat" || *barn.EffectiveOre() != 100000 {
		t.Errorf("%v %v", value(barn.FetchedOre), value(barn.OwnOre))
	}
	if bostad.OwnOre != nil || bostad.EffectiveOre() != nil {
		t.Error("what is no amount was counted")
	}
	if *lön.OwnOre != 500000 || lön.State != plugin.StateNotAsked || len(rows) != 7 {
		t.Errorf("by hand: %v %s, %d rows", value(lön.OwnOre), lön.State, len(rows))
	}
	if rows = Own(f, bound, map[string]string{"i.fraga.har": "nej", "i.r.lön.own": "5000"}); rowAt(rows, "i.r.lön").Path != "" || len(rows) != 6 {
		t.Error("a hidden row is there")
	}
	if bound[0].OwnOre != nil {
		t.Error("the bound rows were changed")
	}
}
