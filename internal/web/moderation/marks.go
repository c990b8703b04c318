package moderation

import (
	"html/template"
	"slices"
	"strings"
	"unicode"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/web/page"
)

// Marks in a text: what looks like personal data, and what has changed between
// two versions. Each is told to a screen reader in words, before and after.

const (
	openHidden  = template.HTML(`<span class="k-hidden">`)
	closeSpan   = template.HTML(`</span>`)
	lineBreak   = template.HTML(`<br>`)
	openPart    = template.HTML(`<p>`)
	closePart   = template.HTML(`</p>`)
	openMark    = template.HTML(`<mark>`)
	closeMark   = template.HTML(`</mark>`)
	openRemoved = template.HTML(`<del>`)
	closeDel    = template.HTML(`</del>`)
	openAdded   = template.HTML(`<ins>`)
	closeIns    = template.HTML(`</ins>`)
)

// quiet is a text in the lesser colour.
func quiet(text page.Text) page.Text {
	return []page.Text{template.HTML(`<span class="k-payment__payer">`), text, closeSpan}
}

func spoken(key string) []page.Text { return []page.Text{openHidden, page.T(key), " ", closeSpan} }

// lines is a piece of text with its line breaks.
func lines(s string) []page.Text {
	var out []page.Text
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			out = append(out, lineBreak)
		}
		if line != "" {
			out = append(out, line)
		}
	}
	return out
}

// marked is a field's text with the findings in it marked.
func marked(text, field string, findings []petition.Finding) page.Text {
	var own []petition.Finding
	for _, f := range findings {
		if f.Field == field {
			own = append(own, f)
		}
	}
	slices.SortFunc(own, func(a, b petition.Finding) int { return a.From - b.From })
	out := []page.Text{}
	at := 0
	for _, f := range own {
		if f.From < at { // within the one before
			continue
		}
		out = append(out, lines(text[at:f.From])...)
		out = append(out, openMark)
		out = append(out, spoken("moderation.finding."+f.Kind)...)
		out = append(out, text[f.From:f.To])
		out = append(out, spoken("moderation.finding.end")...)
		out = append(out, closeMark)
		at = f.To
	}
	return append(out, lines(text[at:])...)
}

// found counts the findings of each kind, in words.
func found(findings []petition.Finding) []page.Text {
	var out []page.Text
	for _, kind := range []string{"number", "mail", "phone"} {
		n := 0
		for _, f := range findings {
			if f.Kind == kind {
				n++
			}
		}
		if n > 0 {
			out = append(out, page.N("moderation.found."+kind, n))
		}
	}
	return out
}

// changed is a text with what was taken away and added since an earlier one.
func changed(before, after string) page.Text {
	a, b := wordsOf(before), wordsOf(after)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	out := lines(strings.Join(a[:head], ""))
	out = append(out, between(a[head:len(a)-tail], b[head:len(b)-tail])...)
	return append(out, lines(strings.Join(a[len(a)-tail:], ""))...)
}

// wordsOf cuts a text into words and the space between them.
func wordsOf(s string) []string {
	var out []string
	from, space := 0, false
	for i, r := range s {
		if now := unicode.IsSpace(r); i > 0 && now != space {
			out = append(out, s[from:i])
			from = i
		}
		space = unicode.IsSpace(r)
	}
	if from < len(s) {
		out = append(out, s[from:])
	}
	return out
}

// mostCells bounds the table of the comparison; longer texts are shown as
// replaced.
const mostCells = 1 << 21

// between tells two lists of words apart by their longest common subsequence.
func between(a, b []string) []page.Text {
	if len(a)*len(b) > mostCells {
		return append(removed(strings.Join(a, "")), added(strings.Join(b, ""))...)
	}
	width := len(b) + 1
	long := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				long[i*width+j] = long[(i+1)*width+j+1] + 1
			} else {
				long[i*width+j] = max(long[(i+1)*width+j], long[i*width+j+1])
			}
		}
	}
	var out []page.Text
	var gone, come strings.Builder
	flush := func() {
		out = append(out, removed(gone.String())...)
		out = append(out, added(come.String())...)
		gone.Reset()
		come.Reset()
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			flush()
			out = append(out, lines(a[i])...)
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && long[(i+1)*width+j] >= long[i*width+j+1]:
			gone.WriteString(a[i])
			i++
		default:
			come.WriteString(b[j])
			j++
		}
	}
	flush()
	return out
}

func removed(s string) []page.Text {
	return change(s, openRemoved, closeDel, "moderation.change.removed")
}
func added(s string) []page.Text { return change(s, openAdded, closeIns, "moderation.change.added") }

func change(s string, begin, end template.HTML, key string) []page.Text {
	if s == "" {
		return nil
	}
	out := append([]page.Text{begin}, spoken(key)...)
	out = append(out, lines(s)...)
	return append(append(out, spoken("moderation.change.end")...), end)
}
