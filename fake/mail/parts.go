package mail

import "regexp"

// part is a piece of a letter's text, a link or not.
type part struct {
	Text string
	Link bool
}

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// parts cuts a text at its addresses.
func parts(text string) []part {
	var all []part
	at := 0
	for _, found := range address.FindAllStringIndex(text, -1) {
		all = append(all, part{Text: text[at:found[0]]}, part{Text: text[found[0]:found[1]], Link: true})
		at = found[1]
	}
	return append(all, part{Text: text[at:]})
}
