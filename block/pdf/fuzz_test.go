package pdf

import (
	"bytes"
	"testing"
	"time"
)

func FuzzRead(f *testing.F) {
	for _, seed := range [][]byte{
		small().bytes(), objstm().bytes(), hybridFile(false), hybridFile(true), linearisedFile(),
		withObject("/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 3>>", deflated([]byte("\x02abc\x02abc"))),
		withObject("/Filter[/ASCIIHexDecode/RunLengthDecode]", "0361626364FE65 80>"),
		withObject("/Filter/LZWDecode", "\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01"),
	} {
		f.Add(seed)
	}
	limits := Limits{Objects: 5000, Decoded: 4 << 20, Time: 500 * time.Millisecond}
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		file, err := exercise(data, Options{Limits: limits})
		if time.Since(start) > 3*time.Second {
			t.Fatal("too slow")
		}
		if err != nil {
			return
		}
		end := int64(0)
		for _, r := range file.Revisions() {
			if r.End <= end || r.End > int64(len(data)) || r.EOF > r.End {
				t.Fatalf("revision %d ends at %d after %d", r.Index, r.End, end)
			}
			end = r.End
		}
		u := file.Update()
		added := u.Add(Dict{"Added": true})
		more, err := u.Bytes()
		if err != nil {
			return
		}
		again, err := Read(append(bytes.Clone(data), more...), Options{Limits: Limits{Objects: 10000, Decoded: 16 << 20}})
		if err != nil || again.Rebuilt() {
			t.Fatalf("what an update made cannot be read: %v", err)
		}
		if again.Latest().Dict(added)["Added"] != true || len(again.Revisions()) != len(file.Revisions())+1 {
			t.Fatal("the update is not what it should be")
		}
	})
}

func FuzzOperators(f *testing.F) {
	for _, s := range []string{
		"BT /F1 12 Tf (a\\051) Tj [(b) -20 <63>] TJ ET",
		"BI /W 2 /H 2 /CS /G /BPC 8 ID abcd EI Q", "BI /F /Fl ID x\x9c EI\nEI Q", "/P <</MCID 0>> BDC EMC", "[[[", "1 2 3",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		last := -1
		_ = Operators(data, func(op string, args []Object, at int) error { // an error is allowed, a panic is not
			if at <= last || at > len(data) {
				t.Fatalf("operator %q at %d after %d", op, at, last)
			}
			last = at
			for _, a := range args {
				Append(nil, a)
			}
			return nil
		})
	})
}
