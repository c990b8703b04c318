package app

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
)

// M-55: the words that Cohort writes open a plug-in to those persons and to
// nobody else, and no number stands in what it writes or in its fault.
func TestCohortWords(t *testing.T) {
	dir := t.TempDir()
	m := config.Municipality{Keys: config.Keys{LastingFile: filepath.Join(dir, "master.key"), DueDir: filepath.Join(dir, "due")}}
	if err := keyring.Init(m.Keys.LastingFile); err != nil {
		t.Fatal(err)
	}
	if err := keyring.InitDueDir(m.Keys.DueDir); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := Cohort(m, strings.NewReader("19850709-9805\n\n9001012385\n"), &out); err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(out.String())
	c := clock.System()
	ring, err := keyring.Open(keyring.Options{LastingKeyFile: m.Keys.LastingFile, DueKeyDir: m.Keys.DueDir, Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	admits := (&town{ring: ring}).cohort(words)
	for number, want := range map[string]bool{"198507099805": true, "199001012385": true, "197101169295": false} {
		n, err := pnr.Parse(number, c.Now())
		if err != nil {
			t.Fatal(err)
		}
		if admits(n) != want {
			t.Errorf("%v: admitted %v", n, !want)
		}
	}
	if len(words) != 2 || slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, "9805") }) {
		t.Errorf("%d words", len(words))
	}
	err = Cohort(m, strings.NewReader("198507099805\n198507099806\n"), &out)
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "line 2") || strings.Contains(err.Error(), "9806") {
		t.Error(err)
	}
}
