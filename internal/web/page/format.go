package page

import (
	"strconv"
	"strings"
	"time"
)

// nbsp keeps the parts of an amount or a date on one line.
const nbsp = "\u00a0"

// value is the form of a value in the page's language, with no-break spaces.
func (u *ui) value(v any) (string, bool) {
	switch v := v.(type) {
	case Amount:
		return FormatAmount(int64(v)), true
	case Date:
		return u.date(time.Time(v)), true
	case DateTime:
		t := time.Time(v).In(u.loc)
		return u.date(t) + " " + u.at() + nbsp + clockTime(t), true
	case Clock:
		return clockTime(time.Time(v).In(u.loc)), true
	case Month:
		t := time.Time(v)
		return u.monthName(t.Month()) + nbsp + strconv.Itoa(t.Year()), true
	case PersonNumber:
		return formatPersonNumber(string(v)), true
	case CaseNumber:
		return keep(string(v)), true
	case Phone:
		return keep(string(v)), true
	case FileName:
		return string(v), true
	case Bytes:
		return formatBytes(int64(v)), true
	}
	return "", false
}

// FormatAmount writes öre as kronor: "1 250 kr", "1 250,50 kr", "−300 kr".
// Digits are Latin and grouped the Swedish way in every language, so that an
// amount can be compared with the letter from the agency (ux.md §4).
func FormatAmount(ore int64) string {
	sign := ""
	if ore < 0 {
		sign, ore = "−", -ore
	}
	s := sign + group(ore/100)
	if cents := ore % 100; cents != 0 {
		s += "," + twoDigits(int(cents))
	}
	return s + nbsp + "kr"
}

func group(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + nbsp + s[i:]
	}
	return s
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func clockTime(t time.Time) string { return twoDigits(t.Hour()) + "." + twoDigits(t.Minute()) }

// at is the little word before a time of day.
func (u *ui) at() string {
	if u.lang == English {
		return "at"
	}
	return "kl."
}

// date leaves a value at midnight UTC on its day and moves an instant to the
// page's zone.
func (u *ui) date(t time.Time) string {
	if h, m, s := t.Clock(); t.Location() != time.UTC || h+m+s != 0 {
		t = t.In(u.loc)
	}
	return strconv.Itoa(t.Day()) + nbsp + u.monthName(t.Month()) + nbsp + strconv.Itoa(t.Year())
}

func (u *ui) monthName(m time.Month) string {
	if u.lang == English {
		return m.String()
	}
	return [...]string{"januari", "februari", "mars", "april", "maj", "juni", "juli",
		"augusti", "september", "oktober", "november", "december"}[m-1]
}

func formatPersonNumber(s string) string {
	if len(s) == 12 {
		return s[:8] + "-" + s[8:]
	}
	return s
}

// keep makes a written number unbreakable. Hyphens stay as they are, so that
// the number can be copied; the style sheet keeps the line together.
func keep(s string) string { return strings.ReplaceAll(s, " ", nbsp) }

func formatBytes(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10) + nbsp + "byte"
	case n < 1_000_000:
		return strconv.FormatInt((n+999)/1000, 10) + nbsp + "kB"
	default:
		tenths := (n + 50_000) / 100_000
		s := strconv.FormatInt(tenths/10, 10)
		if tenths%10 != 0 {
			s += "," + strconv.FormatInt(tenths%10, 10)
		}
		return s + nbsp + "MB"
	}
}
