package petition

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"medborgarnavet/internal/clock"
)

// FuzzImport: P-03, whatever a file holds, what is taken from it is in order,
// and what is wrong has a line and words.
func FuzzImport(f *testing.F) {
	f.Add([]byte("id,title,what,received,standing\n1,En rubrik,Gör något.,2024-01-01,reached\n"), "csv")
	f.Add([]byte("\xef\xbb\xbfid;title;what;received;standing;addresses\r\n1;\"En \"\"rubrik\"\"\";Gör något.;2024-01-01;open;/a?b=1 /c\r\n"), "csv")
	f.Add([]byte(`[{"id":"1","title":"En rubrik","what":"Gör något.","received":"2024-01-01","standing":"reached","count":7,"addresses":["/a"]}]`), "json")
	f.Add([]byte("[{\"id\":1},{\"title\":\"\\ud800\"},null,[]]"), "json")
	f.Add([]byte("\xff\xfe"), "csv")
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		f.Fatal(err)
	}
	set := Defaults()
	set.Board = "kommunstyrelsen"
	p := &Petitions{set: set, zone: zone, opt: Options{Clock: clock.NewManual(time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC))}}
	f.Fuzz(func(t *testing.T, file []byte, format string) {
		var report ImportReport
		items, err := readImport(bytes.NewReader(file), format, &report)
		if err != nil {
			return
		}
		for _, one := range p.checkImport(items, &report) {
			if _, code := clean(one.text.Title, longestTitle, false); code != "" || one.item.ID == "" || one.received.IsZero() || one.votes < -1 || one.digest == "" {
				t.Errorf("taken, and is not in order: %+v (%s)", one, code)
			}
			for _, a := range one.addresses {
				if orderly(a) != a {
					t.Errorf("%q in order is %q", a, orderly(a))
				}
			}
		}
		for _, fault := range report.Faults {
			if fault.Line < 1 || fault.Line > bytes.Count(file, []byte("\n"))+1 || importWords[fault.Code] == "" || strings.ContainsAny(fault.String(), "\n\x00") {
				t.Errorf("%+v: %s", fault, fault)
			}
		}
		if len(items) == 0 && len(report.Faults) == 0 {
			t.Error("nothing was read, and nothing is wrong")
		}
	})
}
