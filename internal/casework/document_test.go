package casework_test

import (
	"bytes"
	"slices"
	"testing"

	"medborgarnavet/internal/casework"
	"medborgarnavet/internal/fault"
)

// S-06: every document that comes in is announced, once, and whoever handles
// the event gets it as it came.
func TestDocumentsAreAnnounced(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		id := o.caseOf(anna, "Anna Berglund", "EB 2026-000001", "EB-2026-0001")
		o.open("eva.lind", id)
		if err := o.RequestSupplement(t.Context(), "eva.lind", id, "k", []string{"Hyresavi"}, "", ""); err != nil {
			t.Fatal(err)
		}
		c, err := o.OfParty(t.Context(), number(t, anna), id)
		if err != nil {
			t.Fatal(err)
		}
		data := []byte("%PDF-1.7\nhyresavi")
		for range 2 { // pressed twice
			if err := o.Answer(t.Context(), number(t, anna), id, c.Supplements[0].ID, "Här", []casework.Upload{{Name: "avi.pdf", Data: data}}); err != nil {
				t.Fatal(err)
			}
		}
		o.handOn()
		if c, err = o.OfParty(t.Context(), number(t, anna), id); err != nil {
			t.Fatal(err)
		}
		file := c.Supplements[0].Answers[0].Files[0].ID
		if want := []string{id + "/" + file}; !slices.Equal(o.received, want) {
			t.Fatalf("announced %q, want %q", o.received, want)
		}
		d, err := o.Received(t.Context(), o.received[0])
		if err != nil || d.ID != file || d.Board != "socialnamnden" || d.Type != "application/pdf" || !bytes.Equal(d.Data, data) {
			t.Errorf("received %s of %s, %s, %d bytes: %v", d.ID, d.Board, d.Type, len(d.Data), err)
		}
		for _, key := range []string{"", "none/" + file, id + "/none", id} {
			_, err := o.Received(t.Context(), key)
			wantKind(t, "the document "+key, err, fault.NotFound)
		}
	})
}
