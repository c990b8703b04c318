package outbox_test

import (
	"slices"
	"testing"
	"time"
)

// D-12, petitions.md §3 rule 3: events of a topic that is held wait untried,
// for longer than a failing one is tried, and go as soon as it is let go;
// another topic goes on meanwhile.
func TestHeld(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		held := true
		p.box.Handle("letters", p.handle)
		p.box.Hold("letters", func() bool { return held })
		p.add("letters", "a", "b")
		p.add("submitted", "c")
		for range 3 {
			if err := p.box.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			p.clock.Advance(24 * time.Hour)
		}
		if got := p.seen(); !slices.Equal(got, []string{"c"}) {
			t.Fatalf("while letters are held: %v", got)
		}
		if s := p.stats(); s.Waiting != 2 || s.Parked != 0 {
			t.Errorf("they do not wait: %+v", s)
		}
		held = false
		if err := p.box.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := p.seen(); len(got) != 3 {
			t.Errorf("let go: %v", got)
		}
	})
}
