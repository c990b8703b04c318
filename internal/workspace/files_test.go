package workspace

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
	"medborgarnavet/plugin"
)

// document is a document of a given type, different for each n.
func document(kind string, n int) []byte {
	head := map[string]string{"pdf": "%PDF-1.7\n", "png": "\x89PNG\r\n\x1a\n", "jpeg": "\xff\xd8\xff\xe0", "heic": "\x00\x00\x00\x18ftypheic", "mif1": "\x00\x00\x00\x18ftypmif1"}[kind]
	return []byte(head + fmt.Sprintf("innehåll %d", n))
}

// M-96: what a document is, is found in its content and not in its name.
func TestMediaType(t *testing.T) {
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"pdf", document("pdf", 1), "application/pdf"}, {"png", document("png", 1), "image/png"}, {"jpeg", document("jpeg", 1), "image/jpeg"},
		{"a phone's photo", document("heic", 1), "image/heic"}, {"another phone's", document("mif1", 1), "image/heic"},
		{"a film", []byte("\x00\x00\x00\x18ftypisom12345678"), ""}, {"bytes across two brands", []byte("\x00\x00\x00\x18ftypic h12345678"), ""},
		{"html", []byte("<html><script>x</script></html>"), ""}, {"svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"></svg>`), ""},
		{"a program", []byte("MZ\x90\x00"), ""}, {"zip, docx", []byte("PK\x03\x04"), ""}, {"gif", []byte("GIF89a"), ""}, {"text", []byte("hej"), ""},
		{"nothing", nil, ""}, {"a short one", []byte("ftyp"), ""}, {"pdf further in", []byte("x%PDF-1.7"), ""},
	} {
		if got := MediaType(c.data); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestFileName(t *testing.T) {
	long := strings.Repeat("å", 200)
	for in, want := range map[string]string{
		"hyresavi.pdf": "hyresavi.pdf", "Hyra nov 2026.PDF": "Hyra nov 2026.PDF", `C:\Users\x\avi.pdf`: "avi.pdf", "/etc/passwd": "passwd", "../../avi.pdf": "avi.pdf",
		"": "fil", ".": "fil", "..": "fil", "/": "fil", "...": "fil", "  ": "fil", "a/..": "fil", "avi\x00\n.pdf": "avi.pdf", `a"<>|:*?b.pdf`: "ab.pdf",
		"foto\u202egpj.exe": "fotogpj.exe", "foto\u200b.jpg": "foto.jpg", "a\xffb.pdf": "ab.pdf", " avi.pdf ": "avi.pdf",
		long + ".pdf": long[:2*116] + ".pdf", long: long[:2*120], "a." + long: "a." + long[:2*118],
	} {
		if got := FileName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// M-96: a document is kept as it came, for its field and its draft.
func TestDocuments(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d, login := w.begin(anna), w.login(anna)
		for n, kind := range []string{"pdf", "png", "jpeg", "heic"} {
			var err error
			if d, err = w.AddFile(t.Context(), login, d.ID, "papper.f.hyra", "../"+kind+".x", document(kind, n)); err != nil {
				t.Fatal(err)
			}
		}
		if d, _ = w.AddFile(t.Context(), login, d.ID, "papper.f.hyra", "igen.pdf", document("pdf", 0)); len(d.Files) != 4 {
			t.Errorf("a second press: %d documents", len(d.Files))
		}
		for n, kind := range []string{"pdf", "png", "jpeg", "heic"} {
			i := slices.IndexFunc(d.Files, func(f plugin.File) bool { return f.Name == kind+".x" })
			if i < 0 {
				t.Fatalf("%s is not there", kind)
			}
			f, data, err := w.File(t.Context(), login, d.ID, d.Files[i].ID)
			if err != nil || !bytes.Equal(data, document(kind, n)) || f.Size != int64(len(data)) || len(f.SHA256) != 64 {
				t.Errorf("%s: %v %+v", kind, err, f)
			}
		}
		d, err := w.RemoveFile(t.Context(), login, d.ID, d.Files[1].ID)
		if err != nil || len(d.Files) != 3 || len(w.get(anna, d.ID).Files) != 3 || w.count("draft_file") != 3 {
			t.Errorf("removed: %v, %d left", err, len(d.Files))
		}
		other := w.begin(bo)
		for what, err := range map[string]error{
			"removed twice": func() error { _, err := w.RemoveFile(t.Context(), login, d.ID, "x"); return err }(),
			"by another's draft": func() error {
				_, _, err := w.File(t.Context(), w.login(bo), other.ID, d.Files[0].ID)
				return err
			}(),
			"removed by another's draft": func() error { _, err := w.RemoveFile(t.Context(), w.login(bo), other.ID, d.Files[0].ID); return err }(),
			"no such field":              func() error { _, err := w.AddFile(t.Context(), login, d.ID, "papper.f.x", "a.pdf", pdf); return err }(),
			"a field for text":           func() error { _, err := w.AddFile(t.Context(), login, d.ID, "hem.g.text", "a.pdf", pdf); return err }(),
			"a hidden field": func() error {
				_, err := w.AddFile(t.Context(), login, d.ID, "papper.f.kvitto", "a.pdf", pdf)
				return err
			}(),
			"a section not in use": func() error { _, err := w.AddFile(t.Context(), login, d.ID, "av.f.fil", "a.pdf", pdf); return err }(),
		} {
			if kind(err) != fault.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// M-96: limits on kind, size and number; what is refused changes nothing.
func TestDocumentLimits(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d, login := w.begin(anna), w.login(anna)
		add := func(data []byte) error {
			_, err := w.AddFile(t.Context(), login, d.ID, "papper.f.hyra", "a.pdf", data)
			return err
		}
		large := append([]byte("%PDF-1.7"), make([]byte, MaxFileSize-8)...)
		if err := add(append(large, 0)); kind(err) != fault.TooLarge {
			t.Errorf("a byte too many: %v", err)
		}
		if err := add([]byte("<html>")); kind(err) != fault.Invalid {
			t.Errorf("html: %v", err)
		}
		if err := add(nil); kind(err) != fault.Invalid {
			t.Errorf("empty: %v", err)
		}
		if after := w.get(anna, d.ID); after.Version != d.Version || len(after.Files) != 0 {
			t.Error("what was refused changed the draft")
		}
		if err := add(large); err != nil {
			t.Errorf("the largest: %v", err)
		}
		for n := range MaxFiles - 1 {
			if err := add(document("pdf", n)); err != nil {
				t.Fatal(err)
			}
		}
		if err := add(document("pdf", 99)); kind(err) != fault.TooMany {
			t.Errorf("one too many: %v", err)
		}
		if err := add(document("pdf", 0)); err != nil {
			t.Errorf("one that is there already: %v", err)
		}
	})
}

// I-7, M-90: documents follow the draft to its new day, without being written
// anew, and are gone with it; what is hidden is not in the application.
func TestDocumentsFollowTheDraft(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.save(anna, w.begin(anna).ID, "hem", map[string]string{"hem.g.har": "ja"}, false)
		for _, at := range []string{"papper.f.hyra", "papper.f.kvitto"} {
			if _, err := w.AddFile(t.Context(), w.login(anna), d.ID, at, "avi.pdf", pdf); err != nil {
				t.Fatal(err)
			}
		}
		w.clock.Advance(6 * day)
		d = w.save(anna, d.ID, "hem", map[string]string{"hem.g.har": "nej"}, false)
		if got := d.Application().Files; len(got) != 1 || got[0].Path != "papper.f.hyra" || len(d.Files) != 2 {
			t.Errorf("%d documents in the application, %d in the draft", len(got), len(d.Files))
		}
		w.clock.Advance(2 * day)
		w.purge() // the keys of the first day are gone
		d = w.get(anna, d.ID)
		for _, f := range d.Files {
			if _, data, err := w.File(t.Context(), w.login(anna), d.ID, f.ID); err != nil || !bytes.Equal(data, pdf) {
				t.Errorf("%s: %v", f.Path, err)
			}
		}
		w.clock.Advance(5 * day)
		if _, _, err := w.File(t.Context(), w.login(anna), d.ID, d.Files[0].ID); kind(err) != fault.NotFound {
			t.Errorf("at its time: %v", err)
		}
		w.purge()
		if w.left() != 0 {
			t.Errorf("%d rows are left", w.left())
		}
	})
}

// A filled form that is sent after the login has run out comes back: for an
// hour, into the same section of the same draft, as it was typed.
func TestStash(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		posted := map[string]string{"hem.g.text": " Vi har flyttat.\r\n", "hem.g.dag.year": "2026", "hem.g.dag.month": "11", "hem.g.dag.day": "3", "hem.g.okänt": "x", "ink.r.lon.own": "1"}
		h, err := w.Stash(t.Context(), d.ID, "hem", posted)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Unstash(t.Context(), d, "hem", h)
		if err != nil || len(got) != 2 || got["hem.g.text"] != "Vi har flyttat." || got["hem.g.dag"] != "2026-11-03" {
			t.Errorf("%v %v", got, err)
		}
		if after := w.get(anna, d.ID); len(after.Values) != 0 || after.Version != d.Version || !after.DeleteAt.Equal(d.DeleteAt) {
			t.Error("a stash was taken for a save")
		}
		other := w.begin(bo)
		for what, err := range map[string]error{
			"another's draft":        func() error { _, err := w.Unstash(t.Context(), other, "hem", h); return err }(),
			"another section":        func() error { _, err := w.Unstash(t.Context(), d, "ink", h); return err }(),
			"no section":             func() error { _, err := w.Unstash(t.Context(), d, "x", h); return err }(),
			"a made-up handle":       func() error { _, err := w.Unstash(t.Context(), d, "hem", db.NewID()+db.NewID()); return err }(),
			"for a draft that is no": func() error { _, err := w.Stash(t.Context(), db.NewID(), "hem", posted); return err }(),
		} {
			if kind(err) != fault.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		w.clock.Advance(time.Hour)
		if _, err := w.Unstash(t.Context(), d, "hem", h); kind(err) != fault.NotFound {
			t.Errorf("after an hour: %v", err)
		}
		w.purge()
		if w.count("stash") != 0 || w.count("draft") != 2 {
			t.Error("the wrong rows are left")
		}
	})
}

// Who has no login cannot fill the database.
func TestStashLimits(t *testing.T) {
	each(t, func(t *testing.T, w *world, _ func() *db.DB) {
		d := w.begin(anna)
		if _, err := w.Stash(t.Context(), d.ID, "hem", map[string]string{"hem.g.text": strings.Repeat("x", maxStash)}); kind(err) != fault.TooLarge {
			t.Errorf("too large: %v", err)
		}
		for range maxStashs {
			if _, err := w.Stash(t.Context(), d.ID, "hem", map[string]string{"hem.g.text": "x"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Stash(t.Context(), d.ID, "hem", map[string]string{"hem.g.text": "x"}); kind(err) != fault.TooMany {
			t.Errorf("too many: %v", err)
		}
	})
}
