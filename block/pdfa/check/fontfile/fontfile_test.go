package fontfile

import "testing"

func TestNameTables(t *testing.T) {
	if n := len(macGlyphs()); n != 258 {
		t.Errorf("Macintosh order has %d names, want 258", n)
	}
	if n := len(cffStrings()); n != 391 {
		t.Errorf("CFF strings are %d, want 391", n)
	}
	if got := cffStrings()[149]; got != "germandbls" && got != "oe" {
		t.Logf("SID 149 = %s", got)
	}
}
