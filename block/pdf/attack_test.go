package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// exercise reads a file and does all that can be done with it.
func exercise(data []byte, o Options) (*File, error) {
	f, err := Read(data, o)
	if err != nil {
		return nil, err
	}
	for i := range f.Revisions() {
		d := f.At(i)
		Walk(d, d.Trailer(), func(_ string, _ Ref, o Object) bool {
			if s, ok := o.(*Stream); ok {
				content, _ := d.Decode(s) // a damaged stream gives what there is
				_ = Operators(content, func(string, []Object, int) error { return nil })
			}
			return true
		})
		_, _ = d.Pages() // a damaged tree gives the pages there are
		for _, n := range d.Numbers() {
			d.Span(n)
			d.Text(Ref{n, 0})
		}
		if i > 20 {
			break
		}
	}
	return f, nil
}

// bounded runs exercise and looks at the time it took and what it allocated
// and kept.
func bounded(t *testing.T, data []byte) (*File, error) {
	t.Helper()
	start := time.Now()
	f, err := exercise(data, Options{})
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.Sys > 900<<20 {
		t.Errorf("the process has %d MiB", m.Sys>>20)
	}
	return f, err
}

func deflated(data []byte) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(data) // a bytes.Buffer does not fail
	_ = w.Close()
	return b.String()
}

// withObject is the small file with one object more, which the catalog names.
func withObject(dict, body string) []byte {
	r := newRaw("1.7").object(1, "<</Type/Catalog/Pages 2 0 R/X 5 0 R>>").
		object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>").object(3, "<</Type/Page/Contents 4 0 R>>").
		stream(4, "", "BT (one) Tj ET")
	if dict == "" {
		return r.object(5, body).table("/Size 6/Root 1 0 R").bytes()
	}
	return r.stream(5, dict, body).table("/Size 6/Root 1 0 R").bytes()
}

// S-06: nothing hangs or crashes, whatever the file is.
func TestAttacksAreMended(t *testing.T) {
	good := string(small().bytes())
	self := fmt.Sprintf("/Prev %d", strings.Index(good, "xref\n"))
	for name, data := range map[string]string{
		"prev loop":         strings.Replace(good, "/Root 1 0 R", "/Root 1 0 R"+self, 1),
		"negative prev":     strings.Replace(good, "/Root 1 0 R", "/Root 1 0 R/Prev -5", 1),
		"negative start":    strings.Replace(good, "startxref\n", "startxref\n-", 1),
		"huge size":         strings.Replace(good, "/Size 5", "/Size 99999999999", 1),
		"huge subsection":   strings.Replace(good, "0 1\n", "0 4000000000\n", 1),
		"negative entries":  strings.Replace(good, "0 1\n", "-1 1\n", 1),
		"negative length":   strings.Replace(good, "/Length 14", "/Length -4", 1),
		"length of itself":  strings.Replace(good, "/Length 14", "/Length 4 0 R", 1),
		"overflowing refs":  strings.Replace(good, "/Parent 2 0 R", "/Parent 99999999999999999999 0 R", 1),
		"deep nesting":      string(withObject("", strings.Repeat("[", 90)+strings.Repeat("]", 90))),
		"resolving loop":    strings.Replace(good, "/Contents 4 0 R", "/Contents 4 0 R/A 3 0 R", 1),
		"predictor columns": string(withObject("/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 9223372036854775807/Colors 9223372036854775807>>", deflated([]byte("abc")))),
		"many filters":      string(withObject("/Filter["+strings.Repeat("/FlateDecode", 1000)+"]", deflated([]byte("abc")))),
		"header in stream":  string(withObject("/Filter/ASCIIHexDecode", "7 0 obj << >> endobj")),
	} {
		t.Run(name, func(t *testing.T) {
			f, err := bounded(t, []byte(data))
			if err != nil {
				t.Fatal(err)
			}
			if got := content(t, f.Latest(), 0); got != "BT (one) Tj ET" {
				t.Errorf("content %q", got)
			}
		})
	}
}

func TestObjectStreamInItself(t *testing.T) {
	r := newRaw("1.5")
	r.container(5, 5, []string{"<</Type/Catalog>>"})
	r.cross(6, "/Size 7/Root 5 0 R", map[int][3]int{5: {2, 5, 0}}, false)
	data := fmt.Sprintf("%sstartxref\n%d\n%%%%EOF\n", r.b.String(), strings.LastIndex(r.b.String(), "6 0 obj"))
	if f, err := bounded(t, []byte(data)); err == nil && f.Latest().Catalog() != nil && !f.Rebuilt() {
		t.Error("an object stream gives itself")
	}
	// Two streams whose lengths lie in one another.
	r = newRaw("1.5").object(1, "<</Type/Catalog/Pages 2 0 R>>")
	r.object(5, "<</Type/ObjStm/N 1/First 4/Length 8 0 R>>\nstream\n7 0 9\nendstream")
	r.object(6, "<</Type/ObjStm/N 1/First 4/Length 7 0 R>>\nstream\n8 0 9\nendstream")
	r.cross(9, "/Size 10/Root 1 0 R", map[int][3]int{7: {2, 5, 0}, 8: {2, 6, 0}}, true)
	f, err := bounded(t, r.bytes())
	if err != nil || !hasFault(f, "stream-length") {
		t.Errorf("err %v", err)
	}
}

func TestLimits(t *testing.T) {
	zeros := make([]byte, 16<<20)
	once := deflated(zeros)
	twice := deflated([]byte(once))
	var wide strings.Builder
	for i := range 600 {
		fmt.Fprintf(&wide, "%d 1000\n", i*1000)
		wide.WriteString(strings.Repeat("0000000000 00000 f \n", 1000))
	}
	bomb := newRaw("1.5").object(1, "<</Type/Catalog>>")
	bomb.stream(2, "/Type/XRef/W[1 1 1]/Size 8388607/Root 1 0 R/Filter/FlateDecode", once)
	for name, data := range map[string][]byte{
		"deep nesting":     withObject("", strings.Repeat("[", 100_000)),
		"deep dictionary":  withObject("", strings.Repeat("<</A", 100_000)),
		"many objects":     []byte(strings.Replace(string(small().bytes()), "trailer", wide.String()+"trailer", 1)),
		"cross stream":     fmt.Appendf(bomb.bytes(), "startxref\n%d\n%%%%EOF\n", strings.Index(bomb.b.String(), "2 0 obj")),
		"wide array":       withObject("", "["+strings.Repeat("1 ", 4_500_000)+"]"),
		"object stream":    withBomb("["+strings.Repeat("[]", 2_500_000)+"]", "/Filter/FlateDecode"),
		"overlapping many": withOverlaps(),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := bounded(t, data); !errors.Is(err, ErrLimit) {
				t.Errorf("got %v, want ErrLimit", err)
			}
		})
	}
	f, err := Read(withObject("/Filter[/FlateDecode/FlateDecode/FlateDecode]", deflated([]byte(twice))), Options{Limits: Limits{Decoded: 64 << 20}})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 { // the bytes are counted over all decoding
		_, err = f.Latest().Decode(f.Latest().Stream(Ref{5, 0}))
	}
	if !errors.Is(err, ErrLimit) {
		t.Errorf("a bomb: %v", err)
	}
	if _, err := Read(make([]byte, 11), Options{Limits: Limits{Bytes: 10}}); !errors.Is(err, ErrLimit) {
		t.Errorf("too long a file: %v", err)
	}
}

// withBomb has an object stream that decodes to one object of this text.
func withBomb(object, filter string) []byte {
	r := newRaw("1.5").object(1, "<</Type/Catalog>>")
	r.stream(5, "/Type/ObjStm/N 1/First 4"+filter, deflated([]byte("7 0 "+object)))
	r.cross(6, "/Size 8/Root 1 0 R", map[int][3]int{7: {2, 5, 0}}, true)
	return r.bytes()
}

// withOverlaps has an object stream whose many objects are the same long one.
func withOverlaps() []byte {
	var head strings.Builder
	const n = 50_000
	for i := range n {
		fmt.Fprintf(&head, "%d 0 ", 10+i)
	}
	r := newRaw("1.5").object(1, "<</Type/Catalog>>")
	r.stream(5, fmt.Sprintf("/Type/ObjStm/N %d/First %d/Filter/FlateDecode", n, head.Len()),
		deflated([]byte(head.String()+"["+strings.Repeat("1 ", 100_000)+"]")))
	r.cross(6, "/Size 8/Root 1 0 R", map[int][3]int{7: {2, 5, 0}}, true)
	return r.bytes()
}

func TestLimitTime(t *testing.T) {
	// Each object is a comment to the end of one endless line.
	var b strings.Builder
	b.WriteString("%PDF-1.7 ")
	var table strings.Builder
	const n = 20_000
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&table, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj %%", i)
	}
	b.WriteString(strings.Repeat("x", 20<<20))
	at := b.Len()
	fmt.Fprintf(&b, "\nxref\n1 %d\n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", n, table.String(), n+1, at+1)
	start := time.Now()
	_, err := Read([]byte(b.String()), Options{Limits: Limits{Time: 300 * time.Millisecond}})
	if took := time.Since(start); !errors.Is(err, ErrLimit) || took > 20*time.Second {
		t.Errorf("%v after %v", err, took)
	}
}

func TestLongChains(t *testing.T) {
	r := newRaw("1.7").object(1, "<</Type/Catalog/Pages 2 0 R/First 3 0 R>>").object(2, "<</Type/Pages/Kids[2 0 R]>>")
	const n = 50_000
	for i := 3; i < n; i++ {
		r.object(i, fmt.Sprintf("<</Next %d 0 R>>", i+1))
	}
	f, err := bounded(t, r.table(fmt.Sprintf("/Size %d/Root 1 0 R", n)).bytes())
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	Walk(f.Latest(), f.Latest().Trailer(), func(path string, r Ref, _ Object) bool {
		seen++
		if len(path) > 2*maxPath {
			t.Fatalf("a path of %d bytes", len(path))
		}
		return true
	})
	if seen < n-3 {
		t.Errorf("%d objects visited", seen)
	}
	if _, err := f.Latest().Pages(); !errors.Is(err, ErrPages) {
		t.Errorf("a page tree in a circle: %v", err)
	}
}
