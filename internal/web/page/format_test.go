package page

import (
	"strings"
	"testing"
	"time"
)

// ux.md §4: amounts, dates and numbers never break over lines or turn round.
func TestValues(t *testing.T) {
	r, _ := testRenderer(t)
	summer := time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC)
	cases := []struct {
		lang string
		in   Text
		want string
	}{
		{Swedish, Amount(125000), "1_250_kr"},
		{Swedish, Amount(125050), "1_250,50_kr"},
		{Swedish, Amount(5), "0,05_kr"},
		{Swedish, Amount(0), "0_kr"},
		{Swedish, Amount(-30000), "−300_kr"},
		{Swedish, Amount(123456789012), "1_234_567_890,12_kr"},
		{English, Amount(125000), "1_250_kr"},
		{Swedish, Date(summer), "2_juli_2026"},
		{English, Date(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)), "22_November_2026"},
		{Swedish, DateTime(summer), "2_juli_2026 kl._00.30"},
		{Swedish, Clock(now), "10.32"},
		{Swedish, Month(now), "november_2026"},
		{Swedish, PersonNumber("198507099805"), "19850709-9805"},
		{Swedish, CaseNumber("SN 2026-1234"), "SN_2026-1234"},
		{Swedish, Phone("0000-12 34 56"), "0000-12_34_56"},
		{Swedish, Bytes(999), "999_byte"},
		{Swedish, Bytes(240_000), "240_kB"},
		{Swedish, Bytes(2_440_000), "2,4_MB"},
		{Swedish, Bytes(10_000_000), "10_MB"},
		{Swedish, DayOf("2026-11-22"), "22_november_2026"},
		{Swedish, MonthOf("2026-11"), "november_2026"},
	}
	for _, tc := range cases {
		got, err := r.langs[tc.lang].show(tc.in)
		want := `<bdi dir="ltr">` + strings.ReplaceAll(tc.want, "_", nbsp) + `</bdi>`
		if err != nil || strings.Replace(string(got), ` class="k-break"`, "", 1) != want {
			t.Errorf("%#v: %s (%v), want %s", tc.in, got, err, want)
		}
		plain, err := r.Text(tc.lang, tc.in)
		if err != nil || plain != strings.ReplaceAll(tc.want, "_", nbsp) {
			t.Errorf("%#v plain: %q (%v)", tc.in, plain, err)
		}
	}
	if got := DayOf("snart"); got != "snart" {
		t.Error(got)
	}
	if got := AmountOf(nil, "vet inte"); got != "vet inte" {
		t.Error("I-6: a missing amount is shown as", got)
	}
}

func TestIsolate(t *testing.T) {
	cases := map[string]string{
		"till exempel 6 200.":      `till exempel <bdi dir="ltr">6` + nbsp + `200</bdi>.`,
		"1 250,50 kr & mer":        `<bdi dir="ltr">1` + nbsp + `250,50` + nbsp + `kr</bdi> &amp; mer`,
		"50 kr":                    `<bdi dir="ltr">50` + nbsp + `kr</bdi>`,
		"19850709-9805 och <b>":    `<bdi dir="ltr">19850709-9805</bdi> och &lt;b&gt;`,
		"Ring 0000-12 34 56 i dag": `Ring <bdi dir="ltr">0000-12` + nbsp + `34` + nbsp + `56</bdi> i dag`,
		"5 av 6 har svarat":        "5 av 6 har svarat",
		"år 2026 var det 300":      "år 2026 var det 300",
	}
	for in, want := range cases {
		if got := string(isolate(in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
