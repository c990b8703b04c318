package app_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudflare/circl/oprf"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/app"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/keyring"
	"medborgarnavet/internal/petition/tally"
)

func forensicBackup(h *host, to string) error {
	return app.Backup(h.t.Context(), h.cfg, h.cfg.Municipalities[0], to)
}

// P-06, P-07, P-08, P-15, P-17, I-10, I-17, I-18: 500 people vote through the
// whole product, some of them from the e-ID on, some take it back. After the
// closing every file of the host, its database server's with their journals,
// dumps, backups, both key directories, the whole log at its most talkative
// and the letters are searched for every number, name, address, ticket, e-ID
// reference, pseudonym, nullifier, leaf and key. Nothing is found. And nothing
// that is left fits a voter to a row of the backup from before. The same
// search before the closing finds what is there: it can see.
func TestForensicHost(t *testing.T) {
	seed := forensicSeed(t)
	for _, engine := range []string{db.SQLite, db.Postgres} {
		if engine == db.Postgres && !dbtest.HavePostgres(t) {
			continue
		}
		for _, design := range []string{config.DesignMAC, config.DesignSplit} {
			if engine == db.Postgres && design == config.DesignMAC && !forensicFull() {
				continue // in the long run: the design decides what is sealed, the engine where it lies
			}
			t.Run(engine+" "+design, func(t *testing.T) { forensicRun(t, newHost(t, engine, design), seed, design) })
		}
	}
}

// forensicCase is one closing, with what the attacker knows.
type forensicCase struct {
	*host
	design  string
	all     []*forensicVoter
	needles *needleSet
	rows    map[string]bool // the nullifiers of the backup from before
	backup  string          // its folder
}

// forensicKinds are those needles that may be nowhere at any time.
var forensicKinds = []string{"number", "name", "address", "ticket", "transaction", "pseudonym"}

func forensicRun(t *testing.T, h *host, seed uint64, design string) {
	const voters, takenBack = 500, 20
	h.start()
	h.id = h.petition("Bygg en bro")
	c := forensicCase{host: h, design: design, all: h.voters(seed, voters), needles: newNeedleSet(), rows: map[string]bool{}}
	h.admit(c.all)
	h.cast(c.all, "rosta")
	h.cast(c.all[:takenBack], "aterta")
	for _, v := range c.all {
		c.needles.voter(v)
	}
	forensicLogins(t, h, c.needles)
	forensicPseudonyms(t, h, c.needles, c.all[:3])
	c.backup = filepath.Dir(h.dump(aside + "/before"))
	c.whileOpen(voters - takenBack + len(forensicPersons))
	h.close()
	candidates := map[[32]byte]bool{} // with the tickets' key, which lives to the end of the hour, and without
	h.candidates(candidates)
	forensicRaiseDue(h)
	h.dump("after")
	h.stop()
	h.settle()
	h.candidates(candidates)
	c.afterwards(slices.Collect(maps.Keys(candidates)))
}

// whileOpen finds rows and keys, and nothing of a person.
func (c forensicCase) whileOpen(votes int) {
	c.t.Helper()
	c.settle()
	for _, n := range c.nullifiers() {
		c.rows[string(n)] = true
		leaf := tally.Leaf(c.id, n)
		c.needles.bytes("nullifier", n)
		c.needles.bytes("leaf", leaf[:])
	}
	secrets := c.sealingKeys()
	for _, s := range secrets {
		c.needles.bytes("key", s[:])
	}
	if len(c.rows) != votes {
		c.t.Fatalf("%d rows, want %d", len(c.rows), votes)
	}
	hits := c.needles.search(c.t, append(c.places(), c.backup))
	if hits["nullifier"] < 2*votes || hits["key"] < len(secrets) {
		c.t.Fatalf("before the closing %v: this search sees nothing", hits)
	}
	if forensicOf(hits, forensicKinds...) {
		c.t.Errorf("while voting is open there is of persons: %v", hits)
	}
	decoy := filepath.Join(c.t.TempDir(), "decoy")
	v := c.all[2]
	if err := os.WriteFile(decoy, []byte(strings.Join([]string{v.auth.Subject.Plain(), v.auth.Name, v.address, v.ticket, v.auth.TxnID,
		c.ring().Pseudonym("casework", v.auth.Subject.Plain())}, "\n")), 0o600); err != nil {
		c.t.Fatal(err)
	}
	hits = c.needles.search(c.t, []string{decoy})
	for _, kind := range forensicKinds {
		if hits[kind] == 0 {
			c.t.Errorf("this search does not see a %s", kind)
		}
	}
	if n := forensicForce(c.host, c.design, c.rows, c.all, secrets, secrets); n == 0 {
		c.t.Fatal("with the keys in hand no voter is found: this attack does nothing")
	}
}

// afterwards finds nothing at all; in the backup from before, nothing of a
// person, no key, and no voter with whatever could be a key.
func (c forensicCase) afterwards(candidates [][32]byte) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, "letters.json"), c.letters(), 0o600); err != nil {
		c.t.Fatal(err)
	}
	if hits := c.needles.search(c.t, c.places()); len(hits) != 0 {
		c.t.Errorf("after the closing there is still %v", hits)
	}
	if hits := c.needles.search(c.t, []string{c.backup}); forensicOf(hits, append(forensicKinds, "key")...) {
		c.t.Errorf("in the backup from before there is %v", hits)
	}
	if n := forensicForce(c.host, c.design, c.rows, c.all, candidates, candidates); n != 0 {
		c.t.Errorf("with what is left %d voters are found in the backup from before", n)
	}
	if n := forensicWords(c.t, c.host, c.rows, c.all); n != 0 {
		c.t.Errorf("with the municipality's own keys %d voters are found in the backup from before", n)
	}
}

// P-07, petitions.md §2.5: a report of an erasure names the tests that show it;
// each of them is there to be run.
func TestEvidenceIsThere(t *testing.T) {
	for _, named := range app.Evidence() {
		dir, name, ok := strings.Cut(named, ": ")
		files, err := filepath.Glob(filepath.Join("../..", dir, "*_test.go"))
		if !ok || err != nil || len(files) == 0 {
			t.Errorf("%s: no tests there", named)
		}
		there := slices.ContainsFunc(files, func(file string) bool {
			raw, err := os.ReadFile(file)
			return err == nil && strings.Contains(string(raw), "func "+name+"(t *testing.T)")
		})
		if !there {
			t.Errorf("a report names %s, which is not there", named)
		}
	}
}

// forensicPersons have the town's e-ID.
var forensicPersons = map[string]string{"199001012385": "Cecilia Holm", "195704289999": "Hans Öberg", "197407029284": "Greta Nyström"}

// forensicLogins lets some people log in with the e-ID, and vote.
func forensicLogins(t *testing.T, h *host, needles *needleSet) {
	t.Helper()
	for number, name := range forensicPersons {
		v := &forensicVoter{address: "2001:db8:cafe:f00d::" + number[8:]}
		v.ticket = h.login(number, v.address, "")
		h.cast([]*forensicVoter{v}, "rosta")
		who, err := pnr.Parse(number, h.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		needles.number(who)
		needles.text("name", name)
		needles.text("address", v.address)
		needles.ticket(v.ticket)
	}
	refs := h.orders()
	if len(refs) != len(forensicPersons) {
		t.Fatalf("%d orders at the e-ID", len(refs))
	}
	for _, ref := range refs {
		needles.text("transaction", ref)
	}
}

// forensicOf tells whether there is any hit of some kinds.
func forensicOf(hits map[string]int, kinds ...string) bool {
	return slices.ContainsFunc(kinds, func(kind string) bool { return hits[kind] > 0 })
}

// forensicRaiseDue lets the hour of the tickets' key pass, so that it is
// destroyed as in any hour.
func forensicRaiseDue(h *host) {
	h.clock.Advance(2 * time.Hour)
	app.Tidy(h.app)
}

// forensicPseudonyms are those that the municipality's keys make of a person,
// for every purpose that any code has.
func forensicPseudonyms(t *testing.T, h *host, set *needleSet, some []*forensicVoter) {
	t.Helper()
	ring := h.ring()
	for _, purpose := range purposes(t) {
		for _, v := range some {
			set.text("pseudonym", ring.Pseudonym(purpose, v.auth.Subject.Plain()))
			set.text("pseudonym", ring.Pseudonym(purpose, v.address))
		}
	}
}

func (h *host) ring() *keyring.Ring {
	h.t.Helper()
	k := h.cfg.Municipalities[0].Keys
	ring, err := keyring.Open(keyring.Options{LastingKeyFile: k.LastingFile, DueKeyDir: k.DueDir, Clock: h.clock})
	if err != nil {
		h.t.Fatal(err)
	}
	return ring
}

// candidates is everything left on the host that could be a key: each 32 bytes
// of the small files, and what their hexadecimal and base64 words say.
func (h *host) candidates(all map[[32]byte]bool) {
	h.t.Helper()
	add := func(b []byte) { all[[32]byte(b)] = true }
	_ = filepath.WalkDir(h.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || strings.Contains(path, ".db") {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		if len(raw) <= 4096 {
			for at := 0; at+32 <= len(raw); at++ {
				add(raw[at : at+32])
			}
		}
		if strings.HasPrefix(e.Name(), "before") || strings.HasPrefix(e.Name(), "after") {
			return nil // copies of the database: their rows are not keys
		}
		for _, word := range strings.FieldsFunc(string(raw), func(r rune) bool { return strings.ContainsRune("\"\\ \n{}:,-", r) }) {
			for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawURLEncoding.DecodeString} {
				if b, err := decode(word); err == nil && len(b) >= 32 {
					add(b[:32])
					add(b[len(b)-32:])
				}
			}
		}
		return nil
	})
	if len(all) < 200 {
		h.t.Fatalf("only %d candidates", len(all))
	}
}

// forensicForce tries voters with every candidate key as the sealers would,
// and in the ways that come to mind besides, and counts those found.
func forensicForce(h *host, design string, rows map[string]bool, all []*forensicVoter, one, other [][32]byte) (found int) {
	tried := all[30:70]
	if forensicFull() {
		tried = all[30:] // the others have taken their votes back
	}
	message := func(v *forensicVoter) string {
		return "medborgarnavet/petition/vote/1\x00" + h.id + "\x00" + v.auth.Subject.Plain()
	}
	for _, key := range one {
		mac := hmac.New(sha256.New, key[:])
		for _, v := range tried {
			number := v.auth.Subject.Plain()
			for _, text := range []string{message(v), number, h.id + number} {
				mac.Reset()
				mac.Write([]byte(text))
				if rows[string(mac.Sum(nil))] {
					found++
				}
				if sum := sha256.Sum256(append([]byte(text), key[:]...)); rows[string(sum[:])] {
					found++
				}
			}
		}
	}
	if design == config.DesignSplit {
		found += forensicSplit(message, rows, tried[:3], one, other)
	}
	return found
}

// forensicSplit tries pairs of candidates, as RFC 9497 would use them.
func forensicSplit(message func(*forensicVoter) string, rows map[string]bool, tried []*forensicVoter, one, other [][32]byte) (found int) {
	most := 120
	if forensicFull() {
		most = 2000
	}
	outputs := func(keys [][32]byte, text string) (all [][]byte) {
		for at := 0; at < len(keys); at += max(len(keys)/most, 1) {
			key := new(oprf.PrivateKey)
			if key.UnmarshalBinary(oprf.SuiteP256, keys[at][:]) != nil {
				continue
			}
			if out, err := oprf.NewVerifiableServer(oprf.SuiteP256, key).FullEvaluate([]byte(text)); err == nil {
				all = append(all, out)
			}
		}
		return all
	}
	for _, v := range tried {
		as := outputs(one, message(v))
		bs := as
		if len(one) != len(other) {
			bs = outputs(other, message(v))
		}
		for _, a := range as {
			for _, b := range bs {
				sum := sha256.Sum256([]byte("medborgarnavet/petition/split/1\x00" + string(a) + string(b)))
				if rows[string(sum[:])] {
					found++
				}
			}
		}
	}
	return found
}

// forensicWords tries what the municipality's own keys make of a number for
// every purpose, and hashes without any key.
func forensicWords(t *testing.T, h *host, rows map[string]bool, all []*forensicVoter) (found int) {
	t.Helper()
	begins := map[string]bool{} // a pseudonym is 16 bytes
	for n := range rows {
		begins[n[:16]] = true
	}
	ring := h.ring()
	for _, purpose := range append(purposes(t), h.id, "") {
		for _, v := range all[30:33] {
			number := v.auth.Subject.Plain()
			for _, text := range []string{number, v.auth.Subject.Ten(), h.id + number, h.id + "\x00" + number, h.id + "|" + number} {
				if raw, err := hex.DecodeString(ring.Pseudonym(purpose, text)); err == nil && begins[string(raw)] {
					found++
				}
				for _, s := range []string{purpose + text, purpose + "\x00" + text, purpose + "|" + text, text + purpose} {
					if sum := sha256.Sum256([]byte(s)); rows[string(sum[:])] {
						found++
					}
				}
			}
		}
	}
	for _, v := range all {
		for _, text := range []string{v.auth.Subject.Plain(), v.auth.Subject.Ten()} {
			for _, s := range []string{text, h.id + text, text + h.id, strings.ToLower(h.id) + text, h.id + "|" + text, h.id + "\x00" + text} {
				if sum := sha256.Sum256([]byte(s)); rows[string(sum[:])] {
					found++
				}
			}
		}
	}
	return found
}
