package submission

import (
	"bytes"
	"testing"

	"medborgarnavet/internal/db"
	"medborgarnavet/internal/fault"
)

// I-1, I-13, M-118: a person's receipts and documents, and nobody else's.
func TestListAndFileOfPerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		r := w.handIn(anna, w.fill(anna))
		list, err := w.List(t.Context(), w.login(anna))
		if err != nil || len(list) != 1 || list[0] != r {
			t.Fatalf("%+v, %v", list, err)
		}
		if list, err := w.List(t.Context(), w.login(bo)); err != nil || len(list) != 0 {
			t.Errorf("another person has %d receipts, %v", len(list), err)
		}
		rec, err := w.OfPerson(t.Context(), w.login(anna), r.ID)
		if err != nil || len(rec.Application.Files) == 0 {
			t.Fatalf("%v, %d documents", err, len(rec.Application.Files))
		}
		file := rec.Application.Files[0].ID
		if name, _, data, err := w.FileOfPerson(t.Context(), w.login(anna), r.ID, file); err != nil || name != "avi.pdf" || !bytes.Equal(data, pdf) {
			t.Errorf("the person's document: %q, %d bytes, %v", name, len(data), err)
		}
		for what, call := range map[string]func() error{
			"another person":   func() error { _, _, _, err := w.FileOfPerson(t.Context(), w.login(bo), r.ID, file); return err },
			"another document": func() error { _, _, _, err := w.FileOfPerson(t.Context(), w.login(anna), r.ID, "x"); return err },
		} {
			if err := call(); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		// Disposed of with its case, nothing of it is left.
		var gone []string
		err = w.db.Tx(t.Context(), func(tx *db.Tx) (err error) {
			gone, err = w.Dispose(t.Context(), tx, r.ID)
			return err
		})
		if err != nil || len(gone) != 1 || gone[0] != file {
			t.Fatalf("disposed of %v (%v)", gone, err)
		}
		if n := w.count("submission") + w.count("submission_file"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}
