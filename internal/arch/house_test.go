package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	mostLines     = 500 // of a file; 400 is the aim
	mostFuncLines = 60
)

var (
	unfinished  = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`)
	machinePath = regexp.MustCompile(`(/tm` + `p/|/wor` + `k/|/roo` + `t/|/hom` + `e/)[a-z]`)
	skip        = regexp.MustCompile(`\.Skip(f|Now)?\(`)
)

// The sizes and habits of docs/style.md.
func TestHouseStyle(t *testing.T) {
	told := map[string]bool{} // folders whose package says what it is
	for _, file := range files(t) {
		switch path.Ext(file) {
		case ".go", ".html", ".js", ".mjs", ".css", ".sql", ".sh", ".toml":
		default:
			continue
		}
		text := read(t, file)
		if m := unfinished.FindString(text); m != "" {
			t.Errorf("%s: %s: finish it or write it down where it is planned", file, m)
		}
		if m := machinePath.FindString(text); m != "" {
			t.Errorf("%s names a path of one machine: %s…", file, m)
		}
		if path.Ext(file) == ".go" {
			goFile(t, file, text, told)
		}
	}
	for dir, has := range told {
		if !has {
			t.Errorf("%s: no package comment says what it owns", dir)
		}
	}
}

func goFile(t *testing.T, file, text string, told map[string]bool) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, filepath.FromSlash(file), text, parser.ParseComments)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	if strings.HasSuffix(file, "_test.go") {
		if skip.MatchString(text) && !strings.Contains(text, `"CI"`) {
			t.Errorf("%s skips a test and does not fail with CI=true", file)
		}
		return
	}
	told[path.Dir(file)] = told[path.Dir(file)] || parsed.Doc != nil
	if n := strings.Count(text, "\n"); n > mostLines {
		t.Errorf("%s has %d lines; %d is the most", file, n, mostLines)
	}
	for _, d := range parsed.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line + 1; n > mostFuncLines {
			t.Errorf("%s: %s has %d lines; %d is the most", file, fn.Name.Name, n, mostFuncLines)
		}
		if fn.Name.Name == "init" && fn.Recv == nil {
			t.Errorf("%s has an init function: wire by hand", file)
		}
	}
}
