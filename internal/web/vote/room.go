package vote

import (
	"sort"
	"sync"
	"time"

	"medborgarnavet/internal/clock"
)

const (
	// refreshEvery is how often the page renews itself.
	refreshEvery = 10 * time.Second
	// away is how long a place is kept for one who does not look; stillAway
	// for one who has asked the page to stand still.
	away      = time.Minute
	stillAway = 15 * time.Minute
	// turnLasts is how long somebody whose turn it is has to go on.
	turnLasts = 3 * time.Minute
)

// room is the queue before the e-ID: first come, first in, bounded. It knows
// numbers and when they were last looked at, nothing else.
type room struct {
	clock clock.Clock
	most  int

	mu      sync.Mutex
	last    uint64               // the last number given
	waiting []place              // in order
	turns   map[uint64]time.Time // whose turn it is, and until when
	swept   time.Time
}

type place struct {
	number uint64
	until  time.Time // kept until, unless looked at
}

func newRoom(c clock.Clock, most int) *room {
	return &room{clock: c, most: most, turns: map[uint64]time.Time{}}
}

// enter takes a new place; false when there is none.
func (q *room) enter() (number uint64, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sweep(len(q.waiting) >= q.most)
	if len(q.waiting) >= q.most {
		return 0, false
	}
	q.last++
	q.waiting = append(q.waiting, place{q.last, q.clock.Now().Add(away)})
	return q.last, true
}

// open tells whether somebody without a place may go straight in, when as many
// more can be let in as free says.
func (q *room) open(free int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sweep(false)
	q.call(free)
	return len(q.waiting) == 0 && free > len(q.turns)
}

// look says how a place stands: whose turn it is, or how many are before it.
func (q *room) look(number uint64, free int, still bool) (ahead int, turn, known bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sweep(false)
	kept := away
	if still {
		kept = stillAway
	}
	if i, ok := q.find(number); ok {
		q.waiting[i].until = q.clock.Now().Add(kept)
	}
	q.call(free)
	if q.turn(number) {
		return 0, true, true
	}
	i, ok := q.find(number)
	return i, false, ok
}

// hasTurn tells whether it is a place's turn.
func (q *room) hasTurn(number uint64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.turn(number)
}

// leave gives a place or a turn up.
func (q *room) leave(number uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.turns, number)
	if i, ok := q.find(number); ok {
		q.waiting = append(q.waiting[:i], q.waiting[i+1:]...)
	}
}

func (q *room) turn(number uint64) bool {
	until, ok := q.turns[number]
	return ok && until.After(q.clock.Now())
}

// find is a place's index in the queue; numbers ascend in it.
func (q *room) find(number uint64) (int, bool) {
	i := sort.Search(len(q.waiting), func(i int) bool { return q.waiting[i].number >= number })
	return i, i < len(q.waiting) && q.waiting[i].number == number
}

// call gives turns to those who wait first, as long as there is room for them.
func (q *room) call(free int) {
	for len(q.waiting) > 0 && len(q.turns) < free {
		q.turns[q.waiting[0].number] = q.clock.Now().Add(turnLasts)
		q.waiting = q.waiting[1:]
	}
}

// sweep drops turns that were not taken and places that nobody looks at, at
// most once a second unless it must.
func (q *room) sweep(must bool) {
	now := q.clock.Now()
	if !must && now.Sub(q.swept) < time.Second {
		return
	}
	q.swept = now
	for number, until := range q.turns {
		if !until.After(now) {
			delete(q.turns, number)
		}
	}
	kept := make([]place, 0, len(q.waiting))
	for _, w := range q.waiting {
		if w.until.After(now) {
			kept = append(kept, w)
		}
	}
	q.waiting = kept
}
