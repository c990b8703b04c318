package pdf

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestPages(t *testing.T) {
	f := wantClean(t, newRaw("1.7").
		object(1, "<</Type/Catalog/Pages 2 0 R>>").
		object(2, "<</Type/Pages/Kids[3 0 R 4 0 R 6 0 R]/Count 3/Rotate 90/MediaBox 7 0 R/Resources<</Font<<>>>>>>").
		object(3, "<</Type/Page/CropBox[10 10 9999 50]>>").
		object(4, "<</Type/Pages/Kids[5 0 R]/Rotate -90/MediaBox[100 200 0 0]>>").
		object(5, "<</Type/Page/Resources<<>>>>").
		object(6, "<</Type/Page/Rotate 45/CropBox[500 500 600 600]>>").
		object(7, "[0 0 200.5 300]").
		table("/Size 8/Root 1 0 R").bytes())
	pages, err := f.Latest().Pages()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range pages {
		got = append(got, fmt.Sprint(p.Index, p.Ref.Num, p.Rotate, p.MediaBox, p.CropBox, len(p.Resources)))
	}
	want := []string{
		"0 3 90 [0 0 200.5 300] [10 10 200.5 50] 1",
		"1 5 270 [0 0 100 200] [0 0 100 200] 0",
		"2 6 0 [0 0 200.5 300] [0 0 200.5 300] 1",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestPagesDamaged(t *testing.T) {
	for name, tree := range map[string]string{
		"circle":  "<</Type/Pages/Kids[3 0 R 2 0 R]>>",
		"twice":   "<</Type/Pages/Kids[3 0 R 3 0 R]>>",
		"missing": "<</Type/Pages/Kids[3 0 R 9 0 R]>>",
	} {
		f := wantClean(t, newRaw("1.7").object(1, "<</Type/Catalog/Pages 2 0 R>>").
			object(2, tree).object(3, "<</Type/Page>>").table("/Size 4/Root 1 0 R").bytes())
		pages, err := f.Latest().Pages()
		if !errors.Is(err, ErrPages) || len(pages) != 1 {
			t.Errorf("%s: %d pages, %v", name, len(pages), err)
		}
	}
}

func TestTypedViews(t *testing.T) {
	d := wantClean(t, withObject("", "[6.0 -7 +.5 (a\\)\\n\\101\\\r\nb) <414> /A#20B true null [1 0 R] << /K 4 0 R >>]")).Latest()
	a := d.Array(Ref{5, 0})
	if len(a) != 10 {
		t.Fatalf("%d elements: %v", len(a), a)
	}
	six, ok1 := d.Int(a[0])
	half, ok2 := d.Number(a[2])
	s, ok3 := d.Str(a[3])
	h, _ := d.Str(a[4])
	if six != 6 || !ok1 || half != 0.5 || !ok2 || s != "a)\nAb" || !ok3 || h != "A@" || d.Name(a[5]) != "A B" {
		t.Errorf("%v %v %q %q %q", six, half, s, h, d.Name(a[5]))
	}
	if a[1] != int64(-7) || a[6] != true || a[7] != nil || d.Dict(d.Array(a[8])[0])["Type"] != Name("Catalog") {
		t.Errorf("%v", a)
	}
	if d.Stream(d.Dict(a[9])["K"]) == nil || d.Dict(d.Dict(a[9])["K"])["Length"] != int64(14) {
		t.Error("a stream is a stream, and its dictionary a dictionary")
	}
	if _, ok := d.Int(a[5]); ok || d.Dict(a[0]) != nil || d.Array(a[0]) != nil || d.Name(a[0]) != "" || d.Stream(a[9]) != nil || d.Text(a[0]) != "" {
		t.Error("of another type there is the zero value")
	}
}

func TestText(t *testing.T) {
	for in, want := range map[String]string{
		"Sm\xe5 \x80 \xa0":                        "Små • €",
		"\xfe\xff\x01\x61\xd8\x3d\xde\x00":        "š😀",
		"\xff\xfe\x61\x01":                        "š",
		"\xfe\xff\x00\x1b\x00s\x00v\x00\x1b\x00h": "h",
		"\xef\xbb\xbfK\xc3\xa5re":                 "Kåre",
		"\xef\xbb\xbf\xff":                        "\ufffd",
		"\x18\x1f":                                "\u02d8\u02dc",
		"\xfe\xff\x00":                            "",
		EncodeText("Áŋŋá Čáhci, محمد, Дмитрий, plain"): "Áŋŋá Čáhci, محمد, Дмитрий, plain",
		EncodeText("plain"): "plain",
	} {
		if got := DecodeText(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestWalk(t *testing.T) {
	f := wantClean(t, newRaw("1.7").
		object(1, "<</Type/Catalog/Pages 2 0 R/Lost 9 0 R/A[<<>> [1 2] 3]/Loop 1 0 R>>").
		object(2, "<</Kids[3 0 R 3 0 R]>>").object(3, "<</Parent 2 0 R/Skip 4 0 R>>").object(4, "5").
		object(5, "(unreachable)").table("/Size 6/Root 1 0 R").bytes())
	var got []string
	Walk(f.Latest(), Ref{1, 0}, func(path string, r Ref, o Object) bool {
		got = append(got, fmt.Sprintf("%s:%d", path, r.Num))
		return true
	})
	want := ":1 /A:1 /A/0:1 /A/1:1 /Pages:2 /Pages/Kids:2 /Pages/Kids/0:3 /Pages/Kids/0/Skip:4"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	n := 0
	Walk(f.Latest(), Ref{1, 0}, func(string, Ref, Object) bool { n++; return false })
	if n != 1 {
		t.Errorf("%d visited although the first was turned down", n)
	}
}

func TestOperators(t *testing.T) {
	const in = "q 1 0 0 1 10 .5 cm % a comment\n/F1 12 Tf[(a)-20<62>]TJ (it)' " +
		"BI/W 2/H 1/CS/RGB/BPC 8 ID EI EI \nEI BI /F/AHx/W 1/H 1 ID 00EI0 > EI Q /P<</MCID 0>>BDC 7"
	var got []string
	err := Operators([]byte(in), func(op string, args []Object, at int) error {
		if op != "" && !strings.HasPrefix(in[at:], op) {
			t.Errorf("%q does not stand at %d", op, at)
		}
		line := op
		for _, a := range args {
			if s, ok := a.(*Stream); ok {
				line += fmt.Sprintf(" %q", s.Raw)
				continue
			}
			line += " " + string(Append(nil, a))
		}
		got = append(got, line)
		return nil
	})
	want := []string{"q", "cm 1 0 0 1 10 0.5", "Tf /F1 12", "TJ [(a) -20 (b)]", "' (it)", `BI "EI EI "`, `BI "00EI0 >"`, "Q", "BDC /P <</MCID 0>>", " 7"}
	if err != nil || strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%v\ngot  %q\nwant %q", err, got, want)
	}
	stop := errors.New("stop")
	if err := Operators([]byte("q Q"), func(string, []Object, int) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("visit's own error: %v", err)
	}
	for _, bad := range []string{"BI /W 1 ID abc", "BI 5 ID EI", "[1 2", strings.Repeat("[", 99), strings.Repeat("1 ", 2000) + "m"} {
		if err := Operators([]byte(bad), func(string, []Object, int) error { return nil }); err == nil {
			t.Errorf("%.20q: no error", bad)
		}
	}
}

// A file may be read by several goroutines at once.
func TestParallel(t *testing.T) {
	f := wantClean(t, objstm().bytes())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				got, err := f.Latest().Decode(f.Latest().Stream(Ref{4, 0}))
				if err != nil || string(got) != "BT (one) Tj ET" {
					t.Errorf("%q, %v", got, err)
				}
				Walk(f.Latest(), f.Latest().Trailer(), func(string, Ref, Object) bool { return true })
			}
		})
	}
	group.Wait()
}
