//go:build conformance

package conformance

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// verdict is what a judge says of a file.
type verdict struct {
	File     string   `json:"file"`
	OK       bool     `json:"ok"`
	Findings []string `json:"findings"`
}

// java asks one of the Java judges about files, all in one machine.
func java(t *testing.T, args []string, files map[string]string) map[string]verdict {
	t.Helper()
	return ask(t, exec.Command("java", append([]string{"-cp", "judges/target/judges-1.jar:judges/target/lib/*", "judges.Judge"}, args...)...), files)
}

func pyhanko(t *testing.T, root string, files map[string]string) map[string]verdict {
	t.Helper()
	return ask(t, exec.Command("venv/bin/python", "judge_pyhanko.py", root), files)
}

// ask runs a judge over named files and gives its verdicts by name.
func ask(t *testing.T, cmd *exec.Cmd, files map[string]string) map[string]verdict {
	t.Helper()
	names := map[string]string{}
	for name, file := range files {
		cmd.Args = append(cmd.Args, file)
		names[file] = name
	}
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd.Args[0], err, complaint.String())
	}
	verdicts := map[string]verdict{}
	for line := range strings.Lines(out.String()) {
		var v verdict
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		verdicts[names[v.File]] = v
	}
	if len(verdicts) != len(files) {
		t.Fatalf("%d verdicts on %d files\n%s", len(verdicts), len(files), complaint.String())
	}
	return verdicts
}

// good wants every file approved.
func good(t *testing.T, judge string, verdicts map[string]verdict) {
	t.Helper()
	for name, v := range verdicts {
		if !v.OK {
			t.Errorf("%s does not approve %q:\n\t%s", judge, name, strings.Join(v.Findings, "\n\t"))
		}
	}
}

// program runs a judge that answers in its own words.
func program(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	return string(out), err
}

// keep writes files into the test's folder and gives their paths.
func keep(t *testing.T, files map[string][]byte) map[string]string {
	t.Helper()
	dir, paths := t.TempDir(), map[string]string{}
	for name, data := range files {
		path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".pdf")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		paths[name] = path
	}
	return paths
}
