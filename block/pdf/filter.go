package pdf

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
	"sync"
)

// maxFilters is how many filters one stream may go through.
const maxFilters = 8

// bigStream is from where on a stream is measured before it is decoded, so
// that no memory is spent on growing.
const bigStream = 8 << 20

var errFilter = errors.New("pdf: a stream's filters cannot be undone")

// ImageFilter is the error of Decode at a filter for images, which it does not
// undo: what it returns are the bytes as that filter is given them.
type ImageFilter struct{ Name Name }

// Error names the filter.
func (e *ImageFilter) Error() string { return "pdf: image filter " + string(e.Name) }

// Decode undoes a stream's filters. At a filter for images (DCT, JPX, JBIG2,
// CCITT) it stops, with what there is and an *ImageFilter. With any other error
// it gives what came out before. What it gives may be the file's own bytes and
// must not be changed.
func (d *Document) Decode(s *Stream) ([]byte, error) {
	if s == nil {
		return nil, fmt.Errorf("%w: there is no stream", errFilter)
	}
	t := d.file.budget.begin()
	defer t.stop()
	return d.decode(s, t)
}

func (d *Document) decode(s *Stream, t *timer) ([]byte, error) {
	filters := d.list(s.Dict["Filter"])
	params := d.list(s.Dict["DecodeParms"])
	if len(filters) > maxFilters {
		return nil, fmt.Errorf("%w: there are more than %d", errFilter, maxFilters)
	}
	if s.Dict["F"] != nil && s.Dict["Length"] != nil {
		return nil, fmt.Errorf("%w: its bytes are in another file", errFilter)
	}
	c := decoder{d: d, timer: t}
	data := s.Raw
	for i, o := range filters {
		var p Dict
		if i < len(params) {
			p = d.Dict(params[i])
		}
		var err error
		if data, err = c.undo(d.Name(o), p, data); err != nil {
			return data, err
		}
	}
	return data, nil
}

// list gives what may be one object or an array of them.
func (d *Document) list(o Object) Array {
	switch v := d.Resolve(o).(type) {
	case nil:
		return nil
	case Array:
		return v
	default:
		return Array{v}
	}
}

// decoder undoes the filters of one stream.
type decoder struct {
	d     *Document
	timer *timer
}

// undo undoes one filter; the short names are those of inline images.
func (c decoder) undo(name Name, p Dict, data []byte) ([]byte, error) {
	switch name {
	case "FlateDecode", "Fl":
		out, err := c.inflate(data)
		return c.predict(out, p, err)
	case "LZWDecode", "LZW":
		early, ok := c.d.Int(p["EarlyChange"])
		out, err := c.collect(func() io.Reader { return newLZW(data, !ok || early != 0) }, len(data))
		return c.predict(out, p, err)
	case "ASCIIHexDecode", "AHx":
		return c.asciiHex(data)
	case "ASCII85Decode", "A85":
		return c.ascii85(data)
	case "RunLengthDecode", "RL":
		return c.runLength(data)
	case "Crypt":
		if n := c.d.Name(p["Name"]); n != "" && n != "Identity" {
			return data, ErrEncrypted
		}
		return data, nil
	case "DCTDecode", "DCT", "JPXDecode", "JBIG2Decode", "CCITTFaxDecode", "CCF":
		return data, &ImageFilter{Name: name}
	}
	return data, fmt.Errorf("%w: there is an unknown one", errFilter)
}

// inflate undoes deflate in a zlib wrapping. The checksum at the end counts in
// a strict reading only.
func (c decoder) inflate(data []byte) ([]byte, error) {
	if len(data) < 2 || data[0]&15 != 8 || (int(data[0])<<8|int(data[1]))%31 != 0 || data[1]&0x20 != 0 {
		return nil, fmt.Errorf("%w: no deflated data", errFilter)
	}
	var rest *bytes.Reader
	out, err := c.collect(func() io.Reader {
		rest = bytes.NewReader(data[2:])
		return flate.NewReader(rest)
	}, len(data))
	if err != nil || !c.d.file.strict {
		return out, err
	}
	var sum [4]byte
	if _, err := io.ReadFull(rest, sum[:]); err != nil {
		return out, fmt.Errorf("%w: a checksum is missing", errFilter)
	}
	want := uint32(sum[0])<<24 | uint32(sum[1])<<16 | uint32(sum[2])<<8 | uint32(sum[3])
	if adler32.Checksum(out) != want {
		return out, fmt.Errorf("%w: a checksum is wrong", errFilter)
	}
	return out, nil
}

// collect reads all that open gives, within the budget.
func (c decoder) collect(open func() io.Reader, size int) ([]byte, error) {
	out := make([]byte, 0, min(max(4*size, 512), bigStream))
	in := open()
	for {
		if len(out) == cap(out) {
			if cap(out) >= bigStream {
				return c.collectBig(open, int64(len(out)))
			}
			out = append(out, 0)[:len(out)]
		}
		n, err := in.Read(out[len(out):min(cap(out), len(out)+1<<16)])
		out = out[:len(out)+n]
		if err := c.step(int64(n)); err != nil {
			return nil, err
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("%w: %w", errFilter, err)
		}
	}
}

func (c decoder) step(n int64) error {
	if err := c.d.file.budget.take(n); err != nil {
		return err
	}
	if n < 1<<12 {
		return c.timer.tick()
	}
	return c.timer.check()
}

// collectBig measures first and then reads into memory of that size. The first
// bytes have been charged already.
func (c decoder) collectBig(open func() io.Reader, charged int64) ([]byte, error) {
	in := open()
	scratch := make([]byte, 1<<16)
	var total int64
	for {
		n, err := in.Read(scratch)
		total += int64(n)
		if extra := min(int64(n), total-charged); extra > 0 {
			if err := c.step(extra); err != nil {
				return nil, err
			}
		}
		if err != nil {
			break
		}
	}
	out := make([]byte, total)
	in = open()
	for done := 0; done < len(out); {
		n, err := in.Read(out[done:min(len(out), done+1<<18)])
		done += n
		if e := c.timer.check(); e != nil {
			return nil, e
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return out[:done], fmt.Errorf("%w: %w", errFilter, err)
		}
	}
	if _, err := in.Read(scratch[:1]); err != nil && !errors.Is(err, io.EOF) {
		return out, fmt.Errorf("%w: %w", errFilter, err)
	}
	return out, nil
}

// packers are compressors to be used again: one takes most of a megabyte.
// What a document is made of hardly gets smaller with more effort than this.
var packers = sync.Pool{New: func() any {
	w, err := zlib.NewWriterLevel(nil, 3)
	if err != nil { // there is no such level
		return zlib.NewWriter(nil)
	}
	return w
}}

// Compress makes a stream of data with FlateDecode. The same data always makes
// the same bytes.
func Compress(data []byte) *Stream {
	var b bytes.Buffer
	b.Grow(len(data)/3 + 64)
	w := packers.Get().(*zlib.Writer)
	defer packers.Put(w)
	w.Reset(&b)
	_, err := w.Write(data)
	if err = errors.Join(err, w.Close()); err != nil {
		return &Stream{Dict: Dict{}, Raw: data} // a bytes.Buffer does not fail
	}
	return &Stream{Dict: Dict{"Filter": Name("FlateDecode")}, Raw: b.Bytes()}
}
