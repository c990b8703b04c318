package page

import "time"

// Until is how long something is open that ends at a moment: to the end of a
// day where that is midnight in the zone, so that nobody takes the day after for
// the last; else to the moment itself, and no day is promised.
func Until(ends time.Time, zone *time.Location) Text {
	y, m, d := ends.In(zone).Date()
	if !ends.Equal(time.Date(y, m, d, 0, 0, 0, 0, zone)) {
		return T("page.until.time", "time", DateTime(ends))
	}
	return T("page.until.day", "day", Date(ends.Add(-time.Millisecond)))
}
