package validation

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pades"
)

// I-12: every sub-indication leads to one indication, one verdict and one place
// in the order; what is false comes before what is unknown.
func TestIndications(t *testing.T) {
	order := gravity()
	seen := map[SubIndication]bool{}
	undecided := false
	for _, s := range order {
		if seen[s] {
			t.Errorf("%s stands twice", s)
		}
		seen[s] = true
		if s.Indication() == Indeterminate {
			undecided = true
		} else if undecided {
			t.Errorf("%s comes after something that is only unknown", s)
		}
		if i, sub := conclude([]problem{{s, because(whyNoChain)}}); i != s.Indication() || sub != s || i.Verdict() == Valid {
			t.Errorf("%s concludes in %s %s", s, i, sub)
		}
	}
	for _, s := range []SubIndication{FormatFailure, HashFailure, SigCryptoFailure, Revoked, Expired, NotYetValid, SigConstraintsFailure,
		ChainConstraintsFailure, CryptoConstraintsFailure, CryptoConstraintsFailureNoPOE, NoSigningCertificateFound, NoCertificateChainFound,
		NoCertificateChainFoundNoPOE, RevokedNoPOE, RevokedCANoPOE, OutOfBoundsNoPOE, OutOfBoundsNotRevoked, NoPOE, TryLater, SignedDataNotFound} {
		if !seen[s] {
			t.Errorf("%s has no place in the order", s)
		}
	}
	if i, s := conclude(nil); i != TotalPassed || s != "" || i.Verdict() != Valid {
		t.Error("no problem is no pass")
	}
}

// I-12: the file's verdict is the worst of its signatures.
func TestOverall(t *testing.T) {
	sig := func(v ...Verdict) (out []Signature) {
		for _, one := range v {
			out = append(out, Signature{Verdict: one})
		}
		return out
	}
	for _, test := range []struct {
		name   string
		list   []Signature
		stamps []TimeStamp
		want   Verdict
	}{
		{"none", nil, nil, NoSignature},
		{"all valid", sig(Valid, Valid), nil, Valid},
		{"one unknown", sig(Valid, Undecided, Valid), nil, Undecided},
		{"one false", sig(Valid, Undecided, Invalid, Valid), nil, Invalid},
		{"time-stamp alone", nil, []TimeStamp{{Verdict: Valid}}, NoSignature},
		{"broken time-stamp alone", nil, []TimeStamp{{Verdict: Invalid}}, Invalid},
		{"broken time-stamp", sig(Valid), []TimeStamp{{Verdict: Invalid}}, Invalid},
		{"unknown time-stamp authority", sig(Valid), []TimeStamp{{Verdict: Undecided, Sub: NoCertificateChainFound}}, Valid},
		{"odd time-stamp", sig(Valid), []TimeStamp{{Verdict: Undecided, Sub: SigConstraintsFailure}}, Undecided},
	} {
		if got := overall(test.list, test.stamps); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// S-06: every reason has words in both languages, and no two are the same.
func TestWords(t *testing.T) {
	seen := map[string]Code{}
	check := func(code Code, sv, en string) {
		if !strings.HasSuffix(sv, ".") || !strings.HasSuffix(en, ".") || sv == en || strings.Contains(sv, "%!") {
			t.Errorf("%s: %q / %q", code, sv, en)
		}
		if other, twice := seen[en]; twice && other != code {
			t.Errorf("%s says the same as %s", code, other)
		}
		seen[en] = code
	}
	for _, table := range [][]entry{integrityWords(), chainWords(), timeWords()} {
		for _, e := range table {
			r := because(e.code)
			if strings.Contains(e.sv, "%s") {
				r = because(e.code, noon)
			}
			check(e.code, r.Sv, r.En)
		}
	}
	if r := because(whyRevokedThen, noon); !strings.Contains(r.Sv, "2026-11-22") || !strings.Contains(r.En, "2026-11-22") {
		t.Errorf("the day is not told: %v", r)
	}
	if len(seen) < 45 {
		t.Errorf("only %d reasons", len(seen))
	}
}

// S-06: every fault that the building blocks report has a sentence of its own
// in both languages.
func TestFaultWords(t *testing.T) {
	for _, code := range []string{cms.FaultIndefinite, cms.FaultLength, cms.FaultUnsorted, cms.FaultUnsortedCerts, cms.FaultValueEncoding, cms.FaultEmbedded,
		cms.FaultTrailing, cms.FaultVersion, cms.FaultContentPresent, cms.FaultNoSigner, cms.FaultManySigners, cms.FaultBadCertificate, cms.FaultDigestSet,
		cms.FaultNoSignedAttrs, cms.FaultNoDigest, cms.FaultNoContentType, cms.FaultContentType, cms.FaultDuplicateAttr, cms.FaultAttrValues, cms.FaultDigestMismatch,
		cms.FaultAlgorithm, cms.FaultPSS, cms.FaultWeak, cms.FaultNoCertificate, cms.FaultManyMatching, cms.FaultKeyID, cms.FaultSigningTime, cms.FaultNoESS,
		cms.FaultESSV1, cms.FaultESSMismatch} {
		if r := cmsReason(code); strings.Contains(r.Sv, "("+code+")") || !strings.HasSuffix(r.Sv, ".") || r.En == code || !strings.HasSuffix(r.En, ".") {
			t.Errorf("%s: %q / %q", code, r.Sv, r.En)
		}
	}
	for _, code := range []string{pades.FaultRangeMissing, pades.FaultRangeCount, pades.FaultRangeNumber, pades.FaultRangeStart, pades.FaultRangeOverlap,
		pades.FaultRangeOutside, pades.FaultRangeGap, pades.FaultRangeEnd, pades.FaultContents, pades.FaultContentsHex, pades.FaultContentsTail, pades.FaultDuplicateKey,
		pades.FaultValueShared, pades.FaultNameShared, pades.FaultFieldTwice, pades.FaultKidParent, pades.FaultInheritedValue, pades.FaultNoFilter, pades.FaultFieldType,
		pades.FaultManyWidgets, pades.FaultNotInForm, pades.FaultReplaced, pades.FaultRemoved} {
		if r := rangeReason(pades.Fault{Code: code, Reason: "something is wrong"}); strings.Contains(r.Sv, "("+code+")") || r.En != "Something is wrong." {
			t.Errorf("%s: %q / %q", code, r.Sv, r.En)
		}
	}
	if r := rangeReason(pades.Fault{Code: "new"}); r.En == "" || r.Sv == "" {
		t.Error("an unknown fault has no words")
	}
}

// S-06: what a fault of form does: signing.md, 5.
func TestWeights(t *testing.T) {
	for _, test := range []struct {
		code   string
		claims bool
		want   weight
	}{
		{cms.FaultManySigners, false, doubt}, {cms.FaultManySigners, true, broken}, {cms.FaultContentPresent, true, broken}, {cms.FaultNoSignedAttrs, true, broken}, {cms.FaultNoSignedAttrs, false, form},
		{cms.FaultNoDigest, true, broken}, {cms.FaultDigestMismatch, false, broken}, {cms.FaultUnsorted, true, doubt}, {cms.FaultUnsorted, false, form},
		{cms.FaultSigningTime, true, form}, {cms.FaultNoESS, true, doubt}, {cms.FaultTrailing, false, doubt}, {cms.FaultESSV1, true, note}, {"", true, note},
	} {
		if got := cmsWeight(test.code, test.claims); got != test.want {
			t.Errorf("%s, claims PAdES %v: %d, want %d", test.code, test.claims, got, test.want)
		}
	}
	if rangeWeight(pades.FaultRangeOverlap) != broken || rangeWeight(pades.FaultManyWidgets) != doubt || rangeWeight("new") != broken {
		t.Error("byte ranges are weighed differently")
	}
}

// S-06: the JSON has the members that the command line and the API promise.
func TestJSON(t *testing.T) {
	rep := Report{Verdict: Valid, Signatures: []Signature{{Field: "S", Verdict: Valid, Indication: TotalPassed, Level: "B-T", Signer: Signer{Name: "Anna Berglund"},
		SignedAt: noon, TimeSource: FromTimeStamp, CoversWhole: true, ChangesAfter: []Text{{"Ny signatur.", "New signature."}}, Reasons: []Reason{because(whyTime)}}},
		PDFA: &PDFA{Claimed: "2B", Findings: []Finding{{Rule: "6.2.2-1", Reason: Text{"Nej.", "No."}}}}}
	data, err := json.Marshal(rep)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	sig := got["signatures"].([]any)[0].(map[string]any)
	for _, name := range []string{"field", "verdict", "indication", "sub_indication", "level", "signer", "signed_at", "covers_whole_document", "changes_after", "reasons"} {
		if _, ok := sig[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
	pdfa := got["pdfa"].(map[string]any)
	if got["verdict"] != "valid" || sig["signer"] != "Anna Berglund" || sig["signed_at"] != "2026-11-22T12:00:00Z" || sig["changes_after"].([]any)[0] != "New signature." ||
		pdfa["claimed"] != "2B" || pdfa["conformant"] != false || pdfa["findings"].([]any)[0].(map[string]any)["rule"] != "6.2.2-1" {
		t.Errorf("%s", data)
	}
	swedish, err := rep.JSON(Swedish)
	if err != nil || !strings.Contains(string(swedish), "Ny signatur.") || strings.Contains(string(swedish), "New signature.") {
		t.Errorf("%s, %v", swedish, err)
	}
	empty, err := json.Marshal(Report{Verdict: NoSignature})
	if err != nil || string(empty) != `{"verdict":"no-signature","signatures":[]}` {
		t.Errorf("%s, %v", empty, err)
	}
	kept, err := rep.Full()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadFull(kept)
	if err != nil || back.Signatures[0].Reasons[0] != rep.Signatures[0].Reasons[0] || !slices.Equal(back.Signatures[0].ChangesAfter, rep.Signatures[0].ChangesAfter) {
		t.Errorf("kept and opened: %+v, %v", back, err)
	}
}
