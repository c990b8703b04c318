package pdf

import (
	"bytes"
	"fmt"
)

func (c decoder) asciiHex(data []byte) ([]byte, error) {
	out := make([]byte, 0, len(data)/2+1)
	half, digits := 0, 0
	for _, b := range data {
		v := unhex(b)
		switch {
		case b == '>':
			if digits%2 == 1 {
				out = append(out, byte(half<<4))
			}
			return out, c.step(int64(len(out)))
		case v >= 0:
			if digits++; digits%2 == 1 {
				half = v
				continue
			}
			out = append(out, byte(half<<4|v))
		case !IsSpace(b):
			return out, fmt.Errorf("%w: a byte is no hexadecimal digit", errFilter)
		}
	}
	if digits%2 == 1 {
		out = append(out, byte(half<<4))
	}
	return out, c.step(int64(len(out)))
}

func (c decoder) ascii85(data []byte) ([]byte, error) {
	data = bytes.TrimPrefix(bytes.TrimLeft(data, "\x00\t\n\f\r "), []byte("<~"))
	size := 4*bytes.Count(data, []byte("z")) + len(data)/5*4 + 8
	if err := c.step(int64(size)); err != nil {
		return nil, err
	}
	out := make([]byte, 0, size)
	var group uint64
	n := 0
	for _, b := range data {
		switch {
		case b == '~':
			return finish85(out, group, n)
		case IsSpace(b):
		case b == 'z' && n == 0:
			out = append(out, 0, 0, 0, 0)
		case b >= '!' && b <= 'u':
			group = group*85 + uint64(b-'!')
			if n++; n < 5 {
				continue
			}
			if group > 0xffffffff {
				return out, fmt.Errorf("%w: a group in base 85 is too great", errFilter)
			}
			out = append(out, byte(group>>24), byte(group>>16), byte(group>>8), byte(group))
			group, n = 0, 0
		default:
			return out, fmt.Errorf("%w: a byte is no digit in base 85", errFilter)
		}
	}
	return finish85(out, group, n)
}

// finish85 writes the last group, of n digits.
func finish85(out []byte, group uint64, n int) ([]byte, error) {
	if n == 0 {
		return out, nil
	}
	if n == 1 {
		return out, fmt.Errorf("%w: a last group in base 85 is too short", errFilter)
	}
	for range 5 - n {
		group = group*85 + 84
	}
	for i := range n - 1 {
		out = append(out, byte(group>>(24-8*i)))
	}
	return out, nil
}

func (c decoder) runLength(data []byte) ([]byte, error) {
	size := 0
	for i := 0; i < len(data) && data[i] != 128; {
		if n := int(data[i]); n < 128 {
			size += n + 1
			i += n + 2
		} else {
			size += 257 - n
			i += 2
		}
	}
	if err := c.step(int64(size)); err != nil {
		return nil, err
	}
	out := make([]byte, 0, size)
	for i := 0; i < len(data) && data[i] != 128; {
		n := int(data[i])
		i++
		switch {
		case n < 128 && i+n+1 <= len(data):
			out = append(out, data[i:i+n+1]...)
			i += n + 1
		case n > 128 && i < len(data):
			out = append(out, bytes.Repeat(data[i:i+1], 257-n)...)
			i++
		default:
			return out, fmt.Errorf("%w: a run is cut off", errFilter)
		}
	}
	return out, nil
}
