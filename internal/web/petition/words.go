package petition

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
)

// spoken sets what somebody wrote apart: its letters may run in another
// direction, and marks in it turn nothing round outside.
func spoken(s string) page.Text {
	return []page.Text{template.HTML(`<bdi class="k-break">`), s, template.HTML(`</bdi>`)}
}

// swedish is something written in Swedish by a person or a board, marked as
// such on pages in another language.
func swedish(s string) page.Text { return page.T("petition.swedish", "text", spoken(s)) }

// capital begins a text that stands alone with a capital letter.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// paragraph is a text as a paragraph of its own.
func paragraph(t ...page.Text) page.Text {
	return []page.Text{template.HTML(`<p>`), t, template.HTML(`</p>`)}
}

// plainly is a text for <title>, where no mark-up helps: what could turn the
// direction of the rest is closed in.
func plainly(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r >= 0x0590 }) {
		return "\u2068" + s + "\u2069" // first strong isolate … pop
	}
	return s
}

// lines are the paragraphs of a plain text.
func lines(s string) []page.Text {
	var out []page.Text
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// number is a number of votes with its thousands apart.
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u00a0" + s[i:]
	}
	return s
}

// link gives a source's address when a browser may be sent there.
func link(address string) (page.Text, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, false
	}
	return page.Link{URL: u.String(), Text: page.T("petition.source", "host", u.Hostname())}, true
}

// lastDay is the last day of voting that closes at a moment.
func lastDay(closes time.Time) page.Text { return page.Date(closes.Add(-time.Millisecond)) }

// codeText is why a proposal is not put to the vote.
func codeText(code string) page.Text {
	if _, ok := petition.CodeOf(code); !ok {
		return nil
	}
	return page.T("petition.code." + code)
}

// decisionText is what a board decided.
func decisionText(decision string) page.Text {
	switch decision {
	case petition.Granted, petition.PartlyGranted, petition.Declined, petition.Answered:
		return page.T("petition.decision." + decision)
	}
	return nil
}

// tagOf is where a petition stands, as word and shape. The tones do not judge:
// no race in red and green (ux.md P11).
func tagOf(s petition.Standing) page.Tag {
	tag := func(key string, tone page.Tone, shape string) page.Tag {
		return page.Tag{Text: page.T("petition.state." + key), Tone: tone, Shape: shape}
	}
	switch s.Moderation {
	case petition.Rejected:
		return tag("rejected", page.Neutral, "dash")
	case petition.Hidden:
		return tag("hidden", page.Neutral, "lock")
	case petition.Merged:
		return tag("merged", page.Neutral, "arrow-on")
	case petition.Withdrawn:
		return tag("withdrawn", page.Neutral, "arrow-back")
	}
	switch s.Outcome {
	case petition.BelowThreshold:
		return tag("below-threshold", page.Neutral, "dash")
	case petition.Reached:
		return tag("reached", page.Info, "arrow-on")
	case petition.HandedOver:
		return tag("handed-over", page.Info, "letter")
	case petition.Prepared:
		return tag("prepared", page.Info, "pen")
	case petition.DecisionPlanned:
		return tag("decision-planned", page.Info, "waiting")
	case petition.Decided:
		return tag("decided", page.Neutral, "signature")
	case petition.CarryingOut:
		return tag("carrying-out", page.Info, "half")
	case petition.CarriedOut:
		return tag("carried-out", page.Neutral, "done")
	case petition.NotCarriedOut:
		return tag("not-carried-out", page.Neutral, "dash")
	}
	switch s.Voting {
	case petition.Planned:
		return tag("planned", page.Neutral, "waiting")
	case petition.Open:
		return tag("open", page.Info, "voice")
	case petition.Paused:
		return tag("paused", page.Warning, "check")
	case petition.Closing, petition.Counted:
		return tag("closing", page.Neutral, "half")
	case petition.Stopped:
		return tag("stopped", page.Neutral, "dash")
	}
	return tag("ended", page.Neutral, "dash")
}

// votes is a card's count in words; nil when there is none to show.
func votes(c petition.Card) page.Text {
	if !c.Count.Known {
		return nil
	}
	key := "petition.votes"
	if c.Standing.Voting == petition.Erased {
		key = "petition.result"
	}
	if c.Count.Fewer {
		key += "_few"
	}
	return page.T(key, "votes", number(c.Count.Votes), "threshold", number(c.Threshold))
}

// formerText is what the former service counted, which is never added to ours.
func formerText(f *petition.Former) page.Text {
	if !f.Count.Known {
		return page.T("petition.former.none")
	}
	key := "petition.former.count"
	if f.Count.Fewer {
		key = "petition.former.few"
	}
	text := []page.Text{page.T(key, "votes", number(f.Count.Votes))}
	if f.CountedOn != "" {
		text = append(text, " ", page.T("petition.former.day", "day", page.DayOf(f.CountedOn)))
	}
	return append(text, " ", page.T("petition.former.apart"))
}

// progress is how far a petition has come while votes are taken.
func progress(c petition.Card) page.Component {
	if !c.Count.Known || c.Threshold <= 0 || c.Standing.Voting != petition.Open && c.Standing.Voting != petition.Paused {
		return nil
	}
	value := c.Count.Votes
	if c.Count.Fewer {
		value = 0
	}
	return page.Progress{Text: votes(c), Value: int(min(value, c.Threshold)), Max: int(c.Threshold)}
}

// daysLeft is how long a petition is open still.
func daysLeft(c petition.Card) page.Text {
	switch {
	case c.Standing.Voting != petition.Open && c.Standing.Voting != petition.Paused:
		return nil
	case c.DaysLeft == 0:
		return page.T("petition.days.last")
	}
	return page.N("petition.days.left", c.DaysLeft)
}
