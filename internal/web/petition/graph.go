package petition

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/petition"
	"medborgarnavet/internal/petition/ballot"
	"medborgarnavet/internal/web/page"
)

// graph is a petition's way towards its threshold, as a drawing with the same
// in a table.
type graph struct {
	Drawing template.HTML
	// Span is the days that it shows, and Goal what its dashed line is. They
	// stand beside it, where a browser sets and enlarges them as other words.
	Span, Goal page.Text
	Table      page.Component
	// Instead is said where there is nothing to draw.
	Instead page.Text
}

// point is the count at the end of a day. Days below the floor are no points.
type point struct {
	day   time.Time
	votes int64
}

const (
	drawHeight = 190
	drawEdge   = 6 // above and below, for the point at the end
)

func (p *Pages) graph(f facts) graph {
	if f.Standing.Moderation != petition.Accepted || f.Standing.Voting == petition.None || f.OpenedAt.IsZero() || f.Threshold <= 0 {
		return graph{}
	}
	if !p.On("graph") {
		return graph{Instead: page.T("petition.graph.off")}
	}
	if p.Series == nil {
		return graph{}
	}
	points := p.points(f)
	if len(points) < 2 {
		if f.Standing.Voting == petition.Erased || f.Standing.Voting == petition.Stopped {
			return graph{} // no more votes come
		}
		return graph{Instead: page.T("petition.graph.too_few")}
	}
	d := p.frame(f, points)
	span := page.T("petition.graph.span", "first", page.Date(d.first), "last", page.Date(d.last))
	return graph{Drawing: p.draw(f, d, points), Span: span, Goal: page.T("petition.graph.goal", "threshold", number(f.Threshold)), Table: dayTable(f)}
}

// points are the days that may be shown, and this moment while votes are taken
// or the result.
func (p *Pages) points(f facts) []point {
	var out []point
	for _, d := range f.series {
		if day, err := time.Parse(time.DateOnly, d.Day); err == nil && !few(d, f) {
			out = append(out, point{day, d.Count})
		}
	}
	switch {
	case !f.Count.Known || f.Count.Fewer:
	case f.Standing.Voting == petition.Erased: // the line ends in the result
		last := p.dayOf(closing(f).Add(-time.Millisecond))
		out = slices.DeleteFunc(out, func(pt point) bool { return !pt.day.Before(last) })
		out = append(out, point{last, f.Count.Votes})
	default:
		out = append(out, point{p.dayOf(p.Clock.Now()), f.Count.Votes})
	}
	return out
}

// few tells whether a day's number is below the floor, ours or the municipality's.
func few(d ballot.Day, f facts) bool { return d.Few || d.Count < f.settings.Floor }

// dayOf is the day of a moment in Sweden, as midnight UTC.
func (p *Pages) dayOf(at time.Time) time.Time {
	y, m, d := at.In(p.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// frame is what a drawing is laid out by.
type frame struct {
	first, last time.Time // days
	top         int64     // votes at the upper edge
}

// x is a day's place in thousandths of the width; y that of a count in
// thousandths of the plot's height, from above.
func (d frame) x(day time.Time) float64 {
	return 1000 * min(max(float64(day.Sub(d.first))/float64(d.last.Sub(d.first)), 0), 1)
}

func (d frame) y(votes int64) float64 { return 1000 * (1 - float64(votes)/float64(d.top)) }

// frame is laid from the opening to the closing, with room above the threshold
// and above every point.
func (p *Pages) frame(f facts, points []point) frame {
	d := frame{first: p.dayOf(f.OpenedAt), last: p.dayOf(closing(f).Add(-time.Millisecond)), top: f.Threshold*11/10 + 1}
	for _, pt := range points {
		d.top = max(d.top, pt.votes*11/10+1)
	}
	if !d.last.After(d.first) {
		d.last = d.first.AddDate(0, 0, 1)
	}
	return d
}

// draw makes the drawing: a plot that is stretched to the page's width, and the
// point at its end, which is not. Its lines have the colour of the text, which
// holds in forced colours too; the tint beneath is an ornament.
func (p *Pages) draw(f facts, d frame, points []point) template.HTML {
	last := points[len(points)-1]
	words := func(t page.Text) string {
		s, err := p.Renderer.Text(f.look.lang, t)
		if err != nil {
			return ""
		}
		return template.HTMLEscapeString(s)
	}
	var line strings.Builder
	for _, pt := range points {
		fmt.Fprintf(&line, "%.1f,%.1f ", d.x(pt.day), d.y(pt.votes))
	}
	first, goal := points[0], d.y(f.Threshold)
	pixel := func(y float64) float64 { return drawEdge + y*drawHeight/1000 }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg role="img" aria-labelledby="graf-titel graf-text" width="100%%" height="%d" overflow="visible">`, drawHeight+2*drawEdge)
	fmt.Fprintf(&b, `<title id="graf-titel">%s</title><desc id="graf-text">%s</desc>`, words(page.T("petition.graph.title")),
		words(page.T("petition.graph.text", "from", number(first.votes), "first", page.Date(first.day), "to", number(last.votes),
			"last", page.Date(last.day), "threshold", number(f.Threshold))))
	fmt.Fprintf(&b, `<svg aria-hidden="true" x="0" y="%d" width="100%%" height="%d" viewBox="0 0 1000 1000" preserveAspectRatio="none">`, drawEdge, drawHeight)
	fmt.Fprintf(&b, `<polygon points="%.1f,1000 %s%.1f,1000" fill="var(--k-link)" opacity="0.2"/>`, d.x(first.day), line.String(), d.x(last.day))
	fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="currentColor" stroke-width="3" stroke-linejoin="round" vector-effect="non-scaling-stroke"/>`, strings.TrimSpace(line.String()))
	fmt.Fprintf(&b, `<path d="M0 %.1fH1000" stroke="currentColor" stroke-width="2" stroke-dasharray="7 5" vector-effect="non-scaling-stroke"/>`, goal)
	b.WriteString(`<path d="M0 1000H1000" stroke="currentColor" stroke-width="2" vector-effect="non-scaling-stroke"/></svg>`)
	fmt.Fprintf(&b, `<circle cx="%.1f%%" cy="%.1f" r="5" fill="currentColor"/>`, d.x(last.day)/10, pixel(d.y(last.votes)))
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) // every word in it is escaped above
}

// dayTable is the same in numbers.
func dayTable(f facts) page.Component {
	t := page.Table{Caption: page.T("petition.graph.title"), HideCaption: true, Scroll: false,
		Columns: []page.Column{{Text: page.T("petition.graph.day")}, {Text: page.T("petition.places.votes"), Number: true}}}
	for _, d := range f.series {
		var votes page.Text = number(d.Count)
		if few(d, f) {
			votes = page.T("petition.graph.few", "votes", number(f.settings.Floor))
		}
		t.Rows = append(t.Rows, page.TableRow{Cells: []page.Text{page.DayOf(d.Day), votes}})
	}
	return page.Details{Summary: page.T("petition.graph.table"), Body: t}
}
