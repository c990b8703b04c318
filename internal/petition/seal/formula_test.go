package seal_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"path/filepath"
	"testing"

	"medborgarnavet/internal/petition/seal"
)

// I-10, P-08, P-09: a code is what docs/sealer.md says, by the whole of the
// key in D1 and by both keys in D2: what one key alone gives tells nothing.
func TestCodesAreAsDocumented(t *testing.T) {
	anna := person(t, "198507099805")
	message := func(c *seal.Commitment) []byte {
		return []byte("medborgarnavet/petition/vote/1\x00" + c.Petition + "\x00198507099805")
	}
	dir := t.TempDir() + "/keys"
	mac := seal.NewMAC(store(t, seal.StoreOptions{Dir: dir}).For(seal.Own))
	c := open(t, mac, ample)
	h := hmac.New(sha256.New, read(t, filepath.Join(dir, "own-"+c.Petition+".key"))[25:57])
	h.Write(message(c))
	if got, err := sealOne(t, mac, c, anna); err != nil || got != seal.Nullifier(h.Sum(nil)) {
		t.Errorf("D1: %v", err)
	}

	a, b := store(t, seal.StoreOptions{}).For(seal.Own), store(t, seal.StoreOptions{}).For(seal.Own)
	split := seal.NewSplit(a, b, false)
	c = open(t, split, ample)
	code := []byte("medborgarnavet/petition/split/1\x00")
	for i, keeper := range []*seal.Owner{a, b} {
		out := keeper.Whole([]seal.Batch{{Petition: c.Petition, Key: c.Keys[i], Inputs: [][]byte{message(c)}}})[0]
		if out.Err != nil || len(out.Outputs) != 1 || len(out.Outputs[0]) != sha256.Size {
			t.Fatalf("output %d: %+v", i, out)
		}
		code = append(code, out.Outputs[0]...)
	}
	if got, err := sealOne(t, split, c, anna); err != nil || got != sha256.Sum256(code) {
		t.Errorf("D2: %v", err)
	}
}
