package pdf

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// ErrUpdate tells why a file cannot be continued; the error's text says more.
var ErrUpdate = errors.New("pdf: the file cannot be updated")

// Update is an incremental update: what it adds comes after the file's last
// byte, and every earlier byte stays. It is not for several goroutines at once.
type Update struct {
	file    *File
	changed map[int]pending
	trailer Dict
	next    int
	err     error
	offsets map[Ref]int64
}

// Update begins an update of the file's latest document. New objects get
// numbers above any that the file names, in use, free or merely referred to,
// so that nothing in it comes to mean something else.
func (f *File) Update() *Update {
	u := &Update{file: f, changed: map[int]pending{}, trailer: Dict{}, offsets: map[Ref]int64{}}
	u.next = f.top
	if size, ok := integer(f.Latest().Trailer()["Size"]); ok && size-1 > int64(u.next) && size <= maxNumber {
		u.next = int(size - 1)
	}
	last := f.revisions[len(f.revisions)-1]
	if !bytes.HasSuffix(f.data[:last.EOF], []byte("%%EOF")) {
		u.err = fmt.Errorf("%w: it has no end; it must be written anew first", ErrUpdate)
	}
	if f.rebuilt {
		u.err = fmt.Errorf("%w: its cross-reference sections are damaged; it must be written anew first", ErrUpdate)
	}
	return u
}

// Document is the file's latest document with what the update has set so far.
func (u *Update) Document() *Document {
	d := u.file.Latest()
	d.overlay = u.changed
	return d
}

// Add adds a new object and gives its reference.
func (u *Update) Add(o Object) Ref {
	r := u.Reserve()
	u.Set(r, o)
	return r
}

// Reserve gives the reference of a new object, which Set gives later. One that
// is never set is null.
func (u *Update) Reserve() Ref {
	u.next++
	r := Ref{Num: u.next}
	u.changed[r.Num] = pending{ref: r}
	if u.next > maxNumber && u.err == nil {
		u.err = fmt.Errorf("%w: it has no object numbers left", ErrUpdate)
	}
	return r
}

// Set gives an object of the file, or a new one, its content. An object keeps
// its number and generation; one that lay in an object stream is written
// outside. Bytes fails when r is neither an object in use nor a new one.
func (u *Update) Set(r Ref, o Object) {
	if p, ok := u.changed[r.Num]; ok && p.ref == r {
		u.changed[r.Num] = pending{r, o}
		return
	}
	e, ok := u.file.Latest().Entry(r.Num)
	if !ok || e.Kind == Free || e.Gen != r.Gen || r.Num == 0 {
		if u.err == nil {
			u.err = fmt.Errorf("%w: object %d %d is not in use in it", ErrUpdate, r.Num, r.Gen)
		}
		return
	}
	u.changed[r.Num] = pending{r, o}
}

// SetTrailer sets a key of the trailer; nil takes it away. Size, Prev, XRefStm,
// ID and Encrypt are not for setting: Bytes fails.
func (u *Update) SetTrailer(key Name, o Object) {
	switch key {
	case "Size", "Prev", "XRefStm", "ID", "Encrypt":
		if u.err == nil {
			u.err = fmt.Errorf("%w: %s of the trailer is not for setting", ErrUpdate, key)
		}
		return
	}
	u.trailer[key] = o
}

// Bytes gives what is to be appended to the file: the objects, and a table or
// a stream like that of the last revision (after a hybrid, a table). It begins
// with a line feed only when the file ends without one. When nothing has been
// set there is nothing to append. The same calls give the same bytes.
func (u *Update) Bytes() ([]byte, error) {
	if u.err != nil {
		return nil, u.err
	}
	if len(u.changed) == 0 && len(u.trailer) == 0 {
		return nil, nil
	}
	data := u.file.data
	var out []byte
	if last := data[len(data)-1]; last != '\n' && last != '\r' {
		out = append(out, '\n')
	}
	base := int64(len(data))
	objects := make([]pending, 0, len(u.changed))
	for _, p := range u.changed {
		objects = append(objects, p)
	}
	slices.SortFunc(objects, func(a, b pending) int { return a.ref.Num - b.ref.Num })
	clear(u.offsets)
	rows := make([]row, 0, len(objects)+2)
	for _, p := range objects {
		at := base + int64(len(out))
		u.offsets[p.ref] = at
		rows = append(rows, row{p.ref.Num, Entry{Kind: InFile, Offset: at, Gen: p.ref.Gen}})
		out = appendIndirect(out, p)
	}
	last := u.file.revisions[len(u.file.revisions)-1]
	trailer := u.newTrailer(last, out)
	at := base + int64(len(out))
	if at > 9_999_999_999 {
		return nil, fmt.Errorf("%w: it would be too long", ErrUpdate)
	}
	if last.Kind != CrossStream {
		trailer["Size"] = u.next + 1
		return appendTable(out, at, rows, trailer), nil
	}
	trailer["Size"] = u.next + 2
	return appendCrossStream(out, Ref{Num: u.next + 1}, at, rows, trailer), nil
}

// newTrailer continues the last trailer. The first half of ID stays; the other
// is derived from what is appended and where.
func (u *Update) newTrailer(last Revision, body []byte) Dict {
	t := make(Dict, len(last.Trailer)+2)
	for k, v := range last.Trailer {
		t[k] = v
	}
	for k, v := range u.trailer {
		t[k] = v
	}
	delete(t, "XRefStm")
	delete(t, "Length")
	t["Prev"] = last.StartXRef
	d := u.file.Latest()
	h := sha256.New()
	h.Write(Append(nil, d.Array(t["ID"])))
	fmt.Fprintf(h, " %d %d ", len(u.file.data), last.StartXRef)
	h.Write(Append(nil, u.trailer))
	h.Write(body)
	now := Hex(h.Sum(nil)[:16])
	first := now
	if id := d.Array(t["ID"]); len(id) > 0 {
		if s, ok := d.Str(id[0]); ok {
			first = Hex(s)
		}
	}
	t["ID"] = Array{first, now}
	return t
}

// Offset tells where in the whole file an object of the update begins, after
// Bytes; -1 when it is none of them.
func (u *Update) Offset(r Ref) int64 {
	if at, ok := u.offsets[r]; ok {
		return at
	}
	return -1
}
