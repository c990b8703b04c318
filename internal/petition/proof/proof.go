// Package proof makes the report of an erasure readable: a PDF/A-2a in plain
// Swedish with every fact of the signed report, to publish and to file
// (petitions.md §2.5, P-07, P-17).
//
// It owns the report's words and their order, and how the file is sealed. It
// owns no fact: all come from tally's Report and from About. The signed JSON
// file stays the original that can be checked by machine; the PDF names its
// hash. The same report gives the same bytes, so the result may be kept or
// made anew. A sealed file differs only by its seal.
//
// It has no states: report → document → sealed document.
package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"medborgarnavet/block/pdfa"
	"medborgarnavet/internal/fault"
	"medborgarnavet/internal/petition/seal"
	"medborgarnavet/internal/petition/tally"
)

// About is what the document says besides the report.
type About struct {
	Municipality string // "Ekbacka kommun"
	Board        string // who answers for the service, in the letterhead
	Title        string // the petition's, as published; "" when it is hidden
	Colour       pdfa.RGB
	Footer       []string // at most three short lines: address, telephone

	// Original is the signed report as it was published, byte for byte, and
	// Name its file name.
	Original []byte
	Name     string
	// Address is where the published files lie: "https://…/forslag/…/kontroll".
	Address string
	// Holders are names of other parties that keep keys, by organisation number.
	Holders map[string]string
	// Sealed says that the file will be sealed, and that its text may say so.
	Sealed bool
	// Test prints that nothing here is real.
	Test bool
}

// PDF writes the report as PDF/A-2a. It refuses an original that is not this
// report's.
func PDF(r tally.Report, about About) ([]byte, error) {
	original, err := about.check(r)
	if err != nil {
		return nil, err
	}
	w := writer{r: r, about: about, key: original.Key}
	sum := sha256.Sum256(about.Original)
	w.hash = hex.EncodeToString(sum[:])
	w.write()
	data, err := pdfa.Write(pdfa.Document{
		Meta: pdfa.Meta{Title: "Rapport om raderade identiteter, " + r.Registry, Author: about.Municipality, Creator: "Medborgarnavet",
			Subject: "Hur rösterna på ett e-förslag räknades och hur identiteterna raderades", Language: "sv", Created: r.Written.In(zone())},
		Theme: pdfa.Theme{Colour: about.Colour},
		Letterhead: pdfa.Letterhead{Municipality: about.Municipality, Board: about.Board, Kind: "Rapport", Running: r.Registry,
			References: []pdfa.Field{{Label: "Datum", Value: day(r.Written)}, {Label: "Diarienummer", Value: r.Registry}}},
		Footer: about.Footer,
		Blocks: w.blocks,
	})
	return data, fault.Wrap(fault.Internal, err, "proof: write the document")
}

// check refuses what would make a document that says something untrue.
func (a About) check(r tally.Report) (tally.Signed, error) {
	var signed tally.Signed
	var inside tally.Report
	if err := json.Unmarshal(a.Original, &signed); err != nil {
		return signed, fault.New(fault.Invalid, "proof: the original is no signed report")
	}
	if err := json.Unmarshal([]byte(signed.Document), &inside); err != nil {
		return signed, fault.New(fault.Invalid, "proof: the original is no signed report")
	}
	want, err := json.Marshal(r)
	if err != nil {
		return signed, fault.Wrap(fault.Internal, err, "proof: encode")
	}
	got, err := json.Marshal(inside)
	if err != nil {
		return signed, fault.Wrap(fault.Internal, err, "proof: encode")
	}
	if r.Kind != tally.KindReport || string(want) != string(got) {
		return signed, fault.New(fault.Invalid, "proof: the original is another report")
	}
	return signed, nil
}

// Read takes the report out of a published file, so that the two always agree.
// It checks no signature: the file is our own.
func Read(original []byte) (tally.Report, error) {
	var signed tally.Signed
	var r tally.Report
	err := json.Unmarshal(original, &signed)
	if err == nil {
		err = json.Unmarshal([]byte(signed.Document), &r)
	}
	if err != nil || r.Kind != tally.KindReport {
		return r, fault.New(fault.Invalid, "proof: that is no signed report")
	}
	return r, nil
}

// holder is who keeps a key, as people know them.
func (w *writer) holder(k seal.Key) string {
	if k.Holder == seal.Own || k.Holder == "" {
		return w.about.Municipality
	}
	if name := w.about.Holders[k.Holder]; name != "" {
		return name + " (" + orgNumber(k.Holder) + ")"
	}
	return "organisation " + orgNumber(k.Holder)
}

func orgNumber(s string) string {
	if len(s) == 10 {
		return s[:6] + "-" + s[6:]
	}
	return s
}

func zone() *time.Location {
	if z, err := time.LoadLocation("Europe/Stockholm"); err == nil {
		return z
	}
	return time.UTC
}
