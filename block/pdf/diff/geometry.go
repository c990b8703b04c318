package diff

import (
	"math"

	"medborgarnavet/block/pdf"
)

// box is a rectangle: left, bottom, right, top.
type box [4]float64

// matrix is a PDF transformation: x' = ax + cy + e, y' = bx + dy + f.
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// times gives the transformation that applies m first and then n.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

func (m matrix) point(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// box gives the upright rectangle around a transformed one.
func (m matrix) box(b box) box {
	out := empty
	for _, p := range [4][2]float64{{b[0], b[1]}, {b[2], b[1]}, {b[2], b[3]}, {b[0], b[3]}} {
		out = out.with(m.point(p[0], p[1]))
	}
	return out
}

// scale is by how much lengths grow, on average.
func (m matrix) scale() float64 { return math.Sqrt(math.Abs(m[0]*m[3] - m[1]*m[2])) }

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
func matrixOf(d *pdf.Document, o pdf.Object) matrix {
	a := d.Array(o)
	if len(a) != 6 {
		return identity
	}
	var m matrix
	for i := range a {
		n, ok := d.Number(a[i])
		if !ok {
			return identity
		}
		m[i] = n
	}
	return m
}

// placed is the transformation from an appearance's own space to the page: the
// transformed bounding box is fitted to the annotation's rectangle
// (ISO 32000-1, 12.5.5, algorithm 8.1).
func placed(d *pdf.Document, look pdf.Dict, rect box) (matrix, bool) {
	bbox, ok := boxOf(d, look["BBox"])
	if !ok {
		return identity, false
	}
	m := matrixOf(d, look["Matrix"])
	t := m.box(bbox)
	if t.area() <= 0 || rect.area() <= 0 {
		return identity, false
	}
	sx, sy := (rect[2]-rect[0])/(t[2]-t[0]), (rect[3]-rect[1])/(t[3]-t[1])
	fit := matrix{sx, 0, 0, sy, rect[0] - t[0]*sx, rect[1] - t[1]*sy}
	return fit, true // the form's own Matrix is applied when it is drawn
}
