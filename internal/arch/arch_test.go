package arch

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the table in docs/architecture.md")

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func list(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,Deps"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func ours(importPath string) (string, bool) { return strings.CutPrefix(importPath, module+"/") }

// M-98, M-105, M-108, M-122, S-37: the parts of the house meet only where the
// table says.
func TestImports(t *testing.T) {
	used := map[string]bool{}
	for _, p := range list(t, "./...") {
		here, ok := ours(p.ImportPath)
		if !ok {
			t.Errorf("package %s: the module's root holds no package", p.ImportPath)
			continue
		}
		rule, ok := ruleFor(here)
		if !ok {
			t.Errorf("package %s has no rule: give it a place in internal/arch/rules.go", here)
			continue
		}
		used[rule.Packages] = true
		if slices.Contains(BannedNames, path.Base(here)) {
			t.Errorf("package %s: the name says nothing", here)
		}
		for _, imp := range p.Imports {
			there, ok := ours(imp)
			if !ok {
				continue
			}
			if !slices.ContainsFunc(rule.May, func(m string) bool { return matches(m, there) }) {
				t.Errorf("%s imports %s: %s", here, there, rule.Why)
			}
			if slices.Contains(TestOnly, there) && !slices.Contains(TestOnly, here) {
				t.Errorf("%s imports %s, which is for tests only", here, there)
			}
		}
	}
	for _, r := range Rules() {
		if !used[r.Packages] {
			t.Errorf("rule %q matches no package: take it away", r.Packages)
		}
	}
}

// I-15, M-124: no fake and no test code among the product's dependencies.
func TestProductHasNoFakes(t *testing.T) {
	for _, p := range list(t, "./cmd/medborgarnavet") {
		for _, d := range p.Deps {
			if there, ok := ours(d); ok && (strings.HasPrefix(there, "fake/") || slices.Contains(TestOnly, there)) {
				t.Errorf("the product depends on %s", there)
			}
			if d == "testing" || d == "net/http/httptest" {
				t.Errorf("the product depends on %s", d)
			}
		}
	}
}

// The table in docs/architecture.md is this one.
func TestDocument(t *testing.T) {
	const file, begin, end = "../../docs/architecture.md", "<!-- rules: begin -->\n", "<!-- rules: end -->"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| package | may import of ours | why |\n|---|---|---|\n")
	for _, r := range Rules() {
		may := strings.Join(r.May, " · ")
		if may == "" {
			may = "nothing"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.Packages, may, r.Why)
	}
	head, rest, ok1 := strings.Cut(string(raw), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s lacks the marks around the table", file)
	}
	want := head + begin + b.String() + end + tail
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(raw) {
		t.Errorf("%s: the table is not that of rules.go; run go test ./internal/arch -update", file)
	}
}
