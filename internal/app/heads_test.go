package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/petition/tally"
)

// P-16, petitions.md §2.2: the product makes a signed head of a running count
// by itself, once there are a hundred votes and a day has gone, and anybody can
// fetch and check it.
func TestRunningHeadInTheProduct(t *testing.T) {
	m := clock.NewManual(noon)
	p := newPolls(t, m, nil)
	id := p.open("ekbacka", "Bygg en bro")
	p.serve()
	for i := range tally.DefaultStep {
		if r := p.vote(p.ticket("ekbacka", id, voter(i))); r.status != http.StatusSeeOther {
			t.Fatalf("vote %d: %d", i, r.status)
		}
	}
	p.work()
	if files := p.poll("ekbacka", id).Files; len(files) > 1 {
		t.Errorf("%d heads on the first day", len(files))
	}
	m.Advance(25 * time.Hour)
	p.work()
	files := p.poll("ekbacka", id).Files
	if len(files) == 0 || !strings.HasSuffix(files[len(files)-1].Name, "-running.json") {
		t.Fatalf("no running head among %d files", len(files))
	}
	last := files[len(files)-1]
	if v := tally.Audit(files, nil); !v.OK() {
		t.Errorf("the audit: %+v", v)
	}
	if r := p.get("/forslag/" + id + "/kontroll/" + last.Name); r.status != http.StatusOK || r.body != string(last.Data) {
		t.Errorf("fetched: %d", r.status)
	}
}
