package keyring_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/keyring/keyringtest"
)

var start = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func TestLasting(t *testing.T) {
	o := keyringtest.Options(t, clock.NewManual(start))
	ring := reopen(t, o)
	for _, plain := range []string{"", "kort", strings.Repeat("lång ", 4000)} {
		sealed, err := ring.SealLasting("socialnamnden", "submission/1", []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		again, err := ring.SealLasting("socialnamnden", "submission/1", []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(sealed, again) || len(plain) > 0 && bytes.Contains(sealed, []byte(plain)) {
			t.Error("the same twice, or in the clear")
		}
		got, err := reopen(t, o).OpenLasting("socialnamnden", "submission/1", sealed)
		if err != nil || string(got) != plain {
			t.Errorf("opened %d of %d bytes: %v", len(got), len(plain), err)
		}
		for name, try := range map[string]func() ([]byte, error){
			"another row":   func() ([]byte, error) { return ring.OpenLasting("socialnamnden", "submission/2", sealed) },
			"another board": func() ([]byte, error) { return ring.OpenLasting("byggnamnden", "submission/1", sealed) },
			"another master": func() ([]byte, error) {
				return keyringtest.New(t, nil).OpenLasting("socialnamnden", "submission/1", sealed)
			},
			"as short-lived": func() ([]byte, error) { return ring.OpenDue("submission/1", sealed) },
		} {
			if got, err := try(); fault.KindOf(err) != fault.Internal || got != nil {
				t.Errorf("%s: opened (%v)", name, err)
			}
		}
	}
}

// Branch and aad cannot be shifted into one another.
func TestBindingIsUnambiguous(t *testing.T) {
	ring := keyringtest.New(t, nil)
	sealed, err := ring.SealLasting("a", "bc", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.OpenLasting("ab", "c", sealed); err == nil {
		t.Error("opened with branch and aad shifted")
	}
}

// Whatever byte is changed or cut, it does not open and does not panic.
func TestEveryByteCounts(t *testing.T) {
	ring := keyringtest.New(t, clock.NewManual(start))
	lasting, err := ring.SealLasting("a", "b", []byte("hemligt"))
	if err != nil {
		t.Fatal(err)
	}
	due, err := ring.SealDue(start.Add(time.Hour), "b", []byte("hemligt"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range max(len(lasting), len(due)) {
		for name, try := range map[string]struct {
			sealed []byte
			open   func([]byte) ([]byte, error)
		}{
			"lasting": {lasting, func(b []byte) ([]byte, error) { return ring.OpenLasting("a", "b", b) }},
			"due":     {due, func(b []byte) ([]byte, error) { return ring.OpenDue("b", b) }},
		} {
			if i >= len(try.sealed) {
				continue
			}
			changed := bytes.Clone(try.sealed)
			changed[i] ^= 1
			if _, err := try.open(changed); err == nil {
				t.Errorf("%s: byte %d does not count", name, i)
			}
			if _, err := try.open(try.sealed[:i]); err == nil {
				t.Errorf("%s: opens when cut at %d", name, i)
			}
		}
	}
}

// I-18: one purpose's pseudonym cannot be linked to another's.
func TestPseudonym(t *testing.T) {
	o := keyringtest.Options(t, nil)
	ring := reopen(t, o)
	a, b := ring.Pseudonym("audit", "198507099805"), ring.Pseudonym("broker", "198507099805")
	if len(a) != 32 || a == b {
		t.Errorf("%q %q", a, b)
	}
	if again := reopen(t, o).Pseudonym("audit", "198507099805"); again != a {
		t.Error("not the same after a restart")
	}
	if other := ring.Pseudonym("audit", "197101169295"); other == a {
		t.Error("the same for two persons")
	}
	if other := keyringtest.New(t, nil).Pseudonym("audit", "198507099805"); other == a {
		t.Error("the same in two municipalities")
	}
}

func TestSign(t *testing.T) {
	o := keyringtest.Options(t, nil)
	ring := reopen(t, o)
	msg := []byte("huvud")
	sig := ring.Sign("audit", msg)
	if !ed25519.Verify(reopen(t, o).Public("audit"), msg, sig) {
		t.Error("not verified after a restart")
	}
	if ed25519.Verify(ring.Public("grant"), msg, sig) {
		t.Error("verified with the key of another purpose")
	}
	if !ring.PrivateKey("audit").Public().(ed25519.PublicKey).Equal(ring.Public("audit")) {
		t.Error("the halves do not belong together")
	}
}

func TestMasterFile(t *testing.T) {
	dir := t.TempDir()
	key := bytes.Repeat([]byte{7}, 32)
	text := base64.StdEncoding.EncodeToString(key)
	for _, c := range []struct {
		name    string
		content string
		mode    os.FileMode
		want    fault.Kind
	}{
		{"raw", string(key), 0o600, ""},
		{"base64", text + "\n", 0o400, ""},
		{"readable by others", text, 0o644, fault.Invalid},
		{"readable by the group", text, 0o640, fault.Invalid},
		{"executable", text, 0o700, fault.Invalid},
		{"too short", text[:20], 0o600, fault.Invalid},
		{"empty", "", 0o600, fault.Invalid},
		{"not base64", strings.Repeat("!", 44), 0o600, fault.Invalid},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, []byte(c.content), c.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := keyring.Open(keyring.Options{LastingKeyFile: path, DueKeyDir: dir})
		if fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && strings.Contains(err.Error(), text) {
			t.Errorf("%s: the error tells the key", c.name)
		}
	}
}

// Open makes nothing; Init makes a key that nobody else can read, once.
func TestInit(t *testing.T) {
	dir := t.TempDir()
	path, due := filepath.Join(dir, "master.key"), filepath.Join(dir, "due")
	o := keyring.Options{LastingKeyFile: path, DueKeyDir: due}
	if _, err := keyring.Open(o); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("without keys: %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("Open made %v", entries)
	}
	if err := keyring.Init(path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := keyring.Init(path); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second Init: %v", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the second Init changed the key")
	}
	if err := keyring.InitDueDir(due); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{path: 0o600, due: 0o700} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
	if _, err := keyring.Open(o); err != nil {
		t.Error(err)
	}
	o.DueKeyDir = path
	if _, err := keyring.Open(o); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a file instead of the directory: %v", err)
	}
}

func reopen(t *testing.T, o keyring.Options) *keyring.Ring {
	t.Helper()
	ring, err := keyring.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}
