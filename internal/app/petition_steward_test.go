package app_test

import (
	"testing"
	"time"

	"medborgarnavet/internal/app"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/petition"
)

// P-13, P-16: what a steward did to a vote is not told as something that
// happened by itself.
func TestTimelineTellsWhoHeldTheVote(t *testing.T) {
	m := clock.NewManual(noon)
	p := newPolls(t, m, nil)
	life, _ := p.app.Petitions("ekbacka")
	id := p.open("ekbacka", "Bygg en bro")
	p.serve()
	steward := app.Steward(p.app, "ekbacka")
	for _, do := range []func() error{
		func() error { return steward.Pause(t.Context(), id, "Vi lagar något.") },
		func() error { return steward.Resume(t.Context(), id, "") },
		func() error { return steward.CloseEarly(t.Context(), id, "Klart.") },
	} {
		m.Advance(time.Second)
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	p.work()
	one, err := life.One(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	by := map[petition.Move]petition.Role{}
	for _, e := range one.Timeline {
		by[e.Move] = e.Role
	}
	for move, want := range map[petition.Move]petition.Role{petition.MoveOpen: petition.RoleSystem, petition.MovePause: petition.RoleSteward,
		petition.MoveResume: petition.RoleSteward, petition.MoveClose: petition.RoleSteward} {
		if by[move] != want {
			t.Errorf("%s is told as done by %q, not %q", move, by[move], want)
		}
	}
}
