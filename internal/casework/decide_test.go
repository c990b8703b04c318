package casework_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/broker"
	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

// M-63: a refusal, whole or in part, waits until the party has been heard or
// an exception is on record.
func TestCommunicationBeforeRefusal(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		problems := func(outcome casework.Outcome) []string {
			t.Helper()
			p, err := o.Propose(t.Context(), "eva.lind", id, casework.DecisionInput{Outcome: outcome, Reasons: "Skäl."})
			if err != nil {
				t.Fatal(err)
			}
			return p.Problems
		}
		record := func(x casework.Communication) {
			t.Helper()
			if err := o.RecordCommunication(t.Context(), "eva.lind", id, "k", x); err != nil {
				t.Fatal(err)
			}
		}
		for outcome, want := range map[casework.Outcome]int{casework.Granted: 0, casework.Partly: 1, casework.Refused: 1,
			casework.Dismissed: 0, casework.Closed: 0} {
			if got := problems(outcome); len(got) != want {
				t.Errorf("%s before communication: %q", outcome, got)
			}
		}
		record(casework.Communication{Kind: casework.Communicated, Day: "2026-11-20", ReplyBy: "2026-11-25", Text: "Underlaget skickat."})
		if got := problems(casework.Refused); len(got) != 1 || !strings.Contains(got[0], "25 november 2026") {
			t.Errorf("within the time to answer: %q", got)
		}
		o.clock.Advance(4 * 24 * time.Hour)
		if got := problems(casework.Refused); len(got) != 0 {
			t.Errorf("after the time to answer: %q", got)
		}
		events, err := o.Events(t.Context(), number(t, anna), id)
		if err != nil || events[0].Kind != casework.EventCommunicated || !strings.Contains(events[0].Text, "25 november 2026") {
			t.Errorf("the person sees %+v, %v", events[0], err)
		}
	})
}

func TestCommunicationAnsweredOrExcepted(t *testing.T) {
	for name, x := range map[string]casework.Communication{
		"answered": {Kind: casework.Replied, Day: "2026-11-21", Text: "Ringde och sa att det stämmer."},
		"excepted": {Kind: casework.Excepted, Text: "Personen har själv lämnat alla uppgifter."},
	} {
		each(t, func(t *testing.T, o *office) {
			id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
			if err := o.RecordCommunication(t.Context(), "eva.lind", id, "k", x); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			d := o.decide(id, casework.Refused, "Du har pengar som räcker.")
			if d.AmountOre != 0 || d.OutcomeText != "Du får inte det du har sökt" {
				t.Errorf("%s: %+v", name, d)
			}
		})
	}
}

func TestCommunicationRefuses(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		for name, x := range map[string]casework.Communication{
			"no reason":             {Kind: casework.Excepted},
			"day to come":           {Kind: casework.Communicated, Day: "2026-11-23", ReplyBy: "2026-11-30", Text: "x"},
			"answer before the day": {Kind: casework.Communicated, Day: "2026-11-20", ReplyBy: "2026-11-19", Text: "x"},
			"no last day":           {Kind: casework.Communicated, Day: "2026-11-20", Text: "x"},
			"exception with a day":  {Kind: casework.Excepted, Day: "2026-11-20", Text: "x"},
			"kind that is none":     {Kind: "sent", Text: "x"},
		} {
			wantKind(t, name, o.RecordCommunication(t.Context(), "eva.lind", id, "k", x), fault.Invalid)
		}
	})
}

// What stands in the way of a decision is said in plain words, and stops it.
func TestDecisionObstacles(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		want := func(what string, in casework.DecisionInput, words string) {
			t.Helper()
			p, err := o.Propose(t.Context(), "eva.lind", id, in)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if !slices.ContainsFunc(p.Problems, func(s string) bool { return strings.Contains(s, words) }) {
				t.Errorf("%s: %q, want %q", what, p.Problems, words)
			}
			_, err = o.Decide(t.Context(), "eva.lind", id, in, p.SHA256)
			wantKind(t, what+" decided all the same", err, fault.Conflict)
		}
		want("no outcome", casework.DecisionInput{}, "Välj vad beslutet blir")
		want("no reasons", casework.DecisionInput{Outcome: casework.Dismissed}, "Skriv skälen")
		o.legal = errors.New("expired")
		want("no law in force", casework.DecisionInput{Outcome: casework.Granted}, "inget lagrum som gäller i dag")
		o.legal = nil
		save := func(version int64, entries map[string]plugin.Entry) {
			t.Helper()
			if err := o.SaveEntries(t.Context(), "eva.lind", id, version, entries); err != nil {
				t.Fatal(err)
			}
		}
		save(0, map[string]plugin.Entry{"hyra": {AmountOre: ore(100)}})
		want("a problem of the worksheet", casework.DecisionInput{Outcome: casework.Partly, Reasons: "x"}, "Hyra: skriv varför")
		save(1, map[string]plugin.Entry{"hyra": {AmountOre: ore(100), Reason: "x"}})
		want("granted with a cost refused", casework.DecisionInput{Outcome: casework.Granted}, "Välj delvis bifall")
		save(2, map[string]plugin.Entry{"inkomster.fk.barnbidrag": {AmountOre: ore(9_000_000), Reason: "x"}})
		want("nothing to pay", casework.DecisionInput{Outcome: casework.Granted}, "inget att betala ut")
		if n := o.count(`SELECT count(*) FROM casework_decision`); n != 0 {
			t.Errorf("%d decisions stored", n)
		}
	})
}

// M-06: a decision is made by a person whom the board lets decide.
func TestOnlyDecidersDecide(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		in := casework.DecisionInput{Outcome: casework.Granted}
		_, err := o.Propose(t.Context(), "kim.akesson", id, in)
		wantKind(t, "an officer who is no decider", err, fault.Forbidden)
		_, err = o.Decide(t.Context(), "kim.akesson", id, in, "x")
		wantKind(t, "an officer who is no decider", err, fault.Forbidden)
		if o.open("kim.akesson", id).MayDecide || !o.open("eva.lind", id).MayDecide {
			t.Error("the file says the wrong thing of who may decide")
		}
		if d := o.decide(id, casework.Granted, ""); d.Decider != "Eva Lind" || d.DeciderTitle != "Socialsekreterare" || d.Board != "Socialnämnden" {
			t.Errorf("the decision names %q, %q, %q", d.Decider, d.DeciderTitle, d.Board)
		}
	})
}

// I-8, M-72: what was shown is what is decided, frozen with its calculation,
// once however often and by however many buttons.
func TestDecisionFrozenOnce(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		in := casework.DecisionInput{Outcome: casework.Granted, Reasons: "Du har rätt till bistånd."}
		p, err := o.Propose(t.Context(), "eva.lind", id, in)
		if err != nil || len(p.Problems) > 0 {
			t.Fatalf("%v, %q", err, p.Problems)
		}
		_, err = o.Decide(t.Context(), "eva.lind", id, casework.DecisionInput{Outcome: casework.Granted, Reasons: "Annat."}, p.SHA256)
		wantKind(t, "other reasons than were shown", err, fault.Conflict)

		var wg sync.WaitGroup
		got := make([]casework.Decision, 6)
		for i := range got {
			wg.Go(func() {
				d, err := o.Decide(t.Context(), "eva.lind", id, in, p.SHA256)
				if err != nil {
					t.Errorf("press %d: %v", i, err)
				}
				got[i] = d
			})
		}
		wg.Wait()
		for _, d := range got {
			if d.ID != got[0].ID || d.ID == "" || d.SHA256 != p.SHA256 {
				t.Errorf("two decisions: %q and %q", d.ID, got[0].ID)
			}
		}
		if n := o.actions(id)["decided"]; n != 1 {
			t.Errorf("decided %d times in the audit log", n)
		}
		_, err = o.Decide(t.Context(), "eva.lind", id, in, "another hash")
		wantKind(t, "another decision afterwards", err, fault.Conflict)
		wantKind(t, "entries afterwards", o.SaveEntries(t.Context(), "eva.lind", id, 0, map[string]plugin.Entry{"hyra": {}}), fault.Conflict)
		wantKind(t, "a request afterwards", o.RequestSupplement(t.Context(), "eva.lind", id, "k", []string{"x"}, "", ""), fault.Conflict)

		d, err := o.Decision(t.Context(), number(t, anna), id)
		if err != nil {
			t.Fatal(err)
		}
		if d.Worksheet == nil || d.Worksheet.ResultOre != d.AmountOre || d.AmountOre != 897300 || d.Reasons != in.Reasons ||
			d.Legal != "lagrum för ref-ekbist" || !d.DecidedAt.Equal(start) {
			t.Errorf("the person gets %+v", d)
		}
		for _, words := range []string{"tre veckor från den dag du fick del av beslutet", "Förvaltningsrätten i Testköping", "Socialnämnden"} {
			if !strings.Contains(d.Appeal, words) {
				t.Errorf("how to appeal lacks %q: %s", words, d.Appeal)
			}
		}
	})
}

// Something that changes between showing and deciding stops the decision.
func TestDecisionSeesChanges(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		in := casework.DecisionInput{Outcome: casework.Granted}
		p, err := o.Propose(t.Context(), "eva.lind", id, in)
		if err != nil {
			t.Fatal(err)
		}
		// A colleague saves just after the calculation behind the last press.
		var once sync.Once
		o.slow = func() {
			once.Do(func() {
				err := o.SaveEntries(t.Context(), "kim.akesson", id, 0, map[string]plugin.Entry{"hyra": {AmountOre: ore(1), Reason: "x"}})
				if err != nil {
					t.Error(err)
				}
			})
		}
		_, err = o.Decide(t.Context(), "eva.lind", id, in, p.SHA256)
		wantKind(t, "a decision on what is no longer so", err, fault.Conflict)
		if o.count(`SELECT count(*) FROM casework_decision`) != 0 {
			t.Error("it was stored")
		}
	})
}

// M-87: a surplus comes from the month before: our own decision if there is
// one, else the case system's.
func TestSurplusCarriedOver(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		month := func(reference, month string, income int64) string {
			t.Helper()
			rec := application(jonas, "Jonas Kvist", reference, "EB-2026-0010")
			rec.Application.Month = month
			rec.Application.Rows = []plugin.Row{{Path: "lon", Label: "Lön", State: plugin.StateAnswered, FetchedOre: ore(income)}}
			rec.Case.Months = []broker.MonthDecision{{Month: "2026-10", Outcome: "refused", SurplusOre: 96500},
				{Month: "2026-09", Outcome: "granted", AmountOre: 214700, SurplusOre: 11}}
			o.handIn(rec)
			id, err := o.CaseOfSubmission(t.Context(), number(t, jonas), rec.ID)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		november := month("EB 2026-000001", "2026-11", 1200000) // 1 000 kr above the need, and 965 kr from October
		f := o.open("eva.lind", november)
		if f.CarriedOverOre == nil || *f.CarriedOverOre != 96500 || len(f.Earlier) != 2 {
			t.Fatalf("carried over %v of %+v", f.CarriedOverOre, f.Earlier)
		}
		if err := o.RecordCommunication(t.Context(), "eva.lind", november, "k",
			casework.Communication{Kind: casework.Excepted, Text: "x"}); err != nil {
			t.Fatal(err)
		}
		if d := o.decide(november, casework.Refused, "Inkomsten räcker."); d.Worksheet.ResultOre != -196500 {
			t.Errorf("November's result is %d", d.Worksheet.ResultOre)
		}
		f = o.open("eva.lind", month("EB 2026-000002", "2026-12", 0))
		if f.CarriedOverOre == nil || *f.CarriedOverOre != 196500 || f.Worksheet.CarriedOverOre != 196500 {
			t.Errorf("December carries over %v", f.CarriedOverOre)
		}
		if len(f.Earlier) != 3 || f.Earlier[0].CaseID != november || f.Earlier[0].Worksheet == nil || f.Earlier[1].CaseID != "" {
			t.Errorf("earlier months %+v", f.Earlier)
		}
		if f = o.open("eva.lind", month("EB 2026-000003", "2027-02", 0)); f.CarriedOverOre != nil {
			t.Errorf("after a month without a decision %v is carried over", *f.CarriedOverOre)
		}
	})
}

// The states go by the table: closing is the last step.
func TestClose(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		wantKind(t, "closing what is not decided", o.Close(t.Context(), "eva.lind", id), fault.Conflict)
		o.open("eva.lind", id)
		d := o.decide(id, casework.Closed, "Du tog tillbaka din ansökan.")
		if d.Worksheet != nil || d.AmountOre != 0 {
			t.Errorf("a matter not tried has a calculation: %+v", d)
		}
		for range 2 {
			if err := o.Close(t.Context(), "eva.lind", id); err != nil {
				t.Fatal(err)
			}
		}
		f := o.open("eva.lind", id)
		if f.State != casework.StateClosed || f.Events[0].Kind != casework.EventClosed {
			t.Errorf("state %s, last event %s", f.State, f.Events[0].Kind)
		}
	})
}
