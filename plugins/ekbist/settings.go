package ekbist

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"medborgarnavet/plugin"
)

// Settings are the board's.
type Settings struct {
	// Source is the id of the information source to fetch from; "ssbtek"
	// if empty.
	Source string `json:"source"`
	// LegalReference is the key of the board's dated legal reference;
	// "ekonomiskt-bistand" if empty.
	LegalReference string `json:"legalReference"`
	// SupportingDocuments switches section Verifikat on; true if absent.
	// Off, the menu says "ej anv." (M-96).
	SupportingDocuments *bool `json:"supportingDocuments"`
	// Owner answers for the e-service; the board's authority if absent.
	Owner plugin.Owner `json:"owner"`
	// Norms are the national norm's tables. A month without one has no
	// norm: the worksheet says so and counts nothing.
	Norms []NormTable `json:"norms"`
	// IncomeRules say which incomes do not lower the assistance.
	IncomeRules []IncomeRules `json:"incomeRules"`
}

// NormTable is the national norm for a span of months, both included
// ("2006-01"); To is empty for a table that holds until it gets an end.
// Amounts are whole öre a month.
type NormTable struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Source tells the officer where the amounts come from.
	Source         string      `json:"source"`
	AdultSingleOre int64       `json:"adultSingleOre"`
	AdultCoupleOre int64       `json:"adultCoupleOre"`
	Children       []NormChild `json:"children"`
	// SharedOre are the shared costs of a household of 1, 2, 3 …
	// persons.
	SharedOre []int64 `json:"sharedOre"`
	// SharedExtraOre is added for each person beyond the last of them.
	SharedExtraOre int64 `json:"sharedExtraOre"`
}

// NormChild is the personal costs of a child in a band of ages, both
// included.
type NormChild struct {
	FromAge   int   `json:"fromAge"`
	ToAge     int   `json:"toAge"`
	AmountOre int64 `json:"amountOre"`
	// LunchOre is the lower amount for a child who has lunch at pre-school
	// or school on weekdays; 0 = the table has none.
	LunchOre int64 `json:"lunchOre"`
}

// IncomeRules are the board's rules for a span of months, as a NormTable's.
type IncomeRules struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Source string `json:"source"`
	// Excluded are income rows that are shown but not counted.
	Excluded []ExcludedRow `json:"excluded"`
}

// ExcludedRow names an income row by its path, and why it is not counted.
type ExcludedRow struct {
	Row    string `json:"row"`
	Reason string `json:"reason"`
}

func (s Settings) usesDocuments() bool {
	return s.SupportingDocuments == nil || *s.SupportingDocuments
}

// readSettings decodes strictly, fills in defaults and tells all faults.
func readSettings(raw json.RawMessage) (Settings, error) {
	var s Settings
	if len(bytes.TrimSpace(raw)) > 0 {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil {
			return Settings{}, err
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return Settings{}, errors.New("more than one JSON value")
		}
	}
	if s.Source == "" {
		s.Source = "ssbtek"
	}
	if s.LegalReference == "" {
		s.LegalReference = "ekonomiskt-bistand"
	}
	return s, s.validate()
}

func (s Settings) validate() error {
	var faults []error
	var norms, rules []span
	for i, t := range s.Norms {
		norms = append(norms, span{t.From, t.To})
		for _, fault := range t.faults() {
			faults = append(faults, fmt.Errorf("norms[%d]: %s", i, fault))
		}
	}
	rows := amountRows(definition(s))
	for i, r := range s.IncomeRules {
		rules = append(rules, span{r.From, r.To})
		for _, fault := range r.faults(rows) {
			faults = append(faults, fmt.Errorf("incomeRules[%d]: %s", i, fault))
		}
	}
	faults = append(faults, spanFaults("norms", norms)...)
	faults = append(faults, spanFaults("incomeRules", rules)...)
	return errors.Join(faults...)
}

func (t NormTable) faults() []string {
	var out []string
	need := func(ok bool, what string) {
		if !ok {
			out = append(out, what)
		}
	}
	sane := func(ore int64) bool { return ore > 0 && ore <= maxOre }
	need(t.Source != "", "source is missing")
	need(sane(t.AdultSingleOre) && sane(t.AdultCoupleOre), "amounts for adults must be above 0")
	need(len(t.SharedOre) > 0 && !slices.ContainsFunc(t.SharedOre, func(o int64) bool { return !sane(o) }),
		"sharedOre needs amounts above 0")
	need(slices.IsSorted(t.SharedOre), "sharedOre must not fall as the household grows")
	need(t.SharedExtraOre >= 0 && t.SharedExtraOre <= maxOre, "sharedExtraOre must not be negative")
	need(len(t.Children) > 0, "children are missing")
	next := 0
	for _, c := range t.Children {
		need(c.FromAge == next && c.ToAge >= c.FromAge, "bands of ages must follow on each other from 0")
		need(sane(c.AmountOre), "amounts for children must be above 0")
		need(c.LunchOre >= 0 && c.LunchOre <= c.AmountOre, "lunchOre must be 0 or at most amountOre")
		next = c.ToAge + 1
	}
	return out
}

func (r IncomeRules) faults(rows []amountRow) []string {
	var out []string
	if r.Source == "" {
		out = append(out, "source is missing")
	}
	for _, x := range r.Excluded {
		if !slices.ContainsFunc(rows, func(a amountRow) bool { return a.path == x.Row }) {
			out = append(out, fmt.Sprintf("there is no income row %q", x.Row))
		}
		if x.Reason == "" {
			out = append(out, fmt.Sprintf("row %q: reason is missing", x.Row))
		}
	}
	return out
}

// span is months "2006-01", both included; such text sorts as time does. An
// empty to is no end.
type span struct{ from, to string }

func (s span) end() string {
	if s.to == "" {
		return "9999-12"
	}
	return s.to
}

func (s span) covers(month string) bool {
	return monthPattern.MatchString(month) && s.from <= month && month <= s.end()
}

var monthPattern = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

// spanFaults finds months that are none and spans that meet.
func spanFaults(name string, spans []span) []error {
	var faults []error
	for i, s := range spans {
		if !monthPattern.MatchString(s.from) || !monthPattern.MatchString(s.end()) || s.end() < s.from {
			faults = append(faults, fmt.Errorf("%s[%d]: from and to must be months such as 2026-01, in order; to may be empty", name, i))
		}
		for j, o := range spans[:i] {
			if s.from <= o.end() && o.from <= s.end() {
				faults = append(faults, fmt.Errorf("%s[%d] and [%d] cover the same month", name, j, i))
			}
		}
	}
	return faults
}
