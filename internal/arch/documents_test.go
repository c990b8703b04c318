package arch

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var link = regexp.MustCompile(`\]\(([^()\s]+)\)`)

// Every link in a document to a file of the repository leads to one, and
// every heading that is linked to is there.
func TestLinks(t *testing.T) {
	checked := 0
	for _, file := range files(t) {
		if path.Ext(file) != ".md" {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(read(t, file), -1) {
			target, heading, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			checked++
			there := file
			if target != "" {
				there = path.Join(path.Dir(file), target)
			}
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(there))); err != nil {
				t.Errorf("%s links to %s, which is not there", file, m[1])
				continue
			}
			if heading != "" && !hasHeading(read(t, there), heading) {
				t.Errorf("%s links to %s, which has no such heading", file, m[1])
			}
		}
	}
	if checked < 50 {
		t.Errorf("only %d links were found: the documents are not where they should be", checked)
	}
}

var notInAnchor = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// hasHeading knows headings by the anchors that code hosts make of them.
func hasHeading(text, anchor string) bool {
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			name := notInAnchor.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			if strings.ReplaceAll(name, " ", "-") == anchor {
				return true
			}
		}
	}
	return false
}

// Every decision has a number of its own and says the same five things.
func TestDecisions(t *testing.T) {
	seen := map[string]string{}
	for _, file := range files(t) {
		number, ok := strings.CutPrefix(file, "docs/decisions/")
		if !ok {
			continue
		}
		number, _, _ = strings.Cut(number, "-")
		if other, twice := seen[number]; twice || len(number) != 4 {
			t.Errorf("%s: the number is not its own four digits (%s)", file, other)
		}
		seen[number] = file
		text := read(t, file)
		for _, part := range []string{"**Decision.**", "**Why.**", "**Alternatives.**", "**What follows.**"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %s", file, part)
			}
		}
	}
	if len(seen) == 0 {
		t.Error("there are no decisions")
	}
}

// What npm locks names no registry, so that it can be had from any.
func TestLockFileNamesNoRegistry(t *testing.T) {
	for _, file := range files(t) {
		if path.Base(file) == "package-lock.json" && strings.Contains(read(t, file), `"resolved"`) {
			t.Errorf("%s names a registry: run npm install with the repository's .npmrc", file)
		}
	}
	if !strings.Contains(read(t, ".npmrc"), "omit-lockfile-registry-resolved=true") {
		t.Error(".npmrc does not keep registries out of the lock file")
	}
}
