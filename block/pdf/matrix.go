package pdf

import "math"

// Matrix is a transformation as PDF writes it, a b c d e f: x' = ax + cy + e,
// y' = bx + dy + f (ISO 32000-1, 8.3.4).
type Matrix [6]float64

// Identity leaves everything where it is.
func Identity() Matrix { return Matrix{1, 0, 0, 1, 0, 0} }

// Times is the transformation that applies m first and then n.
func (m Matrix) Times(n Matrix) Matrix {
	return Matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// Point is where a point comes.
func (m Matrix) Point(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// Box is the upright rectangle (left, bottom, right, top) around a transformed
// one.
func (m Matrix) Box(b [4]float64) [4]float64 {
	out := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range [4][2]float64{{b[0], b[1]}, {b[2], b[1]}, {b[2], b[3]}, {b[0], b[3]}} {
		x, y := m.Point(p[0], p[1])
		out = [4]float64{min(out[0], x), min(out[1], y), max(out[2], x), max(out[3], y)}
	}
	return out
}

// Scale is by how much lengths grow, on average.
func (m Matrix) Scale() float64 { return math.Sqrt(math.Abs(m[0]*m[3] - m[1]*m[2])) }
