package proof_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"medborgarnavet/block/pdf"
)

// textOf is what a document of block/pdfa says, without white space, taken from
// its glyphs as a reader of the file would.
func textOf(t *testing.T, file []byte) string {
	t.Helper()
	f, err := pdf.Read(file, pdf.Options{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	doc := f.Latest()
	pages, err := doc.Pages()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, page := range pages {
		letters := map[pdf.Name]map[int]string{}
		for name, ref := range doc.Dict(page.Resources["Font"]) {
			letters[name] = lettersOf(t, doc, ref)
		}
		var font map[int]string
		err := pdf.Operators(decode(t, doc, page.Dict["Contents"]), func(op string, args []pdf.Object, _ int) error {
			switch op {
			case "Tf":
				name, _ := args[0].(pdf.Name)
				font = letters[name]
			case "TJ":
				for _, part := range doc.Array(args[0]) {
					codes, _ := part.(pdf.String)
					for i := 0; i+1 < len(codes); i += 2 {
						out.WriteString(font[int(codes[i])<<8|int(codes[i+1])])
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return squeeze(out.String())
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func decode(t *testing.T, doc *pdf.Document, ref pdf.Object) []byte {
	t.Helper()
	data, err := doc.Decode(doc.Stream(ref))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// lettersOf is what each code of a font stands for.
func lettersOf(t *testing.T, doc *pdf.Document, ref pdf.Object) map[int]string {
	t.Helper()
	letters := map[int]string{}
	for line := range strings.SplitSeq(string(decode(t, doc, doc.Dict(ref)["ToUnicode"])), "\n") {
		var code int
		var units string
		if n, _ := fmt.Sscanf(line, "<%04X> <%s", &code, &units); n != 2 || !strings.HasSuffix(units, ">") {
			continue
		}
		var u []uint16
		for i := 0; i+4 < len(units); i += 4 {
			n, err := strconv.ParseUint(units[i:i+4], 16, 16)
			if err != nil {
				t.Fatal(err)
			}
			u = append(u, uint16(n))
		}
		letters[code] = string(utf16.Decode(u))
	}
	return letters
}
