package booth_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/identity"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/petition/booth"
)

// I-9, I-17, P-06, P-15: from admission to vote, withdrawal, receipt and every
// kind of refusal, no file and no line of the log has the person's number,
// name, the ticket or the e-ID's transaction. What may be there, the nullifier,
// is found by the same search.
func TestNothingIsWritten(t *testing.T) {
	o := dbtest.SQLite(t)
	w := newWorld(t, o, func(o *booth.Options) { o.Rules.MinAge = 16 })
	id := w.petition(true)
	var needles [][]byte
	for i := range 20 {
		who := voter(t, i)
		a := w.admit(id, who)
		w.casts("a vote", a.Ticket, false, ballot.Accepted)
		if i%3 == 0 {
			w.casts("taken back", a.Ticket, true, ballot.Withdrawn)
		}
		sealed, err := base64.RawURLEncoding.DecodeString(a.Ticket)
		if err != nil {
			t.Fatal(err)
		}
		needles = append(needles, []byte(who.Plain()), []byte(who.Ten()), []byte(who.Ten()[:6]+"-"+who.Ten()[6:]), []byte(a.Ticket), sealed,
			[]byte(base64.StdEncoding.EncodeToString(sealed)))
	}
	child := login(number(t, "201412062380"))
	for _, auth := range []identity.Authentication{child, {}} {
		if _, err := w.booth.Admit(t.Context(), id, auth, time.Time{}); err == nil {
			t.Error("admitted")
		}
	}
	if _, _, err := w.booth.Cast(t.Context(), "nonsense", false); err == nil {
		t.Error("nonsense voted")
	}
	if _, _, err := w.booth.Cast(t.Context(), w.admit(id, voter(t, 30)).Ticket[:100], false); err == nil {
		t.Error("half a ticket voted")
	}
	ticket := w.admit(id, voter(t, 1)).Ticket
	receipt, err := w.booth.Receipt(t.Context(), ticket)
	if err != nil {
		t.Fatal(err)
	}
	w.tx(func(tx *db.Tx) error { return ballot.Stop(t.Context(), tx, id) })
	if _, _, err := w.booth.Cast(t.Context(), ticket, false); err == nil {
		t.Error("voted after the closing")
	}
	name := login(voter(t, 1))
	needles = append(needles, []byte(child.Subject.Plain()), []byte(child.Subject.Ten()), []byte(name.Name), []byte("Berglund"), []byte(name.TxnID), []byte(name.Method))

	files := 0
	seen := false
	raw := make([]byte, 32)
	if _, err := hex.Decode(raw, []byte(receipt.Nullifier)); err != nil {
		t.Fatal(err)
	}
	look := func(name string, data []byte) {
		files++
		seen = seen || bytes.Contains(data, raw)
		for _, n := range needles {
			if bytes.Contains(data, n) {
				t.Errorf("%s holds something of a person", name)
			}
		}
	}
	look("the log", w.log.bytes())
	for _, dir := range []string{filepath.Dir(o.DSN), filepath.Dir(w.rings.DueKeyDir)} {
		if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(path)
			look(filepath.Base(path), data)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if !seen || files < 4 {
		t.Errorf("%d files were searched, and the nullifier was found: %v; this search sees nothing", files, seen)
	}
}
