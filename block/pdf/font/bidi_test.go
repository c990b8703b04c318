package font

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	other "github.com/go-text/typesetting/bidi"
)

// visual is a text as it stands from left to right, brackets not mirrored.
func visual(text string) string {
	segments, _ := Segments(text, Auto)
	levels := make([]uint8, len(segments))
	for i, s := range segments {
		levels[i] = s.Level
	}
	var b strings.Builder
	for _, i := range Reorder(levels) {
		part := []rune(text[segments[i].Start:segments[i].End])
		if segments[i].Level%2 == 1 {
			slices.Reverse(part)
		}
		b.WriteString(string(part))
	}
	return b.String()
}

// UAX #9, by example. Hebrew letters stand for any from right to left.
func TestOrder(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"abc", "abc"},
		{"אבג", "גבא"},
		{"abc אבג def", "abc גבא def"},
		{"אבג abc דהו", "והד abc גבא"},
		{"abc אבג 123", "abc 123 גבא"}, // the number belongs to the Hebrew
		{"אבג 123 abc", "abc 123 גבא"}, // base right to left
		{"abc אבג 1, def", "abc 1 גבא, def"},
		{"אבג 12.50 דהו", "והד 12.50 גבא"}, // W4
		{"אבג 50% דהו", "והד 50% גבא"},     // W5
		{"abc (אבג) def", "abc (גבא) def"}, // N0: brackets after Latin stay with it
		{"אבג (דהו) abc", "abc )והד( גבא"},
		{"abc (אבג def)", "abc (גבא def)"},
		{"a-ב ג-d", "a-ג ב-d"},
		{"سنة 2026.", ".2026 ةنس"},
	} {
		if got := visual(c.text); got != c.want {
			t.Errorf("%q stands as %q, want %q", c.text, got, c.want)
		}
	}
}

// Against another implementation: every character runs the same way.
func TestOrderAgainstAnother(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	parts := []string{"a", "b", "א", "ב", "ع", "م", "1", "2", "٣", " ", " ", ",", ".", "+", "-", "%", "/", "!", "\u0301"}
	for range 5000 {
		var b strings.Builder
		for range 1 + r.IntN(14) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		text := b.String()
		segments, direction := Segments(text, Auto)
		var ours, theirs []bool
		for _, s := range segments {
			for range []rune(text[s.Start:s.End]) {
				ours = append(ours, s.Level%2 == 1)
			}
		}
		base := other.LeftToRight
		if direction == RightToLeft {
			base = other.RightToLeft
		}
		var p other.Paragraph
		runs := p.SegmentString(text, base)
		for i := range runs.NumRuns() {
			run := runs.Run(i)
			for range run.End - run.Start {
				theirs = append(theirs, !run.IsLeftToRight())
			}
		}
		// The other one resets the spaces at the end of a line (L1), which is
		// for whoever breaks lines here.
		n := len([]rune(strings.TrimRight(text, " ")))
		if !slices.Equal(ours[:n], theirs[:n]) {
			t.Fatalf("%q: %v, the other %v", text, ours, theirs)
		}
	}
}
