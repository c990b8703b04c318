package status

import (
	"context"
	"slices"
	"sync"
	"time"

	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/switches"
	"medborgarnavet/internal/petition/uptime"
)

// reading is what the database told at a moment.
type reading struct {
	at      time.Time
	reports []uptime.Report
	outages []uptime.Outage
	added   []Added
}

// kept is the last reading.
type kept struct {
	mu   sync.Mutex
	last reading
}

// view is all that is shown.
type view struct {
	reading
	fresh bool // false: the reading is an older one, or there is none
	now   uptime.Current
	known bool // now is recent
	off   []switches.Switch
}

// look reads what there is to show. It always gives something.
func (p *Pages) look(ctx context.Context) view {
	v := view{now: p.Now(), off: p.Off()}
	v.known = !v.now.At.IsZero() && p.Clock.Now().Sub(v.now.At) < trusted
	fresh, err := p.read(ctx)
	p.kept.mu.Lock()
	defer p.kept.mu.Unlock()
	if err == nil {
		p.kept.last = fresh
	} else {
		p.Log.Warn("status not read", "kind", string(fault.KindOf(err)))
		v.now.Parts = slices.Clone(v.now.Parts)
		for i, s := range v.now.Parts {
			if s.Part == uptime.Database { // we know better than a minute ago
				v.now.Parts[i].Up = false
			}
		}
	}
	v.reading, v.fresh = p.kept.last, err == nil
	return v
}

func (p *Pages) read(ctx context.Context) (reading, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r := reading{at: p.Clock.Now()}
	for _, days := range spans {
		report, err := p.Report(ctx, days)
		if err != nil {
			return r, err
		}
		r.reports = append(r.reports, report)
	}
	var err error
	if r.outages, err = p.Outages(ctx, r.at.Add(-listed)); err != nil {
		return r, err
	}
	r.added, err = p.Added(ctx, r.at.Add(-listed))
	return r, err
}

// measured tells whether there is any figure to show.
func (v view) measured() bool { return len(v.reports) > 0 && !v.reports[0].From.IsZero() }

// working: is everything that visitors need up now?
func (v view) working() bool {
	return !slices.ContainsFunc(v.now.Parts, func(s uptime.State) bool { return !s.Up })
}

// The same for programs. Times are RFC 3339 in UTC.
type (
	wireStatus struct {
		At           *time.Time   `json:"at"` // of the figures; null when nothing was ever read
		Fresh        bool         `json:"fresh"`
		Now          wireNow      `json:"now"`
		Off          []wireOff    `json:"off"`
		Availability []wireSpan   `json:"availability"`
		Outages      []wireOutage `json:"outages"`
		Added        []wireAdded  `json:"added"`
	}
	wireNow struct {
		At    *time.Time `json:"at"`
		Parts []wirePart `json:"parts"`
	}
	wirePart struct {
		Part string `json:"part"`
		Up   bool   `json:"up"`
	}
	wireOff struct {
		Feature string    `json:"feature"`
		Since   time.Time `json:"since"`
		Words   string    `json:"words"`
	}
	wireSpan struct {
		Days  int         `json:"days"`
		From  *time.Time  `json:"from"`
		Until *time.Time  `json:"until"`
		Sums  []wireCount `json:"sums"`
		Parts []wireCount `json:"parts"`
	}
	wireCount struct {
		Part    string `json:"part"`
		Minutes int64  `json:"minutes"`
		Up      int64  `json:"up"`
	}
	wireOutage struct {
		Part  string     `json:"part"`
		From  time.Time  `json:"from"`
		Until *time.Time `json:"until"`
	}
	wireAdded struct {
		Petition string    `json:"petition"`
		Title    string    `json:"title"`
		Reason   string    `json:"reason"`
		From     time.Time `json:"from"`
		Seconds  int64     `json:"seconds"`
	}
)

// moment is nil for the zero time.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func (v view) wire() wireStatus {
	s := wireStatus{At: moment(v.at), Fresh: v.fresh, Off: []wireOff{}, Availability: []wireSpan{}, Outages: []wireOutage{}, Added: []wireAdded{}}
	s.Now = wireNow{Parts: []wirePart{}}
	if v.known {
		s.Now.At = moment(v.now.At)
		for _, p := range v.now.Parts {
			s.Now.Parts = append(s.Now.Parts, wirePart{p.Part, p.Up})
		}
	}
	for _, o := range v.off {
		s.Off = append(s.Off, wireOff{string(o.Name), o.Since.UTC(), o.Words})
	}
	count := func(a uptime.Availability) wireCount { return wireCount{a.Part, a.Minutes, a.Up} }
	for _, r := range v.reports {
		span := wireSpan{Days: r.Days, From: moment(r.From), Until: moment(r.Until), Sums: []wireCount{count(r.Own), count(r.Voting)}, Parts: []wireCount{}}
		for _, a := range r.Parts {
			span.Parts = append(span.Parts, count(a))
		}
		s.Availability = append(s.Availability, span)
	}
	for _, o := range v.outages {
		s.Outages = append(s.Outages, wireOutage{o.Part, o.From.UTC(), moment(o.Until)})
	}
	for _, a := range v.added {
		s.Added = append(s.Added, wireAdded{a.Petition, a.Title, a.Reason, a.From.UTC(), int64(a.By / time.Second)})
	}
	return s
}
