package closing_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"medborgarnavet/internal/petition/closing"
)

// P-01: no reason why voting can be held is missing in the list that pages and
// reports find their words by.
func TestReasonsAreAll(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "ledger.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Reason") {
			return true
		}
		found++
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil || !slices.Contains(closing.Reasons(), code) {
			t.Errorf("%s is not among them: %v", spec.Names[0].Name, err)
		}
		return true
	})
	if found != len(closing.Reasons()) {
		t.Errorf("%d constants, %d reasons", found, len(closing.Reasons()))
	}
}
