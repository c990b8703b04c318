package validation_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"medborgarnavet/block/pdfa"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/validation"
)

// TestMain lets the test binary stand in for veraPDF: a program of its own that
// gets a file and answers, well or badly.
func TestMain(m *testing.M) {
	if mode := os.Getenv("STAND_IN"); mode != "" {
		os.Exit(standIn(mode))
	}
	os.Exit(m.Run())
}

const veraReport = `<?xml version="1.0" encoding="utf-8"?>
<report><buildInformation><releaseDetails id="core" version="1.28.2" buildDate="2025-07-15T16:07:00Z"></releaseDetails></buildInformation>
<jobs><job><item size="-1"><name>STDIN</name></item>
<validationReport jobEndStatus="%s" profileName="PDF/A-%s validation profile" statement="…" isCompliant="%s">
<details passedRules="140" failedRules="%d" passedChecks="500" failedChecks="%d">%s</details></validationReport>
</job></jobs><batchSummary totalJobs="1" failedToParse="0" encrypted="0" outOfMemory="0" veraExceptions="0"></batchSummary></report>
`

const veraBroken = `<rule specification="ISO 19005-2:2011" clause="6.2.2" testNumber="1" status="failed" failedChecks="2"><description>The colour shall be.</description>
<check status="failed"><context>root</context><errorMessage>Anna Berglund 198507099805</errorMessage></check></rule>`

// standIn is the program. It leaves files wherever it may.
func standIn(mode string) int {
	data, _ := io.ReadAll(os.Stdin)
	flavour := ""
	if i := slices.Index(os.Args, "-f"); i > 0 && len(os.Args) > i+1 {
		flavour = strings.ToUpper(os.Args[i+1])
	}
	for _, dir := range []string{".", os.Getenv("HOME"), os.TempDir()} {
		_ = os.WriteFile(filepath.Join(dir, "left-behind"), data, 0o600)
	}
	say := func(end, profile, yes string, failed int, rules string) {
		fmt.Printf(veraReport, end, profile, yes, failed, failed, rules)
	}
	switch mode {
	case "yes":
		say("normal", flavour, "true", 0, "")
	case "no":
		say("normal", flavour, "false", 1, veraBroken)
		return 1
	case "slow", "slow child":
		if mode == "slow child" {
			child := exec.Command("sleep", "60")
			child.Stdout = os.Stdout
			_ = child.Start()
			_ = os.WriteFile(os.Getenv("CHILD_ID"), []byte(fmt.Sprint(child.Process.Pid)), 0o600)
		}
		time.Sleep(time.Minute)
	case "chatty":
		for {
			if _, err := os.Stdout.WriteString(strings.Repeat("<report>", 1024)); err != nil {
				return 1
			}
		}
	case "crash":
		say("normal", flavour, "true", 0, "")
		return 5
	case "garbage":
		fmt.Println("OK")
	case "nothing":
	case "more":
		say("normal", flavour, "true", 0, "")
		say("normal", flavour, "false", 1, veraBroken)
	case "another profile":
		say("normal", "1A", "true", 0, "")
	case "cut short":
		say("cancelled", flavour, "true", 0, "")
	case "contradiction":
		say("normal", flavour, "true", 1, veraBroken)
	case "no rules told":
		say("normal", flavour, "false", 1, "")
		return 1
	case "unreadable":
		fmt.Print(`<report><jobs><job><taskException type="PARSE"/></job></jobs><batchSummary totalJobs="1" failedToParse="1"/></report>`)
		return 1
	}
	return 0
}

// vera makes a checker of the stand-in.
func vera(t *testing.T, mode string, limit time.Duration) *validation.VeraPDF {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "verapdf")
	script := fmt.Sprintf("#!/bin/sh\nSTAND_IN='%s' CHILD_ID='%s/child' exec '%s' \"$@\"\n", mode, dir, self)
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	v, err := validation.NewVeraPDF(validation.VeraPDFOptions{Path: path, Time: limit})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func archival(t *testing.T) []byte {
	t.Helper()
	data, err := pdfa.Write(pdfa.Document{Meta: pdfa.Meta{Title: "Avtal", Language: "sv", Created: start}, Conformance: pdfa.A2b,
		Blocks: []pdfa.Block{pdfa.Title{Text: "Avtal"}}})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// S-12: each validator's result is told with its name and version; that they
// do not agree is told, and no single yes is believed.
func TestSecondValidator(t *testing.T) {
	file := archival(t)
	for _, test := range []struct {
		mode                 string
		conformant, disagree bool
		findings             int
		failed               bool
	}{
		{"yes", true, false, 0, false},
		{"no", false, true, 1, false},
		{"crash", true, false, 0, true},
	} {
		v := &validation.Validator{Clock: clock.NewManual(start), Others: []validation.Checker{vera(t, test.mode, 20*time.Second)}}
		rep, err := v.Validate(t.Context(), file, validation.Options{PDFA: true, Others: true})
		if err != nil {
			t.Fatal(err)
		}
		p := rep.PDFA
		if p.Claimed != "2B" || p.Conformant != test.conformant || p.Disagree != test.disagree || len(p.Findings) != test.findings || len(p.Results) != 2 {
			t.Fatalf("%s: %+v", test.mode, p)
		}
		second := p.Results[1]
		if second.Name != "veraPDF" || (second.Failed != "") != test.failed || !test.failed && second.Version != "1.28.2" {
			t.Errorf("%s: %+v", test.mode, second)
		}
		full, err := rep.Full()
		if err != nil || strings.Contains(string(full), "198507099805") { // I-9
			t.Errorf("%s: %v, words of the file are in the report", test.mode, err)
		}
	}
	v := &validation.Validator{Clock: clock.NewManual(start), Others: []validation.Checker{vera(t, "no", time.Minute)}}
	for name, o := range map[string]validation.Options{"not asked for": {PDFA: true}, "no PDF/A at all": {Others: true}} {
		if rep, err := v.Validate(t.Context(), file, o); err != nil || rep.PDFA != nil && len(rep.PDFA.Results) != 1 {
			t.Errorf("%s: %v %+v", name, err, rep.PDFA)
		}
	}
	if rep, err := v.Validate(t.Context(), document(t, 1), validation.Options{PDFA: true, Others: true}); err != nil || len(rep.PDFA.Results) != 1 {
		t.Errorf("a file that claims nothing: %v %+v", err, rep.PDFA)
	}
}

// S-12, I-14: whatever is wrong with the program, its answer is that it could
// not answer; nothing of the file is left behind.
func TestSecondValidatorFails(t *testing.T) {
	file := archival(t)
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	for _, mode := range []string{"crash", "garbage", "nothing", "more", "another profile", "cut short", "contradiction", "no rules told", "unreadable", "chatty"} {
		began := time.Now()
		if got, err := vera(t, mode, 20*time.Second).Check(t.Context(), file); fault.KindOf(err) != fault.Unavailable || got.Conformant {
			t.Errorf("%s: %+v %v", mode, got, err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: it took %v", mode, took)
		}
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if _, err := validation.NewVeraPDF(validation.VeraPDFOptions{Path: filepath.Join(tmp, "verapdf")}); err == nil {
		t.Error("a program that is not there is no error")
	}
}

// I-14: a program that takes too long is ended, with what it has started, and
// those that wait for a turn do not wait longer than the time.
func TestSecondValidatorIsBounded(t *testing.T) {
	file := archival(t)
	v := vera(t, "slow", 300*time.Millisecond)
	began := time.Now()
	results := make(chan error, 3)
	for range 3 {
		go func() { _, err := v.Check(context.Background(), file); results <- err }()
	}
	for range 3 {
		if err := <-results; fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%v", err)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := filepath.Join(t.TempDir(), "child")
	script := filepath.Join(t.TempDir(), "verapdf")
	if err := os.WriteFile(script, fmt.Appendf(nil, "#!/bin/sh\nSTAND_IN='slow child' CHILD_ID='%s' '%s' \"$@\"\n", child, self), 0o700); err != nil {
		t.Fatal(err)
	}
	v, err = validation.NewVeraPDF(validation.VeraPDFOptions{Path: script, Time: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Check(t.Context(), file); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%v", err)
	}
	text, err := os.ReadFile(child)
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(text), &pid); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if ended(pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("what the program started goes on")
}

// ended tells whether a process is gone, or only waits for its parent to hear.
func ended(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}

// S-12: the whole file reaches the program.
func TestSecondValidatorGetsTheFile(t *testing.T) {
	file := archival(t)
	dir := t.TempDir()
	script := filepath.Join(dir, "verapdf")
	if err := os.WriteFile(script, fmt.Appendf(nil, "#!/bin/sh\nsha256sum > '%s/sum'\necho \"$@\" > '%s/args'\n", dir, dir), 0o700); err != nil {
		t.Fatal(err)
	}
	v, err := validation.NewVeraPDF(validation.VeraPDFOptions{Path: script})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Check(t.Context(), file); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("no report: %v", err)
	}
	want := sha256.Sum256(file)
	got, err := os.ReadFile(filepath.Join(dir, "sum"))
	if err != nil || !strings.HasPrefix(string(got), hex.EncodeToString(want[:])) {
		t.Errorf("%s %v", got, err)
	}
	args, err := os.ReadFile(filepath.Join(dir, "args"))
	if err != nil || !strings.Contains(string(args), "--format xml -f 2b") {
		t.Errorf("%s %v", args, err)
	}
}
