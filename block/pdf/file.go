package pdf

import "sort"

// XRefKind is how a revision's cross-reference section is written.
type XRefKind int

// The kinds of cross-reference sections. A hybrid is a table whose trailer
// names a stream with further entries (ISO 32000-1, 7.5.8.4).
const (
	Table XRefKind = iota + 1
	CrossStream
	Hybrid
)

// EntryKind is what a cross-reference entry says of an object number.
type EntryKind int

// The kinds of entries.
const (
	Free     EntryKind = iota + 1
	InFile             // at Offset in the file
	InStream           // number Index in the object stream Stream
)

// Entry is a cross-reference entry.
type Entry struct {
	Kind          EntryKind
	Offset        int64
	Gen           int
	Stream, Index int
}

// Revision is one state that the file was saved in. The maps are shared: they
// are for reading only.
type Revision struct {
	Index     int
	StartXRef int64 // where its cross-reference section begins
	EOF       int64 // the first byte after its %%EOF; what was signed may end here
	End       int64 // the first byte after its %%EOF and that line's end, which an update may have added
	Kind      XRefKind
	Trailer   Dict          // also of a cross-reference stream, without the keys that describe the stream
	Entries   map[int]Entry // what this revision itself says, by object number
}

// File is a PDF file that has been read. It does not change, and may be used
// by several goroutines at once.
type File struct {
	data      []byte
	header    string
	strict    bool
	rebuilt   bool
	budget    budget
	faults    []Fault
	revisions []Revision
	versions  []version // by object number, then revision
	objects   map[int64]*indirect
	top       int // the highest object number named anywhere
}

// version is what one revision says of one object number.
type version struct {
	num, rev int
	entry    Entry
	obj      *indirect // of an entry InFile
}

// indirect is an indirect object as it lies in the file.
type indirect struct {
	ref      Ref
	value    Object
	from, to int64
	members  *members // of an object stream
}

// find gives what is said of an object number in revision rev or the last one
// before it that says something; nil when none does.
func (f *File) find(num, rev int) *version {
	i := sort.Search(len(f.versions), func(i int) bool {
		v := &f.versions[i]
		return v.num > num || (v.num == num && v.rev > rev)
	})
	if i == 0 || f.versions[i-1].num != num {
		return nil
	}
	return &f.versions[i-1]
}

// Bytes is the file as it was read.
func (f *File) Bytes() []byte { return f.data }

// Version is the version in the header, such as "1.7". The catalog may name a
// later one.
func (f *File) Version() string { return f.header }

// Faults is what had to be mended to read the file: the first hundred, and for
// each code of which there were more, one with the offset -1.
func (f *File) Faults() []Fault { return f.faults }

// Rebuilt tells that the cross-reference sections could not be used: the
// objects were found by looking through the file, and the file counts as one
// revision.
func (f *File) Rebuilt() bool { return f.rebuilt }

// Revisions gives the file's revisions, the oldest first. There is at least
// one, and each ends after the one before it.
func (f *File) Revisions() []Revision { return f.revisions }

// At is the document as it stood after revision i; an i that is out of range
// means the nearest one.
func (f *File) At(i int) *Document {
	return &Document{file: f, rev: min(max(i, 0), len(f.revisions)-1)}
}

// Latest is the document as it stands after the last revision.
func (f *File) Latest() *Document { return f.At(len(f.revisions) - 1) }
