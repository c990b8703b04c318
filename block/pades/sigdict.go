package pades

import (
	"bytes"
	"fmt"
	"strconv"

	"medborgarnavet/block/pdf"
)

// rangeWidth is the room for the byte range: four numbers of ten digits.
const rangeWidth = len("[0 0000000000 0000000000 0000000000]")

// hole is a signature dictionary written with empty places for its value and
// its byte range. Offsets are within body.
type hole struct {
	body     []byte
	contents span // of <…>
	ranges   span // of […]
}

// newHole writes the dictionary with room for size bytes of value.
func newHole(entries pdf.Dict, size int) hole {
	var h hole
	h.body = append(h.body, "<<"...)
	for _, key := range []pdf.Name{"Type", "Filter", "SubFilter", "M", "Name", "Reason", "Location", "ContactInfo", "Reference"} {
		if v := entries[key]; v != nil {
			h.body = pdf.Append(append(h.body, '/'), pdf.Verbatim(key))
			h.body = pdf.Append(append(h.body, ' '), v)
			h.body = append(h.body, '\n')
		}
	}
	h.body = append(h.body, "/ByteRange "...)
	h.ranges.from = int64(len(h.body))
	h.body = append(h.body, bytes.Repeat([]byte{' '}, rangeWidth)...)
	h.body[h.ranges.from], h.body[h.ranges.from+1] = '[', ']'
	h.ranges.to = int64(len(h.body))
	h.body = append(h.body, "\n/Contents "...)
	h.contents.from = int64(len(h.body))
	h.body = append(h.body, '<')
	h.body = append(h.body, bytes.Repeat([]byte{'0'}, 2*size)...)
	h.body = append(h.body, '>')
	h.contents.to = int64(len(h.body))
	h.body = append(h.body, "\n>>"...)
	return h
}

// locate finds the hole in the update, whose first byte has offset base in the
// file, and writes the byte range. It gives the place of Contents in the file.
func (h hole) locate(update []byte, base, object int64) (span, error) {
	start := object - base
	if start < 0 || start > int64(len(update)) {
		return span{}, fmt.Errorf("%w: the signature dictionary is not in the update", ErrStructure)
	}
	at := bytes.Index(update[start:], h.body)
	if at < 0 || at > 32 {
		return span{}, fmt.Errorf("%w: the signature dictionary is not written as it is", ErrStructure)
	}
	inUpdate := start + int64(at)
	body := base + inUpdate
	value := span{body + h.contents.from, body + h.contents.to}
	end := base + int64(len(update))
	text := []byte("[0 ")
	for _, n := range []int64{value.from, value.to, end - value.to} {
		text = strconv.AppendInt(text, n, 10)
		text = append(text, ' ')
	}
	text[len(text)-1] = ']'
	if len(text) > rangeWidth {
		return span{}, fmt.Errorf("%w: the file is too big", ErrStructure)
	}
	copy(update[inUpdate+h.ranges.from:], text)
	return value, nil
}

const hexDigits = "0123456789abcdef"

// fill writes der into the value's place in file; what is left stays zeros.
func fill(file []byte, place span, der []byte) error {
	room := (place.to - place.from - 2) / 2
	if int64(len(der)) > room {
		return fmt.Errorf("%w: %d bytes are needed, %d are there", ErrTooSmall, len(der), room)
	}
	at := place.from + 1
	for _, b := range der {
		file[at], file[at+1] = hexDigits[b>>4], hexDigits[b&15]
		at += 2
	}
	for ; at < place.to-1; at++ {
		file[at] = '0'
	}
	return nil
}
