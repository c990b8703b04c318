package pdf

import (
	"errors"
	"io"
)

const (
	lzwClear = 256
	lzwEnd   = 257
)

// lzw reads LZW data as PDF has it: most significant bit first, codes of 9 to
// 12 bits (ISO 32000-1, 7.4.4).
type lzw struct {
	data  []byte
	early int // 1: codes grow one code early
	bits  uint
	have  uint
	width uint
	next  int // the code that is defined next
	prev  int // the code before, -1 after a clear
	// Each code above 257 is the string of prefix and one more byte.
	prefix [4096]uint16
	suffix [4096]byte
	first  [4096]byte
	out    [4096]byte // what has been decoded and not yet been read, from at on
	at     int
	err    error
}

func newLZW(data []byte, early bool) *lzw {
	l := &lzw{data: data, width: 9, next: 258, prev: -1}
	if early {
		l.early = 1
	}
	for i := range 256 {
		l.suffix[i], l.first[i] = byte(i), byte(i)
	}
	l.at = len(l.out)
	return l
}

// Read decodes into dst.
func (l *lzw) Read(dst []byte) (n int, err error) {
	for n < len(dst) {
		if l.at == len(l.out) {
			if l.err != nil {
				if n > 0 {
					return n, nil
				}
				return 0, l.err
			}
			l.step()
			continue
		}
		k := copy(dst[n:], l.out[l.at:])
		l.at += k
		n += k
	}
	return n, nil
}

var errLZW = errors.New("a code of LZW is wrong")

// step decodes one code.
func (l *lzw) step() {
	code, ok := l.code()
	switch {
	case !ok || code == lzwEnd:
		l.err = io.EOF
		return
	case code == lzwClear:
		l.width, l.next, l.prev = 9, 258, -1
		return
	case l.prev < 0 && code > 255:
		l.err = errLZW
		return
	case l.prev >= 0 && code > l.next, code == l.next && l.next > 4095:
		l.err = errLZW
		return
	}
	if l.prev >= 0 && l.next < 4096 {
		l.prefix[l.next] = uint16(l.prev)
		l.first[l.next] = l.first[l.prev]
		l.suffix[l.next] = l.first[code]
		if code == l.next {
			l.suffix[l.next] = l.first[l.prev]
		}
		l.next++
	}
	for c := code; ; c = int(l.prefix[c]) {
		l.at--
		l.out[l.at] = l.suffix[c]
		if c < 256 {
			break
		}
	}
	l.prev = code
	switch l.next + l.early {
	case 512, 1024, 2048:
		l.width = widthOf(l.next + l.early)
	}
}

func widthOf(n int) uint {
	switch {
	case n >= 2048:
		return 12
	case n >= 1024:
		return 11
	}
	return 10
}

func (l *lzw) code() (int, bool) {
	for l.have < l.width {
		if len(l.data) == 0 {
			return 0, false
		}
		l.bits = l.bits<<8 | uint(l.data[0])
		l.data = l.data[1:]
		l.have += 8
	}
	l.have -= l.width
	code := l.bits >> l.have & (1<<l.width - 1)
	l.bits &= 1<<l.have - 1
	return int(code), true
}
