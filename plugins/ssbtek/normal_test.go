package ssbtek

import (
	"strconv"
	"strings"
	"testing"
)

func itoa(v int64) string { return strconv.FormatInt(v, 10) }

func TestOre(t *testing.T) {
	for in, want := range map[string]int64{
		"0": 0, "1250": 125000, "1250.5": 125050, "1250,50": 125050, "-300": -30000, "−300": -30000, "+1": 100, ".5": 50, "5.": 500,
		"1 250,50": 125050, "1\u00a0250": 125000, "1.250,50": 125050, "1,250.50": 125050, " 7 ": 700,
		"1.0E4": 1000000, "1.2505e3": 125050, "125e-2": 125, "1250.4999999999998": 125050, "0.005": 1, "-0.005": -1, "0.004": 0,
	} {
		if got := ore(in); got == nil || *got != want {
			t.Errorf("%q: %d, want %d", in, amount(got), want)
		}
	}
	for _, in := range []string{"", "-", " ", "x", "1/2", "0x10", "1e99", "1e999999999", "1_000", "--1", "1e15", "NaN", "Inf", strings.Repeat("9", 41)} {
		if got := ore(in); got != nil {
			t.Errorf("%q is %d", in, *got)
		}
	}
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"2026-10-20": "2026-10-20", " 2026-10-20 ": "2026-10-20", "2026-10-20+02:00": "2026-10-20", "2026-10-20Z": "2026-10-20",
		"2026-10-20T23:59:59+02:00": "2026-10-20", "20261020": "2026-10-20",
		"0": "", "00000000": "", "": "", "-": "", "2026-02-29": "", "20260229": "", "2026-10": "", "2026-10-200": "", "20 oktober": "",
	} {
		if got := normalDate(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	for in, want := range map[string][2]string{
		"202601": {"2025-12-29", "2026-01-04"}, "202653": {"2026-12-28", "2027-01-03"}, "202553": {"", ""}, "202600": {"", ""},
		"202654": {"", ""}, "20261001": {"2026-10-01", "2026-10-01"}, "0": {"", ""}, "2026": {"", ""},
	} {
		if got := [2]string{weekDate(in, false), weekDate(in, true)}; got != want {
			t.Errorf("week %q: %q", in, got)
		}
	}
	for in, want := range map[string][2]string{
		"2024-02": {"2024-02-01", "2024-02-29"}, "2026-12": {"2026-12-01", "2026-12-31"}, "2026-12-05": {"2026-12-05", "2026-12-05"}, "2026-13": {"", ""},
	} {
		if got := [2]string{monthOrDate(in, false), monthOrDate(in, true)}; got != want {
			t.Errorf("month %q: %q", in, got)
		}
	}
}

func TestSamePerson(t *testing.T) {
	anna := number(t, "198507099805")
	for in, want := range map[string]bool{
		"198507099805": true, "8507099805": true, "19850709-9805": true, "": true,
		"188507099805": false, "197101169295": false, "7101169295": false, "1985": false,
	} {
		if samePerson(anna, in) != want {
			t.Errorf("%q", in)
		}
	}
}

func FuzzOre(f *testing.F) {
	for _, s := range []string{"1.250,50", "1e15", "-", "−1", "1/2", "0.005"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v := ore(s); v != nil && (*v > maxOre*100 || *v < -maxOre*100) {
			t.Fatal("an amount out of bounds")
		}
	})
}
