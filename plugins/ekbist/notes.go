package ekbist

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"medborgarnavet/plugin"
)

func isCost(a answer) bool {
	return a.field.Kind == plugin.FieldMoney && (a.section.ID == "soker-for" || a.path == rentPath)
}

func isAsset(a answer) bool { return a.section.ID == "tillgangar" }

// isNote is what else the applicant has told: changes, occupation, comments.
// A child's personal identity number stays in the application.
func isNote(a answer) bool {
	return !isAsset(a) && !isCost(a) && a.field.Kind != plugin.FieldIdentity &&
		a.section.ID != "verifikat" && (a.group.ID != "annat" || a.section.ID != "soker-for")
}

// statements are answers as lines, in the form's order.
func statements(given []answer, include func(answer) bool) []plugin.Line {
	var lines []plugin.Line
	for _, a := range given {
		if a.value == "" || !include(a) {
			continue
		}
		line := plugin.Line{Key: a.path, Label: a.field.Label, Note: words(a.field, a.value)}
		if a.item != "" {
			line.Label = fmt.Sprintf("%s %d: %s", capital(a.group.Item), a.ordinal, a.field.Label)
		}
		if ore, ok := parseOre(a.value); ok && a.field.Kind == plugin.FieldMoney {
			line.AmountOre, line.Note = &ore, ""
		}
		lines = append(lines, line)
	}
	return lines
}

// notFetched tells which payers were never asked: their rows are unknown.
func notFetched(form plugin.Form, a plugin.Application) []plugin.Line {
	var names []string
	for _, origin := range payers(form) {
		i := slices.IndexFunc(a.Sources, func(s plugin.SourceState) bool { return s.Origin == origin })
		if i < 0 || a.Sources[i].State == plugin.StateNotAsked {
			names = append(names, originName(origin))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []plugin.Line{{Key: "note.not-fetched", Label: "Inte hämtat", Note: "Ingen har frågat " + list(names) + "."}}
}

// payers are the origins that fill a row, in the form's order.
func payers(form plugin.Form) []string {
	var out []string
	for _, row := range amountRows(form) {
		if b := row.field.Bind; b != nil {
			for _, origin := range b.Origins {
				if !slices.Contains(out, origin) {
					out = append(out, origin)
				}
			}
		}
	}
	return out
}

func originName(origin string) string {
	switch origin {
	case "FK":
		return payerFK
	case "PM":
		return payerPM
	case "SO":
		return "a-kassan"
	}
	return origin
}

// monthName writes "2006-01" for people: "januari 2006".
func monthName(month string) string {
	names := [...]string{"januari", "februari", "mars", "april", "maj", "juni", "juli",
		"augusti", "september", "oktober", "november", "december"}
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return "månaden"
	}
	return fmt.Sprintf("%s %d", names[t.Month()-1], t.Year())
}

// list joins words as Swedish does: "a, b och c".
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " och " + words[last]
}

// join puts sentences after each other, leaving out the empty ones.
func join(sentences ...string) string {
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), " ")
}

func capital(word string) string {
	first, size := utf8.DecodeRuneInString(word)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + word[size:]
}
