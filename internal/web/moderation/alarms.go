package moderation

import (
	"strconv"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/oversight"
	"medborgarnavet/internal/web/page"
)

// What a steward must look at, and the keys.

// alarms are what somebody must look at now, one notice each.
func alarms(x oversight.Picture, titles map[string]petition.QueueItem) []page.Notice {
	var out []page.Notice
	add := func(key, id string, more ...page.Text) {
		out = append(out, page.Notice{Tone: page.Critical, Title: page.T("moderation.alarm." + key), Level: 3,
			Body: append([]page.Text{named(titles, id), ". "}, more...)})
	}
	if x.Jumped {
		out = append(out, page.Notice{Tone: page.Critical, Title: page.T("moderation.alarm.clock"), Level: 3, Body: page.T("moderation.alarm.clock-body")})
	}
	for _, h := range x.Holders {
		if !h.Answers {
			out = append(out, page.Notice{Tone: page.Critical, Title: page.T("moderation.alarm.holder"), Level: 3, Body: page.T("moderation.alarm.holder-body", "holder", h.Name)})
		}
	}
	for _, l := range x.Late {
		add("late", l.Petition, page.T("moderation.alarm.late-body", "at", page.DateTime(l.Closed), "state", page.T("moderation.closing."+string(l.State))))
	}
	for _, id := range x.KeyLost {
		add("key-lost", id, page.T("moderation.alarm.key-lost-body"))
	}
	for _, id := range x.Drifting {
		add("drift", id, page.T("moderation.alarm.drift-body"))
	}
	for _, k := range x.Keys {
		if k.Refused > 0 {
			add("refused", k.Petition, page.T("moderation.alarm.refused-body", "holder", holder(k.Holder)))
		}
	}
	for _, id := range x.Unanswered {
		add("unanswered", id, page.T("moderation.alarm.unanswered-body"))
	}
	return out
}

// holdersTable names who keeps the keys, and tells whether each answers.
func holdersTable(x oversight.Picture) page.Table {
	t := page.Table{Caption: page.T("moderation.drift.holders"), Columns: columns("holder", "state")}
	for _, h := range x.Holders {
		row := page.TableRow{Cells: []page.Text{h.Name, page.Tag{Text: page.T("moderation.keys.answers"), Tone: page.Success, Shape: "done"}}}
		if !h.Answers {
			row.Cells[1] = page.Tag{Text: page.T("moderation.keys.silent"), Tone: page.Warning, Shape: "dash"}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// keysTable tells in tenths how much each key has been asked of what it
// answers: the exact number follows the number of votes.
func keysTable(x oversight.Picture, titles map[string]petition.QueueItem) page.Table {
	t := page.Table{Caption: page.T("moderation.drift.asked"), Columns: columns("proposal", "holder", "asked")}
	for _, k := range x.Keys {
		n := k.Tenths()
		var share page.Text = page.T("moderation.keys.unlimited")
		switch {
		case n == 0:
			share = page.T("moderation.keys.little")
		case n > 0:
			share = page.Progress{Text: page.T("moderation.keys.tenths", "share", strconv.Itoa(n*10)), Value: n, Max: 10}
		}
		row := page.TableRow{Cells: []page.Text{named(titles, k.Petition), holder(k.Holder), share}}
		if n >= 8 {
			row.Tone = page.Warning
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func holder(id string) page.Text {
	if id == "own" {
		return page.T("moderation.keys.own")
	}
	return id
}
