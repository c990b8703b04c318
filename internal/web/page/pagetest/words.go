package pagetest

import (
	"fmt"
	"regexp"
	"strings"
)

// officialese are words with a plain one in their place (ux.md §8).
var officialese = regexp.MustCompile(`(?i)\b(vänligen|ogiltig\w*|avser|erhåll\w*|inkommen|inkommet|inkomna|erfordras|därest|jämlikt)\b`)

// sentenceEnd separates sentences.
var sentenceEnd = regexp.MustCompile(`[.!?]\s+`)

// longest is how many words a sentence may have, by language. Easy reading
// has the shortest; English needs more words than Swedish for the same thing.
var longest = map[string]int{"sv": 18, "sv-x-lattlast": 12, "en": 24}

// Plain lists what is not plain in one text of the catalogue: officialese,
// capitals, sentences that are too long.
func Plain(lang, text string) (faults []string) {
	if w := officialese.FindString(text); w != "" {
		faults = append(faults, fmt.Sprintf("%q is officialese", w))
	}
	if strings.ToUpper(text) == text && strings.ToLower(text) != text && len([]rune(text)) > 5 {
		faults = append(faults, "it is all capitals")
	}
	limit, known := longest[lang]
	if !known {
		return append(faults, "there is no language "+lang)
	}
	for _, sentence := range sentenceEnd.Split(text, -1) {
		if n := len(strings.Fields(sentence)); n > limit {
			faults = append(faults, fmt.Sprintf("a sentence of %d words (at most %d): %s", n, limit, sentence))
		}
	}
	return faults
}
