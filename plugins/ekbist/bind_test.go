package ekbist

import (
	"slices"
	"strings"
	"testing"
)

// takes tells which rows name a payment's payer and code, and which rest row
// would have it.
func takes(origin, code string) (named, rest []string) {
	for _, r := range amountRows(definition(Settings{})) {
		b := r.field.Bind
		if b == nil || !slices.Contains(b.Origins, origin) || (b.Payer != "" && b.Payer != origin) {
			continue
		}
		if b.Rest {
			rest = append(rest, r.path)
			continue
		}
		for _, c := range b.Codes {
			prefix, isPrefix := strings.CutSuffix(c, "*")
			if c == code || (isPrefix && strings.HasPrefix(code, prefix)) {
				named = append(named, r.path)
			}
		}
	}
	return named, rest
}

func TestEveryBenefitLandsOnItsRow(t *testing.T) {
	// M-88, M-37 – M-39: the codes of ssbtek.md §2.3, §2.5 and §3.2.
	const (
		fk, pm, csn = "inkomster.fk.", "inkomster.pm.", "inkomster.csn."
		other       = "inkomster.andra.ovrig-myndighet"
	)
	rows := []struct {
		origin, row string
		codes       string
	}{
		{"FK", fk + "barnbidrag", "ABB MABB"},
		{"FK", fk + "bostadsbidrag", "BOB"},
		{"FK", fk + "dagersattning", "DAG SJP FSJP FP TFP NP GP RBE SBP PROG PJOB EE"},
		{"FK", fk + "pension", "AP SA YL VB OMV"},
		{"FK", fk + "handikapp", "HE MEK"},
		{"FK", fk + "underhallsstod", "US"},
		{"FK", fk + "bostadstillagg", "BTI"},
		{"FK", other, "AS BST DPE EJO ET NYKOD"},
		{"PM", pm + "pension", "AP PM:AP EF PM:EF AP+BTI BTI+AP BTI+EF EF+AP PM:AP+PM:BTI"},
		{"PM", pm + "bostadstillagg", "BTI PM:BTI"},
		{"PM", other, "NYKOD"},
		{"CSN", csn + "studiemedel", "GRUND GRUNDU GRUNDB GRUNDF GRUNDL GRUNFL MLÅN MLÅNU MERKL TLÅN TILL TILB"},
		{"CSN", csn + "studiebidrag", "SH SHU SB SBU STUDB EXTRA EXTRAU LÄRLE LÄRERS"},
		{"CSN", csn + "inackordering", "INACK INACKU"},
		{"CSN", csn + "hemutrustning", "HUT"},
		{"CSN", csn + "studiestart", "SSSTÖD STÖDB STÖDT OSS OSSBID OSSLÅN"},
		{"CSN", other, "NYKOD"},
		{"SO", "inkomster.andra.arbetsloshet", "NettoEfterSkatt AKASSA NYKOD"},
	}
	for _, c := range rows {
		for code := range strings.FieldsSeq(c.codes) {
			named, rest := takes(c.origin, code)
			got := named
			if len(named) == 0 {
				got = rest
			}
			if len(got) != 1 || got[0] != c.row {
				t.Errorf("%s %s lands on %v, want %s", c.origin, code, got, c.row)
			}
		}
	}
}

func TestEveryFKGroupCodeIsPlaced(t *testing.T) {
	// ssbtek.md §2.3: all 27 groups of FK and three of PM have a row of
	// their own or the one for other payments; none is lost.
	fk := "ABB AP AS BOB BST BTI DPE EJO ET FP FSJP GP HE MABB MEK NP OMV PJOB PROG RBE SA SBP SJP TFP US VB YL"
	if n := len(strings.Fields(fk)); n != 27 {
		t.Fatalf("%d codes", n)
	}
	for code := range strings.FieldsSeq(fk) {
		if named, rest := takes("FK", code); len(named) > 1 || len(rest) != 1 {
			t.Errorf("FK %s: named %v, rest %v", code, named, rest)
		}
	}
	for _, code := range []string{"PM:AP", "PM:BTI", "PM:EF"} {
		if named, _ := takes("PM", code); len(named) != 1 {
			t.Errorf("%s: %v", code, named)
		}
	}
}

func TestNoCodeTwice(t *testing.T) {
	// M-88: no payer's code stands on two rows, and a row is filled by one
	// payer, so that its state is that payer's (I-6).
	seen := map[string]string{}
	rest := 0
	for _, r := range amountRows(definition(Settings{})) {
		b := r.field.Bind
		if b == nil {
			continue
		}
		if b.Rest {
			rest++
			continue
		}
		if len(b.Origins) != 1 || b.Origins[0] != b.Payer {
			t.Errorf("%s: origins %v, payer %s", r.path, b.Origins, b.Payer)
		}
		for _, code := range b.Codes {
			key := b.Payer + " " + code
			if seen[key] != "" {
				t.Errorf("%s on %s and %s", key, seen[key], r.path)
			}
			seen[key] = r.path
		}
	}
	if rest != 1 {
		t.Errorf("%d rest rows, want 1", rest)
	}
}
