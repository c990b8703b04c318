package closing_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloudflare/circl/oprf"
	_ "github.com/jackc/pgx/v5/stdlib"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }
func lower(s string) string { return strings.ToLower(s) }

// P-06, P-07, P-08, P-15, P-17, I-10, I-18: with the operator's whole host in
// hand after the closing, nothing tells who voted. Every byte of the database's
// files, its journal, a dump, the key directories of both holders, the ring and
// the log is searched for every voter's number, every nullifier, every leaf and
// every key, as bytes, hexadecimal and base64; and every voter is tried against
// the nullifiers of a copy from before the closing with everything that is
// left. The same search before the closing does find them: it can see.
func TestNothingIsLeft(t *testing.T) {
	for _, design := range []string{"D1", "D2"} {
		t.Run(design, func(t *testing.T) {
			t.Parallel()
			dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
				t.Parallel()
				if design == "D2" && o.Driver == db.Postgres && size(0, 1) == 0 {
					return // in `make long`: the design decides what is sealed, the engine where it lies
				}
				nothingIsLeft(t, newHost(t, design, o))
			})
		})
	}
}

func nothingIsLeft(t *testing.T, h host) {
	const voters = 500
	w := h.mustStart(t, clock.NewManual(today), nil)
	id := w.open(t, tally.Publication{})
	w.vote(t, id, 0, voters)
	for i := range 20 { // some change their minds, some look
		if _, err := w.box.Withdraw(t.Context(), id, voter(i), time.Time{}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.box.Status(t.Context(), id, voter(i+20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := ballot.Rewrite(t.Context(), w.db, id); err != nil {
		t.Fatal(err)
	}
	settle(t, h)
	nullifiers := w.rows(t, id) // the copy from before the closing
	secrets := keysOf(t, h)
	needles := newNeedles()
	for i := range voters {
		needles.text(voter(i).Plain())
		needles.text(voter(i).Ten()[:6] + "-" + voter(i).Ten()[6:])
		needles.text(voter(i).Ten())
	}
	for n := range nullifiers {
		leaf := tally.Leaf(id, n[:])
		needles.bytes(n[:])
		needles.bytes(leaf[:])
	}
	for _, s := range secrets {
		needles.bytes(s)
	}
	hits := needles.search(t, places(t, h))
	if hits["n"] < voters-20 || hits["keys"] < len(secrets) {
		t.Fatalf("before the closing %v: this search sees nothing", hits)
	}
	if hits["numbers"] != 0 {
		t.Fatalf("voters' numbers while voting is open: %v", hits)
	}
	if n := bruteForce(t, h.design, id, nullifiers, secrets, secrets); n == 0 {
		t.Fatal("with the keys in hand no voter is found: this attack does nothing")
	}
	if h.design == "D2" { // one honest holder is enough, while voting is open and after
		if n := bruteForce(t, h.design, id, nullifiers, secrets[:1], secrets[:1]); n != 0 {
			t.Errorf("with one of two keys %d voters are found", n)
		}
	}
	w.clock.Set(closes.Add(time.Hour))
	if done := w.run(t); len(done.Reported) != 1 || w.load(t, id).Count != voters-20 {
		t.Fatalf("%+v", done)
	}
	if h.o.Driver == db.SQLite { // a dump made by the product
		if err := w.db.Backup(t.Context(), h.dir+"/dump.db"); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range w.published(t, id) {
		if err := os.WriteFile(filepath.Join(h.dir, f.Name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.stop()
	settle(t, h)
	if hits := needles.search(t, places(t, h)); len(hits) != 0 {
		t.Errorf("after the closing there is still: %v", hits)
	}
	left := candidates(t, h)
	if n := bruteForce(t, h.design, id, nullifiers, left, left); n != 0 {
		t.Errorf("with what is left %d voters are found in the copy from before", n)
	}
}

// rows reads all nullifiers of an open petition.
func (w *world) rows(t *testing.T, id string) map[seal.Nullifier]bool {
	t.Helper()
	all := map[seal.Nullifier]bool{}
	if err := w.db.Read(t.Context(), func(tx *db.Tx) error {
		return ballot.Each(t.Context(), tx, id, func(n []byte) error {
			all[seal.Nullifier(n)] = true
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// keysOf are the secrets in both holders' key files.
func keysOf(t *testing.T, h host) (secrets [][]byte) {
	t.Helper()
	for _, pattern := range []string{h.dir + "/keys/*.key", h.second + "/*.key"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			secrets = append(secrets, raw[25:57])
		}
	}
	if want := map[string]int{"D1": 1, "D2": 2}[h.design]; len(secrets) != want {
		t.Fatalf("%d key files", len(secrets))
	}
	return secrets
}

// settle makes PostgreSQL write everything out and let go of old journals, as
// docs/sealer.md tells its operator to.
func settle(t *testing.T, h host) {
	t.Helper()
	if h.o.Driver != db.Postgres {
		return
	}
	pool, err := sql.Open("pgx", h.o.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, q := range []string{`ALTER SYSTEM SET wal_recycle = off`, `SELECT pg_reload_conf()`, `CHECKPOINT`, `SELECT pg_switch_wal()`, `CHECKPOINT`} {
		if _, err := pool.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
}

// places are the directories of the host: ours, the second holder's and, for
// PostgreSQL, the server's with its log.
func places(t *testing.T, h host) []string {
	t.Helper()
	dirs := []string{h.dir, h.second}
	if h.o.Driver == db.Postgres {
		pool, err := sql.Open("pgx", h.o.DSN)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		var dir string
		if err := pool.QueryRowContext(t.Context(), `SELECT current_setting('data_directory')`).Scan(&dir); err != nil {
			t.Fatal(err)
		}
		if _, err := os.ReadDir(dir); err != nil {
			t.Fatalf("the server's files cannot be read, so nothing is shown: %v", err)
		}
		dirs = append(dirs, filepath.Dir(dir))
	}
	return dirs
}

// needleSet finds many byte strings at once: by their first eight bytes, behind
// a small filter.
type needleSet struct {
	filter [1 << 20]bool
	first  map[uint64][]string
}

// slot spreads keys over the filter, so that few that are no needle pass it.
func slot(key uint64) uint64 { return key * 0x9e3779b97f4a7c15 >> 44 }

func newNeedles() *needleSet { return &needleSet{first: map[uint64][]string{}} }

func (n *needleSet) text(s string) {
	key := binary.LittleEndian.Uint64([]byte(s))
	n.filter[slot(key)] = true
	n.first[key] = append(n.first[key], s)
}

func (n *needleSet) bytes(b []byte) {
	n.text(string(b))
	for _, form := range []string{hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), base64.StdEncoding.EncodeToString(b), base64.URLEncoding.EncodeToString(b)} {
		n.text(strings.TrimRight(form, "="))
	}
}

// search counts what it finds: "n" in all, and by the name of the directory
// or file that it was found in.
func (n *needleSet) search(t *testing.T, dirs []string) map[string]int {
	t.Helper()
	hits := map[string]int{}
	files := 0
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !e.Type().IsRegular() {
				return nil // gone while we looked, or a socket
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return nil
			}
			files++
			found, numbers := n.in(raw)
			if found > 0 {
				hits["numbers"] += numbers
				hits["n"] += found
				hits[filepath.Base(filepath.Dir(path))] += found
				hits[filepath.Base(path)] += found
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 5 {
		t.Fatalf("only %d files were searched", files)
	}
	return hits
}

func (n *needleSet) in(raw []byte) (found, numbers int) {
	n.each(raw, func(s string, _ int) {
		found++
		if len(s) < 14 { // the others are 32 bytes or forms of them
			numbers++
		}
	})
	return found, numbers
}

// each tells of every needle in raw, and where.
func (n *needleSet) each(raw []byte, fn func(s string, at int)) {
	for at := 0; at+8 <= len(raw); at++ {
		key := binary.LittleEndian.Uint64(raw[at:])
		if !n.filter[slot(key)] {
			continue
		}
		for _, s := range n.first[key] {
			if len(raw)-at >= len(s) && string(raw[at:at+len(s)]) == s {
				fn(s, at)
			}
		}
	}
}

// candidates is everything left on the host that could be a key: each 32 bytes
// of the small files, and what their hexadecimal and base64 words say.
func candidates(t *testing.T, h host) [][]byte {
	t.Helper()
	var all [][]byte
	for _, dir := range []string{h.dir, h.second} {
		_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(path, ".db") || strings.Contains(path, ".db-") {
				return nil
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return nil
			}
			for at := 0; at+32 <= len(raw); at++ {
				all = append(all, raw[at:at+32])
			}
			for _, word := range strings.FieldsFunc(string(raw), func(r rune) bool { return strings.ContainsRune("\"\\ \n{}:,", r) }) {
				for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString} {
					if b, err := decode(word); err == nil && len(b) >= 32 {
						all = append(all, b[:32], b[len(b)-32:])
					}
				}
			}
			return nil
		})
	}
	if len(all) < 100 {
		t.Fatalf("only %d candidates", len(all))
	}
	return all
}

// bruteForce tries every voter with every candidate key, as the sealers would,
// and counts those found. For D2 each voter costs curve operations, so a few
// voters are tried with each pair of candidates.
func bruteForce(t *testing.T, design, id string, nullifiers map[seal.Nullifier]bool, one, other [][]byte) (found int) {
	t.Helper()
	message := func(i int) []byte {
		return []byte("medborgarnavet/petition/vote/1\x00" + id + "\x00" + voter(i).Plain())
	}
	if design == "D1" {
		for _, key := range one { // every candidate; `make long` tries every voter
			mac := hmac.New(sha256.New, key)
			for i := range size(60, 500) {
				mac.Reset()
				mac.Write(message(i))
				if nullifiers[seal.Nullifier(mac.Sum(nil))] {
					found++
				}
			}
		}
		return found
	}
	step := max(len(one)/size(200, 2000), 1)
	for i := 30; i < 33; i++ {
		a, b := outputs(one, step, message(i)), outputs(other, step, message(i))
		for _, x := range a {
			for _, y := range b {
				sum := sha256.Sum256([]byte("medborgarnavet/petition/split/1\x00" + string(x) + string(y)))
				if nullifiers[sum] {
					found++
				}
			}
		}
	}
	return found
}

func outputs(keys [][]byte, step int, message []byte) (all [][]byte) {
	for at := 0; at < len(keys); at += step {
		key := new(oprf.PrivateKey)
		if key.UnmarshalBinary(oprf.SuiteP256, keys[at]) != nil {
			continue
		}
		if out, err := oprf.NewVerifiableServer(oprf.SuiteP256, key).FullEvaluate(message); err == nil {
			all = append(all, out)
		}
	}
	return all
}
