package casework_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/submission"
	"medborgarnavet/plugin"
)

// M-70, I-13: an officer reaches cases by assignment in the directory, and
// never a case of their own; every call is tried with everyone.
func TestWhoMayOpenWhat(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		annas := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001") // born on the 9th of the month
		bos := o.caseOf(bo, "Bo Ek", "EB 2026-000002", "EB-2026-0002")             // born on the 16th
		olofs := o.caseOf(olof, "Olof Wik", "EB 2026-000003", "EB-2026-0003")
		kims := o.caseOf(kim, "Kim Åkesson", "EB 2026-000004", "EB-2026-0004")
		rec := application(irja, "Irja Niemi", "EB 2026-000005", "EB-2026-0005")
		rec.Case.Protected = true
		o.handIn(rec)
		irjas, err := o.CaseOfSubmission(t.Context(), number(t, irja), rec.ID)
		if err != nil {
			t.Fatal(err)
		}
		tests := map[string]struct {
			officer, id string
			want        fault.Kind
		}{
			"all of the e-service":            {"eva.lind", annas, ""},
			"another person's too":            {"eva.lind", olofs, ""},
			"protected, officer in charge":    {"eva.lind", irjas, ""},
			"days of the month":               {"kim.akesson", annas, ""},
			"outside the days, but named":     {"kim.akesson", bos, ""},
			"protected, days are not enough":  {"kim.akesson", irjas, fault.NotFound},
			"own case":                        {"kim.akesson", kims, fault.NotFound}, // born on the 18th: not assigned at all
			"no assignment":                   {"olof.wik", annas, fault.NotFound},
			"no assignment, own case":         {"olof.wik", olofs, fault.NotFound},
			"steward with an assignment":      {"karin.stahl", annas, fault.NotFound},
			"a case that is none":             {"eva.lind", "01ARZ3NDEKTSV4RRFFQ69G5FAV", fault.NotFound},
			"someone who does not work there": {"nobody", annas, fault.Forbidden},
		}
		for name, test := range tests {
			calls := o.deskCalls(t, test.officer, test.id)
			for _, call := range slices.Sorted(maps.Keys(calls)) {
				if got := fault.KindOf(calls[call]()); got != test.want && (test.want != "" || denial(got)) {
					t.Errorf("%s, %s: %q, want %q", name, call, got, test.want)
				}
			}
		}
		if got := o.actions(annas)["refused"]; got == 0 {
			t.Error("the audit log has no word of officers who reached for a case")
		}
	})
}

func denial(k fault.Kind) bool { return k == fault.NotFound || k == fault.Forbidden }

// deskCalls are all calls of an officer on a case.
func (o *office) deskCalls(t *testing.T, officer, id string) map[string]func() error {
	ctx, key := t.Context(), casework.NewKey()
	return map[string]func() error{
		"Open":              func() error { _, err := o.Open(ctx, officer, id); return err },
		"Export":            func() error { _, err := o.Export(ctx, officer, id); return err },
		"SaveEntries":       func() error { return o.SaveEntries(ctx, officer, id, 0, map[string]plugin.Entry{}) },
		"WriteNote":         func() error { return o.WriteNote(ctx, officer, id, key, casework.NoteWorking, false, "x") },
		"SendMessage":       func() error { return o.SendMessage(ctx, officer, id, key, "x") },
		"RequestSupplement": func() error { return o.RequestSupplement(ctx, officer, id, key, []string{"x"}, "", "") },
		"RecordCommunication": func() error {
			return o.RecordCommunication(ctx, officer, id, key, casework.Communication{Kind: casework.Excepted, Text: "x"})
		},
		"Close": func() error { return o.Close(ctx, officer, id) },
	}
}

// Nobody opens their own case, whatever the assignment says.
func TestOwnCase(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(eva, "Eva Lind", "EB 2026-000001", "EB-2026-0001")
		for name, call := range o.deskCalls(t, "eva.lind", id) {
			wantKind(t, name+" on one's own case", call(), fault.Forbidden)
		}
		_, err := o.Propose(t.Context(), "eva.lind", id, casework.DecisionInput{Outcome: casework.Granted})
		wantKind(t, "Propose on one's own case", err, fault.Forbidden)
		_, err = o.Decide(t.Context(), "eva.lind", id, casework.DecisionInput{Outcome: casework.Granted}, "")
		wantKind(t, "Decide on one's own case", err, fault.Forbidden)
		_, _, _, err = o.Document(t.Context(), "eva.lind", id, "x")
		wantKind(t, "Document of one's own case", err, fault.Forbidden)
		q, err := o.Queue(t.Context(), "eva.lind", casework.Filter{Show: casework.ShowAll})
		if err != nil || len(q) != 0 {
			t.Errorf("the queue shows %d cases, %v", len(q), err)
		}
	})
}

// The queue shows what is assigned, in the order asked for.
func TestQueue(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.caseOf(anna, "Anna Berglund", "EB 2026-000002", "EB-2026-0001")
		second := application(bo, "Bo Ek", "EB 2026-000001", "EB-2026-0002")
		second.ReceivedAt = start.Add(-49 * time.Hour)
		second.Application.Rows = nil
		o.handIn(second)
		list := func(officer string, f casework.Filter) []casework.QueueItem {
			t.Helper()
			q, err := o.Queue(t.Context(), officer, f)
			if err != nil {
				t.Fatal(err)
			}
			return q
		}
		q := list("eva.lind", casework.Filter{})
		if len(q) != 2 || q[0].Name != "Bo Ek" || q[0].Days != 2 || q[0].Differs != 0 || q[1].Differs != 1 || q[1].Opened {
			t.Fatalf("the queue is %+v", q)
		}
		if q := list("eva.lind", casework.Filter{Sort: casework.SortName}); q[0].Name != "Anna Berglund" {
			t.Errorf("by name: %+v", q)
		}
		if q := list("eva.lind", casework.Filter{Sort: casework.SortReference, Reverse: true}); q[0].Reference != "EB 2026-000002" {
			t.Errorf("by reference, backwards: %+v", q)
		}
		if q := list("eva.lind", casework.Filter{Sort: casework.SortDiffers}); q[0].Differs != 1 {
			t.Errorf("differences first: %+v", q)
		}
		o.open("eva.lind", q[0].ID)
		if q := list("eva.lind", casework.Filter{Show: casework.ShowNew}); len(q) != 1 || q[0].Name != "Anna Berglund" {
			t.Errorf("unopened: %+v", q)
		}
		o.decide(q[0].ID, casework.Granted, "")
		if q := list("eva.lind", casework.Filter{}); len(q) != 1 {
			t.Errorf("to do: %+v", q)
		}
		if q := list("eva.lind", casework.Filter{Show: casework.ShowDecided}); len(q) != 1 || q[0].Outcome != casework.Granted {
			t.Errorf("decided: %+v", q)
		}
		if q := list("olof.wik", casework.Filter{Show: casework.ShowAll}); len(q) != 0 {
			t.Errorf("without assignment: %+v", q)
		}
		for _, f := range []casework.Filter{{Show: "everything"}, {Sort: "amount"}} {
			_, err := o.Queue(t.Context(), "eva.lind", f)
			wantKind(t, "a filter that is none", err, fault.Invalid)
		}
	})
}

// M-70, M-118: each reading is in the audit log; the first opens the case and
// tells the person, those within an hour make no noise in the case.
func TestReadingLeavesTraces(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		for range 3 {
			o.open("eva.lind", id)
		}
		o.clock.Advance(2 * time.Hour)
		f := o.open("eva.lind", id)
		if got := o.actions(id)["accessed"]; got != 4 {
			t.Errorf("%d readings in the audit log, want 4", got)
		}
		want := []casework.EventKind{casework.EventRead, casework.EventRead, casework.EventOpened, casework.EventReceived}
		if got := kinds(f.Events); !slices.Equal(got, want) {
			t.Errorf("events %v, want %v", got, want)
		}
		if f.State != casework.StateOpened {
			t.Errorf("state %s", f.State)
		}
		mine, err := o.Events(t.Context(), number(t, anna), id)
		if err != nil || !slices.Equal(kinds(mine), want[2:]) || mine[0].Staff != "" {
			t.Errorf("the person sees %+v, %v", mine, err)
		}
	})
}

// What an officer has entered is durable, calculated by the e-service, and
// never lost to another's saving.
func TestWorksheetEntries(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		f := o.open("eva.lind", id)
		if f.Worksheet == nil || f.Worksheet.ResultOre != 500000+600000-77700-125000 || f.Version != 0 {
			t.Fatalf("worksheet %+v", f.Worksheet)
		}
		mine := map[string]plugin.Entry{"hyra": {AmountOre: ore(580000), Reason: "Enligt hyresavin"}}
		if err := o.SaveEntries(t.Context(), "eva.lind", id, 0, mine); err != nil {
			t.Fatal(err)
		}
		if err := o.SaveEntries(t.Context(), "eva.lind", id, 0, mine); err != nil {
			t.Errorf("a double click: %v", err)
		}
		err := o.SaveEntries(t.Context(), "eva.lind", id, 0, map[string]plugin.Entry{"hyra": {AmountOre: ore(1)}})
		wantKind(t, "saving over another's", err, fault.Conflict)
		f = o.open("eva.lind", id)
		if f.Version != 1 || *f.Entries["hyra"].AmountOre != 580000 || f.Worksheet.Costs[0].RefusedOre != 20000 {
			t.Errorf("version %d, entries %v", f.Version, f.Entries)
		}
		for name, bad := range map[string]map[string]plugin.Entry{
			"negative": {"hyra": {AmountOre: ore(-1)}}, "huge": {"hyra": {AmountOre: ore(1 << 60)}}, "empty amount is fine": nil} {
			if err := o.SaveEntries(t.Context(), "eva.lind", id, 1, bad); (err == nil) != (bad == nil) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// M-69: the party reads the case record, but not what is marked secret and
// never a working note; the officer reads all.
func TestNotes(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		key := casework.NewKey()
		write := func(kind casework.NoteKind, secret bool, text string) {
			t.Helper()
			if err := o.WriteNote(t.Context(), "eva.lind", id, key, kind, secret, text); err != nil {
				t.Fatal(err)
			}
		}
		write(casework.NoteJournal, false, "Samtal den 20 november.")
		write(casework.NoteJournal, false, "Samtal den 20 november.") // a double click
		write(casework.NoteJournal, true, "Uppgift om en annan person.")
		write(casework.NoteWorking, false, "Ring igen i morgon.")
		if f := o.open("eva.lind", id); len(f.Notes) != 3 {
			t.Errorf("the officer sees %d notes, want 3", len(f.Notes))
		}
		c, err := o.OfParty(t.Context(), number(t, anna), id)
		if err != nil || len(c.Record) != 1 || c.Record[0].Text != "Samtal den 20 november." {
			t.Errorf("the party sees %+v, %v", c.Record, err)
		}
		wantKind(t, "an empty note", o.WriteNote(t.Context(), "eva.lind", id, key, casework.NoteJournal, false, " \n"), fault.Invalid)
		wantKind(t, "a kind that is none", o.WriteNote(t.Context(), "eva.lind", id, key, "public", false, "x"), fault.Invalid)
	})
}

// M-05: what is read on the page and what is taken by machine is the same.
func TestExport(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		var rec submission.Record
		var err error
		if rec, err = o.Export(t.Context(), "eva.lind", id); err != nil {
			t.Fatal(err)
		}
		seen := o.open("eva.lind", id).Record
		if rec.ID != seen.ID || rec.Application.Values["bostad.hyra.belopp"] != seen.Application.Values["bostad.hyra.belopp"] {
			t.Error("page and export differ")
		}
		if o.actions(id)["disclosed"] != 1 {
			t.Error("the export is not in the audit log")
		}
	})
}

// Requests are checked: a day to come, something asked for, not too much.
func TestRequestSupplementRefuses(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		tests := map[string]struct {
			items []string
			due   string
			want  fault.Kind
		}{
			"nothing":         {[]string{" "}, "", fault.Invalid},
			"today":           {[]string{"x"}, "2026-11-22", fault.Invalid},
			"no day":          {[]string{"x"}, "snart", fault.Invalid},
			"in two years":    {[]string{"x"}, "2028-11-22", fault.Invalid},
			"too long":        {[]string{strings.Repeat("å", 501)}, "", fault.TooLarge},
			"too many things": {strings.Split(strings.Repeat("x ", 31), " "), "", fault.TooLarge},
			"tomorrow":        {[]string{"x"}, "2026-11-23", ""},
		}
		for name, test := range tests {
			wantKind(t, name, o.RequestSupplement(t.Context(), "eva.lind", id, "k", test.items, "", test.due), test.want)
		}
	})
}
