package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/audit"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

// everything happens in a case: request, answer with a document, message,
// notes, communication, calculation, decision.
func (o *office) everything(person, name, reference, systemCase string) (id, submission string) {
	o.t.Helper()
	ctx := o.t.Context()
	rec := o.handIn(application(person, name, reference, systemCase))
	o.exec(`INSERT INTO submission_file (id, submission_id, sealed) VALUES ($1,$2,$3)`, db.NewID(), rec.ID, []byte("x"))
	id, err := o.CaseOfSubmission(ctx, number(o.t, person), rec.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	f := o.open("eva.lind", id)
	err = o.RequestSupplement(ctx, "eva.lind", id, "k1", []string{"Hyresavi"}, "", "")
	if err == nil {
		f = o.open("eva.lind", id)
		err = o.Answer(ctx, number(o.t, person), id, f.Supplements[0].ID, "Här.", []casework.Upload{{Name: "avi.pdf", Data: pdf}})
	}
	if err == nil {
		err = o.SendMessage(ctx, "eva.lind", id, "k2", "Hej.")
	}
	if err == nil {
		err = o.WriteNote(ctx, "eva.lind", id, "k3", casework.NoteJournal, false, "Ringt.")
	}
	if err == nil {
		err = o.RecordCommunication(ctx, "eva.lind", id, "k4", casework.Communication{Kind: casework.Excepted, Text: "Till fördel."})
	}
	if err == nil {
		err = o.SaveEntries(ctx, "eva.lind", id, f.Version, map[string]plugin.Entry{"hyra": {AmountOre: ore(600000)}})
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return id, rec.ID
}

// purge runs the rule as retention does.
func (o *office) purge() int {
	o.t.Helper()
	o.handOn()
	n, err := o.Rule().Purge(o.t.Context(), o.clock.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// holding lists the tables that hold an id in any of their columns.
func (o *office) holding(id string) (tables []string) {
	o.t.Helper()
	list := `SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type='table' AND m.name NOT LIKE 'sqlite%'`
	if o.db.Engine() == db.Postgres {
		list = `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema=current_schema()`
	}
	var columns [][2]string
	err := o.db.Read(o.t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(o.t.Context(), list)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c [2]string
			if err := rows.Scan(&c[0], &c[1]); err != nil {
				return err
			}
			columns = append(columns, c)
		}
		return rows.Err()
	})
	if err != nil || len(columns) < 100 {
		o.t.Fatalf("%d columns: %v", len(columns), err)
	}
	for _, c := range columns {
		if o.count(`SELECT count(*) FROM `+c[0]+` WHERE CAST(`+c[1]+` AS TEXT) LIKE $1`, "%"+id+"%") > 0 && !slices.Contains(tables, c[0]) {
			tables = append(tables, c[0])
		}
	}
	slices.Sort(tables)
	return tables
}

// I-7, M-120: by the board's records plan a decided case goes as a whole, the
// application with it, and nothing but ids in the audit log is left. An
// undecided one stays, and so do those that research keeps.
func TestDecidedCasesAreDisposed(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		annas, annasSubmission := o.everything(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		o.decide(annas, casework.Granted, "")
		undecided, _ := o.everything(bo, "Bo Ek", "EB 2026-000002", "EB-2026-0002")
		kept := o.caseOf(irja, "Irja Niemi", "EB 2026-000003", "EB-2026-0003") // born on the 16th
		o.open("eva.lind", kept)
		o.decide(kept, casework.Granted, "")
		o.handOn()
		if got := o.holding(annas); !slices.Contains(got, "casework_decision") || !slices.Contains(got, "casework_file") || len(got) != 12 {
			t.Fatalf("the case has left traces in %q", got)
		}

		o.clock.Set(start.AddDate(30, 0, 0))
		if n := o.purge(); n != 0 {
			t.Fatalf("%d cases disposed without a term", n)
		}
		o.board.DecidedYears, o.board.KeepBirthDays = 5, []int{6, 16}
		o.clock.Set(start.AddDate(5, 0, 0).Add(-time.Minute))
		if n := o.purge(); n != 0 {
			t.Fatalf("%d cases disposed before their day", n)
		}
		o.clock.Set(start.AddDate(5, 0, 0).Add(time.Minute))
		if n := o.purge(); n != 1 {
			t.Fatalf("%d cases disposed, want 1", n)
		}
		for _, id := range []string{annas, annasSubmission} {
			if got := o.holding(id); !slices.Equal(got, []string{"audit_row"}) {
				t.Errorf("after disposal %q still hold an id", got)
			}
		}
		if n := o.count(`SELECT count(*) FROM submission_file WHERE submission_id=$1`, annasSubmission); n != 0 {
			t.Errorf("%d documents left", n)
		}
		o.gone(annas, annasSubmission)
		for _, key := range o.received {
			if caseID, document, _ := strings.Cut(key, "/"); slices.Contains(o.forgotten, document) != (caseID == annas) {
				t.Errorf("what others keep about document %s: removed %v", key, caseID != annas)
			}
		}
		if len(o.received) < 2 {
			t.Fatalf("%d documents were announced", len(o.received))
		}
		for _, id := range []string{undecided, kept} {
			if len(o.holding(id)) < 3 {
				t.Errorf("a case that must stay is gone")
			}
		}
		if n := o.purge(); n != 0 {
			t.Errorf("a second run disposed of %d", n)
		}
	})
}

// gone: nobody finds the case, and the log says that it was disposed.
func (o *office) gone(id, submission string) {
	o.t.Helper()
	_, err := o.OfParty(o.t.Context(), number(o.t, anna), id)
	wantKind(o.t, "the party's case", err, fault.NotFound)
	_, err = o.Open(o.t.Context(), "eva.lind", id)
	wantKind(o.t, "the officer's case", err, fault.NotFound)
	if list, err := o.ForParty(o.t.Context(), number(o.t, anna)); err != nil || len(list) != 0 {
		o.t.Errorf("the person's list: %v, %v", list, err)
	}
	records, err := o.audit.ByCase(o.t.Context(), id)
	if err != nil || len(records) == 0 {
		o.t.Fatal(err)
	}
	last := records[len(records)-1]
	if last.Action != audit.Erased || last.Category != "case" || last.Details["submission"] != submission || last.Subject != "" {
		o.t.Errorf("the log says %+v", last)
	}
}

// What is written in a case after its decision counts; looking does not.
func TestWritingProlongsAndLookingDoesNot(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.board.DecidedYears = 1
		looked, _ := o.everything(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		o.decide(looked, casework.Granted, "")
		written, _ := o.everything(bo, "Bo Ek", "EB 2026-000002", "EB-2026-0002")
		o.decide(written, casework.Granted, "")
		o.clock.Advance(200 * 24 * time.Hour)
		o.open("eva.lind", looked)
		if _, err := o.Decision(t.Context(), number(t, anna), looked); err != nil {
			t.Fatal(err)
		}
		if err := o.Close(t.Context(), "eva.lind", written); err != nil {
			t.Fatal(err)
		}
		o.clock.Set(start.AddDate(1, 0, 1))
		if n := o.purge(); n != 1 || len(o.holding(looked)) != 1 || len(o.holding(written)) < 2 {
			t.Fatalf("%d disposed; the one looked at is in %q", n, o.holding(looked))
		}
		o.clock.Set(start.AddDate(1, 0, 202))
		if n := o.purge(); n != 1 {
			t.Errorf("%d disposed when the written one's time was out", n)
		}
	})
}

// Birth days are those of assignments: of a samordningsnummer the day of
// birth, not the number's.
func TestBirthDayOfSamordningsnummer(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf("197010632391", "Farid Haddad", "EB 2026-000001", "EB-2026-0001")
		if n := o.count(`SELECT birth_day FROM casework_case WHERE id=$1`, id); n != 3 {
			t.Errorf("day %d, want 3", n)
		}
		if s := o.Rule().Name; strings.TrimSpace(s) == "" {
			t.Error("the rule has no name")
		}
	})
}
