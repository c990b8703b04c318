package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/seal"
)

// I-10, P-07: of a destroyed key a directory keeps the tombstone alone, and the
// blocks of its file were written over before their name was taken away: a
// second name for the file, as a snapshot by links would have, holds no key.
func TestNothingOfAKeyRemains(t *testing.T) {
	dir := t.TempDir() + "/keys"
	mac := seal.NewMAC(store(t, seal.StoreOptions{Dir: dir}).For(seal.Own))
	c := open(t, mac, ample)
	if _, err := sealOne(t, mac, c, person(t, "198507099805")); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "own-"+c.Petition)
	links := map[string][]byte{}
	for _, end := range []string{".key", ".count"} {
		link, was := second(t, name+end)
		links[link] = was
	}
	if _, err := mac.Destroy(t.Context(), *c, nil); err != nil {
		t.Fatal(err)
	}
	for link, was := range links {
		if now := read(t, link); bytes.Equal(now, was) || len(now) != len(was) {
			t.Errorf("the blocks of %s are as they were", filepath.Base(link))
		}
	}
	if got := names(t, dir); !slices.Equal(got, []string{"lock", filepath.Base(name) + ".gone", "statement.ed25519"}) {
		t.Errorf("what is left: %v", got)
	}
}

// I-10: a file that a crash left half made may hold a key: the next start
// writes over it and takes it away.
func TestHalfMadeKeyIsDestroyed(t *testing.T) {
	dir := t.TempDir() + "/keys"
	if err := seal.InitStore(dir); err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(dir, "part-1234")
	if err := os.WriteFile(part, []byte("half of a key that nobody may see"), 0o600); err != nil {
		t.Fatal(err)
	}
	link, was := second(t, part)
	store(t, seal.StoreOptions{Dir: dir})
	if slices.Contains(names(t, dir), "part-1234") {
		t.Error("it is still there")
	}
	if bytes.Equal(read(t, link), was) {
		t.Error("its blocks are as they were")
	}
}

// petitions.md §2.2 rule 2: when the file of a count was written is when a
// voter's question came: it tells the day alone.
func TestCountTellsNoTime(t *testing.T) {
	dir := t.TempDir() + "/keys"
	mac := seal.NewMAC(store(t, seal.StoreOptions{Dir: dir}).For(seal.Own))
	c := open(t, mac, ample)
	if _, err := sealOne(t, mac, c, person(t, "198507099805")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "own-"+c.Petition+".count"))
	if err != nil {
		t.Fatal(err)
	}
	if at := info.ModTime(); !at.Equal(at.Truncate(24 * time.Hour)) {
		t.Errorf("the count was last written at %s", at)
	}
}

// P-08, D2: a holder whose statements are not signed by the key agreed on is
// not ready, and its word on a destruction is not taken.
func TestAnotherStatementKey(t *testing.T) {
	o := newOutside(t, nil, ample)
	c := open(t, seal.NewMAC(o.remote(t, ekbacka, havsnas)), ample)
	agreed, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := seal.NewRemote(seal.RemoteOptions{URL: o.server.URL, TLS: orgcert.ClientTLS(o.ca.issue(t, ekbacka), o.ca.pool(), havsnas),
		Holder: havsnas, Own: ekbacka, Statements: agreed, Timeout: 2 * time.Second})
	t.Cleanup(r.Close)
	if err := r.Ready(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("ready: %v", err)
	}
	if _, err := r.Destroy(t.Context(), c.Petition, nil); !fault.Is(err, fault.Unavailable) {
		t.Errorf("destroyed: %v", err)
	}
	if _, err := r.Tombstones(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("tombstones: %v", err)
	}
}

// second gives a file a second name and tells what is in it.
func second(t *testing.T, path string) (link string, was []byte) {
	t.Helper()
	link = filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.Link(path, link); err != nil {
		t.Fatal(err)
	}
	return link, read(t, path)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}
