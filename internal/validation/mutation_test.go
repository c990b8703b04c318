package validation_test

import (
	"bytes"
	"testing"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/validation"
)

func TestTmpMut(t *testing.T) {
	w := newWorld(t)
	for _, level := range []pades.Level{pades.BB, pades.BLTA} {
		file := w.sign(document(t, 1), w.person("Anna", "Berglund"), level)
		v := &validation.Validator{Trust: w.trust, Clock: clock.NewManual(w.now)}
		if level == pades.BB {
			v.Fetcher = w.fetcher()
		}
		f, err := pdf.Read(file, pdf.Options{})
		if err != nil {
			t.Fatal(err)
		}
		sigs, _ := pades.Signatures(f)
		step := 1
		for i := 0; i < len(file); i += step {
			b := bytes.Clone(file)
			b[i] ^= 1
			rep, err := v.Validate(t.Context(), b, validation.Options{})
			if err == nil && rep.Verdict == validation.Valid {
				where := "?"
				for _, s := range sigs {
					if int64(i) >= s.ByteRange[1] && int64(i) < s.ByteRange[2] {
						where = s.Kind.String()
					}
				}
				t.Logf("%v byte %d of %d (%s) may change: %q", level, i, len(file), where, file[max(0, i-8):min(len(file), i+8)])
			}
		}
	}
}
