package app_test

import (
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/config"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/petition/tally"

	"golang.org/x/net/html"
	_ "modernc.org/sqlite"
)

// report is the published proof of erasure, as anybody may read it.
func (h *host) report() (r tally.Report) {
	h.t.Helper()
	var files []tally.File
	h.read(func(tx *db.Tx) (err error) {
		files, err = tally.Published(h.t.Context(), tx, h.id)
		return err
	})
	for _, f := range files {
		if !strings.Contains(f.Name, tally.KindReport) {
			continue
		}
		resp, err := h.get("/forslag/"+h.id+"/kontroll/"+f.Name, "", "")
		if err != nil || resp.StatusCode != http.StatusOK {
			h.t.Fatalf("the report: %v, %v", resp.StatusCode, err)
		}
		var signed tally.Signed
		raw, _ := io.ReadAll(resp.Body)
		if err := json.Unmarshal(raw, &signed); err != nil {
			h.t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(signed.Document), &r); err != nil {
			h.t.Fatal(err)
		}
		return r
	}
	h.t.Fatal("there is no report")
	return r
}

// exists tells whether the petition's rows are there.
func (h *host) exists() bool {
	_, there := h.tables()["petition_vote_"+strings.ToLower(h.id)]
	return there
}

// restore puts a backup in the place of the database, and lets the leases of
// the program that was stopped run out.
func (h *host) restore(from string) {
	h.t.Helper()
	m := h.cfg.Municipalities[0]
	if h.o.Driver == db.SQLite {
		for _, end := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(m.Database.DSN + end)
		}
		if err := app.Restore(h.t.Context(), h.cfg, m, from); err != nil {
			h.t.Fatal(err)
		}
		return
	}
	schema, address := h.schema()
	h.sql(func(pool *sql.DB) error {
		_, err := pool.ExecContext(h.t.Context(), "DROP SCHEMA "+schema+" CASCADE")
		return err
	})
	if out, err := exec.CommandContext(h.t.Context(), "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file="+from, address).CombinedOutput(); err != nil {
		h.t.Fatalf("psql: %v: %s", err, out)
	}
}

// P-17, I-10, petitions.md §2.2 rule 10: a backup from while voting was open,
// put back under today's keys after the closing, has its rows erased again
// before the product has even been built, and before anybody is served. What
// is published then is the count of the closing, not that of the backup.
func TestRestoredBackupInTheProduct(t *testing.T) {
	t.Parallel()
	for _, design := range []string{config.DesignMAC, config.DesignSplit} {
		t.Run(design, func(t *testing.T) {
			dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
				h := newHost(t, o.Driver, design)
				h.quiet = true
				h.start()
				h.id = h.petition("Bygg en bro")
				all := h.voters(forensicSeed(t), 14)
				h.admit(all)
				h.cast(all[:8], "rosta")
				app.Tidy(h.app)
				backup := h.dump(aside + "/before")
				h.cast(all[8:], "rosta")
				h.close()
				if r := h.report(); r.Count != 14 || r.Restored || h.exists() {
					t.Fatalf("closed with %d, restored %v", r.Count, r.Restored)
				}
				h.stop()
				h.clock.Advance(clock.AwayLimit + 24*time.Hour) // the clock is in doubt at the start
				h.restore(backup)
				if !h.exists() {
					t.Fatal("the backup is not back")
				}
				if err := h.build(); err != nil { // built, and serves nobody yet
					t.Fatal(err)
				}
				if h.exists() {
					t.Error("the rows are there before the first request")
				}
				h.app.Close()
				h.start()
				h.notServed(all[0])
				if !strings.Contains(h.logSince(0), "clock is far from when the service ran last") {
					t.Error("the clock is not in doubt: the test shows less than it should")
				}
				h.clock.Advance(clock.SettleTime)
				h.work()
				if r := h.report(); r.Count != 14 || !r.Restored || h.exists() {
					t.Errorf("after the backup: %d votes, restored %v", r.Count, r.Restored)
				}
				h.notServed(all[9])
				if !strings.Contains(h.logSince(0), "the database is older than the keys") {
					t.Error("nobody is told")
				}
			})
		})
	}
}

// notServed: no vote is taken and no number shown from the backup.
func (h *host) notServed(v *forensicVoter) {
	h.t.Helper()
	if _, err := app.Admitted(h.t.Context(), h.app, hostTown, h.id, v.auth); err == nil {
		h.t.Error("somebody is let in to vote")
	}
	resp, err := h.post("/rosta", url.Values{"biljett": {v.ticket}, "val": {"rosta"}}, "", "")
	if err != nil || resp.StatusCode < 400 {
		h.t.Errorf("a ticket is answered %v, %v", resp.StatusCode, err)
	}
	for _, path := range []string{"/forslag/" + h.id, "/forslag/" + h.id + "/antal.json", "/forslag"} {
		resp, err := h.get(path, "", "")
		if err != nil {
			h.t.Fatal(err)
		}
		if text := strings.ReplaceAll(forensicWordsOf(resp), "Öppet för röster från", ""); strings.Contains(text, "Öppet för röster") || strings.Contains(text, `"count":8`) || strings.Contains(text, "Färre än") || strings.Contains(text, "8 röster Nådde") {
			h.t.Errorf("%s shows the count of the backup: %s", path, forensicWordsOf(resp))
		}
	}
}

// P-17, petitions.md §2.2 rule 10: without its sealing keys the product votes
// nothing: an emptied directory holds the voting and is an alarm; one that is
// not there at all keeps the product from starting.
func TestSealingKeysAreLost(t *testing.T) {
	for _, design := range []string{config.DesignMAC, config.DesignSplit} {
		t.Run(design, func(t *testing.T) {
			h := newHost(t, db.SQLite, design)
			h.quiet = true
			h.start()
			h.id = h.petition("Bygg en bro")
			all := h.voters(forensicSeed(t), 7)
			h.admit(all)
			h.cast(all[:6], "rosta")
			h.stop()
			keys := h.cfg.Municipalities[0].Petitions.Votes.KeyDir
			if err := os.Rename(keys, keys+"-lost"); err != nil {
				t.Fatal(err)
			}
			if err := h.build(); err == nil || !strings.Contains(err.Error(), "sealing keys") {
				t.Errorf("without a directory of keys: %v", err)
			}
			if err := os.Mkdir(keys, 0o700); err != nil {
				t.Fatal(err)
			}
			h.start()
			picture, err := app.Oversight(t.Context(), h.app, hostTown)
			if err != nil || len(picture.KeyLost) != 1 {
				t.Errorf("the steward sees %+v, %v", picture, err)
			}
			if resp, err := h.post("/rosta", url.Values{"biljett": {all[6].ticket}, "val": {"rosta"}}, "", ""); err != nil || resp.StatusCode < 400 {
				t.Errorf("a vote without the keys is answered %v, %v", resp.StatusCode, err)
			}
			if resp, err := h.get("/forslag/"+h.id, "", ""); err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(forensicWordsOf(resp), "paus") {
				t.Errorf("the petition's page: %v, %v: %s", resp.StatusCode, err, forensicWordsOf(resp))
			}
			if n := len(h.nullifiers()); n != 6 {
				t.Errorf("%d rows", n)
			}
			if !strings.Contains(h.logSince(0), `"keys_lost":1`) {
				t.Error("nobody is told")
			}
		})
	}
}

// P-07, petitions.md §2.3: rows that the operator puts in by hand show. Rows
// alone do not match the running count: an alarm the next night, and a report
// that says so. Rows with a count to match outnumber what the keys have sealed.
func TestStuffedBallot(t *testing.T) {
	t.Parallel() // it mostly waits
	for _, design := range []string{config.DesignMAC, config.DesignSplit} {
		for name, withCount := range map[string]bool{"rows": false, "rows and count": true} {
			t.Run(design+" "+name, func(t *testing.T) {
				dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
					h := newHost(t, o.Driver, design)
					h.quiet = true
					h.start()
					h.id = h.petition("Bygg en bro")
					all := h.voters(forensicSeed(t), 10)
					h.admit(all)
					h.cast(all, "rosta")
					h.stuff(8, withCount) // fewer than the answers of the keys, of which each vote takes two
					h.clock.Advance(25 * time.Hour)
					h.work()
					picture, err := app.Oversight(t.Context(), h.app, hostTown)
					if err != nil || (len(picture.Drifting) == 0) != withCount {
						t.Errorf("the steward sees %+v, %v", picture, err)
					}
					h.close()
					r := h.report()
					if r.Count != 18 || r.Method.Agree {
						t.Errorf("the report: %+v", r.Method)
					}
					h.tells()
				})
			})
		}
	}
}

// stuff writes rows past the product, as root on the database's host can.
func (h *host) stuff(n int, withCount bool) {
	h.t.Helper()
	driver, dsn := "pgx", h.o.DSN
	if h.o.Driver == db.SQLite {
		driver = "sqlite"
	}
	pool, err := sql.Open(driver, dsn)
	if err != nil {
		h.t.Fatal(err)
	}
	defer pool.Close()
	for i := range n {
		row := make([]byte, 32)
		row[0], row[31] = byte(i*16), byte(i+1)
		if _, err := pool.ExecContext(h.t.Context(), `INSERT INTO petition_vote_`+strings.ToLower(h.id)+` (nullifier) VALUES ($1)`, row); err != nil {
			h.t.Fatal(err)
		}
	}
	if withCount {
		if _, err := pool.ExecContext(h.t.Context(), `UPDATE petition_ballot SET accepted = accepted + $1`, n); err != nil {
			h.t.Fatal(err)
		}
	}
}

// tells wants the disagreement where anybody can see it: in the audit of the
// published files, and the report as a document is there.
func (h *host) tells() {
	h.t.Helper()
	var files []tally.File
	h.read(func(tx *db.Tx) (err error) {
		files, err = tally.Published(h.t.Context(), tx, h.id)
		return err
	})
	if v := tally.Audit(files, h.ring().Public(tally.Purpose)); v.OK() {
		h.t.Errorf("whoever audits the published files is told that all is well: %+v", v)
	}
	pdf, err := h.get("/forslag/"+h.id+"/raderingsrapport", "", "")
	if err != nil || pdf.StatusCode != http.StatusOK {
		h.t.Errorf("the report as a document: %v, %v", pdf.StatusCode, err)
	}
}

// forensicWordsOf are the words of a page that was read.
func forensicWordsOf(resp *http.Response) string {
	doc, err := html.Parse(strings.NewReader(resp.Body.(readBody).String()))
	if err != nil {
		return ""
	}
	return words(doc)
}
