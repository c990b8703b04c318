package page

import (
	"time"

	"medborgarnavet/plugin"
)

// Sources shows how each agency answered, one card each. While PollURL is set
// the script fetches it every other second and swaps the cards that changed;
// without script the link RefreshURL shows what has come.
type Sources struct {
	Sources []Source
	// PollURL answers with this component alone (RenderPart). Empty when
	// all have answered.
	PollURL    string
	RefreshURL string
	// Summary replaces the line "Vi har hämtat uppgifter från 5 av 6 ställen."
	Summary Text
}

// Source is one agency's state.
type Source struct {
	// Key names the card for the script: "csn".
	Key   string
	Name  Text
	State plugin.State
	// Waiting: no answer yet. State is then not read.
	Waiting bool
	At      time.Time
	Note    Text
	// Retry is a button to ask this source again; nil = none.
	Retry *ActionButton
}

func (Sources) component() string { return "sources" }
func (Source) component() string  { return "source" }

// Answered counts the sources that have answered, with data or without.
func (s Sources) Answered() int {
	n := 0
	for _, x := range s.Sources {
		if !x.Waiting && (x.State == plugin.StateAnswered || x.State == plugin.StateNothing) {
			n++
		}
	}
	return n
}

// Line says how many have answered.
func (s Sources) Line() Text {
	if s.Summary != nil {
		return s.Summary
	}
	if s.PollURL != "" {
		return T("page.sources.waiting", "done", s.Settled(), "total", s.asked())
	}
	return T("page.sources.done", "done", s.Answered(), "total", s.asked())
}

// asked counts the sources that were asked at all.
func (s Sources) asked() int {
	n := 0
	for _, x := range s.Sources {
		if x.Waiting || x.State != plugin.StateNotAsked {
			n++
		}
	}
	return n
}

// Settled counts the asked sources that are no longer waited for.
func (s Sources) Settled() int {
	n := 0
	for _, x := range s.Sources {
		if !x.Waiting && x.State != plugin.StateNotAsked {
			n++
		}
	}
	return n
}

// Mark is the state as word, shape and colour.
func (s Source) Mark() Tag {
	switch {
	case s.Waiting:
		return Tag{Text: T("page.source.waiting"), Tone: Neutral, Shape: "waiting"}
	case s.State == plugin.StateAnswered:
		return Tag{Text: T("page.source.answered"), Tone: Success, Shape: "done"}
	case s.State == plugin.StateNothing:
		return Tag{Text: T("page.source.nothing"), Tone: Neutral, Shape: "circle"}
	case s.State == plugin.StateUnavailable:
		return Tag{Text: T("page.source.unavailable"), Tone: Warning, Shape: "check"}
	}
	return Tag{Text: T("page.source.not-asked"), Tone: Neutral, Shape: "dash"}
}

// Time is when the source answered; nil when it has not.
func (s Source) Time() Text {
	if s.Waiting || s.At.IsZero() || s.State == plugin.StateNotAsked {
		return nil
	}
	return Clock(s.At)
}

// Timeline tells what has happened, newest first.
type Timeline struct {
	Events []Event
	Empty  Text
	Level  int // of the events' headings; 0 = 2
}

// Event is one thing that happened.
type Event struct {
	At    time.Time
	Title Text
	Body  Text
	// By is who did it, in words that the reader may see.
	By   Text
	Tone Tone
	// Turn marks the event that waits for the reader: "Vi väntar på dig".
	Turn Text
	URL  string
}

// Pagination leads through a long list.
type Pagination struct {
	Page, Pages int
	// URL is the address of a page, with %d for its number.
	URL string
}

func (Timeline) component() string   { return "timeline" }
func (Pagination) component() string { return "pagination" }

// When is the event's time.
func (e Event) When() Text { return DateTime(e.At) }

// Shape is the event's icon.
func (e Event) Shape() string {
	if e.Tone == "" {
		return "dot"
	}
	return shapeOf(e.Tone)
}
