package pades_test

import (
	"bytes"
	"crypto"
	"fmt"
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pades"
	"medborgarnavet/block/pdf"
)

var rangePattern = regexp.MustCompile(`/ByteRange \[[0-9 ]*\] *`)

// setRange writes another byte range in the room of the one that is there.
func setRange(t *testing.T, file []byte, numbers string) []byte {
	t.Helper()
	out := bytes.Clone(file)
	at := rangePattern.FindIndex(out)
	text := "/ByteRange [" + numbers + "]"
	if at == nil || len(text) > at[1]-at[0] {
		t.Fatal("no room for", numbers)
	}
	copy(out[at[0]:at[1]], text+strings.Repeat(" ", at[1]-at[0]-len(text)))
	return out
}

// codes are the faults of all signatures and of the file.
func codes(t *testing.T, file []byte) []string {
	t.Helper()
	f, err := pdf.Read(file, pdf.Options{})
	if err != nil {
		return []string{"unreadable"}
	}
	list, errs := pades.Signatures(f)
	var out []string
	for _, s := range list {
		for _, x := range s.Faults {
			out = append(out, x.Code)
		}
	}
	for _, e := range errs {
		out = append(out, e.(pades.Fault).Code)
	}
	return out
}

// S-06, signing.md §4.4 and §5: every byte-range rule has its fault.
func TestByteRangeFaults(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	file := mustSign(t, paper{}.make(t), s, pades.Options{})
	_, list := read(t, file)
	b := list[0].ByteRange
	size := int64(len(file))
	for name, c := range map[string]struct {
		numbers string
		want    string
	}{
		"one range":         {fmt.Sprint(b[0], b[1]), pades.FaultRangeCount},
		"three numbers":     {fmt.Sprint(b[0], b[1], b[2]), pades.FaultRangeCount},
		"six numbers":       {fmt.Sprintf("0 9 9 %d %d %d", b[1], b[2], b[3]), pades.FaultRangeCount},
		"none":              {"", pades.FaultRangeCount},
		"not from 0":        {fmt.Sprint(1, b[1]-1, b[2], b[3]), pades.FaultRangeStart},
		"overlap":           {fmt.Sprint(0, b[1], b[1]-10, size-b[1]+10), pades.FaultRangeOverlap},
		"no gap":            {fmt.Sprint(0, b[1], b[1], size-b[1]), pades.FaultRangeOverlap},
		"gap too big":       {fmt.Sprint(0, b[1]-1, b[2], b[3]), pades.FaultRangeGap},
		"gap too big after": {fmt.Sprint(0, b[1], b[2]+1, b[3]-1), pades.FaultRangeGap},
		"gap too small":     {fmt.Sprint(0, b[1]+1, b[2], b[3]), pades.FaultRangeGap},
		"gap elsewhere":     {fmt.Sprint(0, 100, 200, size-200), pades.FaultRangeGap},
		"tail uncovered":    {fmt.Sprint(0, b[1], b[2], b[3]-8), pades.FaultRangeEnd},
		"past the end":      {fmt.Sprint(0, b[1], b[2], b[3]+8), pades.FaultRangeOutside},
		"huge":              {fmt.Sprintf("0 %d %d 9999999999999", b[1], b[2]), pades.FaultRangeNumber},
		"negative":          {fmt.Sprint(0, -1, b[2], b[3]), pades.FaultRangeNumber},
		"real number":       {fmt.Sprintf("0 %d.0 %d %d", b[1], b[2], b[3]), pades.FaultRangeNumber},
	} {
		got := codes(t, setRange(t, file, c.numbers))
		if !slices.Contains(got, c.want) {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// Faults of the value.
func TestValueFaults(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	file := mustSign(t, paper{}.make(t), s, pades.Options{})
	_, list := read(t, file)
	sig := list[0]
	tail := sig.ByteRange[2] - 3 // last two digits of Contents
	replace := func(at int64, with string) []byte {
		out := bytes.Clone(file)
		copy(out[at:], with)
		return out
	}
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"trailing garbage":     {replace(tail, "41"), pades.FaultContentsTail},
		"white space":          {replace(tail, " 0"), pades.FaultContentsHex},
		"not hexadecimal":      {replace(tail, "zz"), pades.FaultContentsHex},
		"letters of two kinds": {replace(tail, "aA"), pades.FaultContentsHex},
		"string ends early":    {replace(tail-40, "> /A <"), pades.FaultRangeGap},
		"filter gone":          {bytes.Replace(file, []byte("/Filter /Adobe"), []byte("/Fulter /Adobe"), 1), pades.FaultNoFilter},
		"key twice":            {bytes.Replace(file, []byte("/SubFilter /ETSI.CAdES.detached"), []byte("/Filter /SI.CAdES.detached     "), 1), pades.FaultDuplicateKey},
		"no range":             {bytes.Replace(file, []byte("/ByteRange"), []byte("/ByteRunge"), 1), pades.FaultRangeMissing},
	} {
		if got := codes(t, c.file); !slices.Contains(got, c.want) {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// Faults of how fields hold a signature, made by a later update.
func TestFieldFaults(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	file := mustSign(t, paper{}.make(t), s, pades.Options{})
	_, list := read(t, file)
	sig := list[0]
	for name, c := range map[string]struct {
		change func(u *pdf.Update, d *pdf.Document, form pdf.Dict)
		want   string
	}{
		"two fields, one value": {func(u *pdf.Update, d *pdf.Document, form pdf.Dict) {
			form["Fields"] = append(slices.Clone(d.Array(form["Fields"])), u.Add(pdf.Dict{"FT": pdf.Name("Sig"), "T": pdf.String("Tv\345"), "V": sig.ValueRef}))
		}, pades.FaultValueShared},
		"same name": {func(u *pdf.Update, d *pdf.Document, form pdf.Dict) {
			form["Fields"] = append(slices.Clone(d.Array(form["Fields"])), u.Add(pdf.Dict{"FT": pdf.Name("Tx"), "T": pdf.String(sig.Field)}))
		}, pades.FaultNameShared},
		"listed twice": {func(_ *pdf.Update, d *pdf.Document, form pdf.Dict) {
			form["Fields"] = append(slices.Clone(d.Array(form["Fields"])), sig.FieldRef)
		}, pades.FaultFieldTwice},
		"kid of another": {func(u *pdf.Update, _ *pdf.Document, form pdf.Dict) {
			form["Fields"] = pdf.Array{u.Add(pdf.Dict{"T": pdf.String("Grupp"), "Kids": pdf.Array{sig.FieldRef}})}
		}, pades.FaultKidParent},
		"taken out of the form": {func(_ *pdf.Update, _ *pdf.Document, form pdf.Dict) { form["Fields"] = pdf.Array{} }, pades.FaultRemoved},
		"not in the form":       {func(_ *pdf.Update, _ *pdf.Document, form pdf.Dict) { form["Fields"] = pdf.Array{} }, pades.FaultNotInForm},
		"replaced": {func(u *pdf.Update, d *pdf.Document, _ pdf.Dict) {
			u.Set(sig.ValueRef, pdf.Dict{"Type": pdf.Name("Sig"), "Filter": pdf.Name("Adobe.PPKLite"), "Contents": pdf.Hex("0"), "ByteRange": pdf.Array{0, 1, 2, 3}})
		}, pades.FaultReplaced},
		"type changed": {func(u *pdf.Update, d *pdf.Document, _ pdf.Dict) {
			f := pdf.Dict{}
			for k, v := range d.Dict(sig.FieldRef) {
				f[k] = v
			}
			f["FT"] = pdf.Name("Tx")
			u.Set(sig.FieldRef, f)
		}, pades.FaultFieldType},
	} {
		f, _ := read(t, file)
		u := f.Update()
		d := f.Latest()
		form := pdf.Dict{}
		ref := d.Catalog()["AcroForm"].(pdf.Ref)
		for k, v := range d.Dict(ref) {
			form[k] = v
		}
		u.Set(ref, form)
		c.change(u, d, form)
		more, err := u.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if got := codes(t, append(bytes.Clone(file), more...)); !slices.Contains(got, c.want) {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// Of any byte of a signed file that is changed, either the file is no longer
// read, or a fault is found, or the digest or signature no longer holds.
func TestEveryByteCounts(t *testing.T) {
	s := plainSigner(t, "Anna Berglund")
	file := mustSign(t, paper{stream: true, form: true}.make(t), s, pades.Options{Field: "Chef.Underskrift"})
	_, list := read(t, file)
	gap := list[0].ByteRange
	der := int64(len(list[0].DER))
	random := rand.New(rand.NewSource(3))
	step := max(len(file)/700, 1)
	for at := 0; at < len(file); at += 1 + random.Intn(2*step) {
		for _, change := range []byte{1, 0x20, 0x80} {
			bad := bytes.Clone(file)
			bad[at] ^= change
			if int64(at) > gap[1] && int64(at) < gap[2] && sameHex(file[at], bad[at]) {
				continue // a capital for a small letter is the same digit
			}
			if holds(bad) {
				t.Fatalf("byte %d of %d (value at %d–%d, %d bytes) changed by %#x was not noticed", at, len(file), gap[1], gap[2], der, change)
			}
		}
	}
}

func sameHex(a, b byte) bool { return a|0x20 == b|0x20 && a|0x20 >= 'a' && a|0x20 <= 'f' }

// holds tells whether the file has one signature without fault that verifies
// and covers all of it.
func holds(file []byte) bool {
	f, err := pdf.Read(file, pdf.Options{})
	if err != nil {
		return false
	}
	list, errs := pades.Signatures(f)
	if len(list) != 1 || len(errs) > 0 || len(list[0].Faults) > 0 || !list[0].CoversFile {
		return false
	}
	data, err := cms.Parse(list[0].DER)
	if err != nil || !data.DER || len(data.Faults) > 0 || len(data.Signers) != 1 || len(data.Signers[0].Faults) > 0 {
		return false
	}
	digest, err := list[0].Digest(file, crypto.SHA256)
	return err == nil && data.Signers[0].Verify(digest) == nil
}

// Reading garbage ends, without panic.
func FuzzSignatures(f *testing.F) {
	s := plainSigner(f, "Anna Berglund")
	f.Add(mustSign(f, paper{}.make(f), s, pades.Options{}))
	f.Add(mustSign(f, paper{form: true, stream: true}.make(f), s, pades.Options{Field: "Chef.Underskrift"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := pdf.Read(data, pdf.Options{})
		if err != nil {
			return
		}
		list, _ := pades.Signatures(file)
		for _, s := range list {
			if _, err := s.Digest(data, crypto.SHA256); err == nil && len(s.ByteRange) != 4 {
				t.Fatal("a digest of", s.ByteRange)
			}
		}
		pades.DSS(file.Latest())
	})
}
