package pades_test

import (
	"fmt"
	"os"
	"testing"

	"medborgarnavet/block/pades"
)

// I-11, S-32: one, two and twenty signers; every earlier revision is a prefix.
func TestSignManyTimes(t *testing.T) {
	for name, p := range map[string]paper{
		"table": {}, "stream": {stream: true}, "packed": {packed: true}, "indirect": {indirect: true},
		"form": {form: true}, "form-indirect": {form: true, indirect: true}, "form-packed": {form: true, packed: true},
		"tagged": {tagged: "nums"}, "tagged-kids": {tagged: "kids"}, "tagged-one": {tagged: "one", stream: true},
	} {
		t.Run(name, func(t *testing.T) {
			file := p.make(t)
			s := plainSigner(t, "Åsa Öberg")
			count := 2
			if name == "table" || name == "stream" {
				count = 20
			}
			for i := range count {
				var a *pades.Appearance
				if i%2 == 1 {
					a = &pades.Appearance{Organisation: "Ekbacka kommun"}
				}
				file = mustSign(t, file, s, pades.Options{Reason: "Protokoll §" + fmt.Sprint(i), Appearance: a})
				_, list := read(t, file)
				if len(list) != i+1 {
					t.Fatalf("%d signatures after %d", len(list), i+1)
				}
				verify(t, file, list)
				last := list[i]
				if !last.CoversFile || !last.CoversRevision || last.SubFilter != "ETSI.CAdES.detached" || last.HasCert {
					t.Fatalf("%+v", last)
				}
			}
			if dir := os.Getenv("PADES_KEEP"); dir != "" {
				os.WriteFile(dir+"/many-"+name+".pdf", file, 0o600)
			}
		})
	}
}
