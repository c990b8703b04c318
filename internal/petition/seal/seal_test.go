package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/seal"
)

// P-09, P-10, I-10: both designs, near and far, keep the same promises: one
// person is one nullifier in one petition, unlinked between petitions, of
// constant size, and nothing after the keys are gone.
func TestDesigns(t *testing.T) {
	anna, bo := person(t, "198507099805"), person(t, "197101169295")
	designs(t, func(t *testing.T, s seal.Sealer) {
		one, two := open(t, s, ample), open(t, s, ample)
		again, err := s.Make(t.Context(), one.Petition, ample)
		if err != nil || again.Keys[0] != one.Keys[0] {
			t.Fatalf("making twice gave another key: %v", err)
		}
		if s.Ready(t.Context()) != nil {
			t.Error("not ready")
		}
		stranger := *one
		stranger.Petition = db.NewID()
		r := s.Seal(t.Context(), []seal.Request{{one, anna}, {two, anna}, {&stranger, anna}, {one, bo}, {one, anna}, {one, person(t, "197010632391")}})
		for i, want := range []fault.Kind{"", "", fault.Unavailable, "", "", ""} {
			if fault.KindOf(r[i].Err) != want {
				t.Fatalf("request %d: %v", i, r[i].Err)
			}
		}
		if r[0].Nullifier != r[4].Nullifier {
			t.Error("one person has two nullifiers in one petition")
		}
		seen := map[seal.Nullifier]bool{}
		for _, i := range []int{0, 1, 3, 5} {
			seen[r[i].Nullifier] = true
		}
		if len(seen) != 4 || seen[seal.Nullifier{}] {
			t.Error("two persons or two petitions share a nullifier")
		}
		gone, err := s.Destroy(t.Context(), *one, []byte(`{"count":2}`))
		if err != nil || len(gone) != len(one.Keys) {
			t.Fatalf("%d keys destroyed: %v", len(gone), err)
		}
		for i, d := range gone {
			if d.Key != one.Keys[i] && d.Key.ID != one.Keys[i].ID || d.Evaluations < 3 || d.At.IsZero() {
				t.Errorf("destroyed %+v", d)
			}
		}
		if _, err := s.Destroy(t.Context(), *one, nil); err != nil {
			t.Errorf("destroying again: %v", err)
		}
		if _, err := sealOne(t, s, one, anna); !fault.Is(err, fault.Gone) {
			t.Errorf("sealing after the destruction: %v", err)
		}
		if _, err := s.Make(t.Context(), one.Petition, ample); !fault.Is(err, fault.Gone) {
			t.Errorf("making a key again after the destruction: %v", err)
		}
		if n, err := sealOne(t, s, two, anna); err != nil || n != r[1].Nullifier {
			t.Errorf("the other petition: %v", err)
		}
		tombs, err := s.Keeper().Tombstones(t.Context())
		if err != nil || len(tombs) != 1 || tombs[0].Petition != one.Petition {
			t.Errorf("tombstones %v, %v", tombs, err)
		}
	})
}

// P-08, petitions.md §2.2: what may be said follows the sealer in use.
func TestPromise(t *testing.T) {
	own := store(t, seal.StoreOptions{}).For(seal.Own)
	if p := seal.NewMAC(own).Promise(); p.Blind || p.Design != seal.DesignMAC {
		t.Error("D1 promises too much")
	}
	if p := seal.NewSplit(own, own, true).Promise(); !p.Blind || p.Design != seal.DesignSplit {
		t.Error("D2 does not say what it can")
	}
	if p := seal.NewSplit(own, own, false).Promise(); p.Blind || p.Design != seal.DesignSplit {
		t.Error("two keys in one program promise too much")
	}
}

// I-10: a restart keeps the keys; a key that is not the committed one is not
// used; a design does not change under a petition.
func TestWrongKey(t *testing.T) {
	dir := t.TempDir() + "/keys"
	first := store(t, seal.StoreOptions{Dir: dir})
	if _, err := seal.OpenStore(seal.StoreOptions{Dir: dir}); !fault.Is(err, fault.Conflict) {
		t.Errorf("two programs in one directory: %v", err)
	}
	anna := person(t, "198507099805")
	mac := seal.NewMAC(first.For(seal.Own))
	c := open(t, mac, ample)
	before, err := sealOne(t, mac, c, anna)
	if err != nil {
		t.Fatal(err)
	}
	_ = first.Close()
	mac = seal.NewMAC(store(t, seal.StoreOptions{Dir: dir}).For(seal.Own))
	if after, err := sealOne(t, mac, c, anna); err != nil || after != before {
		t.Errorf("after a restart: %v", err)
	}
	other := *c
	other.Keys = []seal.Key{c.Keys[0]}
	other.Keys[0].Public = strings.Repeat("0", 64)
	if _, err := sealOne(t, mac, &other, anna); !fault.Is(err, fault.Unavailable) {
		t.Errorf("another key than the committed: %v", err)
	}
	split := seal.NewSplit(mac.Keeper(), mac.Keeper(), false)
	if _, err := sealOne(t, split, c, anna); !fault.Is(err, fault.Conflict) {
		t.Errorf("another design: %v", err)
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.OpenStore(seal.StoreOptions{Dir: dir}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a directory that others can read: %v", err)
	}
}

// petitions.md §2.3: guessing ends at the cap, is slowed by the rate, and does
// not start over with the program.
func TestLimits(t *testing.T) {
	c := clock.NewManual(today)
	dir := t.TempDir() + "/keys"
	s := store(t, seal.StoreOptions{Dir: dir, Clock: c})
	mac := seal.NewMAC(s.For(seal.Own))
	if _, err := mac.Make(t.Context(), db.NewID(), seal.Limit{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a key without a cap: %v", err)
	}
	petition := open(t, mac, seal.Limit{Total: 10, PerMinute: 4})
	anna := person(t, "198507099805")
	ask := func(n int) (ok int) {
		for range n {
			_, err := sealOne(t, mac, petition, anna)
			if err == nil {
				ok++
			} else if !fault.Is(err, fault.TooMany) {
				t.Fatal(err)
			}
		}
		return ok
	}
	if ok := ask(6); ok != 4 {
		t.Errorf("%d answers in the first minute, want 4", ok)
	}
	c.Advance(30 * time.Second)
	if ok := ask(5); ok != 2 {
		t.Errorf("%d answers in the next half minute, want 2", ok)
	}
	used, err := s.For(seal.Own).Usage(petition.Petition)
	if err != nil || used.Used != 6 || used.Refused != 5 {
		t.Errorf("usage %+v, %v", used, err)
	}
	_ = s.Close()
	mac = seal.NewMAC(store(t, seal.StoreOptions{Dir: dir, Clock: c}).For(seal.Own))
	total := 6
	for range 5 {
		total += ask(4)
		c.Advance(time.Minute)
	}
	if total != 10 {
		t.Errorf("%d answers in all, want 10", total)
	}
}

// A program that dies without a word can only have counted too much.
func TestCountSurvivesACrash(t *testing.T) {
	dir := t.TempDir() + "/keys"
	mac := seal.NewMAC(store(t, seal.StoreOptions{Dir: dir}).For(seal.Own))
	petition := open(t, mac, seal.Limit{Total: 100_000})
	for range 700 {
		if _, err := sealOne(t, mac, petition, person(t, "198507099805")); err != nil {
			t.Fatal(err)
		}
	}
	copied := t.TempDir() + "/keys" // as the disk is now
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(copied, 0o700); err != nil {
		t.Fatal(err)
	}
	used, err := store(t, seal.StoreOptions{Dir: copied}).For(seal.Own).Usage(petition.Petition)
	if err != nil || used.Used < 700 || used.Used > 700+1024 {
		t.Errorf("after a crash %d answers are counted, %v", used.Used, err)
	}
}

// I-10, P-17: wherever destruction is cut off, the next start ends it, and
// before that the key is not used.
func TestDestructionIsFinished(t *testing.T) {
	steps := map[string]bool{}
	for stop := 0; ; stop++ {
		dir := t.TempDir() + "/keys"
		at := 0
		s := store(t, seal.StoreOptions{Dir: dir, Trace: func(step string) {
			if at == stop {
				steps[step] = true
				panic(step)
			}
			at++
		}})
		mac := seal.NewMAC(s.For(seal.Own))
		c := open(t, mac, ample)
		if _, err := sealOne(t, mac, c, person(t, "198507099805")); err != nil {
			t.Fatal(err)
		}
		key, err := os.ReadFile(filepath.Join(dir, "own-"+c.Petition+".key"))
		if err != nil {
			t.Fatal(err)
		}
		if !cutOff(func() { _, _ = mac.Destroy(t.Context(), *c, nil) }) {
			break
		}
		copied := t.TempDir() + "/keys" // as the disk was then; the program's memory is lost
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		_ = os.Chmod(copied, 0o700)
		mac = seal.NewMAC(store(t, seal.StoreOptions{Dir: copied}).For(seal.Own))
		tombs, err := mac.Keeper().Tombstones(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		holds := contains(t, copied, key[25:57])
		if buried := len(tombs) == 1; buried == holds {
			t.Errorf("stopped at %d: tombstone %v, key on disk %v", stop, buried, holds)
		}
		_, err = sealOne(t, mac, c, person(t, "198507099805"))
		if fault.Is(err, fault.Gone) != (len(tombs) == 1) {
			t.Errorf("stopped at %d: %v", stop, err)
		}
	}
	if len(steps) != 6 {
		t.Errorf("cut off at %v only", steps)
	}
}

func cutOff(fn func()) (cut bool) {
	defer func() { cut = recover() != nil }()
	fn()
	return false
}

func contains(t *testing.T, dir string, what []byte) bool {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, what) || bytes.Contains(raw, []byte(hex.EncodeToString(what))) {
			return true
		}
	}
	return false
}

// The holder's word on a destruction can be checked by anyone with its key.
func TestStatement(t *testing.T) {
	o := newOutside(t, nil, ample)
	s := seal.NewSplit(store(t, seal.StoreOptions{}).For(seal.Own), o.remote(t, ekbacka, havsnas), true)
	c := open(t, s, ample)
	gone, err := s.Destroy(t.Context(), *c, nil)
	if err != nil || len(gone) != 2 {
		t.Fatal(gone, err)
	}
	signature, err := hex.DecodeString(gone[1].Signature)
	if err != nil || !ed25519.Verify(o.store.StatementKey(), seal.Statement(string(ekbacka), gone[1]), signature) {
		t.Error("the statement's signature does not hold")
	}
	if gone[1].Key.Holder != string(havsnas) || gone[0].Key.Holder != seal.Own {
		t.Errorf("holders %q and %q", gone[0].Key.Holder, gone[1].Key.Holder)
	}
	changed := gone[1]
	changed.Evaluations++
	if ed25519.Verify(o.store.StatementKey(), seal.Statement(string(ekbacka), changed), signature) {
		t.Error("a changed statement still holds")
	}
}

// D2 gives the same nullifier whether our own key answers the message or is
// asked blindly and proves it.
func TestOwnKeyNearAndFar(t *testing.T) {
	own, second := store(t, seal.StoreOptions{}).For(seal.Own), store(t, seal.StoreOptions{}).For(seal.Own)
	near, far := seal.NewSplit(own, second, true), seal.NewSplit(asked{own}, second, true)
	c := open(t, near, ample)
	for _, digits := range []string{"198507099805", "197101169295", "197010632391"} {
		a, errA := sealOne(t, near, c, person(t, digits))
		b, errB := sealOne(t, far, c, person(t, digits))
		if errA != nil || errB != nil || a != b {
			t.Errorf("%v, %v: two nullifiers", errA, errB)
		}
	}
}

// asked is a keeper that answers blinded elements only.
type asked struct{ seal.Keeper }
