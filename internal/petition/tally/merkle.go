package tally

import (
	"bytes"
	"crypto/sha256"
	"slices"
)

// Hash is a SHA-256 value.
type Hash = [sha256.Size]byte

// Leaf is what stands for a vote in the tree: SHA-256(0x00 ‖ petition ‖
// nullifier), the petition's id as its 26 characters.
func Leaf(petition string, nullifier []byte) Hash {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write([]byte(petition))
	h.Write(nullifier)
	return Hash(h.Sum(nil))
}

// inner is SHA-256(0x01 ‖ left ‖ right).
func inner(left, right Hash) Hash {
	var in [1 + 2*sha256.Size]byte
	in[0] = 1
	copy(in[1:], left[:])
	copy(in[1+sha256.Size:], right[:])
	return sha256.Sum256(in[:])
}

// Sort puts leaves in the order of the tree.
func Sort(leaves []Hash) {
	slices.SortFunc(leaves, func(a, b Hash) int { return bytes.Compare(a[:], b[:]) })
}

// Root is the root over sorted leaves: pairs from the left, an odd one out goes
// up as it is (the tree of RFC 9162 §2.1.1). Of none it is SHA-256 of nothing.
func Root(leaves []Hash) Hash {
	if len(leaves) == 0 {
		return sha256.Sum256(nil)
	}
	level := slices.Clone(leaves)
	for len(level) > 1 {
		up := level[:0]
		for pair := range slices.Chunk(level, 2) {
			if len(pair) == 2 {
				pair[0] = inner(pair[0], pair[1])
			}
			up = append(up, pair[0])
		}
		level = up
	}
	return level[0]
}
