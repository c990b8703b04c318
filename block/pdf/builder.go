package pdf

import (
	"crypto/sha256"
	"fmt"
)

// pending is an object that waits to be written.
type pending struct {
	ref    Ref
	object Object
}

// Builder makes a new file. The same calls always make the same bytes.
type Builder struct {
	version string
	objects []pending // object number i+1
}

// NewBuilder begins a file of a version such as "1.7".
func NewBuilder(version string) *Builder { return &Builder{version: version} }

// Add adds an object and gives its reference.
func (b *Builder) Add(o Object) Ref {
	r := b.Reserve()
	b.Set(r, o)
	return r
}

// Reserve gives a reference whose object Set gives later. One that is never
// set is null.
func (b *Builder) Reserve() Ref {
	r := Ref{Num: len(b.objects) + 1}
	b.objects = append(b.objects, pending{ref: r})
	return r
}

// Set gives the object of a reference from Add or Reserve; of any other
// reference it does nothing.
func (b *Builder) Set(r Ref, o Object) {
	if r.Num >= 1 && r.Num <= len(b.objects) && r.Gen == 0 {
		b.objects[r.Num-1].object = o
	}
}

// Bytes writes the file with a cross-reference table. The trailer must name
// Root; Size is set, and ID when it has none, from the content.
func (b *Builder) Bytes(trailer Dict) ([]byte, error) {
	out, rows, err := b.body(trailer, b.objects)
	if err != nil {
		return nil, err
	}
	rows = append([]row{{entry: Entry{Kind: Free, Gen: 65535}}}, rows...)
	return appendTable(out, int64(len(out)), rows, b.trailer(trailer, out, len(rows))), nil
}

// BytesWithStream writes the file with a cross-reference stream.
func (b *Builder) BytesWithStream(trailer Dict) ([]byte, error) {
	out, rows, err := b.body(trailer, b.objects)
	if err != nil {
		return nil, err
	}
	return b.finishStream(out, rows, trailer), nil
}

// packSize is how many objects BytesPacked puts in one object stream.
const packSize = 100

// BytesPacked writes the file with a cross-reference stream, and its objects
// other than streams in object streams, which makes it smaller.
func (b *Builder) BytesPacked(trailer Dict) ([]byte, error) {
	var plain, packed []pending
	for _, p := range b.objects {
		if _, ok := p.object.(*Stream); ok || hasVerbatim(p.object, 0) {
			plain = append(plain, p)
			continue
		}
		packed = append(packed, p)
	}
	var inside []row
	next := len(b.objects)
	for len(packed) > 0 {
		n := min(packSize, len(packed))
		next++
		s := packObjects(packed[:n])
		plain = append(plain, pending{Ref{Num: next}, s})
		for i, p := range packed[:n] {
			inside = append(inside, row{p.ref.Num, Entry{Kind: InStream, Stream: next, Index: i}})
		}
		packed = packed[n:]
	}
	out, rows, err := b.body(trailer, plain)
	if err != nil {
		return nil, err
	}
	return b.finishStream(out, append(rows, inside...), trailer), nil
}

// hasVerbatim tells whether an object holds bytes that must be found in the file.
func hasVerbatim(o Object, depth int) bool {
	if depth > maxWriteDepth {
		return false
	}
	switch v := o.(type) {
	case Verbatim:
		return true
	case Array:
		for _, e := range v {
			if hasVerbatim(e, depth+1) {
				return true
			}
		}
	case Dict:
		for _, e := range v {
			if hasVerbatim(e, depth+1) {
				return true
			}
		}
	}
	return false
}

// packObjects makes an object stream.
func packObjects(objects []pending) *Stream {
	var head, body []byte
	for _, p := range objects {
		head = fmt.Appendf(head, "%d %d ", p.ref.Num, len(body))
		body = append(Append(body, p.object), '\n')
	}
	s := Compress(append(head, body...))
	s.Dict["Type"] = Name("ObjStm")
	s.Dict["N"] = len(objects)
	s.Dict["First"] = len(head)
	return s
}

// body writes the header and the objects.
func (b *Builder) body(trailer Dict, objects []pending) ([]byte, []row, error) {
	root, ok := trailer["Root"].(Ref)
	if !ok || root.Num < 1 || root.Num > len(b.objects) {
		return nil, nil, fmt.Errorf("pdf: the trailer names no Root of this file")
	}
	size := 64
	for _, p := range objects {
		size += 160 // of an ordinary dictionary; what is larger makes it grow
		if s, ok := p.object.(*Stream); ok && s != nil {
			size += len(s.Raw)
		}
	}
	out := append(append(make([]byte, 0, size), "%PDF-"+b.version...), "\n%\xe2\xe3\xcf\xd3\n"...)
	rows := make([]row, 0, len(objects)+2)
	for _, p := range objects {
		rows = append(rows, row{p.ref.Num, Entry{Kind: InFile, Offset: int64(len(out))}})
		out = appendIndirect(out, p)
	}
	return out, rows, nil
}

func (b *Builder) finishStream(out []byte, rows []row, trailer Dict) []byte {
	num := 0
	for _, r := range rows {
		num = max(num, r.num)
	}
	rows = append(rows, row{entry: Entry{Kind: Free, Gen: 65535}})
	return appendCrossStream(out, Ref{Num: num + 1}, int64(len(out)), rows, b.trailer(trailer, out, num+2))
}

// trailer completes a trailer.
func (b *Builder) trailer(from Dict, body []byte, size int) Dict {
	t := make(Dict, len(from)+2)
	for k, v := range from {
		t[k] = v
	}
	t["Size"] = size
	if t["ID"] == nil {
		sum := sha256.Sum256(body)
		id := Hex(sum[:16])
		t["ID"] = Array{id, id}
	}
	return t
}
