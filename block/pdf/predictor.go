package pdf

import "fmt"

// maxColumns bounds the predictor's numbers, so that a row's length cannot
// overflow.
const maxColumns = 1 << 24

// predict undoes the predictor that the parameters of Flate or LZW name, in
// place. A decoding error from before is handed on with what there is.
func (c decoder) predict(data []byte, p Dict, before error) ([]byte, error) {
	kind, ok := c.d.Int(p["Predictor"])
	if !ok || kind <= 1 || len(data) == 0 {
		return data, before
	}
	get := func(key Name, otherwise int64) int64 {
		if v, ok := c.d.Int(p[key]); ok {
			return v
		}
		return otherwise
	}
	colors, bits, columns := get("Colors", 1), get("BitsPerComponent", 8), get("Columns", 1)
	if colors < 1 || colors > 64 || columns < 1 || columns > maxColumns || bits < 1 || bits > 16 || bits&(bits-1) != 0 {
		return nil, fmt.Errorf("%w: a predictor's parameters are strange", errFilter)
	}
	row := int((colors*bits*columns + 7) / 8)
	if kind == 2 {
		if err := c.tiff(data, row, int(colors), int(bits)); err != nil {
			return nil, err
		}
		return data, before
	}
	if kind < 10 || kind > 15 {
		return nil, fmt.Errorf("%w: there is an unknown predictor", errFilter)
	}
	out, err := c.png(data, row, int(max(1, colors*bits/8)))
	if err != nil {
		return nil, err
	}
	return out, before
}

// png undoes the filters of PNG. What is written never passes what is read,
// since each row is read with one byte more.
func (c decoder) png(data []byte, row, step int) ([]byte, error) {
	n := 0
	for in := 0; in+1 < len(data); {
		if err := c.timer.tick(); err != nil {
			return nil, err
		}
		kind := data[in]
		cur := data[in+1 : min(in+1+row, len(data))]
		out := data[n : n+len(cur)]
		var up []byte
		if n >= row {
			up = data[n-row : n]
		}
		if !pngRow(kind, out, cur, up, step) {
			return nil, fmt.Errorf("%w: a row has an unknown predictor", errFilter)
		}
		in += 1 + len(cur)
		n += len(cur)
	}
	return data[:n], nil
}

// pngRow undoes the filter of one row; up is nil for the first.
func pngRow(kind byte, out, cur, up []byte, step int) bool {
	if kind > 4 {
		return false
	}
	for i := range cur {
		var a, b, c int
		if i >= step {
			a = int(out[i-step])
		}
		if up != nil {
			b = int(up[i])
			if i >= step {
				c = int(up[i-step])
			}
		}
		v := int(cur[i])
		switch kind {
		case 1:
			v += a
		case 2:
			v += b
		case 3:
			v += (a + b) / 2
		case 4:
			v += paeth(a, b, c)
		}
		out[i] = byte(v)
	}
	return true
}

func paeth(a, b, c int) int {
	p := a + b - c
	pa, pb, pc := abs(p-a), abs(p-b), abs(p-c)
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// tiff undoes the predictor of TIFF: each component is the difference from the
// one to the left of it.
func (c decoder) tiff(data []byte, row, colors, bits int) error {
	for ; len(data) > 0; data = data[min(row, len(data)):] {
		if err := c.timer.tick(); err != nil {
			return err
		}
		line := data[:min(row, len(data))]
		switch bits {
		case 8:
			for i := colors; i < len(line); i++ {
				line[i] += line[i-colors]
			}
		case 16:
			for i := 2 * colors; i+1 < len(line); i += 2 {
				v := uint16(line[i])<<8 + uint16(line[i+1]) + uint16(line[i-2*colors])<<8 + uint16(line[i-2*colors+1])
				line[i], line[i+1] = byte(v>>8), byte(v)
			}
		default:
			tiffBits(line, colors, bits)
		}
	}
	return nil
}

func tiffBits(line []byte, colors, bits int) {
	mask := byte(1<<bits - 1)
	at := func(i int) (int, int) { return i * bits / 8, 8 - bits - i*bits%8 }
	for i := colors; (i+1)*bits <= 8*len(line); i++ {
		b, shift := at(i)
		lb, lshift := at(i - colors)
		v := (line[b]>>shift + line[lb]>>lshift) & mask
		line[b] = line[b]&^(mask<<shift) | v<<shift
	}
}
