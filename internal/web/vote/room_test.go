package vote

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/identity/transient"
)

// P-14, petitions.md §3 rule 7: when no more can be at the e-ID one waits in a
// queue, before the e-ID, in the order one came; the page renews itself without
// script and one is let in when there is room.
func TestWaitingRoom(t *testing.T) {
	w := newTown(t, func(s *setup) { s.logins.Max = 1 })
	id := w.petition(false)
	inside, first, second := w.browser(), w.browser(), w.browser()
	inside.begin(id).see(http.StatusOK, "Logga in för att rösta")
	first.begin(id).see(http.StatusOK, "Du står i kö för att rösta", "Du är först i kön.")
	if first.at.Path != waitPath || first.header.Get("Refresh") != "10" {
		t.Fatalf("at %s, refresh %q", first.at.Path, first.header.Get("Refresh"))
	}
	second.begin(id).see(http.StatusOK, "En person är före dig.")
	second.begin(id).see(http.StatusOK, "En person är före dig.") // one place a browser
	if len(w.pages.room.waiting) != 2 {
		t.Errorf("%d places", len(w.pages.room.waiting))
	}
	second.get(waitPath+"?stilla").see(http.StatusOK, "Sidan står stilla", "Titta hur det går")
	if second.header.Get("Refresh") != "" {
		t.Error("it does not stand still")
	}
	first.get(waitPath).see(http.StatusOK, "Du är först i kön.")

	// Somebody goes: the first is let in, and nobody slips past.
	inside.answer(anna, "approve").see(http.StatusOK, "Rösta på förslaget")
	stranger := w.browser()
	stranger.begin(id).see(http.StatusOK, "Du står i kö", "En person är före dig.")
	second.get(waitPath).see(http.StatusOK, "Du är först i kön.")
	first.get(waitPath).see(http.StatusOK, "Det är din tur", "Visa QR-kod", "tre minuter")
	if first.header.Get("Refresh") != "" {
		t.Error("the page goes away under the reader's hand")
	}
	first.post(LoginPath, "forslag", first.field("forslag"), "enhet", "annan").see(http.StatusOK, "Logga in för att rösta")
	first.answer(bo, "approve")
	first.post(Path, "biljett", first.field("biljett"), "val", "rosta").see(http.StatusOK, "Du har röstat")
	second.get(waitPath).see(http.StatusOK, "Det är din tur")

	// Who leaves makes room for the next.
	second.post(waitPath).see(http.StatusOK, "Sidan med förslaget")
	stranger.get(waitPath).see(http.StatusOK, "Det är din tur")
	second.get(waitPath).see(http.StatusNotFound, "Din plats i kön finns inte kvar")
	if w.count(id) != 1 {
		t.Errorf("%d votes", w.count(id))
	}
	for _, b := range []*browser{inside, first, second, stranger} {
		for _, address := range b.seen {
			if strings.HasPrefix(address, "/rosta") && strings.Contains(address, id) {
				t.Errorf("%s names the petition", address)
			}
		}
	}
}

// P-14: votes that come faster than they are written stop new ones before the
// e-ID, not after; the queue is bounded; an address that takes all places is
// stopped; and a forged place is none.
func TestWaitingRoomIsBounded(t *testing.T) {
	w := newTown(t, func(s *setup) { s.deps.Waiting = 2 })
	id := w.petition(false)
	w.full = true
	for range 2 {
		w.browser().begin(id).see(http.StatusOK, "Du står i kö")
	}
	b := w.browser()
	b.begin(id).see(http.StatusServiceUnavailable, "Kön är full", "Vänta en minut")
	if b.header.Get("Retry-After") == "" {
		t.Error("when to come back is not told")
	}
	w.clock.Advance(away) // nobody looks: the places are free
	b.begin(id).see(http.StatusOK, "Du är först i kön.")
	w.full = false
	b.get(waitPath).see(http.StatusOK, "Det är din tur")
	w.clock.Advance(turnLasts)
	b.get(waitPath).see(http.StatusNotFound, "Din plats i kön finns inte kvar")
	b.begin(id).see(http.StatusOK, "Logga in för att rösta")

	forged := w.browser()
	forged.send(http.MethodGet, waitPath, nil, "Cookie", placeCookie+"=AAAA").see(http.StatusNotFound, "Din plats i kön")
	w.full = true
	w.pages.room.most = 1000
	for range placesPerMinute {
		w.pages.come.Allow("127.0.0.1", w.clock.Now())
	}
	w.browser().begin(id).see(http.StatusTooManyRequests, "Det blev för många försök")
}

// An address that starts too many logins is told so; it takes no place.
func TestTooManyOfOneAddress(t *testing.T) {
	w := newTown(t, func(s *setup) { s.logins = transient.Options{StartsPerMinute: 1} })
	id := w.petition(false)
	w.browser().begin(id).see(http.StatusOK, "Logga in för att rösta")
	w.browser().begin(id).see(http.StatusTooManyRequests, "Det blev för många försök", "Vänta en minut")
	if len(w.pages.room.waiting) != 0 {
		t.Error("it waits in the queue")
	}
}

// P-14: the queue keeps its order and its bounds however many come, look and
// leave at once, and lets in no more than there is room for.
func TestRoomKeepsOrder(t *testing.T) {
	c := clock.NewManual(start)
	q := newRoom(c, 1000)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				n, ok := q.enter()
				if !ok {
					continue
				}
				q.look(n, 0, false)
				if n%3 == 0 {
					q.leave(n)
				}
			}
		})
	}
	all.Wait()
	if len(q.waiting) > 1000 || len(q.turns) != 0 {
		t.Fatalf("%d wait, %d turns", len(q.waiting), len(q.turns))
	}
	for i := 1; i < len(q.waiting); i++ {
		if q.waiting[i-1].number >= q.waiting[i].number {
			t.Fatal("out of order")
		}
	}
	firsts := []uint64{q.waiting[0].number, q.waiting[1].number}
	last := q.waiting[len(q.waiting)-1].number
	if ahead, turn, known := q.look(last, 2, false); ahead != len(q.waiting)-1 || turn || !known {
		t.Errorf("%d ahead, %t, %t", ahead, turn, known)
	}
	if len(q.turns) != 2 || !q.hasTurn(firsts[0]) || !q.hasTurn(firsts[1]) || q.open(2) {
		t.Errorf("turns %v, want %v", q.turns, firsts)
	}
	// A place that is looked at stays; one that stands still is kept longer.
	still := q.waiting[0].number
	q.look(still, 0, true)
	c.Advance(away / 2)
	q.look(last, 0, false)
	c.Advance(away/2 + time.Second)
	if _, _, known := q.look(last, 0, false); !known {
		t.Error("who looks loses the place")
	}
	if _, _, known := q.look(still, 0, true); !known || len(q.waiting) != 2 {
		t.Errorf("%d wait", len(q.waiting))
	}
	c.Advance(turnLasts)
	if q.look(last, 1, false); q.hasTurn(firsts[0]) {
		t.Error("a turn lasts for ever")
	}
}
