package ssbtek

import (
	"fmt"
	"time"
)

// span is a period of whole days, both ends included.
type span struct{ from, to time.Time }

func (s span) holds(day time.Time) bool { return !day.Before(s.from) && !day.After(s.to) }

func (s span) overlaps(o span) bool { return !s.to.Before(o.from) && !o.to.Before(s.from) }

// longerThan says whether the span reaches beyond so many years.
func (s span) longerThan(years int) bool { return s.to.After(s.from.AddDate(years, 0, 0)) }

func monthOf(day time.Time) span {
	from := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
	return span{from, from.AddDate(0, 1, -1)}
}

func monthBefore(day time.Time) span {
	return monthOf(monthOf(day).from.AddDate(0, 0, -1))
}

// months lists the first days of the months that the span touches.
func (s span) months() []time.Time {
	var out []time.Time
	for m := monthOf(s.from).from; !m.After(s.to); m = m.AddDate(0, 1, 0) {
		out = append(out, m)
	}
	return out
}

// payDays are the payment days within the span that are made or decided by
// today: nothing is decided beyond the end of next month.
func (s span) payDays(day int, today time.Time) []time.Time {
	horizon := monthOf(monthOf(today).from.AddDate(0, 1, 0)).to
	var out []time.Time
	for _, m := range s.months() {
		d := bankDay(m.AddDate(0, 0, day-1))
		if s.holds(d) && !d.After(horizon) {
			out = append(out, d)
		}
	}
	return out
}

// bankDay moves a day on which no bank is open to the last open day before it.
// Easter and midsummer, which move, are not known here.
func bankDay(d time.Time) time.Time {
	for d.Weekday() == time.Saturday || d.Weekday() == time.Sunday || fixedHoliday(d) {
		d = d.AddDate(0, 0, -1)
	}
	return d
}

func fixedHoliday(d time.Time) bool {
	switch d.Format("0102") {
	case "0101", "0106", "0501", "0606", "1224", "1225", "1226", "1231":
		return true
	}
	return false
}

func (s span) weekdays() int {
	n := 0
	for d := s.from; !d.After(s.to); d = d.AddDate(0, 0, 1) {
		if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			n++
		}
	}
	return n
}

// weeks are the ISO weeks whose Thursday lies in the span, as the Mondays of
// the first and the last, and their number.
func (s span) weeks() (first, last time.Time, count int) {
	for d := s.from; !d.After(s.to); d = d.AddDate(0, 0, 1) {
		if d.Weekday() != time.Thursday {
			continue
		}
		if count == 0 {
			first = d.AddDate(0, 0, -3)
		}
		last = d.AddDate(0, 0, -3)
		count++
	}
	return first, last, count
}

// halfYears are the half-years that the span touches: CSN decides by them.
func (s span) halfYears() []span {
	var out []span
	start := time.Date(s.from.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
	for h := start; !h.After(s.to); h = h.AddDate(0, 6, 0) {
		if half := (span{h, h.AddDate(0, 6, -1)}); half.overlaps(s) {
			out = append(out, half)
		}
	}
	return out
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// zoned is an xs:date with a time zone, as AF and Migrationsverket write it.
func zoned(t time.Time) string {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, stockholm()).Format("2006-01-02-07:00")
}

func isoWeek(t time.Time) string {
	year, week := t.ISOWeek()
	return fmt.Sprintf("%04d%02d", year, week)
}

func compact(t time.Time) string { return t.Format("20060102") }

// stockholm falls back to standard time where the system has no zone data.
func stockholm() *time.Location {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return time.FixedZone("CET", 3600)
	}
	return zone
}

// dateOf is the Swedish calendar day of a moment, as midnight UTC.
func dateOf(t time.Time) time.Time {
	y, m, d := t.In(stockholm()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
