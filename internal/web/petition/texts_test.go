package petition_test

import (
	"testing"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/texttest"
	pages "medborgarnavet/internal/web/petition"
)

// own are this package's texts.
func own() texttest.Texts {
	return texttest.Texts{Add: pages.Texts, Prefix: "petition.", Least: 200, Made: made(), NotInEnglish: []string{"petition.swedish"}}
}

// made are the keys that the code puts together.
func made() (keys []string) {
	add := func(prefix string, names ...string) {
		for _, n := range names {
			keys = append(keys, "petition."+prefix+n)
		}
	}
	add("", "votes_few", "result_few")
	add("list.state_", "alla", "oppna", "behandlas", "beslutade", "avslutade", "avvisade")
	add("list.sort_", "nyast", "slutar", "roster")
	add("state.", "planned", "open", "paused", "closing", "stopped", "ended", "rejected", "hidden", "merged", "withdrawn", "below-threshold",
		"reached", "handed-over", "prepared", "decision-planned", "decided", "carrying-out", "carried-out", "not-carried-out")
	add("before.", "rejected", "hidden", "withdrawn", "merged", "silent", "former")
	add("vote.", "planned", "paused", "counting", "stopped", "off")
	add("now.", "turn", "step", "day", "body", "number", "body_number", "decision", "minutes")
	add("turn.", "nobody", "planned", "voters", "paused", "counting", "hand-over", "carry-out")
	add("step.", "opened", "closed", "counted", "identities-erased", "handed-over", "being-prepared", "decision-planned", "decided",
		"carrying-out", "carried-out", "news", "followed-up")
	add("miles.", "received", "read", "open", "close", "handled", "decided", "done")
	add("also.", "paused", "closed", "stopped-identities-erased")
	add("stored.", "code", "code_where", "key", "key_where", "key_until", "person", "person_where", "person_until", "copies", "copies_where",
		"copies_until", "nothing", "nothing_where", "count", "count_where", "count_until", "leaves", "leaves_where", "leaves_later", "leaves_until", "mail",
		"mail_where", "sender", "sender_where", "districts", "districts_where", "districts_until", "proposal", "proposal_until", "after")
	add("audit.", "title", "lead", "back", "files", "none", "leaves", "step1", "step2", "step3", "step4", "limit1", "limit2", "limit3", "differs", "differs_text")
	for _, d := range []string{petition.Granted, petition.PartlyGranted, petition.Declined, petition.Answered} {
		add("decision.", d)
	}
	for _, c := range petition.Codes() {
		add("code.", c.ID)
	}
	seen := map[petition.Move]bool{petition.MoveReceive: true}
	add("event.", string(petition.MoveReceive), string(petition.MoveImport))
	for _, t := range petition.Transitions() {
		if !seen[t.Move] {
			seen[t.Move] = true
			add("event.", string(t.Move))
		}
	}
	return keys
}

// M-48: every text is there in every language, plain, and shown somewhere.
func TestTexts(t *testing.T) { own().Check(t) }

// What a moderator chose is what the public reads.
func TestCodesSayTheSame(t *testing.T) {
	c, _ := own().Catalogue(t)
	for _, code := range petition.Codes() {
		if e, _ := c.Entry(page.Swedish, "petition.code."+code.ID); e.Other != code.Label {
			t.Errorf("%s: %q on the page, %q to the moderator", code.ID, e.Other, code.Label)
		}
	}
}
