package pades

import (
	"fmt"

	"medborgarnavet/block/pdf"
)

// view is how a page's user space meets the eye: what of it is visible, how it
// is turned, and how long its unit is.
type view struct {
	box  [4]float64 // visible part of user space
	turn int        // clockwise, 0, 90, 180 or 270
	unit float64    // points per unit of user space
}

func viewOf(d *pdf.Document, p *pdf.Page) view {
	m, c := ordered(p.MediaBox), ordered(p.CropBox)
	v := view{box: [4]float64{max(m[0], c[0]), max(m[1], c[1]), min(m[2], c[2]), min(m[3], c[3])}, unit: 1}
	if v.box[2] <= v.box[0] || v.box[3] <= v.box[1] {
		v.box = m
	}
	v.turn = ((p.Rotate % 360) + 360) % 360 / 90 * 90
	if u, ok := d.Number(p.Dict["UserUnit"]); ok && u > 0 {
		v.unit = u
	}
	return v
}

// size is a user space rectangle's width and height as seen, in points.
func (v view) size(r [4]float64) (width, height float64) {
	width, height = (r[2]-r[0])*v.unit, (r[3]-r[1])*v.unit
	if v.turn%180 != 0 {
		width, height = height, width
	}
	return width, height
}

// page is the visible page's width and height in points.
func (v view) page() (width, height float64) { return v.size(v.box) }

// toUser turns a place as seen into a rectangle of user space.
func (v view) toUser(r Rect) [4]float64 {
	x0, y0 := v.point(r.X, r.Y)
	x1, y1 := v.point(r.X+r.Width, r.Y+r.Height)
	return ordered([4]float64{x0, y0, x1, y1})
}

// point turns a point as seen, from the top left, into one of user space.
func (v view) point(x, y float64) (float64, float64) {
	x, y = x/v.unit, y/v.unit
	switch v.turn {
	case 90:
		return v.box[0] + y, v.box[1] + x
	case 180:
		return v.box[2] - x, v.box[1] + y
	case 270:
		return v.box[2] - y, v.box[3] - x
	}
	return v.box[0] + x, v.box[3] - y
}

// fromUser turns a rectangle of user space into a place as seen.
func (v view) fromUser(r [4]float64) Rect {
	w, h := v.size(r)
	out := Rect{Width: w, Height: h}
	switch v.turn {
	case 90:
		out.X, out.Y = (r[1]-v.box[1])*v.unit, (r[0]-v.box[0])*v.unit
	case 180:
		out.X, out.Y = (v.box[2]-r[2])*v.unit, (r[1]-v.box[1])*v.unit
	case 270:
		out.X, out.Y = (v.box[3]-r[3])*v.unit, (v.box[2]-r[2])*v.unit
	default:
		out.X, out.Y = (r[0]-v.box[0])*v.unit, (v.box[3]-r[3])*v.unit
	}
	return out
}

// matrix turns an upright appearance of this size so that it is upright on a
// turned page; nil when the page is not turned.
func (v view) matrix(width, height float64) pdf.Array {
	var m [6]float64
	switch v.turn {
	case 90:
		m = [6]float64{0, 1, -1, 0, height, 0}
	case 180:
		m = [6]float64{-1, 0, 0, -1, width, height}
	case 270:
		m = [6]float64{0, -1, 1, 0, 0, width}
	default:
		return nil
	}
	out := make(pdf.Array, 6)
	for i, n := range m {
		out[i] = number(n)
	}
	return out
}

// The place that a stamp gets when none is given, in points.
const (
	stampWidth  = 220.0
	stampHeight = 76.0
	stampMargin = 36.0
	stampGap    = 8.0
	stampStep   = (stampHeight + stampGap) / 6 // between the heights that are tried
	stampLeast  = 24.0                         // neither side is less
)

// reserved is a place that will be taken in the same update.
type reserved struct {
	page pdf.Ref
	rect [4]float64
}

// findPlace is the page and the rectangle, in user space, that the appearance
// asks for. A place outside the visible page is refused.
func (a *Appearance) findPlace(d *pdf.Document, pages []pdf.Page, soon []reserved) (*pdf.Page, [4]float64, error) {
	n := a.Page
	if n == 0 {
		n = len(pages)
	}
	if n < 1 || n > len(pages) {
		return nil, [4]float64{}, fmt.Errorf("%w: the last one is %d", ErrPage, len(pages))
	}
	page := &pages[n-1]
	v := viewOf(d, page)
	r := a.Rect
	if r.Width == 0 {
		free, ok := firstFree(d, page, v, soon)
		if !ok {
			return nil, [4]float64{}, fmt.Errorf("%w: nothing is free on the page", ErrNoRoom)
		}
		r = free
	}
	w, h := v.page()
	const slack = 0.01
	if r.X < -slack || r.Y < -slack || r.X+r.Width > w+slack || r.Y+r.Height > h+slack {
		return nil, [4]float64{}, fmt.Errorf("%w: the rectangle is not inside the visible page", ErrNoRoom)
	}
	if r.Width < stampLeast || r.Height < stampLeast {
		return nil, [4]float64{}, fmt.Errorf("%w: the rectangle is too small to read", ErrNoRoom)
	}
	return page, v.toUser(r), nil
}

// firstFree is the first place beside all the page's annotations and text:
// along the bottom from the left, then upwards.
func firstFree(d *pdf.Document, page *pdf.Page, v view, soon []reserved) (Rect, bool) {
	var taken []Rect
	for _, s := range soon {
		if s.page == page.Ref {
			taken = append(taken, v.fromUser(s.rect))
		}
	}
	for _, o := range d.Array(page.Dict["Annots"]) {
		box := d.Array(d.Dict(o)["Rect"])
		if len(box) != 4 {
			continue
		}
		var r [4]float64
		for i := range r {
			r[i], _ = d.Number(box[i])
		}
		if r = ordered(r); r[2] > r[0] && r[3] > r[1] {
			taken = append(taken, v.fromUser(r))
		}
	}
	for _, r := range textBoxes(d, page) {
		taken = append(taken, v.fromUser(ordered(r)))
	}
	pw, ph := v.page()
	margin := min(stampMargin, pw/12, ph/12)
	w, h := min(stampWidth, pw-2*margin), min(stampHeight, ph-2*margin)
	for y := ph - margin - h; y >= margin-0.01; y -= stampStep {
		for x := margin; x+w <= pw-margin+0.01; x += w + stampGap {
			r := Rect{X: x, Y: y, Width: w, Height: h}
			if !touchesAny(r, taken) {
				return r, true
			}
		}
	}
	return Rect{}, false
}

func touchesAny(r Rect, list []Rect) bool {
	for _, t := range list {
		if r.X < t.X+t.Width && t.X < r.X+r.Width && r.Y < t.Y+t.Height && t.Y < r.Y+r.Height {
			return true
		}
	}
	return false
}
