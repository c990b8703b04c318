package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestAppend(t *testing.T) {
	for want, o := range map[string]Object{
		"null": nil, "true": true, "-3": -3, "7": int64(7), "0.5": 0.5, "-0.25": -0.25, "3": 3.0, "0": -0.0000001, "1000000000000": 1e12,
		"/A#20#23#28#C3#A5":                   Name("A #(å"),
		`(a\(b\)\\\n)`:                        String("a(b)\\\n"),
		"<FEFF0161>":                          EncodeText("š"),
		"<616263>":                            Hex("abc"),
		"[0 0 <<>> ]":                         Verbatim("[0 0 <<>> ]"),
		"[1 0 R 2 null]":                      Array{Ref{1, 0}, 2, nil},
		"<</Type /X/Subtype /Y/A 1/B [(s)]>>": Dict{"B": Array{String("s")}, "A": 1, "Subtype": Name("Y"), "Type": Name("X"), "No": nil},
		"<</A 1/Length 3>>\nstream\nabc\nendstream":                  &Stream{Dict: Dict{"A": 1, "Length": 99}, Raw: []byte("abc")},
		"[" + strings.Repeat("0 ", 1) + "0 (" + ")]":                 Array{math.NaN(), math.Inf(1), String("")},
		strings.Repeat("[", 501) + "null" + strings.Repeat("]", 501): nested(600),
	} {
		if got := string(Append(nil, o)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func nested(n int) Object {
	var o Object = int64(1)
	for range n {
		o = Array{o}
	}
	return o
}

// book makes a small file with the writer.
func book() (*Builder, Dict) {
	b := NewBuilder("1.7")
	root, pages := b.Reserve(), b.Reserve()
	content := b.Add(Compress([]byte("BT (one) Tj ET")))
	page := b.Add(Dict{"Type": Name("Page"), "Parent": pages, "Contents": content})
	b.Set(root, Dict{"Type": Name("Catalog"), "Pages": pages, "Lang": String("sv-SE")})
	b.Set(pages, Dict{"Type": Name("Pages"), "Kids": Array{page}, "Count": 1, "MediaBox": Array{0, 0, 595.28, 841.89}})
	return b, Dict{"Root": root, "Info": b.Add(Dict{"Title": EncodeText("Beslut å ä ö")})}
}

var writings = map[string]func(*Builder, Dict) ([]byte, error){
	"table": (*Builder).Bytes, "stream": (*Builder).BytesWithStream, "packed": (*Builder).BytesPacked,
}

func TestBuilder(t *testing.T) {
	for name, write := range writings {
		t.Run(name, func(t *testing.T) {
			first, err := write(book())
			if err != nil {
				t.Fatal(err)
			}
			if second, _ := write(book()); !bytes.Equal(first, second) {
				t.Error("the same calls give other bytes")
			}
			f := wantClean(t, first)
			d := f.Latest()
			if content(t, d, 0) != "BT (one) Tj ET" || d.Text(d.Dict(d.Trailer()["Info"])["Title"]) != "Beslut å ä ö" {
				t.Error("what was written is not what is read")
			}
			if id := d.Array(d.Trailer()["ID"]); len(id) != 2 || !reflect.DeepEqual(id[0], id[1]) {
				t.Errorf("ID %v", id)
			}
			if got := fmt.Sprint(len(d.Numbers())); got != map[string]string{"table": "5", "stream": "6", "packed": "7"}[name] {
				t.Errorf("%s objects", got)
			}
		})
	}
	if _, err := NewBuilder("1.7").Bytes(Dict{"Root": Ref{1, 0}}); err == nil {
		t.Error("a file without a catalog is written")
	}
}

// M-88, I-6: every earlier byte stays; the form of the file is continued.
func TestUpdate(t *testing.T) {
	for name, write := range writings {
		t.Run(name, func(t *testing.T) {
			data, err := write(book())
			if err != nil {
				t.Fatal(err)
			}
			data = bytes.TrimSuffix(data, []byte("\n"))
			file := data
			id := wantClean(t, data).Latest().Trailer()["ID"].(Array)
			for i := range 3 {
				f := wantClean(t, file)
				file = update(t, f, i)
				if !bytes.HasPrefix(file, f.Bytes()) {
					t.Fatal("earlier bytes are changed")
				}
			}
			f := wantClean(t, file)
			if len(f.Revisions()) != 4 {
				t.Fatalf("%d revisions", len(f.Revisions()))
			}
			for i, r := range f.Revisions() {
				d := f.At(i)
				if (r.Kind == Table) != (name == "table") || len(d.Array(d.Catalog()["Added"])) != i {
					t.Errorf("revision %d: kind %v, %v", i, r.Kind, d.Catalog())
				}
				now := r.Trailer["ID"].(Array)
				if now[0] != id[0] || (i > 0 && now[1] == f.Revisions()[i-1].Trailer["ID"].(Array)[1]) {
					t.Errorf("revision %d: ID %v", i, now)
				}
				if r.Trailer["Info"] == nil || r.Trailer["Root"] != f.Revisions()[0].Trailer["Root"] {
					t.Errorf("revision %d: trailer %v", i, r.Trailer)
				}
			}
			if r := f.Revisions()[0]; r.EOF != int64(len(data)) || r.End != r.EOF+1 {
				t.Error("the line feed that was added ends the last line")
			}
		})
	}
}

// update adds an object that the catalog names.
func update(t *testing.T, f *File, i int) []byte {
	t.Helper()
	u := f.Update()
	highest := f.Latest().Numbers()
	added := u.Add(Dict{"Step": i, "Place": Verbatim("<0000>")})
	if added.Num <= highest[len(highest)-1] {
		t.Errorf("number %d is taken", added.Num)
	}
	root := f.Latest().Trailer()["Root"].(Ref)
	catalog := Dict{"Added": append(f.Latest().Array(f.Latest().Catalog()["Added"])[:i:i], added)}
	for k, v := range f.Latest().Catalog() {
		if k != "Added" {
			catalog[k] = v
		}
	}
	u.Set(root, catalog)
	if len(u.Document().Array(u.Document().Catalog()["Added"])) != i+1 || u.Document().Get(added) == nil {
		t.Error("the update's document shows what it has set")
	}
	more, err := u.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := u.Bytes(); !bytes.Equal(more, again) {
		t.Error("the same update gives other bytes")
	}
	whole := append(f.Bytes()[:len(f.Bytes()):len(f.Bytes())], more...)
	if at := u.Offset(added); !bytes.HasPrefix(whole[at:], fmt.Appendf(nil, "%d 0 obj", added.Num)) || u.Offset(Ref{9999, 0}) != -1 {
		t.Errorf("offset %d", at)
	}
	return whole
}

func TestUpdateHybrid(t *testing.T) {
	f := wantClean(t, hybridFile(false))
	u := f.Update()
	u.Set(Ref{5, 0}, Dict{"Hidden": false})
	u.SetTrailer("Extra", 7)
	more, err := u.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	g := wantClean(t, append(f.Bytes()[:len(f.Bytes()):len(f.Bytes())], more...))
	last := g.Revisions()[1]
	if last.Kind != Table || last.Trailer["XRefStm"] != nil || last.Trailer["Extra"] != int64(7) {
		t.Errorf("revision %+v", last)
	}
	if g.At(0).Dict(Ref{5, 0})["Hidden"] != true || g.At(1).Dict(Ref{5, 0})["Hidden"] != false {
		t.Error("an object of an object stream is replaced by one outside")
	}
}

func TestUpdateNumbers(t *testing.T) {
	// Object 9 is free, 30 merely referred to, and Size says 20.
	f := wantClean(t, newRaw("1.7").object(1, "<</Type/Catalog/Lost 30 0 R>>").
		tableWith("9 1\n0000000000 00001 f \n", "/Size 20/Root 1 0 R").bytes())
	if r := f.Update().Add(nil); r != (Ref{31, 0}) {
		t.Errorf("the first new object is %v", r)
	}
	if more, err := f.Update().Bytes(); err != nil || more != nil {
		t.Errorf("nothing set: %q, %v", more, err)
	}
	for name, spoil := range map[string]func(*Update){
		"free object":        func(u *Update) { u.Set(Ref{9, 1}, nil) },
		"another generation": func(u *Update) { u.Set(Ref{1, 1}, nil) },
		"unknown object":     func(u *Update) { u.Set(Ref{77, 0}, nil) },
		"trailer":            func(u *Update) { u.SetTrailer("Prev", 0) },
	} {
		u := f.Update()
		u.Add(nil)
		spoil(u)
		if _, err := u.Bytes(); !errors.Is(err, ErrUpdate) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is written and read again is the same.
func TestRoundTrip(t *testing.T) {
	want := Dict{"A": Array{int64(1), 0.25, String("x(\\\x00é"), Name("å/#"), Ref{1, 0}, true}, "B": Dict{"C": int64(-5)}}
	b := NewBuilder("2.0")
	root := b.Add(Dict{"Type": Name("Catalog")})
	r := b.Add(want)
	for name, write := range writings {
		data, err := write(b, Dict{"Root": root})
		if err != nil {
			t.Fatal(err)
		}
		if got := wantClean(t, data).Latest().Get(r); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}
