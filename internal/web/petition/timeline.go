package petition

import (
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
)

// said is what has happened, newest first, in the reader's words, with what
// people wrote beside them.
func (p *Pages) said(f facts) []page.Event {
	out := make([]page.Event, 0, len(f.Timeline))
	for i := len(f.Timeline) - 1; i >= 0; i-- {
		e := f.Timeline[i]
		ev := page.Event{At: e.At, Title: eventText(e.Move), By: byText(e.Role), Tone: toneOf(e.Move)}
		var body []page.Text
		if why := codeText(e.Code); why != nil {
			body = append(body, paragraph(why))
		}
		if what := decisionText(e.Code); what != nil {
			body = append(body, paragraph(what))
		}
		if also := alsoText(e.Move); also != nil {
			body = append(body, paragraph(also))
		}
		if own := p.ownWords(e); own != nil {
			body = append(body, own)
		}
		if promised := i == len(f.Timeline)-1 || e.Role == petition.RoleHandler || e.Role == petition.RoleCaseSystem; promised && e.NextStep+e.NextDay != "" {
			body = append(body, paragraph(nextText(e.NextStep, e.NextDay)))
		}
		if to, ok := link(e.Link); ok {
			body = append(body, paragraph(to))
		}
		if len(body) > 0 {
			ev.Body = body
		}
		out = append(out, ev)
	}
	return out
}

// ownWords are what somebody wrote about an event. The words that the step puts
// where nobody wrote any say what the title says, and are left out.
func (p *Pages) ownWords(e petition.Event) page.Text {
	said := e.Words
	for _, known := range []page.Text{eventText(e.Move), alsoText(e.Move), codeText(e.Code)} {
		if known == nil {
			continue
		}
		if words, err := p.Renderer.Text(page.Swedish, known); err == nil {
			said = strings.TrimPrefix(strings.TrimSpace(said), strings.TrimSuffix(words, ".")+".")
		}
	}
	if said = strings.TrimSpace(said); said == "" {
		return nil
	}
	var out []page.Text
	for _, line := range lines(said) {
		words, _ := line.(string)
		out = append(out, paragraph(swedish(words)))
	}
	return out
}

// eventText is a move as something that has happened.
func eventText(m petition.Move) page.Text {
	known := m == petition.MoveReceive || m == petition.MoveImport ||
		slices.ContainsFunc(petition.Transitions(), func(t petition.Transition) bool { return t.Move == m })
	if !known { // a move that is younger than these words
		return page.T("petition.event.other")
	}
	return page.T("petition.event." + string(m))
}

// alsoText is what always goes with a move.
func alsoText(m petition.Move) page.Text {
	switch m {
	case petition.MovePause, petition.MoveClose, petition.MoveEraseStopped:
		return page.T("petition.also." + string(m))
	}
	return nil
}

func byText(r petition.Role) page.Text {
	switch r {
	case petition.RoleProposer:
		return page.T("petition.by.proposer")
	case petition.RoleSystem:
		return page.T("petition.by.system")
	}
	return page.T("petition.by.municipality")
}

// toneOf gives the great events a shape of their own. None is good or bad.
func toneOf(m petition.Move) page.Tone {
	switch m {
	case petition.MoveOpen, petition.MoveErase, petition.MoveHandOver, petition.MoveDecide, petition.MoveComplete:
		return page.Info
	case petition.MovePause:
		return page.Warning
	}
	return ""
}

// nextText is what is expected next, and when.
func nextText(step, day string) page.Text {
	switch {
	case step == "":
		return page.T("petition.next.day", "day", page.DayOf(day))
	case day == "":
		return page.T("petition.next.step", "step", stepText(petition.Move(step)))
	}
	return page.T("petition.next.both", "step", stepText(petition.Move(step)), "day", page.DayOf(day))
}

// stepText is a move as something that lies ahead.
func stepText(m petition.Move) page.Text {
	switch m {
	case petition.MoveOpen, petition.MoveClose, petition.MoveCount, petition.MoveErase, petition.MoveHandOver, petition.MovePrepare,
		petition.MovePlan, petition.MoveDecide, petition.MoveStart, petition.MoveComplete, petition.MoveNews, petition.MoveFollowUp:
		return page.T("petition.step." + string(m))
	}
	return eventText(m)
}

// nowOf says whose turn it is, what comes next and who answers for it.
func nowOf(f facts) page.Summary {
	s := page.Summary{Title: page.T("petition.now.title")}
	row := func(key string, value page.Text) {
		if value != nil {
			s.Rows = append(s.Rows, page.SummaryRow{Term: page.T("petition.now." + key), Value: value})
		}
	}
	row("turn", turnOf(f))
	if f.NextStep != "" && !over(f) {
		row("step", stepText(petition.Move(f.NextStep)))
	}
	if f.NextDay != "" && !over(f) {
		row("day", page.DayOf(f.NextDay))
	}
	if body := responsible(f); body != "" {
		row("body", swedish(capital(body)))
	}
	row("number", page.CaseNumber(f.Registry))
	if f.BodyRegistry != "" {
		row("body_number", page.CaseNumber(f.BodyRegistry))
	}
	row("decision", decisionText(f.Decision))
	if f.Paragraph != "" {
		minutes := []page.Text{swedish(f.Paragraph)}
		if to := source(f, petition.MoveDecide); to != nil {
			minutes = append(minutes, " · ", to)
		}
		row("minutes", minutes)
	}
	return s
}

// source is the link that came with the last of a move.
func source(f facts, m petition.Move) page.Text {
	for i := len(f.Timeline) - 1; i >= 0; i-- {
		if e := f.Timeline[i]; e.Move == m {
			if to, ok := link(e.Link); ok {
				return to
			}
		}
	}
	return nil
}

// over tells whether nothing more will happen.
func over(f facts) bool {
	switch f.Standing.Outcome {
	case petition.BelowThreshold, petition.CarriedOut, petition.NotCarriedOut:
		return true
	case petition.Decided:
		return f.Decision == petition.Declined || f.Decision == petition.Answered
	}
	return f.Standing.Moderation != petition.Accepted
}

// responsible is the board that has the petition, or will have it.
func responsible(f facts) string {
	if f.Body != "" {
		return f.Body
	}
	if f.Standing.Moderation == petition.Accepted && f.Standing.Outcome != petition.BelowThreshold {
		return f.settings.ReceivingBody
	}
	return ""
}

// turnOf is whose turn it is.
func turnOf(f facts) page.Text {
	turn := func(key string) page.Text { return page.T("petition.turn." + key) }
	if over(f) {
		return turn("nobody")
	}
	switch f.Standing.Outcome {
	case petition.Reached:
		return turn("hand-over")
	case petition.HandedOver, petition.Prepared, petition.DecisionPlanned:
		return page.T("petition.turn.board", "body", swedish(responsible(f)))
	case petition.Decided, petition.CarryingOut:
		return turn("carry-out")
	}
	switch f.Standing.Voting {
	case petition.Planned:
		return turn("planned")
	case petition.Open:
		return turn("voters")
	case petition.Paused:
		return turn("paused")
	}
	return turn("counting")
}

// milestones are the great days of a petition, past and to come.
func milestones(f facts) page.Summary {
	s := page.Summary{}
	row := func(key string, at time.Time) {
		var value page.Text = page.T("petition.miles.not_yet")
		if !at.IsZero() {
			value = page.Date(at)
		}
		s.Rows = append(s.Rows, page.SummaryRow{Term: page.T("petition.miles." + key), Value: value})
	}
	row("received", f.ReceivedAt)
	row("read", when(f, petition.MoveAccept, petition.MoveReject, petition.MoveHide, petition.MoveMerge))
	if f.Standing.Voting != petition.None || !f.OpenedAt.IsZero() {
		row("open", either(f.OpenedAt, f.OpensAt))
		if end := closing(f); !end.IsZero() && f.Standing.Moderation == petition.Accepted {
			row("close", end.Add(-time.Millisecond))
		}
	}
	if f.Standing.Moderation != petition.Accepted || f.Standing.Outcome == petition.BelowThreshold {
		return s
	}
	row("handled", when(f, petition.MoveHandOver))
	row("decided", f.DecidedAt)
	if f.Decision == petition.Granted || f.Decision == petition.PartlyGranted {
		row("done", when(f, petition.MoveComplete, petition.MoveDrop))
	}
	return s
}

// closing is when voting ends, or did.
func closing(f facts) time.Time { return either(when(f, petition.MoveClose), f.ClosesAt) }

func either(at, otherwise time.Time) time.Time {
	if at.IsZero() {
		return otherwise
	}
	return at
}

// when is the last time that one of the moves was made.
func when(f facts, moves ...petition.Move) (at time.Time) {
	for _, e := range f.Timeline {
		for _, m := range moves {
			if e.Move == m {
				at = e.At
			}
		}
	}
	return at
}
