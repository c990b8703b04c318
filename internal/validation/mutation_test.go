package validation_test

import (
	"bytes"
	"strings"
	"testing"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
	"medborgarnavet/internal/clock"
	"medborgarnavet/internal/validation"
)

// signatures reads the signatures of a file of our own.
func signatures(t testing.TB, file []byte) []pades.Signature {
	t.Helper()
	f, err := pdf.Read(file, pdf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	list, faults := pades.Signatures(f)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return list
}

// S-06, I-12: whichever byte of an archived file is changed, in the content,
// the signature, the validation data or the time-stamp over it all, the file is
// not valid any more.
func TestMutations(t *testing.T) {
	w := newWorld(t)
	file := w.sign(document(t, 1), w.person("Anna", "Berglund"), pades.BLTA)
	v := &validation.Validator{Trust: w.trust, Clock: clock.NewManual(w.now)}
	valid := func(data []byte) bool {
		rep, err := v.Validate(t.Context(), data, validation.Options{})
		return err == nil && rep.Verdict == validation.Valid
	}
	if !valid(file) {
		t.Fatal("the file is not valid to begin with")
	}
	tried := 0
	for i := 0; i < len(file); i += 251 {
		b := bytes.Clone(file)
		b[i] ^= 1
		tried++
		if valid(b) {
			t.Errorf("byte %d may be changed: %q", i, file[i-8:i+8])
		}
	}
	for _, s := range signatures(t, file) {
		from := int(s.ByteRange[1])
		for i := from + 1; i < from+2*len(s.DER); i += 83 {
			b := bytes.Clone(file)
			b[i] ^= 1
			tried++
			if valid(b) {
				t.Errorf("%v: digit %d of the value may be changed", s.Kind, i-from)
			}
		}
		b := bytes.Clone(file)
		b[from+2*len(s.DER)+3] = '7'
		if valid(b) {
			t.Errorf("%v: something may be hidden behind the value", s.Kind)
		}
	}
	if tried < 200 {
		t.Errorf("only %d mutations", tried)
	}
}

// attack is a manipulation with what it must come to.
type attack struct {
	name   string
	change func(t *testing.T, w *world, file []byte) []byte
	want   validation.Verdict
	sub    validation.SubIndication
	code   string // a reason that must be given
}

// update appends a revision in which set has changed something.
func update(t *testing.T, file []byte, set func(d *pdf.Document, u *pdf.Update)) []byte {
	t.Helper()
	f, err := pdf.Read(file, pdf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	u := f.Update()
	set(f.Latest(), u)
	more, err := u.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.Clone(file), more...)
}

// page is the first page.
func page(t *testing.T, d *pdf.Document) pdf.Page {
	t.Helper()
	pages, err := d.Pages()
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages", err)
	}
	return pages[0]
}

// value replaces a signature's CMS in the file.
func value(t *testing.T, file []byte, s pades.Signature, der []byte) []byte {
	t.Helper()
	room := int(s.ByteRange[2] - s.ByteRange[1] - 2)
	const hex = "0123456789abcdef"
	text := make([]byte, 0, room)
	for _, c := range der {
		text = append(text, hex[c>>4], hex[c&15])
	}
	if len(text) > room {
		t.Fatal("no room")
	}
	text = append(text, bytes.Repeat([]byte("0"), room-len(text))...)
	out := bytes.Clone(file)
	copy(out[s.ByteRange[1]+1:], text)
	return out
}

func attacks() []attack {
	return []attack{
		{"nothing", func(_ *testing.T, _ *world, f []byte) []byte { return f }, validation.Valid, "", ""},
		{"content changed", func(_ *testing.T, _ *world, f []byte) []byte {
			return bytes.Replace(f, []byte("Beslut"), []byte("Avslag"), 1)
		}, validation.Invalid, validation.HashFailure, "content-changed"},
		{"signature changed", func(t *testing.T, _ *world, f []byte) []byte {
			s := signatures(t, f)[0]
			sd, err := cms.Parse(s.DER)
			if err != nil {
				t.Fatal(err)
			}
			der := bytes.Clone(s.DER)
			der[bytes.Index(der, sd.Signers[0].Signature)+len(sd.Signers[0].Signature)-1] ^= 1
			return value(t, f, s, der)
		}, validation.Invalid, "", ""},
		{"page content replaced", func(t *testing.T, _ *world, f []byte) []byte {
			return update(t, f, func(d *pdf.Document, u *pdf.Update) {
				u.Set(page(t, d).Dict["Contents"].(pdf.Ref), &pdf.Stream{Dict: pdf.Dict{}, Raw: []byte("BT /F1 24 Tf 60 700 Td (Avslag) Tj ET")})
			})
		}, validation.Invalid, validation.FormatFailure, "changed-after"},
		{"page rotated", func(t *testing.T, _ *world, f []byte) []byte {
			return update(t, f, func(d *pdf.Document, u *pdf.Update) {
				p := page(t, d)
				p.Dict["Rotate"] = 90
				u.Set(p.Ref, p.Dict)
			})
		}, validation.Invalid, validation.FormatFailure, "changed-after"},
		{"bytes behind the end", func(_ *testing.T, _ *world, f []byte) []byte {
			return append(bytes.Clone(f), []byte("1 0 obj << /Type /Catalog >> endobj\n")...)
		}, validation.Invalid, validation.FormatFailure, ""},
		{"byte range moved", func(t *testing.T, _ *world, f []byte) []byte {
			i := bytes.Index(f, []byte("/ByteRange"))
			at := i + bytes.IndexByte(f[i:], '[') + 1
			out := bytes.Clone(f)
			out[at+bytes.IndexByte(out[at:], '0')] = '9'
			return out
		}, validation.Invalid, "", "file-byte-range-start"},
		{"time-stamp of another signature", func(t *testing.T, w *world, f []byte) []byte {
			other := w.sign(document(t, 2), w.person("Bo", "Ek"), pades.BT)
			token := stampOf(t, signatures(t, other)[0])
			s := signatures(t, f)[0]
			der, err := cms.AddUnsigned(s.DER, cms.Attribute{Type: cms.OIDSignatureTimeStamp, Value: token})
			if err != nil {
				t.Fatal(err)
			}
			return value(t, f, s, der)
		}, validation.Invalid, validation.FormatFailure, "time-stamp-of-something-else"},
	}
}

func stampOf(t *testing.T, s pades.Signature) []byte {
	t.Helper()
	sd, err := cms.Parse(s.DER)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range sd.Signers[0].Unsigned {
		if a.Type.Equal(cms.OIDSignatureTimeStamp) {
			return a.Value
		}
	}
	t.Fatal("no time-stamp")
	return nil
}

// S-06, I-12: the change comes first, whatever is known of the signer: the
// same attacks with a trusted and an unknown issuer.
func TestAttacks(t *testing.T) {
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			w := newWorld(t)
			file := a.change(t, w, w.reached(document(t, 1), w.person("Anna", "Berglund"), pades.BT))
			for _, trusted := range []bool{true, false} {
				v := &validation.Validator{Clock: clock.NewManual(w.now), Fetcher: w.fetcher()}
				want := a.want
				if trusted {
					v.Trust = w.trust
				} else if want == validation.Valid {
					want = validation.Undecided
				}
				rep, err := v.Validate(t.Context(), file, validation.Options{})
				if err != nil {
					t.Fatal(err)
				}
				got := only(t, rep)
				if rep.Verdict != want || a.sub != "" && got.Sub != a.sub {
					t.Errorf("trusted %v: %s (%s), want %s (%s): %v", trusted, rep.Verdict, got.Sub, want, a.sub, codes(got))
				}
				if a.code != "" && !strings.Contains(strings.Join(codes(got), " "), a.code) {
					t.Errorf("trusted %v: reasons are %v", trusted, codes(got))
				}
				if want == validation.Invalid && got.Sub == validation.FormatFailure && strings.HasPrefix(a.code, "changed") && (got.CoversWhole || len(got.ChangesAfter) == 0) {
					t.Errorf("the change is not told: %+v", got.ChangesAfter)
				}
			}
		})
	}
}
