package validation_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"medborgarnavet/block/pades"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/keyring/keyringtest"
	"medborgarnavet/internal/validation"
)

// says is a PDF/A validator that always says the same.
type says struct {
	name string
	got  validation.Conformance
	err  error
}

func (s says) Name() string    { return s.name }
func (s says) Version() string { return "7" }
func (s says) Check(context.Context, []byte) (validation.Conformance, error) {
	return s.got, s.err
}

func yes(name string) says {
	return says{name, validation.Conformance{Claimed: "2B", Profile: "2B", Conformant: true}, nil}
}

func no(name string) says {
	return says{name, validation.Conformance{Claimed: "2B", Profile: "2B",
		Findings: []validation.Finding{{Rule: "6.2.2-1", Reason: validation.Text{Sv: "Nej.", En: "No."}, Count: 1}}}, nil}
}

// S-12: several validators are asked, what each says is told, and disagreement
// is flagged.
func TestCheckers(t *testing.T) {
	file := document(t, 1)
	for _, test := range []struct {
		name                 string
		checkers             []validation.Checker
		conformant, disagree bool
		claimed              string
	}{
		{"both yes", []validation.Checker{yes("a"), yes("b")}, true, false, "2B"},
		{"both no", []validation.Checker{no("a"), no("b")}, false, false, "2B"},
		{"they differ", []validation.Checker{yes("a"), no("b")}, false, true, "2B"},
		{"one cannot say", []validation.Checker{yes("a"), says{"b", validation.Conformance{}, errors.New("broken")}}, true, false, "2B"},
		{"none can say", []validation.Checker{says{"b", validation.Conformance{}, errors.New("broken")}}, false, false, ""},
		{"no claim", []validation.Checker{says{"a", validation.Conformance{}, validation.ErrNoClaim}}, false, false, ""},
		{"our own", nil, false, false, ""},
	} {
		v := &validation.Validator{Checkers: test.checkers}
		rep, err := v.Validate(t.Context(), file, validation.Options{PDFA: true})
		if err != nil {
			t.Fatal(err)
		}
		p := rep.PDFA
		if p == nil || p.Conformant != test.conformant || p.Disagree != test.disagree || p.Claimed != test.claimed || len(p.Results) != max(1, len(test.checkers)) {
			t.Errorf("%s: %+v", test.name, p)
		}
		if rep.Verdict != validation.NoSignature {
			t.Errorf("%s: verdict %s on a file without signatures", test.name, rep.Verdict)
		}
	}
}

// S-06, S-11, S-12, I-7: what was found is kept with what it is about, sealed,
// and goes with it.
func TestStore(t *testing.T) {
	w := newWorld(t)
	file := w.sign(document(t, 1), w.person("Anna", "Berglund"), pades.BLT)
	v := &validation.Validator{Trust: w.trust, Clock: clock.NewManual(w.now), Checkers: []validation.Checker{yes("a"), no("b")}}
	rep, err := v.Validate(t.Context(), file, validation.Options{PDFA: true})
	if err != nil {
		t.Fatal(err)
	}
	manual := clock.NewManual(w.now)
	dbtest.EachAt(t, manual, func(t *testing.T, open func() *db.DB) {
		d, store := open(), validation.NewStore(keyringtest.New(t, manual))
		subject := validation.Subject{Kind: "attachment", ID: "bilaga-1", Board: "socialnamnden"}
		tx := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Tx(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		tx(func(tx *db.Tx) error {
			if _, err := store.Keep(t.Context(), tx, subject, rep); err != nil {
				return err
			}
			_, err := store.KeepUnusable(t.Context(), tx, validation.Subject{Kind: "attachment", ID: "bilaga-2", Board: "socialnamnden"},
				[]byte("not a PDF"), fault.New(fault.Invalid, "no"))
			return err
		})
		tx(func(tx *db.Tx) error {
			list, err := store.Of(t.Context(), tx, "attachment", "bilaga-1")
			if err != nil {
				return err
			}
			if len(list) != 1 || list[0].Verdict != validation.Valid || !list[0].Disagree || list[0].Conformant || list[0].Claimed != "2B" ||
				list[0].SHA256 != rep.SHA256 || !list[0].At.Equal(w.now) || len(list[0].Checkers) != 2 || !list[0].Checkers[0].Conformant || list[0].Checkers[1].Findings != 1 {
				t.Errorf("kept %+v", list)
			}
			back, err := store.Report(t.Context(), tx, list[0])
			if err != nil {
				return err
			}
			if len(back.Signatures) != 1 || back.Signatures[0].Signer.Name != "Anna Berglund" || back.Verdict != rep.Verdict || len(back.PDFA.Results) != 2 {
				t.Errorf("opened %+v", back)
			}
			wrong := list[0]
			wrong.Subject.Board = "kommunstyrelsen"
			if _, err := store.Report(t.Context(), tx, wrong); err == nil {
				t.Error("another board's key opens it")
			}
			return nil
		})
		tx(func(tx *db.Tx) error {
			list, err := store.Of(t.Context(), tx, "attachment", "bilaga-2")
			if err != nil || len(list) != 1 || list[0].Verdict != validation.Unusable {
				t.Errorf("unusable: %+v, %v", list, err)
			}
			n, err := store.Delete(t.Context(), tx, "attachment", "bilaga-1")
			if err != nil || n != 1 {
				t.Errorf("deleted %d, %v", n, err)
			}
			return err
		})
		tx(func(tx *db.Tx) error {
			var rows, checkers int
			if err := tx.QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM validation), (SELECT COUNT(*) FROM validation_checker)`).Scan(&rows, &checkers); err != nil {
				return err
			}
			if rows != 1 || checkers != 0 {
				t.Errorf("%d validations and %d answers are left", rows, checkers)
			}
			_, err := store.Keep(t.Context(), tx, validation.Subject{}, rep)
			if err == nil || !strings.Contains(err.Error(), "belongs") {
				t.Errorf("a record without a subject: %v", err)
			}
			return nil
		})
	})
}
