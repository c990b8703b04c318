package orgnr_test

import (
	"errors"
	"fmt"
	"testing"

	"medborgarnavet/block/orgnr"
)

func TestParse(t *testing.T) {
	for _, in := range []string{"2120009911", "212000-9911", "162120009911", "16212000-9911", " 212000-9911 "} {
		n, err := orgnr.Parse(in)
		if err != nil || n != "2120009911" || n.Twelve() != "162120009911" || n.String() != "212000-9911" {
			t.Errorf("%q: %s %s %v", in, n, n.Twelve(), err)
		}
	}
	for _, in := range []string{"2120009929", "2021005521", "162120002411"} {
		if _, err := orgnr.Parse(in); err != nil {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, in := range []string{
		"", "212000", "2120009912", "212000 9911", "172120009911", "198507099805", "8507099805",
		"212000--9911", "２１２０００９９１１", "212000991a", "1621200099110",
	} {
		if n, err := orgnr.Parse(in); !errors.Is(err, orgnr.ErrInvalid) || n != "" {
			t.Errorf("%q: %q, %v", in, n, err)
		}
	}
	if orgnr.Number("").Twelve() != "" {
		t.Error("none has twelve digits")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("212000-9911")
	f.Add("162120009911")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := orgnr.Parse(s)
		if err != nil {
			return
		}
		for _, form := range []string{n.Twelve(), n.String(), string(n)} {
			if again, err := orgnr.Parse(form); err != nil || again != n {
				t.Fatalf("%q is not read as the number it came from", form)
			}
		}
	})
}

func ExampleParse() {
	n, err := orgnr.Parse("162120009911")
	fmt.Println(n, n.Twelve(), err)
	// Output: 212000-9911 162120009911 <nil>
}
