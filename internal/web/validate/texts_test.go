package validate

import (
	"regexp"
	"testing"

	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/web/page/texttest"
)

// own are this package's texts.
func own() texttest.Texts {
	return texttest.Texts{Add: Texts, Prefix: "validate.", Least: 80, Made: madeKeys(),
		Named: map[string]*regexp.Regexp{"validate.term.": regexp.MustCompile(`(?:row|fact)\("([a-z]+)"`)}}
}

// M-48: every text is there in every language, plain, and shown somewhere.
func TestTexts(t *testing.T) { own().Check(t) }

// madeKeys are the keys that the code puts together.
func madeKeys() (keys []string) {
	add := func(prefix string, names ...string) {
		for _, n := range names {
			keys = append(keys, "validate."+prefix+"."+n)
		}
	}
	for t := range apiTroubles {
		if t != tooBig && t != busy {
			add("trouble", string(t))
		}
	}
	add("cause", "too_much", "stale", "no_answer", "unknown_issuer", "revoked", "issuer_revoked", "expired", "weak", "chain", "missing", "no_time", "form")
	add("what", "ades", "adesqc", "qes", "seal", "sealqc", "qseal", "other")
	add("sure", "issuer", "stranger")
	add("assurance", "loa2", "loa3", "loa4", "low", "substantial", "high")
	add("term", "why", "notes")
	return keys
}

// Every sub-indication of INDETERMINATE has a cause in words.
func TestEveryCauseHasWords(t *testing.T) {
	c, _ := own().Catalogue(t)
	for _, sub := range []validation.SubIndication{validation.SigConstraintsFailure, validation.ChainConstraintsFailure, validation.CryptoConstraintsFailure,
		validation.CryptoConstraintsFailureNoPOE, validation.NoSigningCertificateFound, validation.NoCertificateChainFound, validation.NoCertificateChainFoundNoPOE,
		validation.RevokedNoPOE, validation.RevokedCANoPOE, validation.OutOfBoundsNoPOE, validation.OutOfBoundsNotRevoked, validation.NoPOE,
		validation.TryLater, validation.SignedDataNotFound} {
		if key := "validate.cause." + causeOf(validation.Signature{Sub: sub}); !c.Has(key) {
			t.Errorf("%s: no text %s", sub, key)
		}
	}
}
