package audit_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/db/faultdb"
	"medborgarnavet/internal/keyring/keyringtest"
)

// Rows are sealed once, over months and restarts, and the whole verifies.
func TestSealAndVerify(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		if r := p.verify(); r.Tampered() || r.Head.Seq != 0 {
			t.Errorf("an empty log: %+v", r)
		}
		p.writeN(5, "A")
		p.seal(5)
		p.seal(0)
		first := p.verify().Head
		p.clock.Advance(20 * 24 * time.Hour) // December
		p.writeN(700, "B")                   // more than one batch
		p.seal(700)
		p.log = audit.New(p.db, p.ring, p.clock)
		p.writeN(3, "C")
		r := p.verify(first)
		if r.Tampered() || r.Intact != 705 || r.Disposed != 0 || r.Unsealed != 3 || r.Head.Seq != 705 {
			t.Errorf("%+v", r)
		}
		var segments int
		if err := p.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT count(*) FROM audit_segment`).Scan(&segments)
		}); err != nil || segments != 2 {
			t.Errorf("%d segments, %v", segments, err)
		}
	})
}

// The tail that nothing guards yet is counted, and flagged when it grows old.
func TestUnsealedTail(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.write(audit.Event{Action: audit.Login})
		p.clock.Advance(10 * time.Minute)
		p.write(audit.Event{Action: audit.Login})
		if r := p.verify(); r.Unsealed != 2 || r.Oldest != 10*time.Minute || r.TailLate() {
			t.Errorf("%+v", r)
		}
		p.clock.Advance(6 * time.Minute)
		if r := p.verify(); !r.TailLate() || r.Tampered() {
			t.Errorf("%+v", r)
		}
		p.seal(2)
		if r := p.verify(); r.Unsealed != 0 || r.TailLate() {
			t.Errorf("%+v", r)
		}
	})
}

// Whoever can write to the database but has no key is found out.
func TestTampering(t *testing.T) {
	const month = "2026-11"
	cases := map[string]struct {
		tamper []string
		says   string
	}{
		"content changed":        {[]string{`UPDATE audit_row SET payload = replace(payload, 'accessed', 'login') WHERE seq = 3`}, "not what was sealed"},
		"salt changed":           {[]string{`UPDATE audit_row SET salt = commitment WHERE seq = 3`}, "not what was sealed"},
		"column changed":         {[]string{`UPDATE audit_row SET case_id = 'Z' WHERE seq = 3`}, "columns do not match"},
		"time changed":           {[]string{`UPDATE audit_row SET at = at + 1 WHERE seq = 3`}, "columns do not match"},
		"row deleted":            {[]string{`DELETE FROM audit_row WHERE seq = 3`}, "1 rows are missing"},
		"first row deleted":      {[]string{`DELETE FROM audit_row WHERE seq = 1`}, "1 rows are missing"},
		"last rows deleted":      {[]string{`DELETE FROM audit_row WHERE seq > 5`}, "rows are missing"},
		"all rows deleted":       {[]string{`DELETE FROM audit_row`}, "6 rows are missing"},
		"two rows swapped":       {[]string{`UPDATE audit_row SET seq = -3 WHERE seq = 3`, `UPDATE audit_row SET seq = 3 WHERE seq = 4`, `UPDATE audit_row SET seq = 4 WHERE seq = -3`}, "does not follow"},
		"commitment changed":     {[]string{`UPDATE audit_row SET commitment = chain WHERE seq = 3`}, "does not follow"},
		"link changed":           {[]string{`UPDATE audit_row SET chain = commitment WHERE seq = 6`}, "does not follow"},
		"head changed":           {[]string{`UPDATE audit_segment SET head = prev`}, "signature"},
		"head cut with the rows": {[]string{`DELETE FROM audit_row WHERE seq > 4`, `UPDATE audit_segment SET last_seq = 4, head = (SELECT chain FROM audit_row WHERE seq = 4) WHERE segment = '` + month + `'`}, "signature"},
		"segment deleted":        {[]string{`DELETE FROM audit_segment`}, "no head covers"},
		"segment and rows gone":  {[]string{`DELETE FROM audit_segment WHERE segment = '` + month + `'`, `DELETE FROM audit_row WHERE segment = '` + month + `'`}, "does not follow"},
		"row moved":              {[]string{`UPDATE audit_row SET segment = '2025-01' WHERE seq = 3`}, "says that it lies in segment 2025-01"},
		"false disposal":         {[]string{`UPDATE audit_row SET payload = NULL, salt = NULL WHERE seq = 3`}, "no disposal covers it"},
		"false segment disposal": {[]string{`UPDATE audit_segment SET disposed_at = 1 WHERE segment = '` + month + `'`, `DELETE FROM audit_row WHERE segment = '` + month + `'`}, "no disposal covers it"},
		"forged disposal":        {[]string{`INSERT INTO audit_disposal (upto, before, at, signature) SELECT 3, 0, 0, head FROM audit_segment WHERE segment = '` + month + `'`, `UPDATE audit_row SET payload = NULL, salt = NULL WHERE seq = 3`}, "signature of the disposal"},
		"unsigned row":           {[]string{`UPDATE audit_row SET seq = 99, chain = commitment, segment = '` + month + `' WHERE seq IS NULL`}, "no head covers"},
		"row taken out of chain": {[]string{`UPDATE audit_row SET seq = NULL WHERE seq = 3`}, "missing"},
	}
	each(t, func(t *testing.T, p *place) {
		p.writeN(6, "A")
		p.seal(6)
		p.clock.Advance(20 * 24 * time.Hour)
		p.writeN(2, "A")
		p.seal(2)
		p.writeN(1, "A")
		tables := []string{"audit_row", "audit_segment", "audit_disposal"}
		for _, table := range tables {
			p.exec(`CREATE TABLE kept_` + table + ` AS SELECT * FROM ` + table)
		}
		for name, c := range cases {
			for _, statement := range c.tamper {
				p.exec(statement)
			}
			r := p.verify()
			if !r.Tampered() || !strings.Contains(fmt.Sprint(r.Faults), c.says) {
				t.Errorf("%s: not said: %q; said: %+v", name, c.says, r.Faults)
			}
			for _, table := range tables { // as it was
				p.exec(`DELETE FROM ` + table)
				p.exec(`INSERT INTO ` + table + ` SELECT * FROM kept_` + table)
			}
			if r := p.verify(); r.Tampered() || r.Intact != 8 {
				t.Fatalf("%s: afterwards: %+v", name, r)
			}
		}
	})
}

// Rows and head set back together to an earlier state verify by themselves; a
// head noted down elsewhere shows it.
func TestKnownHeads(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.writeN(4, "A")
		p.seal(4)
		old := p.verify().Head
		p.exec(`CREATE TABLE before_cut AS SELECT * FROM audit_segment`)
		p.writeN(2, "A")
		p.seal(2)
		noted := p.verify().Head
		if r := p.verify(old, noted); r.Tampered() {
			t.Fatalf("%+v", r)
		}
		p.exec(`DELETE FROM audit_row WHERE seq > 4`)
		p.exec(`DELETE FROM audit_segment`)
		p.exec(`INSERT INTO audit_segment SELECT * FROM before_cut`)
		if r := p.verify(old); r.Tampered() {
			t.Errorf("the earlier state does not verify: %+v", r)
		}
		if r := p.verify(noted); !r.Tampered() {
			t.Error("the cut is not found by the head noted down")
		}
		if r := p.verify(audit.Head{Seq: 2, Chain: noted.Chain}); !r.Tampered() {
			t.Error("a wrong head within the chain is accepted")
		}
	})
}

// M-120: disposal takes the content, leaves the chain, and is told from
// tampering; a whole month's rows go when the month is past.
func TestDispose(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.writeN(3, "A") // November
		p.seal(3)
		november := p.verify().Head
		p.clock.Set(time.Date(2026, 12, 10, 0, 0, 0, 0, time.UTC))
		p.writeN(4, "B")
		p.seal(4)

		dispose := func(before time.Time, want int) {
			t.Helper()
			if n, err := p.log.Dispose(t.Context(), before); n != want || err != nil {
				t.Fatalf("disposed %d, want %d: %v", n, want, err)
			}
			p.seal(min(want, 1)) // the event about it, when there was anything
		}
		dispose(start, 0)
		dispose(start.Add(90*time.Second), 2)
		if r := p.verify(november); r.Tampered() || r.Disposed != 2 || r.Intact != 6 {
			t.Errorf("half a month: %+v", r)
		}
		dispose(time.Date(2026, 12, 10, 0, 1, 30, 0, time.UTC), 3) // the rest of November, two of December
		r := p.verify(november)
		if r.Tampered() || r.Disposed != 5 || r.Intact != 4 {
			t.Errorf("a month and a bit: %+v", r)
		}
		for id, want := range map[string]int{"A": 0, "B": 2} {
			if got, err := p.log.ByCase(t.Context(), id); len(got) != want || err != nil {
				t.Errorf("case %s: %d events left, %v", id, len(got), err)
			}
		}
		var rows, content int
		if err := p.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `
				SELECT count(*), count(payload) + count(salt) + count(actor) + count(subject) + count(case_id)
				FROM audit_row WHERE seq <= 5`).Scan(&rows, &content)
		}); err != nil || rows != 2 || content != 0 {
			t.Errorf("left of five disposed rows: %d rows, %d contents, %v", rows, content, err)
		}
		p.exec(`UPDATE audit_row SET payload = NULL, salt = NULL WHERE seq = 6`)
		if r := p.verify(); !r.Tampered() {
			t.Error("taking out more than was disposed is not found")
		}
	})
}

// What is not sealed is not disposed, however old.
func TestDisposeLeavesTheTail(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		p.writeN(2, "A")
		p.clock.Advance(400 * 24 * time.Hour)
		if n, err := p.log.Dispose(t.Context(), p.clock.Now()); n != 0 || err != nil {
			t.Errorf("disposed %d, %v", n, err)
		}
		p.seal(2)
		if n, err := p.log.Dispose(t.Context(), p.clock.Now()); n != 2 || err != nil {
			t.Errorf("disposed %d, %v", n, err)
		}
		p.seal(1)
		if r := p.verify(); r.Tampered() || r.Disposed != 2 || r.Intact != 1 {
			t.Errorf("%+v", r)
		}
	})
}

// Writing and sealing beside each other, sealing cut short at every call: the
// log verifies.
func TestSealUnderTrouble(t *testing.T) {
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		plan := new(faultdb.Plan)
		manual := clock.NewManual(start)
		o.Wrap, o.Clock = plan.Wrap, manual
		d, err := db.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		ring := keyringtest.New(t, manual)
		p := &place{t: t, clock: manual, ring: ring, db: d, log: audit.New(d, ring, manual)}
		for _, point := range []faultdb.Point{faultdb.Exec, faultdb.Query, faultdb.CommitBefore, faultdb.CommitAfter} {
			for n := 1; ; n++ {
				p.writeN(2, "A")
				plan.FailNth(point, n)
				_, err := p.log.Seal(t.Context())
				reached := plan.Reached()
				if reached != (err != nil) {
					t.Fatalf("point %d, call %d: reached %v, err %v", point, n, reached, err)
				}
				if _, err := p.log.Seal(t.Context()); err != nil {
					t.Fatal(err)
				}
				if r := p.verify(); r.Tampered() || r.Unsealed != 0 {
					t.Fatalf("point %d, call %d: %+v", point, n, r)
				}
				if !reached {
					break
				}
			}
		}
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { p.writeN(20, "B") })
			all.Go(func() {
				for range 5 {
					if _, err := p.log.Seal(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if _, err := p.log.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r := p.verify(); r.Tampered() || r.Unsealed != 0 || r.Intact != int(r.Head.Seq) {
			t.Errorf("%+v", r)
		}
	})
}
