package pnr_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pnr"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"198507099805", "198507099805"},
		{"19850709-9805", "198507099805"},
		{"850709-9805", "198507099805"},
		{"8507099805", "198507099805"},
		{" 850709-9805\n", "198507099805"},
		{"197010632391", "197010632391"}, // samordningsnummer
		{"701063-2391", "197010632391"},
		{"202601612381", "202601612381"},
		{"260161-2381", "202601612381"},
		{"090527+1474", "190905271474"},
		{"121212+1212", "191212121212"},
		{"121212-1212", "201212121212"},
		{"189001019802", "189001019802"},
		{"900101+9802", "189001019802"},
		{"000229-2399", "200002292399"}, // leap day
		{"170110-2384", "201701102384"},
	} {
		n, err := pnr.Parse(c.in, now)
		if err != nil || n.Plain() != c.want {
			t.Errorf("case %s: got %q, %v", c.want, n.Plain(), err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		in   string
		want error
	}{
		{"", pnr.ErrFormat},
		{"090527 1474", pnr.ErrFormat},
		{"1985 07099805", pnr.ErrFormat},
		{"19850709+9805", pnr.ErrFormat},
		{"850709--9805", pnr.ErrFormat},
		{"85070998051", pnr.ErrFormat},
		{"85070-99805", pnr.ErrFormat},
		{"٨٥٠٧٠٩٩٨٠٥", pnr.ErrFormat},  // other digits than ASCII's
		{"850709-T805", pnr.ErrFormat}, // interim number
		{"198507099806", pnr.ErrCheckDigit},
		{"201701272394", pnr.ErrCheckDigit},
		{"200102292399", pnr.ErrDate},
		{"198513099805", pnr.ErrDate},
		{"198507009805", pnr.ErrDate},
		{"198507609805", pnr.ErrDate},
		{"198507929805", pnr.ErrDate},
		{"202612241234", pnr.ErrFuture},
		{"189001120006", pnr.ErrBirthNumber},
		{"180001019809", pnr.ErrTooOld},
		{"162120009911", pnr.ErrDate}, // an organisation number
		{"2120009911", pnr.ErrDate},
	} {
		n, err := pnr.Parse(c.in, now)
		if !errors.Is(err, c.want) || !n.IsZero() {
			t.Errorf("%s: got zero=%v, %v; want %v", c.in, n.IsZero(), err, c.want)
		}
		if err != nil && len(c.in) > 4 && strings.Contains(err.Error(), c.in[2:]) {
			t.Errorf("the error repeats the input")
		}
	}
}

func TestPlusSignFromTheYearOneTurns100(t *testing.T) {
	// 18 § folkbokföringslagen: the sign changes at the start of that year.
	for _, c := range []struct {
		in, want string
		now      time.Time
	}{
		{"090527-1474", "200905271474", now},
		{"090527-1474", "190905271474", time.Date(2008, 12, 31, 0, 0, 0, 0, time.UTC)},
		{"090527+1474", "190905271474", time.Date(2009, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"090527-1474", "200905271474", time.Date(2009, 5, 27, 0, 0, 0, 0, time.UTC)},
		{"090527-1474", "190905271474", time.Date(2009, 5, 26, 23, 0, 0, 0, time.UTC)},
	} {
		n, err := pnr.Parse(c.in, c.now)
		if err != nil || n.Plain() != c.want {
			t.Errorf("%s at %s: got %q, %v", c.want, c.now.Format(time.DateOnly), n.Plain(), err)
		}
	}
}

func TestLenientIsOnlyAboutBirthNumberAndAge(t *testing.T) {
	if n, err := pnr.ParseLenient("189001120006", now); err != nil || n.Plain() != "189001120006" {
		t.Errorf("birth number 000: %v", err)
	}
	for _, in := range []string{"201701272394", "200102292399", "202612241234", "x"} {
		if _, err := pnr.ParseLenient(in, now); err == nil {
			t.Errorf("lenient accepted a wrong number")
		}
	}
}

func TestParts(t *testing.T) {
	n, err := pnr.Parse("197010632391", now)
	if err != nil {
		t.Fatal(err)
	}
	if n.Ten() != "7010632391" || n.Century() != "19" || !n.IsCoordination() {
		t.Errorf("parts: %q %q %v", n.Ten(), n.Century(), n.IsCoordination())
	}
	if got := n.BirthDate().Format(time.DateOnly); got != "1970-10-03" {
		t.Errorf("birth date %s", got)
	}
	for day, want := range map[string]int{"2026-10-02": 55, "2026-10-03": 56, "1969-01-01": 0} {
		at, _ := time.Parse(time.DateOnly, day)
		if got := n.Age(at); got != want {
			t.Errorf("age at %s: %d, want %d", day, got, want)
		}
	}
	var none pnr.Number
	if none.Ten() != "" || none.Century() != "" || none.IsCoordination() || !none.BirthDate().IsZero() || none.Age(now) != 0 || none.String() != "" {
		t.Error("the zero value is not none")
	}
	same, _ := pnr.Parse("701063-2391", now)
	if same != n {
		t.Error("two spellings of one number are not equal")
	}
}

// I-9: no way of printing, logging or encoding gives the digits.
func TestMasksItself(t *testing.T) {
	n, err := pnr.Parse("198507099805", now)
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		N pnr.Number
		p *pnr.Number
		n pnr.Number // fmt cannot call methods on unexported fields
	}
	var out bytes.Buffer
	for _, v := range []any{n, &n, holder{n, &n, n}, []pnr.Number{n}, map[pnr.Number]int{n: 1}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%20v"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "n", n, "h", holder{N: n})
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "n", n, "h", holder{N: n})
	// Four digits alone may stand in any hexadecimal number.
	for _, part := range []string{"19850709", "850709", "099805", "38353037"} {
		if strings.Contains(out.String(), part) {
			t.Errorf("digits %s leaked:\n%s", part, out.String())
		}
	}
	if _, err := json.Marshal(holder{N: n}); err == nil {
		t.Error("JSON encoded a number")
	}
	if _, err := json.Marshal(map[pnr.Number]bool{n: true}); err == nil {
		t.Error("JSON encoded a number as a key")
	}
	if _, err := xml.Marshal(holder{N: n}); err == nil {
		t.Error("XML encoded a number")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"198507099805", "850709-9805", "090527+1474", "197010632391", "", "+", "19850709+9805", "000000-0000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := pnr.Parse(s, now)
		if err != nil {
			if !n.IsZero() {
				t.Fatal("an error and a number")
			}
			return
		}
		again, err := pnr.Parse(n.Plain(), now)
		if err != nil || again != n {
			t.Fatal("the canonical form does not give the same number")
		}
		if n.BirthDate().After(now) || n.Century()+n.Ten() != n.Plain() || len(n.Plain()) != 12 {
			t.Fatal("an impossible number")
		}
		if l, err := pnr.ParseLenient(s, now); err != nil || l != n {
			t.Fatal("lenient refuses what strict accepts")
		}
	})
}

func ExampleParse() {
	n, err := pnr.Parse("701063-2391", now)
	fmt.Println(n, n.IsCoordination(), err)
	_, err = pnr.Parse("701063-2392", now)
	fmt.Println(err)
	// Output:
	// ••••••••-•••• true <nil>
	// pnr: the check digit is wrong
}
