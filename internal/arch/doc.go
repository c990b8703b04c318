// Package arch holds the house's import rules and the test that keeps them.
//
// The rules are one table (rules.go): a package, what it may import of ours,
// and why. The test reads the real imports with go list; a package without a
// row fails, a row without a package fails, and a forbidden edge prints the
// reason. The same table is written into docs/architecture.md.
package arch
