package diff

import (
	"math"

	"medborgarnavet/block/pdf"
)

// shade is how light a colour is, from 0, black, to 1, white. NaN is a colour
// that is not known here, such as a pattern.
type shade float64

const (
	white shade = 1
	// leastContrast is the smallest difference that an eye can read by.
	leastContrast = 0.1
)

func unknownShade() shade { return shade(math.NaN()) }

// shadeOf is the shade of one, three or four components: grey, RGB or CMYK,
// which is near enough for the spaces that have as many.
func shadeOf(args []pdf.Object) shade {
	switch part := func(i int) float64 { return max(0, min(1, num(args, i))) }; len(args) {
	case 1:
		if _, named := args[0].(pdf.Name); named {
			return unknownShade()
		}
		return shade(part(0))
	case 3:
		return shade(0.21*part(0) + 0.72*part(1) + 0.07*part(2))
	case 4:
		light := func(i int) float64 { return (1 - part(i)) * (1 - part(3)) }
		return shade(0.21*light(0) + 0.72*light(1) + 0.07*light(2))
	}
	return unknownShade()
}

// paper tells whether a shade may be the page's own: nearly white, or not known.
func (s shade) paper() bool { return !(s < white-leastContrast) }

// colour follows the colours and their spaces. Of a space that is not one of
// plain grey, RGB or CMYK the numbers do not tell the shade: 0 of a spot colour
// is white.
func (c *canvas) colour(op string, args []pdf.Object) bool {
	if !c.st.colourOperator(op, args) {
		return false
	}
	switch op {
	case "g", "rg", "k":
		c.st.fillOdd = false
	case "G", "RG", "K":
		c.st.strokeOdd = false
	case "cs":
		c.st.fillOdd = !c.plainSpace(args)
	case "CS":
		c.st.strokeOdd = !c.plainSpace(args)
	}
	if c.st.fillOdd {
		c.st.fill = unknownShade()
	}
	if c.st.strokeOdd {
		c.st.stroke = unknownShade()
	}
	return true
}

func (c *canvas) plainSpace(args []pdf.Object) bool {
	name, _ := arg(args, 0).(pdf.Name)
	switch name {
	case "DeviceGray", "DeviceRGB", "DeviceCMYK":
		return true
	}
	space := c.doc.Resolve(c.doc.Dict(c.res["ColorSpace"])[name])
	if list, ok := space.(pdf.Array); ok && len(list) > 0 {
		space = list[0]
	}
	switch c.doc.Name(space) {
	case "DeviceGray", "DeviceRGB", "DeviceCMYK", "CalGray", "CalRGB", "ICCBased":
		return true
	}
	return false
}

// colourOperator follows the colours of filling and stroking.
func (st *state) colourOperator(op string, args []pdf.Object) bool {
	switch op {
	case "g", "rg", "k", "sc", "scn":
		st.fill = shadeOf(args)
	case "G", "RG", "K", "SC", "SCN":
		st.stroke = shadeOf(args)
	case "cs":
		st.fill = 0 // what every space begins with, or nearly
	case "CS":
		st.stroke = 0
	default:
		return false
	}
	return true
}

// ink is the shade that text is drawn in.
func (st *state) ink() shade {
	if st.render == 1 || st.render == 5 {
		return st.stroke
	}
	return st.fill
}

// standsOut tells whether text differs from what lies beneath it: the last
// paint that covers most of it, else the page, which is taken as white. What
// is in a colour that is not known is not said to be read.
func (r run) standsOut(paints []paint) bool {
	ground := white
	for _, p := range paints {
		if p.seq < r.seq && r.box.covered(p.box)*p.weight > 0.5 {
			ground = p.shade
		}
	}
	return math.Abs(float64(r.ink-ground)) >= leastContrast
}

// ownInk is the shade that a field's default look has given its text since
// before the signature, such as white for a field on a dark page.
func (s *step) ownInk(f *field) shade {
	for p := f; p != nil; p = p.parent {
		if da, ok := s.old.Str(s.old.Dict(p.ref)["DA"]); ok {
			var st state
			if pdf.Operators([]byte(da), func(op string, args []pdf.Object, _ int) error {
				st.colourOperator(op, args)
				return nil
			}) != nil {
				return unknownShade()
			}
			return st.fill
		}
	}
	return unknownShade()
}

// inked counts what can be seen on paper.
func (c *canvas) inked(tone shade, alpha float64) {
	b := c.path.meet(c.st.clip)
	if !tone.paper() && alpha > 0.25 && b[0] <= b[2] && b[1] <= b[3] {
		c.out.inks++
	}
}
