package diff

import (
	"math"

	"medborgarnavet/block/pdf"
)

// box is a rectangle: left, bottom, right, top.
type box [4]float64

var (
	empty      = box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	everywhere = box{-1e9, -1e9, 1e9, 1e9}
)

func (b box) with(x, y float64) box {
	return box{min(b[0], x), min(b[1], y), max(b[2], x), max(b[3], y)}
}

func (b box) meet(c box) box {
	return box{max(b[0], c[0]), max(b[1], c[1]), min(b[2], c[2]), min(b[3], c[3])}
}

func (b box) area() float64 {
	if b[2] <= b[0] || b[3] <= b[1] || math.IsNaN(b[0]+b[1]+b[2]+b[3]) {
		return 0
	}
	return (b[2] - b[0]) * (b[3] - b[1])
}

// covered is how much of b lies within c, from 0 to 1.
func (b box) covered(c box) float64 {
	a := b.area()
	if a <= 0 {
		return 0
	}
	return b.meet(c).area() / a
}

func (b box) grow(by float64) box { return box{b[0] - by, b[1] - by, b[2] + by, b[3] + by} }

// boxOf reads a rectangle, its corners in any order.
func boxOf(d *pdf.Document, o pdf.Object) (box, bool) {
	a := d.Array(o)
	if len(a) != 4 {
		return box{}, false
	}
	var v [4]float64
	for i := range a {
		n, ok := d.Number(a[i])
		if !ok || math.IsNaN(n) || math.Abs(n) > 1e7 {
			return box{}, false
		}
		v[i] = n
	}
	return box{min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]), max(v[1], v[3])}, true
}

// matrixOf reads a transformation, the identity when there is none.
func matrixOf(d *pdf.Document, o pdf.Object) pdf.Matrix {
	a := d.Array(o)
	if len(a) != 6 {
		return pdf.Identity()
	}
	var m pdf.Matrix
	for i := range a {
		n, ok := d.Number(a[i])
		if !ok {
			return pdf.Identity()
		}
		m[i] = n
	}
	return m
}

// placed is the transformation from an appearance's own space to the page: the
// transformed bounding box is fitted to the annotation's rectangle
// (ISO 32000-1, 12.5.5, algorithm 8.1).
func placed(d *pdf.Document, look pdf.Dict, rect box) (pdf.Matrix, bool) {
	bbox, ok := boxOf(d, look["BBox"])
	if !ok {
		return pdf.Identity(), false
	}
	m := matrixOf(d, look["Matrix"])
	t := box(m.Box(bbox))
	if t.area() <= 0 || rect.area() <= 0 {
		return pdf.Identity(), false
	}
	sx, sy := (rect[2]-rect[0])/(t[2]-t[0]), (rect[3]-rect[1])/(t[3]-t[1])
	fit := pdf.Matrix{sx, 0, 0, sy, rect[0] - t[0]*sx, rect[1] - t[1]*sy}
	return fit, true // the form's own Matrix is applied when it is drawn
}
