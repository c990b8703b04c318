package arch

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the repository as these tests see it.
const root = "../.."

// files lists the repository's own files, as slash paths from its root.
// Folders that begin with a dot, npm's packages and what a build makes are
// not ours.
func files(t *testing.T) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() && rel != "." && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".ci" ||
			slices.Contains([]string{"node_modules", "bin", "demo-data", "dist", "venv", "target"}, d.Name())) {
			return filepath.SkipDir
		}
		if !d.IsDir() {
			list = append(list, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func read(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// isTest tells whether a file can show that something holds: a test, a
// journey's script, a browser journey, or what they read.
func isTest(file string) bool {
	return strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, ".txtar") || strings.HasPrefix(file, "e2e/") ||
		strings.HasPrefix(file, "conformance/") || strings.Contains(file, "/testdata/")
}
