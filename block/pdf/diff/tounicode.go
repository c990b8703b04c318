package diff

import (
	"unicode/utf16"

	"medborgarnavet/block/pdf"
)

// maxCMap bounds the characters of one ToUnicode map.
const maxCMap = 70_000

// toUnicode reads a ToUnicode map (ISO 32000-1, 9.10.3): its bfchar and bfrange
// sections. One that cannot be read is empty.
func toUnicode(d *pdf.Document, s *pdf.Stream) map[int][]rune {
	if s == nil {
		return nil
	}
	data, err := d.Decode(s)
	if err != nil || len(data) > 4<<20 {
		return nil
	}
	out := map[int][]rune{}
	// A CMap is written in the same tokens as a content stream: the operands
	// of a section come as the arguments of the operator that ends it.
	_ = pdf.Operators(data, func(op string, args []pdf.Object, _ int) error {
		switch op {
		case "endbfchar":
			for i := 0; i+1 < len(args) && len(out) < maxCMap; i += 2 {
				if dst, ok := args[i+1].(pdf.String); ok {
					out[codeOf(args[i])] = utf16Runes(dst)
				}
			}
		case "endbfrange":
			for i := 0; i+2 < len(args) && len(out) < maxCMap; i += 3 {
				bfRange(out, codeOf(args[i]), codeOf(args[i+1]), args[i+2])
			}
		}
		return nil
	})
	return out
}

func bfRange(out map[int][]rune, from, to int, dst pdf.Object) {
	if from < 0 || to < from || to-from > 0xFFFF {
		return
	}
	switch v := dst.(type) {
	case pdf.String:
		base := utf16Runes(v)
		if len(base) == 0 {
			return
		}
		for c := from; c <= to && len(out) < maxCMap; c++ {
			r := append([]rune(nil), base...)
			r[len(r)-1] += rune(c - from)
			out[c] = r
		}
	case pdf.Array:
		for i, o := range v {
			if s, ok := o.(pdf.String); ok && from+i <= to {
				out[from+i] = utf16Runes(s)
			}
		}
	}
}

func codeOf(o pdf.Object) int {
	s, ok := o.(pdf.String)
	if !ok || len(s) > 3 {
		return -1
	}
	v := 0
	for i := range len(s) {
		v = v<<8 | int(s[i])
	}
	return v
}

func utf16Runes(s pdf.String) []rune {
	units := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return utf16.Decode(units)
}
