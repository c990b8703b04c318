package pdf

import (
	"bytes"
	golzw "compress/lzw"
	"errors"
	"testing"
)

// early is an encoder for tests: every byte as a code of its own, with the
// widths of EarlyChange 1.
func early(data []byte) []byte {
	var out []byte
	var acc, have uint
	put := func(code, width uint) {
		acc, have = acc<<width|code, have+width
		for ; have >= 8; have -= 8 {
			out = append(out, byte(acc>>(have-8)))
		}
	}
	width, next := uint(9), uint(258)
	put(256, 9)
	for i, c := range data {
		put(uint(c), width)
		if i > 0 && next < 4096 {
			next++
		}
		for _, n := range []uint{512, 1024, 2048} {
			if next+1 == n {
				width = map[uint]uint{512: 10, 1024: 11, 2048: 12}[n]
			}
		}
	}
	put(257, width)
	put(0, 7)
	return out
}

func late(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := golzw.NewWriter(&b, golzw.MSB, 8)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecode(t *testing.T) {
	var long []byte
	for i := range 9000 {
		long = append(long, byte(i*i>>3), byte(i))
	}
	flate := func(s string) string { return string(Compress([]byte(s)).Raw) }
	params := func(d Dict) Dict { return Dict{"Filter": Name("FlateDecode"), "DecodeParms": d} }
	for name, c := range map[string]struct {
		dict Dict
		raw  string
		want string
	}{
		"none":             {Dict{}, "abc", "abc"},
		"flate":            {Dict{"Filter": Name("FlateDecode")}, flate("abc"), "abc"},
		"twice":            {Dict{"Filter": Array{Name("Fl"), Name("FlateDecode")}}, flate(flate("abc")), "abc"},
		"hex":              {Dict{"Filter": Name("ASCIIHexDecode")}, "61 6\n26>junk", "ab`"},
		"base 85":          {Dict{"Filter": Name("ASCII85Decode")}, "<~87cUR\nD]i,\"Ebo7~>", "Hello World"},
		"base 85, zeros":   {Dict{"Filter": Name("A85")}, "z87cUR~>", "\x00\x00\x00\x00Hell"},
		"runs":             {Dict{"Filter": Name("RunLengthDecode")}, "\x02abc\xfed\x80junk", "abcddd"},
		"lzw of ISO 32000": {Dict{"Filter": Name("LZWDecode")}, "\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", "-----A---B"},
		"lzw, early":       {Dict{"Filter": Name("LZWDecode")}, string(early(long[:3500])), string(long[:3500])},
		"lzw, late": {Dict{"Filter": Name("LZWDecode"), "DecodeParms": Dict{"EarlyChange": int64(0)}},
			string(late(t, long)), string(long)},
		"identity": {Dict{"Filter": Array{Name("Crypt"), Name("FlateDecode")}}, flate("abc"), "abc"},
		"png": {params(Dict{"Predictor": int64(15), "Columns": int64(3)}),
			flate("\x00abc\x01a\x01\x01\x02\x01\x01\x01\x03a\x00\x00\x04\x01\x01\x01\x00xy"), "abcabcbcd\x92zo\x93{pxy"},
		"tiff": {params(Dict{"Predictor": int64(2), "Columns": int64(2), "Colors": int64(2)}),
			flate("ab\x01\x01cd\x02\x02"), "abbccdef"},
		"tiff, 16 bits": {params(Dict{"Predictor": int64(2), "Columns": int64(2), "BitsPerComponent": int64(16)}),
			flate("\x00\xff\x00\x02"), "\x00\xff\x01\x01"},
		"tiff, 4 bits": {params(Dict{"Predictor": int64(2), "Columns": int64(4), "BitsPerComponent": int64(4)}),
			flate("\x12\x3f"), "\x13\x65"},
	} {
		t.Run(name, func(t *testing.T) {
			d := wantClean(t, small().bytes()).Latest()
			got, err := d.Decode(&Stream{Dict: c.dict, Raw: []byte(c.raw)})
			if err != nil || string(got) != c.want {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestDecodeRefused(t *testing.T) {
	d := mustRead(t, small().bytes()).Latest()
	for name, s := range map[string]*Stream{
		"nil":                nil,
		"unknown":            {Dict: Dict{"Filter": Name("Nonsense")}},
		"not deflated":       {Dict: Dict{"Filter": Name("FlateDecode")}, Raw: []byte("abc")},
		"cut off":            {Dict: Dict{"Filter": Name("FlateDecode")}, Raw: Compress(make([]byte, 999)).Raw[:8]},
		"another's key":      {Dict: Dict{"Filter": Name("Crypt"), "DecodeParms": Dict{"Name": Name("StdCF")}}},
		"lzw":                {Dict: Dict{"Filter": Name("LZWDecode")}, Raw: []byte{0xff, 0xff}},
		"hex":                {Dict: Dict{"Filter": Name("ASCIIHexDecode")}, Raw: []byte("xy")},
		"base 85":            {Dict: Dict{"Filter": Name("ASCII85Decode")}, Raw: []byte("uuuuu~>")},
		"runs":               {Dict: Dict{"Filter": Name("RunLengthDecode")}, Raw: []byte("\x05ab")},
		"bytes in elsewhere": {Dict: Dict{"F": String("file"), "Length": int64(0)}},
	} {
		if _, err := d.Decode(s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	got, err := d.Decode(&Stream{Dict: Dict{"Filter": Array{Name("AHx"), Name("DCTDecode")}}, Raw: []byte("6162>")})
	var image *ImageFilter
	if !errors.As(err, &image) || image.Name != "DCTDecode" || string(got) != "ab" {
		t.Errorf("image: %q, %v", got, err)
	}
}

// A strict reading looks at the checksum, a tolerant one does not.
func TestChecksum(t *testing.T) {
	s := Compress([]byte("abc"))
	s.Raw[len(s.Raw)-1]++
	if got, err := mustRead(t, small().bytes()).Latest().Decode(s); err != nil || string(got) != "abc" {
		t.Errorf("tolerant: %q, %v", got, err)
	}
	if _, err := wantClean(t, small().bytes()).Latest().Decode(s); err == nil {
		t.Error("strict: no error")
	}
}

func TestDecodeBig(t *testing.T) {
	data := bytes.Repeat([]byte("a line of text that comes again\n"), 1<<19)
	got, err := mustRead(t, small().bytes()).Latest().Decode(Compress(data))
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
