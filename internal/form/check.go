package form

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"medborgarnavet/block/pnr"
	"medborgarnavet/plugin"
)

// Fault is something wrong with what was typed. Code is money, number,
// range, date, month, choice, identity or length; the words are the page's.
type Fault struct {
	// Input is the name of the input.
	Input string
	Code  string
	Field plugin.Field
	// Has is how many characters were typed and Most how many the input
	// takes, where the code is length.
	Has, Most int
}

// Check tells what is wrong with the shown values of a section. Empty is
// never wrong: nothing is needed to hand in.
func Check(s plugin.Section, values map[string]string, now time.Time) []Fault {
	var faults []Fault
	for _, it := range Items(s, values) {
		if !it.Visible(values) {
			continue
		}
		for _, input := range it.inputs() {
			v := values[input]
			isComment := it.Field.Kind == plugin.FieldAmountRow && strings.HasSuffix(input, ".comment")
			if v == "" {
				continue
			}
			if code := wrong(it.Field, v, now); code != "" && !isComment {
				faults = append(faults, Fault{Input: input, Code: code, Field: it.Field})
			} else if has, most := utf8.RuneCountInString(v), limit(it.Field, input); has > most && (isComment || isText(it.Field)) {
				faults = append(faults, Fault{Input: input, Code: "length", Field: it.Field, Has: has, Most: most})
			}
		}
	}
	return faults
}

// isText tells whether a field takes free text, whose only rule is its length.
func isText(f plugin.Field) bool {
	return f.Kind == plugin.FieldText || f.Kind == plugin.FieldLongText
}

func wrong(f plugin.Field, v string, now time.Time) string {
	switch f.Kind {
	case plugin.FieldMoney, plugin.FieldAmountRow:
		if _, ok := Ore(v); !ok {
			return "money"
		}
	case plugin.FieldNumber:
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil {
			return "number"
		}
		if n < f.Min || f.Max > 0 && n > f.Max {
			return "range"
		}
	case plugin.FieldDate:
		if _, err := time.Parse(time.DateOnly, v); err != nil {
			return "date"
		}
	case plugin.FieldMonth:
		if _, err := time.Parse("2006-01", v); err != nil {
			return "month"
		}
	case plugin.FieldIdentity:
		if _, err := pnr.Parse(v, now); err != nil {
			return "identity"
		}
	case plugin.FieldYesNo:
		if v != "ja" && v != "nej" {
			return "choice"
		}
	case plugin.FieldChoice, plugin.FieldChoices:
		for _, one := range strings.Split(v, ",") {
			if !hasOption(f.Options, one) {
				return "choice"
			}
		}
	}
	return ""
}

func hasOption(options []plugin.Option, v string) bool {
	for _, o := range options {
		if o.Value == v {
			return true
		}
	}
	return false
}

// spaces takes away what people set between thousands.
var spaces = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "\u2009", "")

// Ore reads an amount in kronor as people write it: "1 250", "1250,50",
// "1250.5", "1 250 kr", "1250:-". Not negative, at most 10 million kronor.
// "1.250" is refused: it may mean two things.
func Ore(s string) (int64, bool) {
	s = spaces.Replace(strings.ToLower(strings.TrimSpace(s)))
	for _, suffix := range []string{":-", "kronor", "kr", "sek"} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			s = rest
			break
		}
	}
	whole, cents, found := strings.Cut(strings.ReplaceAll(s, ",", "."), ".")
	if whole == "" || len(whole) > 8 || found && (cents == "" || len(cents) > 2) {
		return 0, false
	}
	kr, err1 := strconv.ParseUint(whole, 10, 32)
	ore := uint64(0)
	var err2 error
	if found {
		ore, err2 = strconv.ParseUint((cents + "0")[:2], 10, 8)
	}
	if err1 != nil || err2 != nil || kr*100+ore > 10_000_000_00 {
		return 0, false
	}
	return int64(kr*100 + ore), true
}

// Status is how far a section has come (M-31).
type Status string

const (
	StatusEmpty   Status = "empty"   // Ej ifyllt
	StatusStarted Status = "started" // Påbörjat
	StatusDone    Status = "done"    // Klart
	StatusCheck   Status = "check"   // Kontrollera
	StatusUnused  Status = "unused"  // Gäller inte dig
)

// SectionStatus derives a section's status from its data. done is what the
// person said with "Jag är klar".
func SectionStatus(s plugin.Section, values map[string]string, rows []plugin.Row, files []plugin.File, done bool, now time.Time) Status {
	if s.Unused {
		return StatusUnused
	}
	changed, any := false, false
	for _, r := range rows {
		if strings.HasPrefix(r.Path, s.ID+".") {
			any = any || r.State == plugin.StateAnswered
			changed = changed || r.Changed
		}
	}
	for _, f := range files {
		any = any || strings.HasPrefix(f.Path, s.ID+".")
	}
	for path := range values {
		any = any || strings.HasPrefix(path, s.ID+".")
	}
	switch {
	case done && (changed || len(Check(s, values, now)) > 0):
		return StatusCheck
	case done:
		return StatusDone
	case any:
		return StatusStarted
	}
	return StatusEmpty
}
