//go:build conformance

package conformance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdfa"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/validation"
)

// verapdf is veraPDF's own command line program, as whoever installs it has it.
func verapdf(t *testing.T) *validation.VeraPDF {
	t.Helper()
	jar, err := filepath.Abs("judges/target/verapdf/verapdf.jar")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "verapdf")
	script := fmt.Sprintf("#!/bin/sh\nexec java -cp '%s' org.verapdf.apps.GreenfieldCliWrapper \"$@\"\n", jar)
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	v, err := validation.NewVeraPDF(validation.VeraPDFOptions{Path: path, Time: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// S-12, S-13: veraPDF runs beside our own checker, answers on every profile,
// agrees, and leaves nothing behind.
func TestConformSecondValidator(t *testing.T) {
	tmp := t.TempDir()
	second := verapdf(t)
	t.Setenv("TMPDIR", tmp)
	v := &validation.Validator{Others: []validation.Checker{second}}
	for _, c := range []pdfa.Conformance{pdfa.A1b, pdfa.A2b, pdfa.A2a, pdfa.A3b} {
		file, err := pdfa.Write(sample(c, 2))
		if err != nil {
			t.Fatal(err)
		}
		agree(t, v, string(c), file, true)
		if c == pdfa.A2b {
			agree(t, v, "without a colour profile", withoutIntent(t, file), false)
		}
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// agree wants both validators to say the same.
func agree(t *testing.T, v *validation.Validator, name string, file []byte, good bool) {
	t.Helper()
	rep, err := v.Validate(t.Context(), file, validation.Options{PDFA: true, Others: true})
	if err != nil {
		t.Fatal(err)
	}
	p := rep.PDFA
	if p.Conformant != good || p.Disagree || len(p.Results) != 2 || p.Results[1].Failed != "" || p.Results[1].Version == "" || (p.Results[1].Findings == 0) != good {
		t.Errorf("%s: %+v %+v", name, p.Results, p.Findings)
	}
}

// S-12: a file that veraPDF cannot read is one that it has no answer on.
func TestConformSecondValidatorCannotRead(t *testing.T) {
	file, err := pdfa.Write(sample(pdfa.A2b, 1))
	if err != nil {
		t.Fatal(err)
	}
	lock := bytes.Replace(file, []byte("trailer\n<<"), []byte("trailer\n<</Encrypt<</Filter/Standard/V 2/R 3/O<00>/U<00>/P -4>>"), 1)
	if _, err := verapdf(t).Check(t.Context(), lock); err == nil {
		t.Error("an encrypted file was judged")
	}
	if _, err := verapdf(t).Check(t.Context(), file[:len(file)/2]); err == nil || fault.KindOf(err) == "" {
		t.Error("half a file was judged")
	}
}

// withoutIntent takes the output intent away, which says what the colours mean.
func withoutIntent(t *testing.T, file []byte) []byte {
	t.Helper()
	f, err := pdf.Read(file, pdf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	u, cat := f.Update(), pdf.Dict{}
	for k, v := range f.Latest().Catalog() {
		if k != "OutputIntents" {
			cat[k] = v
		}
	}
	root, ok := f.Latest().Trailer()["Root"].(pdf.Ref)
	if !ok {
		t.Fatal("no root")
	}
	u.Set(root, cat)
	more, err := u.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.Clone(file), more...)
}
