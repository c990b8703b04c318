package clock

import (
	"testing"
	"testing/synctest"
	"time"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func TestManual(t *testing.T) {
	m := NewManual(start)
	m.Advance(time.Hour)
	m.Set(start.AddDate(0, 0, 1))
	m.Advance(time.Minute)
	if want := start.AddDate(0, 0, 1).Add(time.Minute); m.Now() != want {
		t.Errorf("Now %v, want %v", m.Now(), want)
	}
	if want := time.Hour + time.Minute; m.Elapsed() != want {
		t.Errorf("Elapsed %v, want %v", m.Elapsed(), want)
	}
}

// D-12: a wall clock that is suddenly wrong pauses what cannot be undone. Each
// step is a jump of the hands, some passing time, and the verdict.
func TestJumped(t *testing.T) {
	type step struct {
		jump, pass time.Duration
		want       bool
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"time passes", []step{{0, 7 * 24 * time.Hour, false}, {0, 300 * 24 * time.Hour, false}}},
		{"within the limit", []step{{JumpLimit, 0, false}, {-2 * JumpLimit, 0, false}}},
		{"ahead", []step{{JumpLimit + 1, 0, true}, {0, SettleTime - 1, true}}},
		{"behind", []step{{-JumpLimit - 1, 0, true}}},
		{"corrected", []step{{24 * time.Hour, 0, true}, {0, 10 * time.Minute, true}, {-24 * time.Hour, 0, false}}},
		{"believed after settling", []step{{24 * time.Hour, 0, true}, {0, SettleTime, false}, {0, time.Hour, false}}},
		{"back after it was believed is a jump", []step{{24 * time.Hour, 0, true}, {0, SettleTime, false}, {-24 * time.Hour, 0, true}}},
		{"another jump starts over", []step{{time.Hour, 0, true}, {time.Hour, SettleTime - time.Minute, true}, {0, 2 * time.Minute, true}, {0, SettleTime, false}}},
		{"small corrections do not add up", []step{
			{4 * time.Minute, 25 * time.Hour, false}, {4 * time.Minute, 25 * time.Hour, false}, {4 * time.Minute, 25 * time.Hour, false},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := NewManual(start)
			s := Guard(m)
			for i, step := range c.steps {
				m.Set(m.Now().Add(step.jump))
				m.Advance(step.pass)
				if got := s.Jumped(); got != step.want {
					t.Fatalf("step %d: jumped %v", i+1, got)
				}
			}
			if s.Now() != m.Now() {
				t.Error("a steady clock shows another time than the clock it guards")
			}
		})
	}
}

// D-12: a clock that is wrong when the service starts is held against when the
// service last ran. Each step is a jump of the hands, some passing time, and
// the verdict; the first is the state at the start.
func TestJumpedAtStart(t *testing.T) {
	type step struct {
		jump, pass time.Duration
		want       bool
	}
	year := 365 * 24 * time.Hour
	for _, c := range []struct {
		name  string
		away  time.Duration // what the clock shows after the last run
		steps []step
	}{
		{"a short stop", 3 * time.Hour, []step{{0, 0, false}, {JumpLimit + 1, 0, true}}},
		{"as long as may be", AwayLimit, []step{{0, 0, false}}},
		{"a little behind", -JumpLimit, []step{{0, 0, false}}},
		{"too far ahead", AwayLimit + 1, []step{{0, 0, true}, {0, SettleTime - 1, true}, {0, 1, false}, {-year, 0, true}}},
		{"behind", -JumpLimit - 1, []step{{0, 0, true}, {0, SettleTime, false}}},
		{"put right after a long stop", year, []step{{0, 20 * time.Minute, true}, {3*time.Hour - year, 0, false}, {JumpLimit + 1, 0, true}}},
		{"put wrong again", year, []step{{0, SettleTime - time.Minute, true}, {year, time.Minute, true}, {0, SettleTime, false}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := NewManual(start.Add(c.away))
			s := Guard(m, Since(start))
			for i, step := range c.steps {
				m.Set(m.Now().Add(step.jump))
				m.Advance(step.pass)
				if got := s.Jumped(); got != step.want {
					t.Fatalf("step %d: jumped %v", i+1, got)
				}
			}
		})
	}
	if Guard(NewManual(start), Since(time.Time{})).Jumped() {
		t.Error("a first start is a jump")
	}
}

func TestAccept(t *testing.T) {
	m := NewManual(start)
	s := Guard(m)
	m.Set(start.AddDate(0, 1, 0))
	if !s.Jumped() {
		t.Fatal("not noticed")
	}
	s.Accept()
	if s.Jumped() {
		t.Error("an operator's word does not count")
	}
}

// The machine's clock is guarded by its monotonic part; other sources and
// settle times can be given.
func TestGuardOfSystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := Guard(System())
		time.Sleep(30 * 24 * time.Hour)
		if s.Jumped() {
			t.Error("a month of ordinary time is a jump")
		}
		passed := time.Duration(0)
		s = Guard(System(), WithElapsed(func() time.Duration { return passed }), WithSettle(time.Minute))
		time.Sleep(6 * time.Minute) // the wall moves, the given source does not
		if !s.Jumped() {
			t.Error("a jump against the given source is not noticed")
		}
		passed += time.Minute
		time.Sleep(time.Minute)
		if s.Jumped() {
			t.Error("the given settle time does not count")
		}
	})
}
