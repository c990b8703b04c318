package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"
)

// townClock is the machine's clock, moved on by what has been asked for: a
// town whose votes close tomorrow can be seen the day after. Time that is
// passed this way has really passed, also to what watches for clocks that jump.
type townClock struct {
	start time.Time
	ahead atomic.Int64 // nanoseconds
}

func newTownClock() *townClock { return &townClock{start: time.Now()} }

// Now implements clock.Clock.
func (c *townClock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Elapsed is how much time has passed since the clock was made.
func (c *townClock) Elapsed() time.Duration { return c.Now().Sub(c.start) }

// obey reads lines as "advance 20m" until there are no more, and answers each
// with a line. Time never goes backwards.
func (c *townClock) obey(in io.Reader, out io.Writer) {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		by, err := time.ParseDuration(strings.TrimPrefix(lines.Text(), "advance "))
		if err != nil || by < 0 {
			fmt.Fprintln(out, `{"advanced":false}`)
			continue
		}
		c.ahead.Add(int64(by))
		fmt.Fprintln(out, `{"advanced":true}`)
	}
}
