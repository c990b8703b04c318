package diff_test

import (
	"fmt"
	"testing"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdf/diff"
)

// ISO 32000-1, 12.8.2.2: what a certification permits. signing.md §5:
// "DocMDP/FieldMDP limits exceeded".
func TestPolicy(t *testing.T) {
	sign := func(x *fixture, u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S2", x.page2, nil, value("Sig")) }
	fill := func(x *fixture, u *pdf.Update, d *pdf.Document) {
		setKeys(u, d, x.text, "V", pdf.String("Ekbacka"), "AP", pdf.Dict{"N": u.Add(look("Ekbacka", x.font))})
	}
	stamp := func(x *fixture, u *pdf.Update, d *pdf.Document) {
		newSignature(u, d, "T", x.page2, nil, value("DocTimeStamp"))
	}
	shown := func(x *fixture, u *pdf.Update, d *pdf.Document) {
		newSignature(u, d, "T", x.page2, pdf.Array{72, 300, 272, 350}, value("DocTimeStamp"))
	}
	data := func(x *fixture, u *pdf.Update, d *pdf.Document) { addDSS(u, d, x) }
	note := func(x *fixture, u *pdf.Update, d *pdf.Document) {
		addAnnot(u, d, x.page2, u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Text"), "Rect": pdf.Array{10, 10, 30, 30}, "Contents": pdf.String("ok")}))
	}
	cover := func(x *fixture, u *pdf.Update, d *pdf.Document) {
		addAnnot(u, d, x.page1, u.Add(pdf.Dict{"Type": pdf.Name("Annot"), "Subtype": pdf.Name("Stamp"), "Rect": pdf.Array{72, 690, 272, 720}, "AP": pdf.Dict{"N": stampLook(u, "x")}}))
	}
	prepared := func(x *fixture, u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.empty, "V", u.Add(value("Sig"))) }
	lock := func(a diff.LockAction, names ...string) diff.Policy {
		return diff.Policy{Locks: []diff.Lock{{Action: a, Fields: names}}}
	}
	for _, tc := range []struct {
		name string
		p    diff.Policy
		do   func(*fixture, *pdf.Update, *pdf.Document)
		code string // "" = allowed
	}{
		{"1 data", diff.Policy{DocMDP: 1}, data, ""},
		{"1 time-stamp", diff.Policy{DocMDP: 1}, stamp, ""},
		{"1 visible time-stamp", diff.Policy{DocMDP: 1}, shown, "certified-no-signature"},
		{"1 signature", diff.Policy{DocMDP: 1}, sign, "certified-no-signature"},
		{"1 filling", diff.Policy{DocMDP: 1}, fill, "certified-no-form-fill"},
		{"2 signature", diff.Policy{DocMDP: 2}, sign, ""},
		{"2 filling", diff.Policy{DocMDP: 2}, fill, ""},
		{"2 comment", diff.Policy{DocMDP: 2}, note, "annotation-not-permitted"},
		{"3 comment", diff.Policy{DocMDP: 3}, note, ""},
		{"3 comment that hides", diff.Policy{DocMDP: 3}, cover, "annotation-hides"},
		{"0 comment", diff.Policy{}, note, "annotation-not-permitted"},
		{"all locked, filling", lock(diff.LockAll), fill, "field-locked"},
		{"all locked, new signature", lock(diff.LockAll), sign, ""},
		{"named locked, filling", lock(diff.LockInclude, "ort"), fill, "field-locked"},
		{"others locked, filling", lock(diff.LockInclude, "annat"), fill, ""},
		{"excepted, filling", lock(diff.LockExclude, "ort"), fill, ""},
		{"not excepted, filling", lock(diff.LockExclude, "annat"), fill, "field-locked"},
		{"prepared field locked", lock(diff.LockInclude, "Underskrift1"), prepared, "field-locked"},
		{"odd lock", lock("Odd"), fill, "field-locked"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := &fixture{}
			v := compare(t, edit(t, x.signed(t), func(u *pdf.Update, d *pdf.Document) { tc.do(x, u, d) }), tc.p)
			if tc.code == "" {
				if !v.Allowed {
					t.Errorf("not allowed:%s", show(v))
				}
				return
			}
			expect(t, v, tc.code, "")
		})
	}
}

// Comparing for several signatures at once says what comparing for each does.
func TestComparer(t *testing.T) {
	x := &fixture{}
	data := x.signed(t)
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S2", x.page2, nil, value("Sig")) })
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.link, "F", 2) })
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S3", x.page2, nil, value("Sig")) })
	f := read(t, data)
	c := diff.New(f)
	for _, rev := range []int{4, 2, 3, 1} {
		got, want := c.Compare(rev, diff.Policy{}), diff.Compare(f, rev, diff.Policy{})
		if show(got) != show(want) || got.Allowed != want.Allowed || got.Allowed != (rev >= 3) {
			t.Errorf("revision %d:%s\nwant:%s", rev, show(got), show(want))
		}
	}
}

// However many changes a revision makes, a forbidden one among them counts.
func TestManyChanges(t *testing.T) {
	x := &fixture{}
	data := edit(t, x.build(t), func(u *pdf.Update, d *pdf.Document) {
		list := append(pdf.Array{}, d.Array(x.fieldList)...)
		for i := range 900 {
			list = append(list, u.Add(pdf.Dict{"FT": pdf.Name("Tx"), "T": pdf.String(fmt.Sprint("f", i))}))
		}
		u.Set(x.fieldList, list)
	})
	data = edit(t, data, func(u *pdf.Update, d *pdf.Document) { newSignature(u, d, "S1", x.page1, nil, value("Sig")) })
	fill := func(extra func(u *pdf.Update, d *pdf.Document)) diff.Verdict {
		more := edit(t, data, func(u *pdf.Update, d *pdf.Document) {
			for _, r := range d.Array(x.fieldList)[6:906] {
				setKeys(u, d, r.(pdf.Ref), "V", pdf.String("x"))
			}
			extra(u, d)
		})
		return diff.Compare(read(t, more), 2, diff.Policy{Locks: []diff.Lock{{Action: diff.LockInclude, Fields: []string{"godkand"}}}})
	}
	if v := fill(func(*pdf.Update, *pdf.Document) {}); !v.Allowed {
		t.Fatalf("not allowed:%.500s", show(v))
	}
	expect(t, fill(func(u *pdf.Update, d *pdf.Document) { setKeys(u, d, x.catalog, "Lang", pdf.String("en")) }), "language", "/Lang")
	if v := fill(func(u *pdf.Update, d *pdf.Document) {
		setKeys(u, d, x.check, "V", pdf.Name("Ja"), "AS", pdf.Name("Ja"))
	}); v.Allowed {
		t.Error("a locked field among many was filled in and allowed")
	}
}
