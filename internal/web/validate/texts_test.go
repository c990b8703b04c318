package validate

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"medborgarnavet/internal/validation"
	"medborgarnavet/internal/web/page"
	"medborgarnavet/internal/web/page/pagetest"
)

func catalogue(t *testing.T) (*page.Catalogue, []string) {
	t.Helper()
	c, err := page.NewCatalogue()
	if err == nil {
		err = Texts(c)
	}
	if err != nil {
		t.Fatal(err)
	}
	var own []string
	for _, key := range c.Keys() {
		if strings.HasPrefix(key, "validate.") {
			own = append(own, key)
		}
	}
	if len(own) < 80 {
		t.Fatalf("%d texts", len(own))
	}
	return c, own
}

// M-48: every text is there in every language, and plain.
func TestTextsAreWholeAndPlain(t *testing.T) {
	c, keys := catalogue(t)
	for _, lang := range page.Languages() {
		for _, key := range keys {
			e, ok := c.Entry(lang, key)
			if !ok {
				t.Errorf("%s lacks %s", lang, key)
			}
			for _, form := range []string{e.One, e.Other} {
				for _, fault := range pagetest.Plain(lang, form) {
					t.Errorf("%s %s: %s", lang, key, fault)
				}
			}
		}
	}
}

// Every text that is named is there, and every text is named.
func TestTextsAreThoseThatAreUsed(t *testing.T) {
	c, keys := catalogue(t)
	named := map[string]bool{}
	for _, pattern := range []string{"*.go", "pages/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`"(validate\.[a-z0-9_.]*[a-z0-9_])"`).FindAllSubmatch(source, -1) {
				named[string(m[1])] = true
			}
			for _, m := range regexp.MustCompile(`(?:row|fact)\("([a-z]+)"`).FindAllSubmatch(source, -1) {
				named["validate.term."+string(m[1])] = true
			}
		}
	}
	for _, key := range madeKeys() {
		named[key] = true
	}
	for key := range named {
		if !c.Has(key) {
			t.Errorf("no text %s", key)
		}
	}
	for _, key := range keys {
		if !named[key] {
			t.Errorf("nothing shows %s", key)
		}
	}
}

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
	c, _ := catalogue(t)
	for _, sub := range []validation.SubIndication{validation.SigConstraintsFailure, validation.ChainConstraintsFailure, validation.CryptoConstraintsFailure,
		validation.CryptoConstraintsFailureNoPOE, validation.NoSigningCertificateFound, validation.NoCertificateChainFound, validation.NoCertificateChainFoundNoPOE,
		validation.RevokedNoPOE, validation.RevokedCANoPOE, validation.OutOfBoundsNoPOE, validation.OutOfBoundsNotRevoked, validation.NoPOE,
		validation.TryLater, validation.SignedDataNotFound} {
		if key := "validate.cause." + causeOf(validation.Signature{Sub: sub}); !c.Has(key) {
			t.Errorf("%s: no text %s", sub, key)
		}
	}
}
