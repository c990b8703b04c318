package app_test

import (
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"medborgarnavet/block/pnr"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
)

// needleSet finds many byte strings at once, by their first eight bytes.
// Each has a kind, which is what a hit is told as: never the string itself.
type needleSet struct {
	filter [1 << 16]uint64
	first  map[uint64][]needle
}

type needle struct{ text, kind string }

func newNeedleSet() *needleSet { return &needleSet{first: map[uint64][]needle{}} }

func needleSlot(key uint64) (word int, bit uint64) {
	h := key * 0x9e3779b97f4a7c15 >> 42
	return int(h >> 6), 1 << (h & 63)
}

func (n *needleSet) text(kind, s string) {
	key := binary.LittleEndian.Uint64([]byte(s))
	word, bit := needleSlot(key)
	n.filter[word] |= bit
	n.first[key] = append(n.first[key], needle{s, kind})
}

// bytes is a secret as it is, and as it may be written.
func (n *needleSet) bytes(kind string, b []byte) {
	n.text(kind, string(b))
	for _, form := range []string{hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), base64.StdEncoding.EncodeToString(b), base64.URLEncoding.EncodeToString(b)} {
		n.text(kind, strings.TrimRight(form, "="))
	}
}

// voter is everything that could name one.
func (n *needleSet) voter(v *forensicVoter) {
	n.number(v.auth.Subject)
	given, family, _ := strings.Cut(v.auth.Name, " ")
	n.text("name", given)
	n.text("name", family)
	n.text("transaction", v.auth.TxnID)
	n.text("address", v.address)
	n.ticket(v.ticket)
}

func (n *needleSet) number(who pnr.Number) {
	for _, s := range []string{who.Plain(), who.Plain()[:8] + "-" + who.Plain()[8:], who.Ten(), who.Ten()[:6] + "-" + who.Ten()[6:]} {
		n.text("number", s)
	}
}

func (n *needleSet) ticket(ticket string) {
	n.text("ticket", ticket)
	if raw, err := base64.RawURLEncoding.DecodeString(ticket); err == nil {
		n.text("ticket", string(raw[16:])) // without what tells which key it is
		n.text("ticket", hex.EncodeToString(raw[16:]))
	}
}

// in counts the hits in raw, by kind.
func (n *needleSet) in(raw []byte, hits map[string]int, where string) {
	for at := 0; at+8 <= len(raw); at++ {
		key := binary.LittleEndian.Uint64(raw[at:])
		if word, bit := needleSlot(key); n.filter[word]&bit == 0 {
			continue
		}
		for _, s := range n.first[key] {
			if len(raw)-at >= len(s.text) && string(raw[at:at+len(s.text)]) == s.text {
				hits[s.kind]++
				hits[s.kind+" in "+where]++
			}
		}
	}
}

// search goes through files and folders.
func (n *needleSet) search(t *testing.T, places []string) map[string]int {
	t.Helper()
	hits, files := map[string]int{}, 0
	for _, dir := range places {
		_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return nil // gone while we looked
			}
			if raw, err := os.ReadFile(path); err == nil {
				files++
				n.in(raw, hits, e.Name())
			}
			return nil
		})
	}
	if files == 0 {
		t.Fatal("no file was searched")
	}
	return hits
}

const aside = "backups" // the folder of backups from before the closing

// places are the folders of the host, and of its database server, without
// those of backups.
func (h *host) places() []string {
	h.t.Helper()
	entries, err := os.ReadDir(h.dir)
	if err != nil {
		h.t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		if e.Name() != aside {
			all = append(all, filepath.Join(h.dir, e.Name()))
		}
	}
	if h.o.Driver == db.Postgres {
		var dir string
		h.sql(func(pool *sql.DB) error {
			return pool.QueryRowContext(h.t.Context(), `SELECT current_setting('data_directory')`).Scan(&dir)
		})
		if _, err := os.ReadDir(dir); err != nil {
			h.t.Fatalf("the server's files cannot be read, so nothing is shown: %v", err)
		}
		all = append(all, filepath.Dir(dir)) // with its log
	}
	return all
}

func (h *host) sql(fn func(pool *sql.DB) error) {
	h.t.Helper()
	pool, err := sql.Open("pgx", h.o.DSN)
	if err != nil {
		h.t.Fatal(err)
	}
	defer pool.Close()
	if err := fn(pool); err != nil {
		h.t.Fatal(err)
	}
}

// settle makes PostgreSQL write everything out and let go of old journals, as
// docs/sealer.md tells its operator to.
func (h *host) settle() {
	if h.o.Driver != db.Postgres {
		return
	}
	h.sql(func(pool *sql.DB) error {
		for _, q := range []string{`ALTER SYSTEM SET wal_recycle = off`, `SELECT pg_reload_conf()`, `CHECKPOINT`, `SELECT pg_switch_wal()`, `CHECKPOINT`} {
			if _, err := pool.ExecContext(h.t.Context(), q); err != nil {
				return err
			}
		}
		return nil
	})
}

// dump copies the database as its operator would, to a folder of the host.
func (h *host) dump(name string) string {
	h.t.Helper()
	to := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if h.o.Driver == db.SQLite {
		if err := forensicBackup(h, to); err != nil {
			h.t.Fatal(err)
		}
		return to
	}
	schema, address := h.schema()
	if out, err := exec.CommandContext(h.t.Context(), "pg_dump", "--schema="+schema, "--file="+to, address).CombinedOutput(); err != nil {
		h.t.Fatalf("pg_dump: %v: %s", err, out)
	}
	return to
}

// schema is where the test's tables lie on the server, and its address.
func (h *host) schema() (schema, address string) {
	found := regexp.MustCompile(`search_path=([a-z0-9_]+)`).FindStringSubmatch(h.o.DSN)
	address, _, _ = strings.Cut(h.o.DSN, "?")
	return found[1], address
}

// tables are every row of every table, as text, by table.
func (h *host) tables() map[string][]string {
	h.t.Helper()
	all := map[string][]string{}
	h.read(func(tx *db.Tx) error {
		query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
		if tx.Engine() == db.Postgres {
			query = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`
		}
		names, err := forensicRows(h, tx, query)
		for _, name := range names {
			if err == nil {
				all[name], err = forensicRows(h, tx, `SELECT * FROM `+name)
			}
		}
		return err
	})
	return all
}

func forensicRows(h *host, tx *db.Tx, query string) (all []string, err error) {
	rows, err := tx.Query(h.t.Context(), query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		var parts []string
		for _, v := range values {
			if b, ok := v.([]byte); ok {
				v = hex.EncodeToString(b)
			}
			parts = append(parts, fmt.Sprint(v))
		}
		all = append(all, strings.Join(parts, "|"))
	}
	return all, rows.Err()
}

// sealingKeys are the secrets in both holders' key files.
func (h *host) sealingKeys() (secrets [][32]byte) {
	h.t.Helper()
	for _, folder := range []string{"keys/ekbacka/votes", "keys/havsnas/kept-for-ekbacka"} {
		files, _ := filepath.Glob(filepath.Join(h.dir, folder, "*.key"))
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				h.t.Fatal(err)
			}
			secrets = append(secrets, [32]byte(raw[25:57]))
		}
	}
	want := 2
	if h.cfg.Municipalities[0].Petitions.Votes.Design == config.DesignMAC {
		want = 1
	}
	if len(secrets) != want {
		h.t.Fatalf("%d sealing keys, want %d", len(secrets), want)
	}
	return secrets
}

// letters are the mail store.
func (h *host) letters() []byte {
	raw, err := json.Marshal(h.out.Mail.Letters())
	if err != nil {
		h.t.Fatal(err)
	}
	return raw
}

// purposes is every word in the program's code that could be the purpose of a
// pseudonym or a key.
func purposes(t *testing.T) []string {
	t.Helper()
	looksLike := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 ._/:-]{2,40}$`)
	seen := map[string]bool{}
	for _, root := range []string{"..", "../../plugin", "../../plugins"} {
		_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if _, ok := n.(*ast.ImportSpec); ok {
					return false
				}
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if s, err := strconv.Unquote(lit.Value); err == nil && looksLike.MatchString(s) {
						seen[s] = true
					}
				}
				return true
			})
			return nil
		})
	}
	var all []string
	for s := range seen {
		all = append(all, s)
	}
	if !seen["casework"] || !seen["vote-ticket"] || len(all) < 500 {
		t.Fatalf("only %d words were found in the code", len(all))
	}
	return all
}
