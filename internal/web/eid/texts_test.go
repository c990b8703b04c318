package eid

import (
	"testing"

	"medborgarnavet/internal/identity/bankid"
	"medborgarnavet/internal/identity/flow"
	"medborgarnavet/internal/web/page/texttest"
)

// own are this package's texts, and those of the e-IDs themselves, which are
// shown here.
func own() texttest.Texts {
	x := texttest.Texts{Add: Texts, Prefix: "eid.", Least: 50}
	for _, id := range append(flow.Messages(), bankid.Messages()...) {
		x.Made = append(x.Made, "eid."+id)
	}
	return x
}

// M-23, M-48: every text is there in every language, plain, and shown
// somewhere; every word of an e-ID has a text.
func TestTexts(t *testing.T) { own().Check(t) }
