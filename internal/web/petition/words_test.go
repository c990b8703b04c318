package petition

import (
	"strings"
	"testing"
)

// A source leads to a web address and nowhere else, and to no one's password.
func TestLink(t *testing.T) {
	for address, want := range map[string]bool{"https://ekbacka.example/protokoll": true, "http://ekbacka.example": true, "javascript:alert(1)": false,
		"//ekbacka.example": false, "/protokoll": false, "data:text/html,x": false, "https://a:b@ekbacka.example/": false, "https://": false, "": false, "%": false} {
		if _, ok := link(address); ok != want {
			t.Errorf("%q: %t", address, ok)
		}
	}
}

// P-11 with bad input: a search in whatever form is one search, and its address
// leads back to it.
func TestSought(t *testing.T) {
	for in, want := range map[string]string{"  buss \t hållplats ": "buss hållplats", "a\u030a": "å", "\u202ebuss\u202c": "buss", "bu\x00ss": "bu ss", "\xff\xfe": "", "<b>": "<b>"} {
		if got, tooLong := sought(in); got != want || tooLong {
			t.Errorf("%q: %q %t", in, got, tooLong)
		}
	}
	for in, want := range map[string]bool{strings.Repeat("å", 100): false, strings.Repeat("å", 101): true, strings.Repeat("🚲", 101): true, strings.Repeat("x", 100_000): true} {
		if _, tooLong := sought(in); tooLong != want {
			t.Errorf("%d bytes: too long %t", len(in), tooLong)
		}
	}
}
