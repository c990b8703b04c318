package tally_test

import (
	"fmt"
	"testing"

	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/tally"
)

// I-10, petitions.md §2.4: below the floor there is a count and no root, so
// that nobody can try who the few are against it.
func TestNoRootOfFew(t *testing.T) {
	var leaves []tally.Hash
	for n := range 2 * ballot.Floor {
		if has := tally.RootOf(leaves) != ""; has != (n >= ballot.Floor) {
			t.Errorf("%d leaves have a root: %v", n, has)
		}
		leaves = append(leaves, tally.Leaf("01J00000000000000000000000", fmt.Appendf(nil, "nullifier %d", n)))
	}
}
