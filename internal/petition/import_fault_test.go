package petition_test

import (
	"bytes"
	"sync"
	"testing"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/db"
	"medborgarnavet/internal/db/dbtest"
	"medborgarnavet/internal/db/faultdb"
	"medborgarnavet/internal/petition"
)

// P-03: whichever write fails, nothing of the file is here; the same file then
// comes in whole. When only the answer to the commit is lost, it is here, and
// is not taken twice.
func TestImportSurvivesFaults(t *testing.T) {
	t.Parallel()
	post := openPost(t)
	var faults faultdb.Plan
	c := clock.NewManual(start)
	o := dbtest.SQLite(t)
	o.Clock, o.Wrap = c, faults.Wrap
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	h := newHall(t, d, c, post, nil)
	file := example(t, "example.csv")
	tried := 0
	for n, more := 1, true; more; n += 1 + n/4 {
		faults.FailNth(faultdb.Exec, n)
		_, err := h.importing(file, "csv", false)
		if more = faults.Reached(); more && (err == nil || h.stored() != 0) {
			t.Fatalf("write %d failed: %v, %d rows", n, err, h.stored())
		}
		tried++
		if more {
			continue
		}
		if err != nil || h.stored() == 0 {
			t.Fatalf("nothing failed: %v, %d rows", err, h.stored())
		}
	}
	if tried < 10 {
		t.Errorf("only %d writes were made to fail", tried)
	}
	before := h.stored()
	faults.FailNth(faultdb.CommitAfter, 1)
	if report, err := h.importing(file, "csv", false); err == nil && report.Already != 4 || h.stored() > before+1 {
		t.Errorf("a lost answer: %+v (%v), %d rows more", report, err, h.stored()-before)
	}
}

// P-03: the same file by two at the same moment is taken once.
func TestImportTwiceAtOnce(t *testing.T) {
	each(t, nil, func(t *testing.T, h *hall) {
		file := example(t, "example.json")
		var all sync.WaitGroup
		reports := make([]petition.ImportReport, 4)
		for i := range reports {
			all.Go(func() {
				var err error
				if reports[i], err = h.Import(t.Context(), formerly, bytes.NewReader(file), petition.FormatJSON, false); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		taken, already := 0, 0
		for _, r := range reports {
			taken, already = taken+r.Taken, already+r.Already
		}
		if l, err := h.List(t.Context(), petition.Filter{}); err != nil || l.Total != 3 || taken != 4 || already != 12 {
			t.Errorf("%d taken, %d already, %d listed (%v)", taken, already, l.Total, err)
		}
	})
}
