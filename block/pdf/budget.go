package pdf

import (
	"fmt"
	"sync/atomic"
	"time"
)

// maxValues bounds what the parsed objects of one file take in memory, by the
// rough prices below.
const maxValues = 96 << 20

// Rough prices in bytes of what a parsed value keeps.
const (
	priceValue = 24
	priceDict  = 64
	priceKey   = 64
)

// maxFaults is how many faults are kept; a file with more is no better described.
const maxFaults = 100

// budget is what has been spent on one file. Its counters may be touched by
// several goroutines that decode at once.
type budget struct {
	limits  Limits
	decoded atomic.Int64
	spent   atomic.Int64 // nanoseconds
}

func (l Limits) orDefault() Limits {
	if l.Bytes <= 0 {
		l.Bytes = Default.Bytes
	}
	if l.Objects <= 0 {
		l.Objects = Default.Objects
	}
	if l.Depth <= 0 {
		l.Depth = Default.Depth
	}
	if l.Decoded <= 0 {
		l.Decoded = Default.Decoded
	}
	if l.Time <= 0 {
		l.Time = Default.Time
	}
	return l
}

// timer is one stretch of work that is charged to the budget.
type timer struct {
	b     *budget
	start time.Time
	end   time.Time
	ticks int
}

func (b *budget) begin() *timer {
	now := time.Now()
	return &timer{b: b, start: now, end: now.Add(b.limits.Time - time.Duration(b.spent.Load()))}
}

func (t *timer) stop() { t.b.spent.Add(int64(time.Since(t.start))) }

// check tells whether the time is out.
func (t *timer) check() error {
	if time.Now().After(t.end) {
		return fmt.Errorf("%w: more than %v of work", ErrLimit, t.b.limits.Time)
	}
	return nil
}

// tick is check, for small steps: it looks at the clock at every 256th.
func (t *timer) tick() error {
	t.ticks++
	if t.ticks&255 != 0 {
		return nil
	}
	return t.check()
}

// take charges n decoded bytes.
func (b *budget) take(n int64) error {
	if b.decoded.Add(n) > b.limits.Decoded {
		return fmt.Errorf("%w: more than %d bytes decoded", ErrLimit, b.limits.Decoded)
	}
	return nil
}
