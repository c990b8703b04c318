package diff

import (
	"bytes"
	"errors"
	"slices"

	"medborgarnavet/block/pdf"
)

var errNotContent = errors.New("diff: no page content")

// loose is an object that lies in the file without an index that names it.
type loose struct {
	num    int
	stream bool
}

// maxLoose bounds how many are looked for.
const maxLoose = 100

// unlisted finds "n g obj" in the bytes between the objects that an index
// names. Cross-reference streams do not always name themselves.
func unlisted(data []byte, spans [][2]int64) []loose {
	slices.SortFunc(spans, func(a, b [2]int64) int { return int(min(max(a[0]-b[0], -1), 1)) })
	var out []loose
	at := int64(0)
	end := int64(len(data))
	for _, sp := range append(spans, [2]int64{end, end}) {
		if sp[0] > at && sp[0] <= end {
			out = append(out, looseIn(data[at:sp[0]])...)
		}
		at = max(at, min(sp[1], end))
		if len(out) > maxLoose {
			break
		}
	}
	return out
}

func looseIn(gap []byte) []loose {
	var out []loose
	for from := 0; len(out) <= maxLoose; {
		i := bytes.Index(gap[from:], []byte(" obj"))
		if i < 0 {
			return out
		}
		at := from + i
		from = at + 4
		num, ok := numberBefore(gap[:at])
		if !ok || from < len(gap) && (gap[from] >= 'a' && gap[from] <= 'z') {
			continue
		}
		body := gap[from:]
		if e := bytes.Index(body, []byte("endobj")); e >= 0 {
			body = body[:e]
		}
		head := body[:min(len(body), 400)]
		if bytes.Contains(head, []byte("/XRef")) {
			continue
		}
		out = append(out, loose{num: num, stream: bytes.Contains(body, []byte("stream"))})
	}
	return out
}

// numberBefore reads the "12 0" that ends the bytes and gives the 12.
func numberBefore(b []byte) (int, bool) {
	i := len(b)
	for i > 0 && b[i-1] >= '0' && b[i-1] <= '9' {
		i--
	}
	if i == len(b) || i == 0 || !pdf.IsSpace(b[i-1]) {
		return 0, false
	}
	for i > 0 && pdf.IsSpace(b[i-1]) {
		i--
	}
	num, scale, digits := 0, 1, 0
	for ; i > 0 && b[i-1] >= '0' && b[i-1] <= '9' && digits < 9; i-- {
		num += int(b[i-1]-'0') * scale
		scale *= 10
		digits++
	}
	return num, digits > 0
}
