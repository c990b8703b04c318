package ekbist

import "testing"

func TestParseOre(t *testing.T) {
	for text, want := range map[string]int64{
		"6200": 620000, "6 200": 620000, "6\u00a0200": 620000, " 1250,50 ": 125050, "1250.5": 125050,
		"1 250 kr": 125000, "1250:-": 125000, "0": 0, "99 KRONOR": 9900, "7,05": 705, "999999999": 99999999900,
	} {
		if got, ok := parseOre(text); !ok || got != want {
			t.Errorf("%q = %d %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "-5", "6.200,00", "1.250", "sextusen", "1e3", "12,345", "1234567890", "kr", "5 €", "0x10"} {
		if got, ok := parseOre(text); ok {
			t.Errorf("%q = %d, want no amount", text, got)
		}
	}
}

func TestKronor(t *testing.T) {
	for ore, want := range map[int64]string{
		0: "0 kr", 100: "1 kr", 125050: "1 250,50 kr", 10220000: "102 200 kr", 5: "0,05 kr",
		-620000: "−6 200 kr", 100000000000: "1 000 000 000 kr",
	} {
		if got := spacesOf(kronor(ore)); got != want {
			t.Errorf("%d = %q, want %q", ore, got, want)
		}
	}
}

// FuzzAmount: what is read is never negative and reads the same when written.
func FuzzAmount(f *testing.F) {
	for _, s := range []string{"6 200", "1250,50", "-1", "999999999,99", "1 250 kr", "0,", ","} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ore, ok := parseOre(text)
		if !ok {
			return
		}
		if ore < 0 || ore > maxOre {
			t.Fatalf("%q = %d", text, ore)
		}
		if again, ok := parseOre(kronor(ore)); !ok || again != ore {
			t.Fatalf("%q = %d, written %q = %d", text, ore, kronor(ore), again)
		}
	})
}
