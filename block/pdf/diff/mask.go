package diff

import "medborgarnavet/block/pdf"

// imageWeight estimates how much of an image is opaque, from its mask.
func (c *canvas) imageWeight(x *pdf.Stream) float64 {
	if c.doc.Resolve(x.Dict["ImageMask"]) == true {
		return c.maskWeight(x, true)
	}
	if sm := c.doc.Stream(x.Dict["SMask"]); sm != nil {
		return c.maskWeight(sm, false)
	}
	if m := c.doc.Stream(x.Dict["Mask"]); m != nil {
		return c.maskWeight(m, true)
	}
	return 1
}

// maskWeight is the mean of a mask: of its painted bits, or of its opacity.
// One that cannot be read counts as opaque.
func (c *canvas) maskWeight(m *pdf.Stream, stencil bool) float64 {
	data, err := c.doc.Decode(m)
	if err != nil || len(data) == 0 || !c.work.spend(len(data)/32) {
		return 1
	}
	bits, _ := c.doc.Int(m.Dict["BitsPerComponent"])
	flip := false
	if a := c.doc.Array(m.Dict["Decode"]); len(a) == 2 {
		first, _ := c.doc.Number(a[0])
		flip = first == 1
	}
	sum := 0.0
	for _, b := range data {
		if stencil || bits == 1 {
			for i := range 8 {
				sum += float64(b>>i&1) / 8
			}
		} else {
			sum += float64(b) / 255
		}
	}
	mean := sum / float64(len(data))
	if stencil != flip { // a stencil paints where its bits are 0
		mean = 1 - mean
	}
	return mean
}
