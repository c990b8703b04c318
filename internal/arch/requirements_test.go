package arch

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	requirementID = regexp.MustCompile(`\b(M-[0-9]{2,3}|[PSND]-[0-9]{2})\b`)
	invariantID   = regexp.MustCompile(`\bI-[0-9]{1,2}\b`)
	namedFunc     = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark|Example)[A-Z]\w*`)
	testFunc      = regexp.MustCompile(`^func ((?:Test|Fuzz|Benchmark|Example)\w*)\(`)
)

// docs/requirements.md names every requirement that a test names,
// and where it is shown; what it calls shown is named by a test.
func TestRequirementsTable(t *testing.T) { keepTable(t, "docs/requirements.md", requirementID) }

// The same for the invariants in docs/security.md.
func TestInvariantsTable(t *testing.T) { keepTable(t, "docs/security.md", invariantID) }

// notYet is what a row says that no test shows.
const notYet = "not yet"

// keepTable holds the last column of a document's rows, which begin with an
// id, against the tests. With -update it writes the column.
func keepTable(t *testing.T, document string, id *regexp.Regexp) {
	shown := shownBy(t, id)
	lines := strings.Split(read(t, document), "\n")
	listed := map[string]bool{}
	changed := false
	for i, line := range lines {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !fullMatch(id, strings.TrimSpace(cells[1])) {
			continue
		}
		name := strings.TrimSpace(cells[1])
		if listed[name] {
			t.Errorf("%s lists %s twice", document, name)
		}
		listed[name] = true
		if strings.TrimSpace(cells[2]) == "" {
			t.Errorf("%s: %s has no words", document, name)
		}
		want, have := where(shown[name]), strings.TrimSpace(cells[len(cells)-2])
		if *update && want != have && want != notYet {
			cells[len(cells)-2] = " " + want + " "
			lines[i], changed = strings.Join(cells, "|"), true
			continue
		}
		if fault := wrong(have, shown[name]); fault != "" {
			t.Errorf("%s: %s: %s; run go test ./internal/arch -update", document, name, fault)
		}
	}
	for name, by := range shown {
		if !listed[name] {
			t.Errorf("%s is named in %s and has no row in %s: write one", name, by[0].file, document)
		}
	}
	if *update && changed {
		file := filepath.Join(root, filepath.FromSlash(document))
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// wrong tells what a row's last cell says that is not so.
func wrong(cell string, shown []place) string {
	if cell == notYet || cell == "" {
		if len(shown) > 0 {
			return "shown by " + shown[0].file
		}
		return ""
	}
	links := link.FindAllStringSubmatch(cell, -1)
	if len(links) == 0 {
		return "neither \"" + notYet + "\" nor a test"
	}
	for _, m := range links {
		file := strings.TrimPrefix(m[1], "../")
		i := slices.IndexFunc(shown, func(p place) bool { return p.file == file })
		if i < 0 {
			return file + " does not name it"
		}
	}
	for _, fn := range namedFunc.FindAllString(link.ReplaceAllString(cell, ""), -1) {
		if !slices.ContainsFunc(shown, func(p place) bool { return slices.Contains(p.funcs, fn) }) {
			return fn + " does not name it"
		}
	}
	return ""
}

func fullMatch(re *regexp.Regexp, s string) bool { return s != "" && re.FindString(s) == s }

// place is a test file that names an id, and the functions that do.
type place struct {
	file  string
	funcs []string
}

// shownBy finds every place where an id is named in a test.
func shownBy(t *testing.T, id *regexp.Regexp) map[string][]place {
	t.Helper()
	shown := map[string][]place{}
	for _, file := range files(t) {
		if !isTest(file) {
			continue
		}
		lines := strings.Split(read(t, file), "\n")
		for i, line := range lines {
			for _, name := range id.FindAllString(line, -1) {
				shown[name] = note(shown[name], file, funcAt(lines, i))
			}
		}
	}
	return shown
}

func note(places []place, file, fn string) []place {
	if n := len(places); n == 0 || places[n-1].file != file {
		places = append(places, place{file: file})
	}
	last := &places[len(places)-1]
	if fn != "" && !slices.Contains(last.funcs, fn) {
		last.funcs = append(last.funcs, fn)
	}
	return places
}

// funcAt is the test function that a line belongs to: the one it stands in,
// or the one whose comment it is; "" when that is no test.
func funcAt(lines []string, i int) string {
	if strings.HasPrefix(lines[i], "//") {
		for i < len(lines) && strings.HasPrefix(lines[i], "//") {
			i++
		}
	}
	for ; i >= 0 && i < len(lines); i-- {
		if m := testFunc.FindStringSubmatch(lines[i]); m != nil {
			return m[1]
		}
		if strings.HasPrefix(lines[i], "func ") || lines[i] == "}" {
			return ""
		}
	}
	return ""
}

// rank puts the product's own tests before those of the fakes around it.
func rank(file string) int {
	if strings.HasPrefix(file, "fake/") {
		return 1
	}
	return 0
}

// where writes places as a cell: three at most, and how many more there are.
func where(places []place) string {
	if len(places) == 0 {
		return notYet
	}
	const most = 3
	places = slices.Clone(places)
	slices.SortStableFunc(places, func(a, b place) int { return rank(a.file) - rank(b.file) })
	var cells []string
	for _, p := range places[:min(most, len(places))] {
		cell := fmt.Sprintf("[%s](../%s)", p.file, p.file)
		if len(p.funcs) > 0 {
			cell += " " + strings.Join(p.funcs[:min(most, len(p.funcs))], ", ")
		}
		cells = append(cells, cell)
	}
	if more := len(places) - most; more > 0 {
		cells = append(cells, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(cells, " · ")
}
