package pdfa

import (
	"encoding/binary"
	"math"
	"sync"
)

// SRGB is an ICC profile (version 2.1, display, matrix and curves) of sRGB,
// computed from the numbers of IEC 61966-2-1: the primaries of ITU-R BT.709,
// the white point D65 and the curve of 2.4 with its straight beginning, adapted
// to D50 after Bradford as ICC.1 asks. Do not change the bytes.
func SRGB() []byte { return srgb() }

var srgb = sync.OnceValue(buildSRGB)

type vector [3]float64
type matrix [3]vector

// times is the matrix times a column.
func (m matrix) times(v vector) (out vector) {
	for i := range m {
		for j := range v {
			out[i] += m[i][j] * v[j]
		}
	}
	return out
}

func (m matrix) inverse() (out matrix) {
	minor := func(i, j int) float64 {
		a, b, c, d := (i+1)%3, (i+2)%3, (j+1)%3, (j+2)%3
		return m[a][c]*m[b][d] - m[a][d]*m[b][c]
	}
	det := m[0][0]*minor(0, 0) + m[0][1]*minor(0, 1) + m[0][2]*minor(0, 2)
	for i := range out {
		for j := range out[i] {
			out[i][j] = minor(j, i) / det
		}
	}
	return out
}

// xyz is a colour of luminance 1 with a chromaticity.
func xyz(x, y float64) vector { return vector{x / y, 1, (1 - x - y) / y} }

// d50 is the illuminant of the profile connection space, as ICC.1 writes it.
var d50 = vector{0.9642, 1, 0.8249}

// primaries gives red, green, blue and white as XYZ: the first three adapted
// to D50, and white as it is.
func primaries() (colours [3]vector, white vector) {
	white = xyz(0.3127, 0.3290)
	red, green, blue := xyz(0.64, 0.33), xyz(0.30, 0.60), xyz(0.15, 0.06)
	columns := matrix{
		{red[0], green[0], blue[0]}, {red[1], green[1], blue[1]}, {red[2], green[2], blue[2]},
	}
	share := columns.inverse().times(white) // how much of each makes white
	bradford := matrix{
		{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296},
	}
	back, from, to := bradford.inverse(), bradford.times(white), bradford.times(d50)
	for i, primary := range [3]vector{red, green, blue} {
		cone := bradford.times(vector{primary[0] * share[i], primary[1] * share[i], primary[2] * share[i]})
		for j := range cone {
			cone[j] *= to[j] / from[j]
		}
		colours[i] = back.times(cone)
	}
	return colours, white
}

// linear is the light of a colour value between 0 and 1.
func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// luminance is a colour's relative luminance (WCAG 2.2).
func luminance(c RGB) float64 {
	return 0.2126*linear(float64(c.R)/255) + 0.7152*linear(float64(c.G)/255) + 0.0722*linear(float64(c.B)/255)
}

func buildSRGB() []byte {
	colours, white := primaries()
	const points = 1024
	curve := append([]byte("curv\x00\x00\x00\x00"), 0, 0, points>>8, points&0xff)
	for i := range points {
		curve = binary.BigEndian.AppendUint16(curve, uint16(math.Round(65535*linear(float64(i)/(points-1)))))
	}
	tags := []struct {
		name string
		data []byte
	}{
		{"desc", describe("sRGB IEC61966-2.1")},
		{"cprt", append([]byte("text\x00\x00\x00\x00"), "No copyright, use freely\x00"...)},
		{"wtpt", fixed(white)},
		{"rXYZ", fixed(colours[0])}, {"gXYZ", fixed(colours[1])}, {"bXYZ", fixed(colours[2])},
		{"rTRC", curve}, {"gTRC", nil}, {"bTRC", nil}, // the three share one curve
	}
	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	var body []byte
	offset, last := 0, 0
	for _, tag := range tags {
		if tag.data != nil {
			for len(body)%4 != 0 {
				body = append(body, 0)
			}
			offset, last = 128+4+12*len(tags)+len(body), len(tag.data)
			body = append(body, tag.data...)
		}
		table = append(table, tag.name...)
		table = binary.BigEndian.AppendUint32(table, uint32(offset))
		table = binary.BigEndian.AppendUint32(table, uint32(last))
	}
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	out := make([]byte, 128)
	binary.BigEndian.PutUint32(out, uint32(128+len(table)+len(body)))
	binary.BigEndian.PutUint32(out[8:], 0x02100000)
	copy(out[12:], "mntrRGB XYZ ")
	for i, v := range []uint16{2026, 1, 1, 0, 0, 0} { // when it was defined: any fixed time
		binary.BigEndian.PutUint16(out[24+2*i:], v)
	}
	copy(out[36:], "acsp")
	copy(out[68:], fixed(d50)[8:])
	return append(append(out, table...), body...)
}

// fixed is an XYZ tag, in s15Fixed16 numbers.
func fixed(v vector) []byte {
	out := []byte("XYZ \x00\x00\x00\x00")
	for _, x := range v {
		out = binary.BigEndian.AppendUint32(out, uint32(int32(math.Round(x*65536))))
	}
	return out
}

// describe is a textDescriptionType with only its ASCII part.
func describe(text string) []byte {
	out := append([]byte("desc\x00\x00\x00\x00"), 0, 0, 0, byte(len(text)+1))
	out = append(out, text...)
	out = append(out, 0)
	return append(out, make([]byte, 4+4+2+1+67)...)
}
