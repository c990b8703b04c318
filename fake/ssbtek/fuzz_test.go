package ssbtek

import (
	"os"
	"testing"
)

// Whatever is posted, the server reads it or refuses it, and what it accepts it
// can answer.
func FuzzQuestion(f *testing.F) {
	for _, name := range []string{"testdata/question.xml", "testdata/test.xml"} {
		seed, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Add([]byte(`<a xmlns:b="c"><b:d e="f">g</b:d></a>`))
	s := New(Options{})
	f.Fuzz(func(t *testing.T, doc []byte) {
		root, err := readTree(doc)
		if err != nil {
			return
		}
		op, err := soapBody(root)
		if err != nil {
			return
		}
		q, fault := readRequest(op)
		if fault != nil {
			return
		}
		var parts []part
		for _, agency := range q.included() {
			parts = append(parts, s.part(q, agency, Behaviour{}))
		}
		if _, err := readTree([]byte(envelope(responseBody(q, parts)))); err != nil {
			t.Errorf("the answer is not XML: %v", err)
		}
	})
}
