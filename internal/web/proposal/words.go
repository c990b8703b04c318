package proposal

import (
	"html/template"
	"slices"
	"strings"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
)

// prose is what somebody wrote: plain text whose lines are kept, in its own
// direction. lang is its language when that is not the page's.
func prose(s, lang string) page.Text {
	open := `<span dir="auto">`
	if lang != "" {
		open = `<span dir="auto" lang="sv">`
	}
	out := []page.Text{template.HTML(open)}
	for i, line := range strings.Split(strings.ReplaceAll(shown(s), "\r\n", "\n"), "\n") {
		if i > 0 {
			out = append(out, template.HTML("<br>"))
		}
		out = append(out, line)
	}
	return append(out, template.HTML("</span>"))
}

// staffWords are what the municipality wrote, in Swedish.
func staffWords(s, lang string) page.Text {
	if lang == page.English {
		return prose(s, page.Swedish)
	}
	return prose(s, "")
}

// spacedText is a whole proposal as running text, to be copied.
func spacedText(t petition.Text) page.Text {
	var parts []string
	for _, s := range []string{t.Title, t.What, t.Why} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return prose(strings.Join(parts, "\n\n"), "")
}

// stage is the one word for where a petition stands on its three axes.
func stage(s petition.Standing) string {
	switch {
	case s.Moderation != petition.Accepted:
		return string(s.Moderation)
	case s.Outcome != petition.None:
		return string(s.Outcome)
	case s.Voting != petition.None:
		return string(s.Voting)
	}
	return string(petition.Accepted)
}

// stages are all of them.
func stages() []string {
	var all []string
	for _, s := range []petition.State{petition.Submitted, petition.Reviewing, petition.SupplementRequested, petition.Accepted, petition.Rejected,
		petition.Hidden, petition.Merged, petition.Withdrawn, petition.Removed,
		petition.Planned, petition.Open, petition.Paused, petition.Closing, petition.Counted, petition.Erased, petition.Stopped,
		petition.BelowThreshold, petition.Reached, petition.HandedOver, petition.Prepared, petition.DecisionPlanned, petition.Decided,
		petition.CarryingOut, petition.CarriedOut, petition.NotCarriedOut} {
		all = append(all, string(s))
	}
	return all
}

// told are the moves that the proposer is told of and that have a text.
func told() []petition.Move {
	var all []petition.Move
	for _, t := range petition.Transitions() {
		if t.Public || slices.Contains([]petition.Move{petition.MoveAskMore, petition.MoveSupplement, petition.MoveConfirm}, t.Move) {
			all = append(all, t.Move)
		}
	}
	return append(all, petition.MoveReceive)
}

// ahead are the next steps that have a text.
func ahead() []petition.Move {
	return []petition.Move{petition.MoveCheckOut, petition.MoveAccept, petition.MovePublish, petition.MoveOpen, petition.MoveClose, petition.MoveHandOver,
		petition.MovePrepare, petition.MovePlan, petition.MoveDecide, petition.MoveStart, petition.MoveComplete, petition.MoveFollowUp}
}

// next is what was promised last and is still ahead; nil when nothing is.
func next(events []petition.Event) *petition.Event {
	var last *petition.Event
	for i, e := range events {
		switch {
		case e.NextStep != "" || e.NextDay != "":
			last = &events[i]
		case changes(e.Move):
			last = nil
		}
	}
	return last
}

// changes: the move leads to another state.
func changes(m petition.Move) bool {
	return slices.ContainsFunc(petition.Transitions(), func(t petition.Transition) bool { return t.Move == m && t.To != "" })
}

// timeline is what has happened, newest first.
func timeline(events []petition.Event, lang string) page.Timeline {
	known := told()
	var out page.Timeline
	for _, e := range slices.Backward(events) {
		one := page.Event{At: e.At, Title: staffWords(e.Words, lang), URL: e.Link}
		if slices.Contains(known, e.Move) {
			one.Title = page.T("proposal.move." + string(e.Move))
			if said := e.Written(); said != "" {
				one.Body = staffWords(said, lang)
			} else if e.Code != "" && e.Move != petition.MoveWithdraw {
				one.Body = codeWords(e.Code)
			}
		}
		if e.Role == petition.RoleProposer {
			one.By = page.T("proposal.by.you")
		}
		if e.Move == petition.MoveAskMore {
			one.Tone = page.Warning
		}
		out.Events = append(out.Events, one)
	}
	out.Level = 3
	return out
}

// codeWords are a code in the page's language.
func codeWords(id string) page.Text {
	if _, ok := petition.CodeOf(id); !ok {
		return nil
	}
	return page.T("proposal.code." + id)
}
