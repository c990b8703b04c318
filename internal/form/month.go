package form

import (
	"fmt"
	"time"

	"medborgarnavet/plugin"
)

// AddMonths counts from a month "2006-01".
func AddMonths(month string, n int) (string, error) {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return "", fmt.Errorf("month %q: want YYYY-MM", month)
	}
	return t.AddDate(0, n, 0).Format("2006-01"), nil
}

// MonthsSpan is the period from the first day of one month to the last day
// of another.
func MonthsSpan(from, to string) (plugin.Period, error) {
	a, err1 := time.Parse("2006-01", from)
	b, err2 := time.Parse("2006-01", to)
	if err1 != nil || err2 != nil || b.Before(a) {
		return plugin.Period{}, fmt.Errorf("months %q to %q: not a span", from, to)
	}
	return plugin.Period{From: a.Format(time.DateOnly), To: b.AddDate(0, 1, -1).Format(time.DateOnly)}, nil
}
