package pdf

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestReadSmall(t *testing.T) {
	f := wantClean(t, small().bytes())
	if f.Version() != "1.4" || len(f.Revisions()) != 1 || f.Rebuilt() {
		t.Fatalf("version %q, %d revisions, rebuilt %v", f.Version(), len(f.Revisions()), f.Rebuilt())
	}
	if got := content(t, f.Latest(), 0); got != "BT (one) Tj ET" {
		t.Errorf("content %q", got)
	}
	if got := fmt.Sprint(f.Latest().Numbers()); got != "[1 2 3 4]" {
		t.Errorf("numbers %s", got)
	}
	from, to, ok := f.Latest().Span(3)
	if s := string(f.Bytes()[from:to]); !ok || !strings.HasPrefix(s, "3 0 obj") || !strings.HasSuffix(s, "endobj") {
		t.Errorf("span %q", s)
	}
	if r := f.Revisions()[0]; r.End != int64(len(f.Bytes())) || r.EOF != r.End-1 || r.Kind != Table {
		t.Errorf("revision %+v", r)
	}
}

// I-6, S-06: each revision can be seen as it stood.
func TestRevisions(t *testing.T) {
	r := small()
	first := r.b.Len()
	r.stream(4, "", "BT (two) Tj ET").object(5, "<</New true>>").table("/Size 6/Root 1 0 R")
	second := r.b.Len()
	r.tableWith("5 1\n0000000000 00001 f \n", "/Size 6/Root 1 0 R")
	f := wantClean(t, r.bytes())
	ends := []int64{int64(first), int64(second), int64(len(f.Bytes()))}
	for i, want := range []string{"BT (one) Tj ET", "BT (two) Tj ET", "BT (two) Tj ET"} {
		if got := content(t, f.At(i), 0); got != want {
			t.Errorf("revision %d: content %q", i, got)
		}
		if f.Revisions()[i].End != ends[i] || f.Revisions()[i].Index != i {
			t.Errorf("revision %d ends at %d, want %d", i, f.Revisions()[i].End, ends[i])
		}
	}
	if f.At(0).Get(Ref{5, 0}) != nil || f.At(1).Get(Ref{5, 0}) == nil || f.At(2).Get(Ref{5, 0}) != nil {
		t.Error("object 5 was made in revision 1 and freed in revision 2")
	}
	if f.At(1).Get(Ref{5, 1}) != nil {
		t.Error("another generation is another object")
	}
	if e, ok := f.Latest().Entry(5); !ok || e.Kind != Free {
		t.Errorf("entry of 5: %+v %v", e, ok)
	}
}

// objstm is a file whose catalog and pages lie in an object stream.
func objstm() *raw {
	r := newRaw("1.5").stream(4, "", "BT (one) Tj ET")
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Contents 4 0 R>>"}
	r.container(5, 1, objects)
	r.cross(6, "/Size 7/Root 1 0 R", map[int][3]int{0: {0, 0, 65535}, 1: {2, 5, 0}, 2: {2, 5, 1}, 3: {2, 5, 2}}, true)
	return r
}

// container writes an object stream of objects numbered from first.
func (r *raw) container(num, first int, objects []string) {
	var head, body strings.Builder
	for i, o := range objects {
		fmt.Fprintf(&head, "%d %d ", first+i, body.Len())
		body.WriteString(o + "\n")
	}
	r.stream(num, fmt.Sprintf("/Type/ObjStm/N %d/First %d", len(objects), head.Len()), head.String()+body.String())
}

func TestObjectStreams(t *testing.T) {
	r := objstm()
	f := wantClean(t, r.bytes())
	if got := content(t, f.Latest(), 0); got != "BT (one) Tj ET" {
		t.Errorf("content %q", got)
	}
	if e, _ := f.Latest().Entry(2); e != (Entry{Kind: InStream, Stream: 5, Index: 1}) {
		t.Errorf("entry %+v", e)
	}
	if _, _, ok := f.Latest().Span(2); ok {
		t.Error("an object in a stream has no span")
	}
	if f.Revisions()[0].Kind != CrossStream || f.Revisions()[0].Trailer["W"] != nil {
		t.Errorf("revision %+v", f.Revisions()[0])
	}
	// A later revision that replaces the object stream changes what is in it.
	r.container(5, 1, []string{"<</Type/Catalog/Pages 2 0 R/Evil true>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Contents 4 0 R>>"})
	prev := r.start
	r.cross(7, fmt.Sprintf("/Size 8/Root 1 0 R/Prev %d", prev), map[int][3]int{}, true)
	f = mustRead(t, r.bytes())
	if f.At(0).Catalog()["Evil"] != nil || f.At(1).Catalog()["Evil"] != true {
		t.Error("the catalog is seen as of each revision")
	}
	if !hasFault(f, "object-stream-replaced") {
		t.Errorf("faults %v", f.Faults())
	}
}

// S-06: an object of a signed revision cannot lie in what came after it.
func TestEntryIntoLaterRevision(t *testing.T) {
	r := small()
	late := r.b.Len() + len("%more\n")
	data := strings.Replace(r.b.String(), "trailer", fmt.Sprintf("9 1\n%010d 00000 n \ntrailer", late+28), 1)
	data += "%more\n9 0 obj\n<</Late true>>\nendobj\n"
	at := len(data)
	data += fmt.Sprintf("xref\n0 0\ntrailer\n<</Size 10/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n", r.start, at)
	if f := mustRead(t, []byte(data)); !f.Rebuilt() {
		t.Errorf("revisions are believed: %v, object 9 %v", f.Revisions(), f.At(0).Get(Ref{9, 0}))
	}
}

// S-06: what a signed revision says does not depend on what came after it.
func TestObjectOpenAtRevisionEnd(t *testing.T) {
	r := newRaw("1.7").object(1, "<</Type/Catalog/X 2 0 R>>")
	r.offsets[2] = r.b.Len()
	r.b.WriteString("2 0 obj\n<<>>\nstream\nopen\n")
	r.table("/Size 3/Root 1 0 R")
	before := mustRead(t, r.bytes())
	r.stream(3, "", "more").table("/Size 4/Root 1 0 R")
	after := mustRead(t, r.bytes())
	a, b := before.At(0).Stream(Ref{2, 0}), after.At(0).Stream(Ref{2, 0})
	if a == nil || b == nil || string(a.Raw) != string(b.Raw) || len(after.Revisions()) != 2 {
		t.Errorf("%v became %v", a, b)
	}
}

func hasFault(f *File, code string) bool {
	for _, x := range f.Faults() {
		if x.Code == code {
			return true
		}
	}
	return false
}

// hybridFile has object 5 hidden in the stream that the trailer names.
func hybridFile(inTable bool) []byte {
	r := newRaw("1.5").object(1, "<</Type/Catalog/Pages 2 0 R/Extra 5 0 R>>").
		object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>").object(3, "<</Type/Page/Contents 4 0 R>>").
		stream(4, "", "BT (one) Tj ET")
	r.container(6, 5, []string{"<</Hidden true>>"})
	at := r.cross(7, "/Size 8", map[int][3]int{5: {2, 6, 0}}, false)
	extra := "5 1\n0000000000 00000 f \n"
	if inTable {
		extra = ""
		r.object(5, "<</Hidden false>>")
	}
	return r.tableWith(extra, fmt.Sprintf("/Size 8/Root 1 0 R/XRefStm %d", at)).bytes()
}

func TestHybrid(t *testing.T) {
	f := wantClean(t, hybridFile(false))
	if f.Revisions()[0].Kind != Hybrid || f.Latest().Dict(Ref{5, 0})["Hidden"] != true {
		t.Errorf("kind %v, object 5 %v", f.Revisions()[0].Kind, f.Latest().Get(Ref{5, 0}))
	}
	f = mustRead(t, hybridFile(true))
	if f.Latest().Dict(Ref{5, 0})["Hidden"] != false || !hasFault(f, "hybrid-conflict") {
		t.Errorf("what the table says is in use stands: %v, %v", f.Latest().Get(Ref{5, 0}), f.Faults())
	}
}

// linearisedFile has its first-page section before the main one.
func linearisedFile() []byte {
	head := "%PDF-1.4\n9 0 obj\n<</Linearized 1>>\nendobj\n"
	make := func(prev, main int, at [5]int) (string, [5]int, int, int) {
		b := head
		first := len(b)
		b += fmt.Sprintf("xref\n1 3\n%010d 00000 n \n%010d 00000 n \n%010d 00000 n \ntrailer\n<</Size 10/Root 1 0 R/Prev %010d>>\nstartxref\n0\n%%%%EOF\n", at[1], at[2], at[3], main)
		for i, o := range []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Contents 4 0 R>>", "<</Length 3>>\nstream\n1 w\nendstream"} {
			at[i+1] = len(b)
			b += fmt.Sprintf("%d 0 obj\n%s\nendobj\n", i+1, o)
		}
		second := len(b)
		b += fmt.Sprintf("xref\n0 1\n0000000000 65535 f \n4 1\n%010d 00000 n \n9 1\n0000000009 00000 n \ntrailer\n<</Size 10>>\nstartxref\n%d\n%%%%EOF\n", at[4], first)
		return b, at, first, second
	}
	_, at, first, second := make(0, 0, [5]int{})
	b, _, _, _ := make(first, second, at)
	return []byte(b)
}

func TestLinearised(t *testing.T) {
	data := linearisedFile()
	f := wantClean(t, data)
	if len(f.Revisions()) != 1 || f.Revisions()[0].End != int64(len(data)) || len(f.Revisions()[0].Entries) != 6 {
		t.Fatalf("revisions %+v", f.Revisions())
	}
	u := f.Update()
	u.Add(Dict{"New": true})
	more, err := u.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	g := wantClean(t, append(data[:len(data):len(data)], more...))
	if len(g.Revisions()) != 2 || g.Revisions()[0].End != int64(len(data)) {
		t.Errorf("revisions %+v", g.Revisions())
	}
	if content(t, g.Latest(), 0) != "1 w" {
		t.Error("the content is lost")
	}
}

func TestRebuild(t *testing.T) {
	good := string(small().bytes())
	for name, s := range map[string]string{
		"no startxref":     strings.Split(good, "startxref")[0],
		"startxref beyond": strings.Replace(good, "startxref\n", "startxref\n9", 1),
		"bytes before":     "junk\n" + good,
		"shifted objects":  strings.Replace(good, "1 0 obj", "%moved by this\n1 0 obj", 1),
		"no trailer":       strings.Split(good, "xref\n")[0],
	} {
		t.Run(name, func(t *testing.T) {
			f := mustRead(t, []byte(s))
			if !f.Rebuilt() || len(f.Faults()) == 0 || len(f.Revisions()) != 1 {
				t.Fatalf("rebuilt %v, faults %v", f.Rebuilt(), f.Faults())
			}
			if got := content(t, f.Latest(), 0); got != "BT (one) Tj ET" {
				t.Errorf("content %q", got)
			}
			if _, err := f.Update().Bytes(); !errors.Is(err, ErrUpdate) {
				t.Errorf("an update is refused: %v", err)
			}
			if _, err := Read([]byte(s), Options{Strict: true}); err == nil {
				t.Error("a strict reading takes it")
			}
		})
	}
}

func TestMended(t *testing.T) {
	good := string(small().bytes())
	for name, c := range map[string]struct{ data, code string }{
		"length too long":   {strings.Replace(good, "/Length 14", "/Length 19", 1), "stream-length"},
		"length missing":    {strings.Replace(good, "/Length 14", "/Lenght 14", 1), "stream-length"},
		"prev zero":         {strings.Replace(good, "/Size 5/Root 1 0 R", "/Root 1 0 R/Prev 0", 1), "prev"},
		"size too small":    {strings.Replace(good, "/Size 5", "/Size 2", 1), "size"},
		"trailing bytes":    {good + "<html>", "trailing-bytes"},
		"no eof":            {strings.Replace(good, "%%EOF", "", 1), "eof"},
		"entry of nothing":  {strings.Replace(good, "trailer", "9 1\n0000000003 00000 n \ntrailer", 1), "entry-missing"},
		"entry beyond":      {strings.Replace(good, "trailer", "9 1\n9999999999 00000 n \ntrailer", 1), "entry-missing"},
		"entry of offset 0": {strings.Replace(good, "trailer", "9 1\n0000000000 00000 n \ntrailer", 1), "entry-offset"},
		"short entries":     {strings.Replace(good, "65535 f \n", "65535 f\n", 1), "table-entry"},
		"object twice":      {strings.Replace(good, "trailer", "4 1\n0000000009 00000 n \ntrailer", 1), "table-duplicate"},
		"key twice":         {strings.Replace(good, "/MediaBox[0 0 595 842]", "/Count 1              ", 1), "duplicate-key"},
		"unclosed":          {strings.Replace(good, "Contents 4 0 R>>", "Contents 4 0 R  ", 1), "unclosed"},
		"no endobj":         {strings.Replace(good, "4 0 R>>\nendobj", "4 0 R>>\n      ", 1), "endobj"},
		"a number":          {strings.Replace(good, "595", "5-5", 1), "number"},
		"another offset":    {strings.Replace(good, "startxref\n", "startxref\n0", 1), ""},
		"generation of one": {strings.Replace(good, "3 0 obj", "3 1 obj", 1), "generation"},
	} {
		t.Run(name, func(t *testing.T) {
			f := mustRead(t, []byte(c.data))
			if f.Rebuilt() || (c.code == "") != (len(f.Faults()) == 0) || (c.code != "" && !hasFault(f, c.code)) {
				t.Fatalf("rebuilt %v, faults %v", f.Rebuilt(), f.Faults())
			}
			if got := content(t, f.Latest(), 0); got != "BT (one) Tj ET" {
				t.Errorf("content %q", got)
			}
			if _, err := Read([]byte(c.data), Options{Strict: true}); (err == nil) != (c.code == "") {
				t.Errorf("a strict reading: %v", err)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	good := string(small().bytes())
	for name, c := range map[string]struct {
		data string
		want error
	}{
		"empty":                  {"", ErrNotPDF},
		"another format":         {strings.Repeat("PK\x03\x04", 1000), ErrNotPDF},
		"header only":            {"%PDF-1.7\n", ErrNotPDF},
		"encrypted":              {strings.Replace(good, "/Root", "/Encrypt 9 0 R/Root", 1), ErrEncrypted},
		"encrypted, damaged too": {strings.Replace(strings.Replace(good, "/Root", "/Encrypt 9 0 R/Root", 1), "startxref\n", "startxref\n9", 1), ErrEncrypted},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Read([]byte(c.data), Options{}); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
