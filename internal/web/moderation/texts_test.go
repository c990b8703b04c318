package moderation_test

import (
	"strings"
	"testing"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/closing"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/petition/uptime"
	"medborgarnavet/internal/web/moderation"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/pagetest"
)

// M-48, P-01, ux.md §8: the texts are plain, and every state, move and part that a
// page may meet has words.
func TestTexts(t *testing.T) {
	c, err := page.NewCatalogue()
	if err == nil {
		err = moderation.Texts(c)
	}
	if err != nil {
		t.Fatal(err)
	}
	own := 0
	for _, key := range c.Keys() {
		if !strings.HasPrefix(key, "moderation.") {
			continue
		}
		own++
		e, _ := c.Entry(page.Swedish, key)
		for _, form := range []string{e.One, e.Other} {
			for _, fault := range pagetest.Plain(page.Swedish, form) {
				t.Errorf("%s: %s", key, fault)
			}
		}
	}
	if own < 300 {
		t.Errorf("%d texts", own)
	}
	for _, key := range keys() {
		if !c.Has("moderation." + key) {
			t.Errorf("no text moderation.%s", key)
		}
	}
}

// keys are those that the code puts together.
func keys() (out []string) {
	out = append(out, "move."+string(petition.MoveReceive), "move."+string(petition.MoveImport))
	for _, m := range petition.Transitions() {
		out = append(out, "move."+string(m.Move))
		if m.To == "" {
			continue
		}
		switch m.Axis {
		case petition.AxisModeration:
			out = append(out, "state."+string(m.To))
		case petition.AxisVoting:
			out = append(out, "voting."+string(m.To))
		case petition.AxisOutcome:
			out = append(out, "outcome."+string(m.To))
		}
	}
	for _, r := range []petition.Role{petition.RoleProposer, petition.RoleModerator, petition.RoleHandler, petition.RoleSteward, petition.RoleSystem, petition.RoleCaseSystem} {
		out = append(out, "by."+string(r))
	}
	for _, s := range []petition.Show{petition.ShowToRead, petition.ShowWaiting, petition.ShowReady, petition.ShowAgain, petition.ShowOverdue, petition.ShowDecided, petition.ShowFollow} {
		out = append(out, "show."+string(s), "empty."+string(s))
	}
	for _, c := range []petition.Clock{petition.InTime, petition.PastTarget, petition.NearOverdue, petition.Overdue} {
		out = append(out, "clock."+string(c))
	}
	for _, d := range []string{petition.Granted, petition.PartlyGranted, petition.Declined, petition.Answered} {
		out = append(out, "decision."+d)
	}
	for _, s := range []closing.State{closing.Open, closing.Closing, closing.Counted, closing.KeysDestroyed, closing.RowsDropped, closing.Reported} {
		out = append(out, "closing."+string(s))
	}
	for _, r := range closing.Reasons() {
		out = append(out, "reason."+r)
	}
	for _, n := range switches.Names() {
		out = append(out, "feature."+string(n), "switch-off."+string(n))
	}
	for _, part := range append(uptime.Parts(), uptime.Own, uptime.Voting) {
		out = append(out, "part-of."+part)
	}
	for _, slug := range []string{"godkann", "komplettera", "avsla", "slaihop", "dolj"} {
		out = append(out, "decide."+slug, "about."+slug, "words."+slug, "confirm."+slug, "preview.title."+slug, "saved."+slug)
	}
	for _, slug := range []string{"lamna", "bered", "planera", "besluta", "paborja", "slutfor", "lagg-ned", "nyhet", "folj-upp"} {
		out = append(out, "step."+slug, "step-about."+slug, "next."+slug)
	}
	for _, kind := range []string{"number", "mail", "phone"} {
		out = append(out, "found."+kind, "finding."+kind)
	}
	return out
}
