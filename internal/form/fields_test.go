package form

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"medborgarnavet/plugin"
)

var now = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// section has one field of every kind, with a repeating group.
func section() plugin.Section {
	return plugin.Section{ID: "s", Title: "Del", Groups: []plugin.Group{
		{ID: "a", Fields: []plugin.Field{
			{ID: "text", Kind: plugin.FieldText, MaxLength: 10},
			{ID: "lång", Kind: plugin.FieldLongText},
			{ID: "ja", Kind: plugin.FieldYesNo},
			{ID: "val", Kind: plugin.FieldChoice, Options: []plugin.Option{{Value: "x", Label: "X"}, {Value: "y", Label: "Y"}}},
			{ID: "flera", Kind: plugin.FieldChoices, Options: []plugin.Option{{Value: "x", Label: "X"}, {Value: "y", Label: "Y"}, {Value: "z", Label: "Z"}}},
			{ID: "kr", Kind: plugin.FieldMoney},
			{ID: "antal", Kind: plugin.FieldNumber, Min: 1, Max: 31},
			{ID: "dag", Kind: plugin.FieldDate},
			{ID: "månad", Kind: plugin.FieldMonth},
			{ID: "nr", Kind: plugin.FieldIdentity},
			{ID: "not", Kind: plugin.FieldNote, Label: "Bara text"},
			{ID: "papper", Kind: plugin.FieldFiles},
			{ID: "rad", Kind: plugin.FieldAmountRow},
		}},
		{ID: "barn", Repeat: 3, Item: "barn", Fields: []plugin.Field{
			{ID: "namn", Kind: plugin.FieldText},
			{ID: "dagar", Kind: plugin.FieldNumber, ShowIf: &plugin.Condition{Field: ".namn", Op: "filled"}},
			{ID: "bidrag", Kind: plugin.FieldAmountRow},
		}},
	}}
}

// Money as people write it; what may mean two things is refused, and nothing
// is ever taken for 0.
func TestOre(t *testing.T) {
	for in, want := range map[string]int64{
		"0": 0, "1": 100, "1250": 125000, "1 250": 125000, " 1 250 ": 125000, "1\u00a0250": 125000, "1\u202f250": 125000, "1\u2009250": 125000,
		"1250,50": 125050, "1250.5": 125050, "1250,05": 125005, "0,01": 1, "1250 kr": 125000, "1250kr": 125000, "1 250,50 KR": 125050,
		"1250:-": 125000, "1250 kronor": 125000, "1250 SEK": 125000, "10 000 000": 1_000_000_000, "00012": 1200,
	} {
		if got, ok := Ore(in); !ok || got != want {
			t.Errorf("%q: %d %v, want %d", in, got, ok, want)
		}
	}
	for _, in := range []string{
		"", " ", "kr", "-", "-5", "+5", "1.250", "1,250", "1.250,50", "1,250.50", "1250,", ",50", "1250,505", "1e3", "0x10", "1_000", "١٢",
		"10 000 000,01", "10 000 001", "999999999", "99999999999999999999", "12 st", "cirka 900", "1250 kr kr", "1250 kr:-", "NaN", "Inf", "1\n250x", "½", "1250\x00",
	} {
		if got, ok := Ore(in); ok {
			t.Errorf("%q is %d", in, got)
		}
	}
}

func FuzzOre(f *testing.F) {
	for _, s := range []string{"1 250,50 kr", "1.250", ":-", "٣", "9999999,99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ore, ok := Ore(s)
		if ore < 0 || ore > 10_000_000_00 || !ok && ore != 0 {
			t.Errorf("%q is %d, %v", s, ore, ok)
		}
		if ok && !strings.ContainsAny(s, "0123456789") {
			t.Errorf("%q is an amount", s)
		}
	})
}

func TestConditions(t *testing.T) {
	values := map[string]string{"s.a.x": "ja", "s.a.flera": "x,z", "s.barn.0.namn": "Alma"}
	eq := func(v string) plugin.Condition { return plugin.Condition{Field: "s.a.x", Op: "eq", Value: v} }
	for name, c := range map[string]struct {
		c    *plugin.Condition
		base string
		want bool
	}{
		"none":               {nil, "", true},
		"eq":                 {&plugin.Condition{Field: "s.a.x", Op: "eq", Value: "ja"}, "", true},
		"eq other":           {&plugin.Condition{Field: "s.a.x", Op: "eq", Value: "nej"}, "", false},
		"eq of several":      {&plugin.Condition{Field: "s.a.flera", Op: "eq", Value: "z"}, "", true},
		"eq is no prefix":    {&plugin.Condition{Field: "s.a.x", Op: "eq", Value: "j"}, "", false},
		"ne":                 {&plugin.Condition{Field: "s.a.x", Op: "ne", Value: "nej"}, "", true},
		"ne of several":      {&plugin.Condition{Field: "s.a.flera", Op: "ne", Value: "x"}, "", false},
		"ne of nothing":      {&plugin.Condition{Field: "s.a.y", Op: "ne", Value: "x"}, "", true},
		"in":                 {&plugin.Condition{Field: "s.a.flera", Op: "in", In: []string{"y", "z"}}, "", true},
		"in none":            {&plugin.Condition{Field: "s.a.flera", Op: "in", In: []string{"y"}}, "", false},
		"filled":             {&plugin.Condition{Field: "s.a.x", Op: "filled"}, "", true},
		"empty":              {&plugin.Condition{Field: "s.a.y", Op: "empty"}, "", true},
		"not empty":          {&plugin.Condition{Field: "s.a.x", Op: "empty"}, "", false},
		"same item":          {&plugin.Condition{Field: ".namn", Op: "filled"}, "s.barn.0", true},
		"another item":       {&plugin.Condition{Field: ".namn", Op: "filled"}, "s.barn.1", false},
		"all":                {&plugin.Condition{All: []plugin.Condition{eq("ja"), {Field: "s.a.flera", Op: "filled"}}}, "", true},
		"not all":            {&plugin.Condition{All: []plugin.Condition{eq("ja"), eq("nej")}}, "", false},
		"any":                {&plugin.Condition{Any: []plugin.Condition{eq("nej"), eq("ja")}}, "", true},
		"not any":            {&plugin.Condition{Any: []plugin.Condition{eq("nej"), eq("nja")}}, "", false},
		"all within any":     {&plugin.Condition{Any: []plugin.Condition{eq("nej"), {All: []plugin.Condition{eq("ja"), eq("ja")}}}}, "", true},
		"an unknown op":      {&plugin.Condition{Field: "s.a.x", Op: "like", Value: "ja"}, "", false},
		"an empty condition": {&plugin.Condition{}, "", false},
	} {
		if got := Holds(c.c, c.base, values); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// M-36: only the inputs that the definition has are read; what is typed is
// kept right or wrong, made storable, and the fetched column is no input.
func TestRead(t *testing.T) {
	post := url.Values{
		"s.a.text": {"  en längre text än tio "}, "s.a.lång": {"rad 1\r\nrad 2\x00\x1b\tslut\xff"}, "s.a.ja": {"kanske"},
		"s.a.val": {"x", "y"}, "s.a.flera": {"z", "x"}, "s.a.kr": {"cirka 900"}, "s.a.dag.year": {"2026"}, "s.a.dag.month": {" 3"}, "s.a.dag.day": {"7 "},
		"s.a.not": {"inget fält"}, "s.a.papper": {"inget värde"}, "s.a.rad": {"999"}, "s.a.rad.own": {"1 250"}, "s.a.rad.comment": {"fel belopp"},
		"s.a.rad.fetched": {"999"}, "s.barn.n": {"2"}, "s.barn.0.namn": {"Alma"}, "s.barn.1.bidrag.own": {"100"}, "s.barn.2.namn": {"utanför"},
		"t.a.text": {"annan del"}, "rev": {"3"}, "gor": {"klar"},
	}
	want := map[string]string{
		"s.a.text": "en längre text än tio", "s.a.lång": "rad 1\nrad 2\tslut", "s.a.ja": "kanske", "s.a.val": "x", "s.a.flera": "z,x", "s.a.kr": "cirka 900",
		"s.a.dag": "2026-03-07", "s.a.rad.own": "1 250", "s.a.rad.comment": "fel belopp",
		"s.barn.n": "2", "s.barn.0.namn": "Alma", "s.barn.1.bidrag.own": "100",
	}
	if got := Read(section(), post); !maps.Equal(got, want) {
		t.Errorf("read\n %q, want\n %q", got, want)
	}
	for n, want := range map[string]string{"99": "3", "-1": "", "": "", "två": "", "0": ""} {
		if got := Read(section(), url.Values{"s.barn.n": {n}})["s.barn.n"]; got != want {
			t.Errorf("%q items: %q", n, got)
		}
	}
}

func TestDateParts(t *testing.T) {
	for _, c := range []struct{ y, m, d, want string }{
		{"2026", "11", "22", "2026-11-22"}, {"2026", "1", "2", "2026-01-02"}, {"", "", "", ""},
		{"26", "11", "22", "26-11-22"}, {"2026", "nov", "22", "2026-nov-22"}, {"2026", "2", "31", "2026-02-31"}, {"2026", "", "", "2026--"}, {"2026", "13", "1", "2026-13-1"},
	} {
		post := url.Values{"s.a.dag.year": {c.y}, "s.a.dag.month": {c.m}, "s.a.dag.day": {c.d}}
		if got := Read(section(), post)["s.a.dag"]; got != c.want {
			t.Errorf("%s %s %s: %q", c.y, c.m, c.d, got)
		}
	}
	if got := Read(section(), url.Values{"s.a.dag": {"2026-11-22"}})["s.a.dag"]; got != "2026-11-22" {
		t.Errorf("as one input: %q", got)
	}
}

// Every field refuses what is wrong with its code, and nothing else; empty is
// never wrong (I-8: nothing is needed to hand in).
func TestCheck(t *testing.T) {
	for _, c := range []struct{ path, value, code string }{
		{"s.a.text", "tio tecken", ""}, {"s.a.text", "elva tecken", "length"}, {"s.a.ja", "ja", ""}, {"s.a.ja", "kanske", "choice"}, {"s.a.val", "x", ""}, {"s.a.val", "q", "choice"},
		{"s.a.flera", "x,z", ""}, {"s.a.flera", "x,q", "choice"}, {"s.a.kr", "1 250", ""}, {"s.a.kr", "cirka 900", "money"},
		{"s.a.antal", "31", ""}, {"s.a.antal", "32", "range"}, {"s.a.antal", "0", "range"}, {"s.a.antal", "två", "number"}, {"s.a.antal", "1,5", "number"},
		{"s.a.dag", "2028-02-29", ""}, {"s.a.dag", "2026-02-29", "date"}, {"s.a.dag", "2026--", "date"}, {"s.a.månad", "2026-12", ""}, {"s.a.månad", "2026-13", "month"},
		{"s.a.nr", "201701102384", ""}, {"s.a.nr", "20170110-2384", ""}, {"s.a.nr", "201701102385", "identity"},
		{"s.a.rad.own", "12", ""}, {"s.a.rad.own", "tolv", "money"}, {"s.a.rad.comment", "tolv", ""},
		{"s.a.lång", strings.Repeat("å", 4000), ""}, {"s.a.lång", strings.Repeat("å", 4001), "length"},
		{"s.a.rad.comment", strings.Repeat("\n", 500), ""}, {"s.a.rad.comment", strings.Repeat("x", 501), "length"},
		{"s.barn.0.namn", strings.Repeat("x", 501), "length"},
		{"s.barn.0.namn", "Alma", ""}, {"s.barn.0.bidrag.own", "x", "money"},
	} {
		values := map[string]string{"s.barn.n": "1", c.path: c.value}
		faults := Check(section(), values, now)
		switch {
		case c.code == "" && len(faults) > 0:
			t.Errorf("%s %q: %s", c.path, c.value, faults[0].Code)
		case c.code != "" && (len(faults) != 1 || faults[0].Code != c.code || faults[0].Input != c.path):
			t.Errorf("%s %q: %v, want %s", c.path, c.value, faults, c.code)
		}
	}
	if faults := Check(section(), nil, now); len(faults) > 0 {
		t.Errorf("empty: %v", faults)
	}
	hidden := map[string]string{"s.barn.n": "1", "s.barn.0.dagar": "många"}
	if faults := Check(section(), hidden, now); len(faults) > 0 {
		t.Errorf("a hidden field: %v", faults)
	}
}

// What is too long is kept whole, and told with how long it is and may be.
func TestTooLongIsKeptAndTold(t *testing.T) {
	typed := strings.Repeat("rad\n", 2000) + "slut"
	values := Read(section(), url.Values{"s.a.lång": {strings.ReplaceAll(typed, "\n", "\r\n")}})
	if values["s.a.lång"] != typed {
		t.Fatalf("%d characters are left of %d", len(values["s.a.lång"]), len(typed))
	}
	faults := Check(section(), values, now)
	if len(faults) != 1 || faults[0].Has != 8004 || faults[0].Most != 4000 {
		t.Errorf("%+v", faults)
	}
}

// Adding and removing items of a repeating group loses and mixes nothing: a
// property over random items, with all their inputs.
func TestRepeatingGroup(t *testing.T) {
	s := section()
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		values := map[string]string{"s.a.text": "kvar"}
		var model []map[string]string
		for step := range 20 {
			switch random.IntN(2) {
			case 0:
				AddItem(s, "barn", values)
				if len(model) < 3 {
					i := len(model)
					item := map[string]string{}
					for _, name := range []string{"namn", "dagar", "bidrag.own", "bidrag.comment"} {
						if random.IntN(3) > 0 {
							item[name] = fmt.Sprint("v", step, name)
							values[fmt.Sprintf("s.barn.%d.%s", i, name)] = item[name]
						}
					}
					model = append(model, item)
				}
			case 1:
				i := random.IntN(4) - 1
				RemoveItem(s, "barn", i, values)
				if i >= 0 && i < len(model) {
					model = append(model[:i], model[i+1:]...)
				}
			}
			want := map[string]string{"s.a.text": "kvar"}
			if len(model) > 0 {
				want["s.barn.n"] = fmt.Sprint(len(model))
			}
			for i, item := range model {
				for name, v := range item {
					want[fmt.Sprintf("s.barn.%d.%s", i, name)] = v
				}
			}
			if !maps.Equal(values, want) {
				t.Fatalf("seed %d, step %d:\n %v, want\n %v", seed, step, values, want)
			}
		}
	}
}

// What a hidden field held does not follow into a submission, nor does it
// keep anything else shown; what is shown under what follows is what follows.
func TestShown(t *testing.T) {
	when := func(path, op, v string) *plugin.Condition {
		return &plugin.Condition{Field: path, Op: op, Value: v}
	}
	f := plugin.Form{Sections: []plugin.Section{
		{ID: "s", Groups: []plugin.Group{
			{ID: "g", Fields: []plugin.Field{
				{ID: "a", Kind: plugin.FieldYesNo},
				{ID: "b", Kind: plugin.FieldYesNo, ShowIf: when("s.g.a", "eq", "ja")},
				{ID: "c", Kind: plugin.FieldText, ShowIf: when("s.g.b", "eq", "ja")},
				{ID: "d", Kind: plugin.FieldText, ShowIf: when("s.g.b", "ne", "ja")},
			}},
			{ID: "barn", Repeat: 2, ShowIf: when("s.g.c", "filled", ""), Fields: []plugin.Field{{ID: "namn", Kind: plugin.FieldText}, {ID: "rad", Kind: plugin.FieldAmountRow}}},
		}},
		{ID: "av", Unused: true, Groups: []plugin.Group{{ID: "g", Fields: []plugin.Field{{ID: "x", Kind: plugin.FieldText}}}}},
	}}
	all := map[string]string{"s.g.a": "ja", "s.g.b": "ja", "s.g.c": "c", "s.g.d": "d", "s.barn.n": "1", "s.barn.0.namn": "Alma",
		"s.barn.0.rad.own": "1", "s.barn.1.namn": "borta", "av.g.x": "x", "okänt": "x"}
	if got, want := Shown(f, all), (map[string]string{"s.g.a": "ja", "s.g.b": "ja", "s.g.c": "c", "s.barn.n": "1", "s.barn.0.namn": "Alma", "s.barn.0.rad.own": "1"}); !maps.Equal(got, want) {
		t.Errorf("shown %v", got)
	}
	all["s.g.a"] = "nej" // hides b, which hides c and with it the children, and shows d
	if got, want := Shown(f, all), (map[string]string{"s.g.a": "nej", "s.g.d": "d"}); !maps.Equal(got, want) {
		t.Errorf("shown %v", got)
	}
	for range 3 { // what is shown is shown by itself
		for _, s := range f.Sections {
			for _, it := range Items(s, Shown(f, all)) {
				if v := Shown(f, all)[it.Path]; v != "" && !it.Visible(Shown(f, all)) {
					t.Errorf("%s follows and is not shown", it.Path)
				}
			}
		}
	}
	circle := plugin.Form{Sections: []plugin.Section{{ID: "s", Groups: []plugin.Group{{ID: "g", Fields: []plugin.Field{
		{ID: "a", Kind: plugin.FieldText, ShowIf: when("s.g.b", "empty", "")}, {ID: "b", Kind: plugin.FieldText, ShowIf: when("s.g.a", "empty", "")},
	}}}}}}
	Shown(circle, map[string]string{"s.g.a": "1", "s.g.b": "2"}) // comes to an end
}

// M-31: a section's status follows from its data.
func TestSectionStatus(t *testing.T) {
	s := section()
	answered := []plugin.Row{{Path: "s.a.rad", State: plugin.StateAnswered}}
	changed := []plugin.Row{{Path: "s.a.rad", State: plugin.StateAnswered, Changed: true}}
	file := []plugin.File{{Path: "s.a.papper"}}
	other := map[string]string{"t.a.text": "x"}
	typed, wrong := map[string]string{"s.a.text": "x"}, map[string]string{"s.a.kr": "x"}
	for name, c := range map[string]struct {
		values map[string]string
		rows   []plugin.Row
		files  []plugin.File
		done   bool
		want   Status
	}{
		"nothing":              {nil, nil, nil, false, StatusEmpty},
		"another section":      {other, []plugin.Row{{Path: "t.a.rad", State: plugin.StateAnswered}}, nil, false, StatusEmpty},
		"typed":                {typed, nil, nil, false, StatusStarted},
		"fetched":              {nil, answered, nil, false, StatusStarted},
		"fetched nothing":      {nil, []plugin.Row{{Path: "s.a.rad", State: plugin.StateNothing}}, nil, false, StatusEmpty},
		"a document":           {nil, nil, file, false, StatusStarted},
		"done":                 {typed, nil, nil, true, StatusDone},
		"done and empty":       {nil, nil, nil, true, StatusDone},
		"done and changed":     {typed, changed, nil, true, StatusCheck},
		"done and wrong":       {wrong, nil, nil, true, StatusCheck},
		"wrong and not done":   {wrong, nil, nil, false, StatusStarted},
		"changed and not done": {nil, changed, nil, false, StatusStarted},
	} {
		if got := SectionStatus(s, c.values, c.rows, c.files, c.done, now); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	s.Unused = true
	if got := SectionStatus(s, typed, nil, nil, true, now); got != StatusUnused {
		t.Errorf("not used: %s", got)
	}
}

// I-2: months and the span of a control period.
func TestMonths(t *testing.T) {
	for _, c := range []struct {
		month string
		n     int
		want  string
	}{{"2026-12", -2, "2026-10"}, {"2026-01", -1, "2025-12"}, {"2026-12", 1, "2027-01"}, {"2026-11", 0, "2026-11"}, {"2024-02", 12, "2025-02"}} {
		if got, err := AddMonths(c.month, c.n); got != c.want || err != nil {
			t.Errorf("%s %+d: %s %v", c.month, c.n, got, err)
		}
	}
	for _, c := range []struct{ from, to, first, last string }{
		{"2026-10", "2026-12", "2026-10-01", "2026-12-31"}, {"2028-02", "2028-02", "2028-02-01", "2028-02-29"}, {"2025-11", "2026-02", "2025-11-01", "2026-02-28"},
	} {
		if got, err := MonthsSpan(c.from, c.to); got != (plugin.Period{From: c.first, To: c.last}) || err != nil {
			t.Errorf("%s to %s: %v %v", c.from, c.to, got, err)
		}
	}
	for _, bad := range [][2]string{{"2026-12", "2026-11"}, {"", "2026-11"}, {"2026-11", "nov"}, {"2026-13", "2027-01"}} {
		if _, err := MonthsSpan(bad[0], bad[1]); err == nil {
			t.Errorf("%v is a span", bad)
		}
	}
	if _, err := AddMonths("2026-13", 1); err == nil {
		t.Error("a thirteenth month")
	}
}
