package check

import (
	"bytes"
	"encoding/binary"

	"medborgarnavet/block/pdf"
)

// jpxInfo is what the rules ask of a JPEG 2000 file (ISO 15444-1, annex I).
type jpxInfo struct {
	channels     int
	depth        int // bits, 0 when the channels differ
	varied       bool
	specs        int
	approx       int // specifications marked as the best
	methods      []byte
	enumerated   []uint32
	colourByCdef int
}

// checkJPX checks a JPEG 2000 image. When the image dictionary names a colour
// space, what the data says of colour is not used.
func (c *checker) checkJPX(b []byte, hasSpace bool, ref pdf.Ref) {
	info := readJPX(b)
	n := info.channels
	if info.colourByCdef > 0 {
		n = info.colourByCdef
	}
	if n != 1 && n != 3 && n != 4 {
		c.fail(ruleJPXChannels, ref)
	}
	if info.varied || info.depth < 1 || info.depth > 38 {
		c.fail(ruleJPXDepth, ref)
	}
	if hasSpace {
		return
	}
	if info.specs > 1 && info.approx != 1 {
		c.fail(ruleJPXSpecs, ref)
	}
	for _, m := range info.methods {
		if m < 1 || m > 3 {
			c.fail(ruleJPXMethod, ref)
		}
	}
	for _, e := range info.enumerated {
		if e == 19 {
			c.fail(ruleJPXCIEJab, ref)
		}
	}
}

func readJPX(b []byte) jpxInfo {
	var info jpxInfo
	if bytes.HasPrefix(b, []byte{0xff, 0x4f, 0xff, 0x51}) {
		info.codestream(b)
		return info
	}
	info.boxes(b, 0)
	return info
}

// boxes walks the boxes of a JP2 file.
func (j *jpxInfo) boxes(b []byte, depth int) {
	for count := 0; len(b) >= 8 && count < 10_000; count++ {
		size := uint64(binary.BigEndian.Uint32(b))
		kind := string(b[4:8])
		head := uint64(8)
		if size == 1 && len(b) >= 16 {
			size, head = binary.BigEndian.Uint64(b[8:]), 16
		}
		if size == 0 || size > uint64(len(b)) {
			size = uint64(len(b))
		}
		if size < head {
			return
		}
		j.box(kind, b[head:size], depth)
		b = b[size:]
	}
}

func (j *jpxInfo) box(kind string, body []byte, depth int) {
	switch kind {
	case "jp2h":
		if depth == 0 {
			j.boxes(body, 1)
		}
	case "ihdr":
		if len(body) >= 11 {
			j.channels = int(binary.BigEndian.Uint16(body[8:]))
			if body[10] == 255 {
				j.varied = true
			}
			j.depth = int(body[10]&0x7f) + 1
		}
	case "bpcc":
		for _, d := range body {
			if d != body[0] {
				j.varied = true
			} else if j.varied && len(body) > 0 {
				j.depth = int(body[0]&0x7f) + 1
			}
		}
	case "colr":
		j.colour(body)
	case "cdef":
		for i := 2; i+6 <= len(body); i += 6 {
			if binary.BigEndian.Uint16(body[i+2:]) == 0 {
				j.colourByCdef++
			}
		}
	case "jp2c":
		if j.channels == 0 {
			j.codestream(body)
		}
	}
}

func (j *jpxInfo) colour(body []byte) {
	if len(body) < 3 {
		return
	}
	j.specs++
	j.methods = append(j.methods, body[0])
	if body[2] == 1 {
		j.approx++
	}
	if body[0] == 1 && len(body) >= 7 {
		j.enumerated = append(j.enumerated, binary.BigEndian.Uint32(body[3:]))
	}
}

// codestream reads the SIZ marker.
func (j *jpxInfo) codestream(b []byte) {
	if len(b) < 43 || b[2] != 0xff || b[3] != 0x51 {
		return
	}
	j.channels = int(binary.BigEndian.Uint16(b[40:]))
	for i := 0; i < j.channels && 42+3*i < len(b); i++ {
		d := int(b[42+3*i]&0x7f) + 1
		if j.depth != 0 && d != j.depth {
			j.varied = true
		}
		j.depth = d
	}
}
