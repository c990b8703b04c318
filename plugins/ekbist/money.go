package ekbist

import (
	"regexp"
	"strconv"
	"strings"
)

// maxOre bounds every amount, so that no sum of them can overflow: ten
// billion kronor.
const maxOre = 1_000_000_000_000

var (
	spaces        = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "\u2009", "")
	amountPattern = regexp.MustCompile(`^([0-9]{1,9})(?:[,.]([0-9]{1,2}))?(?:kr|kronor|sek|:-)?$`)
)

// parseOre reads kronor as a person writes them ("6 200", "1250,50",
// "1 250 kr") to öre. What cannot be read is false, never 0.
func parseOre(text string) (int64, bool) {
	m := amountPattern.FindStringSubmatch(spaces.Replace(strings.ToLower(strings.TrimSpace(text))))
	if m == nil {
		return 0, false
	}
	kronor, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return 0, false
	}
	var ore int64
	if m[2] != "" {
		ore, err = strconv.ParseInt((m[2] + "0")[:2], 10, 64)
		if err != nil {
			return 0, false
		}
	}
	return kronor*100 + ore, true
}

// kronor writes öre for people: "10 024 kr", "1 250,50 kr", with spaces that
// do not break.
func kronor(ore int64) string {
	sign := ""
	if ore < 0 {
		sign, ore = "−", -ore
	}
	digits := strconv.FormatInt(ore/100, 10)
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString("\u00a0")
		}
		b.WriteRune(d)
	}
	if rest := ore % 100; rest != 0 {
		b.WriteString("," + strconv.FormatInt(100+rest, 10)[1:])
	}
	return b.String() + "\u00a0kr"
}
