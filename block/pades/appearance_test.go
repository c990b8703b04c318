package pades_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
)

const longName = "Gáŋŋo-Máhtte Ǩeeǯǯam-Čáhppesvárri von Österåsen-Þórðarsson de la Cruz y Fernández"

// S-33: the stamp lies upright and inside the visible page, whatever the
// page's rotation, cropping and unit.
func TestStampPlaces(t *testing.T) {
	s := plainSigner(t, "Åsa Öberg")
	names := []string{"Anna Berglund", longName, "عبد الرحمن بن محمد الحدّاد", "Екатерина Александровна Иванова-Ковалевская"}
	for _, rotate := range []int{0, 90, 180, 270} {
		for _, crop := range [][]float64{nil, {50, 80, 500, 700}} {
			for _, unit := range []float64{0, 2} {
				name := fmt.Sprintf("%d-%v-%v", rotate, crop != nil, unit)
				t.Run(name, func(t *testing.T) {
					file := paper{rotate: rotate, crop: crop, unit: unit}.make(t)
					for i, n := range names {
						a := &pades.Appearance{Organisation: "Ekbacka kommun, Socialnämnden"}
						if i < 2 {
							a.Rect = pades.Rect{X: 20, Y: 30 + 110*float64(i), Width: 250, Height: 90}
						}
						file = mustSign(t, file, s, pades.Options{Name: n, Reason: "Justering av protokoll", Appearance: a})
					}
					f, list := read(t, file)
					verify(t, file, list)
					checkPlaces(t, f, list)
					keep(t, "stamp-"+name, file)
				})
			}
		}
	}
}

// checkPlaces: every widget is inside the crop box and no two overlap; the
// first is where it was asked to be.
func checkPlaces(t *testing.T, f *pdf.File, list []pades.Signature) {
	t.Helper()
	d := f.Latest()
	pages, err := d.Pages()
	if err != nil {
		t.Fatal(err)
	}
	box := pages[0].CropBox
	var rects [][4]float64
	for _, s := range list {
		w := d.Dict(s.WidgetRefs[0])
		var r [4]float64
		for i, o := range d.Array(w["Rect"]) {
			r[i], _ = d.Number(o)
		}
		if r[0] < box[0]-0.01 || r[1] < box[1]-0.01 || r[2] > box[2]+0.01 || r[3] > box[3]+0.01 {
			t.Errorf("%v is outside %v", r, box)
		}
		for _, o := range rects {
			if r[0] < o[2] && o[0] < r[2] && r[1] < o[3] && o[1] < r[3] {
				t.Errorf("%v overlaps %v", r, o)
			}
		}
		rects = append(rects, r)
		if n, _ := d.Int(w["F"]); n != 132 {
			t.Errorf("F = %d", n)
		}
	}
	unit := 1.0
	if u, ok := d.Number(pages[0].Dict["UserUnit"]); ok {
		unit = u
	}
	x, y, w, h := 20/unit, 30/unit, 250/unit, 90/unit
	want := map[int][4]float64{
		0:   {box[0] + x, box[3] - y - h, box[0] + x + w, box[3] - y},
		90:  {box[0] + y, box[1] + x, box[0] + y + h, box[1] + x + w},
		180: {box[2] - x - w, box[1] + y, box[2] - x, box[1] + y + h},
		270: {box[2] - y - h, box[3] - x - w, box[2] - y, box[3] - x},
	}[pages[0].Rotate]
	for i := range want {
		if math.Abs(want[i]-rects[0][i]) > 0.01 {
			t.Fatalf("rectangle %v, want %v", rects[0], want)
		}
	}
}

// The stamp's text is all there, however long, and never smaller than can be
// read: what does not fit is refused.
func TestStampFitsOrRefuses(t *testing.T) {
	s := plainSigner(t, "Åsa Öberg")
	file := paper{}.make(t)
	reason := strings.Repeat("Beslut enligt delegationsordningen, ", 8)
	for _, width := range []float64{60, 100, 160, 300} {
		o := pades.Options{Name: longName, Reason: reason, Time: at,
			Appearance: &pades.Appearance{Rect: pades.Rect{X: 40, Y: 100, Width: width, Height: 160}}}
		_, err := pades.Sign(context.Background(), file, s, o)
		if err != nil && !(width < 90 && errors.Is(err, pades.ErrNoRoom)) {
			t.Errorf("width %v: %v", width, err)
		}
		if err == nil {
			keep(t, fmt.Sprint("fit-", width), mustSign(t, file, s, o))
		}
	}
	start := time.Now()
	long := pades.Options{Name: longName, Reason: strings.Repeat("عبد الرحمن Ǩeeǯǯam ", 20_000), Time: at, Appearance: &pades.Appearance{}}
	if _, err := pades.Sign(context.Background(), file, s, long); !errors.Is(err, pades.ErrNoRoom) || time.Since(start) > 5*time.Second {
		t.Errorf("a reason of a book's length: %v after %v", err, time.Since(start))
	}
	for _, r := range []pades.Rect{{X: 500, Y: 10, Width: 200, Height: 60}, {X: -5, Y: 10, Width: 200, Height: 60}, {X: 5, Y: 5, Width: 10, Height: 10}} {
		_, err := pades.Sign(context.Background(), file, s, pades.Options{Time: at, Appearance: &pades.Appearance{Rect: r}})
		if !errors.Is(err, pades.ErrNoRoom) {
			t.Errorf("%v: %v", r, err)
		}
	}
	_, err := pades.Sign(context.Background(), file, s, pades.Options{Time: at, Appearance: &pades.Appearance{Page: 2}})
	if !errors.Is(err, pades.ErrPage) {
		t.Errorf("page 2 of 1: %v", err)
	}
}

// S-13: colours are such as the file's PDF/A claim allows.
func TestStampColours(t *testing.T) {
	s := plainSigner(t, "Åsa Öberg")
	for _, c := range []struct {
		p       paper
		has, no string
	}{
		{paper{}, " rg", " g\n"}, {paper{claim: "2", intent: 3}, " rg", " g\n"},
		{paper{claim: "2", intent: 4}, " g\n", " rg"}, {paper{claim: "1", intent: 1}, " g\n", " rg"},
		{paper{claim: "1"}, "/C0 cs", " rg"},
	} {
		file := mustSign(t, c.p.make(t), s, pades.Options{Appearance: &pades.Appearance{}})
		f, list := read(t, file)
		d := f.Latest()
		form := d.Stream(d.Dict(d.Dict(list[0].WidgetRefs[0])["AP"])["N"])
		content, err := d.Decode(form)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), c.has) || strings.Contains(string(content), c.no) {
			t.Errorf("%+v: %s", c.p, content)
		}
		for _, bad := range []string{"SMask", "/CA", "/ca", "Group"} {
			if strings.Contains(string(pdf.Append(nil, form.Dict)), bad) {
				t.Errorf("transparency: %s", bad)
			}
		}
	}
}

// keep writes a file to look at, where PADES_KEEP names a folder.
func keep(t testing.TB, name string, file []byte) {
	if dir := os.Getenv("PADES_KEEP"); dir != "" {
		if err := os.WriteFile(dir+"/"+name+".pdf", file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// keepAs is keep with the whole name of the file.
func keepAs(t testing.TB, name string, data []byte) {
	if dir := os.Getenv("PADES_KEEP"); dir != "" {
		if err := os.WriteFile(dir+"/"+name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
