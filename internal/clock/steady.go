package clock

import (
	"sync"
	"time"
)

const (
	// JumpLimit is how far the wall clock may move against real time before
	// it counts as a jump (performance.md §6).
	JumpLimit = 5 * time.Minute
	// SettleTime is how long purging and closing stay paused after a jump. In
	// this time either the clock is corrected, or an operator has been alarmed;
	// after it the new time is believed, because a promise to destroy something
	// on its day may not be put off for ever by one correction of a clock.
	SettleTime = time.Hour
	// reanchor is how often the line that the clock is held against is drawn
	// anew, so that many small corrections over months do not add up to a jump.
	reanchor = 24 * time.Hour
	// AwayLimit is how long the service may have been away when it starts and
	// the clock still be believed. An outage is shorter; a clock that has lost
	// its battery or is set to another year is further off. Who really was away
	// longer waits SettleTime, once.
	AwayLimit = 7 * 24 * time.Hour
)

// Steady is a Clock that notices when the wall clock jumps.
//
// States: steady → jumped (moved more than JumpLimit against real time) →
// steady again when the clock came back to where it should be, when SettleTime
// of real time passed without another jump, or when Accept was called. It
// begins as jumped when the clock is not where Since says that it can be.
type Steady struct {
	clock   Clock
	elapsed func() time.Duration
	settle  time.Duration

	mu       sync.Mutex
	wall     time.Time     // where the wall clock was believed to be …
	at       time.Duration // … when this much real time had passed
	ahead    time.Duration // how far ahead of that it may be: JumpLimit, but more at a start
	jumped   bool
	jumpWall time.Time // the wall clock's new line since the jump
	jumpAt   time.Duration
}

// Option changes how Guard watches.
type Option func(*Steady)

// WithElapsed gives the source of real (monotonic) time. The default is the
// clock's own where it has one (Manual), else the machine's monotonic clock.
func WithElapsed(f func() time.Duration) Option { return func(s *Steady) { s.elapsed = f } }

// WithSettle replaces SettleTime.
func WithSettle(d time.Duration) Option { return func(s *Steady) { s.settle = d } }

// Since tells when the clock was believed last, before this process began. If
// it now shows an earlier time, or one more than AwayLimit later, it has jumped.
// The zero time says nothing.
func Since(last time.Time) Option {
	return func(s *Steady) {
		if !last.IsZero() {
			s.wall, s.ahead = last, AwayLimit
		}
	}
}

// Guard watches a clock from now on.
func Guard(c Clock, options ...Option) *Steady {
	start := time.Now()
	s := &Steady{clock: c, settle: SettleTime, elapsed: func() time.Duration { return time.Since(start) }, wall: c.Now().Round(0), ahead: JumpLimit}
	if e, ok := c.(elapser); ok {
		s.elapsed = e.Elapsed
	}
	for _, o := range options {
		o(s)
	}
	s.at = s.elapsed()
	s.Jumped() // the time to settle begins now
	return s
}

// Now is the guarded clock's time, jumped or not.
func (s *Steady) Now() time.Time { return s.clock.Now() }

// Jumped reports whether the wall clock has moved more than JumpLimit against
// real time and has not settled since. While it is true nothing that cannot be
// undone may be done because of the time.
func (s *Steady) Jumped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, passed := s.clock.Now().Round(0), s.elapsed()
	if within(now, s.wall, passed-s.at, s.ahead) {
		s.jumped = false
		if s.ahead != JumpLimit || passed-s.at > reanchor {
			s.believe(now, passed)
		}
		return false
	}
	if !s.jumped || !within(now, s.jumpWall, passed-s.jumpAt, JumpLimit) {
		s.jumped, s.jumpWall, s.jumpAt = true, now, passed
	}
	if passed-s.jumpAt >= s.settle {
		s.believe(now, passed)
	}
	return s.jumped
}

// Settled is the time now, and whether something that cannot be undone may be
// done because of it: false while a Steady has jumped. The time is read before
// the question is asked, so that a jump between the two cannot slip through;
// such a deed uses this time and reads no other.
func Settled(c Clock) (now time.Time, ok bool) {
	now = c.Now()
	steady, watched := c.(*Steady)
	return now, !watched || !steady.Jumped()
}

// Accept says that the clock is right as it stands: an operator looked.
func (s *Steady) Accept() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.believe(s.clock.Now().Round(0), s.elapsed())
}

func (s *Steady) believe(now time.Time, passed time.Duration) {
	s.wall, s.at, s.ahead, s.jumped = now, passed, JumpLimit, false
}

// within reports whether now is where a clock that showed wall should be after
// so much real time: at most JumpLimit behind that, and so much ahead of it.
func within(now, wall time.Time, passed, ahead time.Duration) bool {
	off := now.Sub(wall) - passed
	return off >= -JumpLimit && off <= ahead
}
