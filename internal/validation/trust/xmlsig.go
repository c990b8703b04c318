package trust

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"medborgarnavet/block/soap"
)

const (
	nsTSL  = "http://uri.etsi.org/02231/v2#"
	nsDSig = "http://www.w3.org/2000/09/xmldsig#"
)

// limits of a trust list: the largest of the member states' are some megabytes.
func limits() soap.Limits {
	return soap.Limits{MaxBytes: 32 << 20, MaxDepth: 64, MaxElements: 500_000, MaxTextBytes: 16 << 20}
}

var allowedMethods = map[string]bool{
	"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256":   true,
	"http://www.w3.org/2001/04/xmldsig-more#rsa-sha384":   true,
	"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512":   true,
	"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": true,
	"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384": true,
	"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512": true,
}

var allowedDigests = map[string]bool{
	"http://www.w3.org/2001/04/xmlenc#sha256":       true,
	"http://www.w3.org/2001/04/xmldsig-more#sha384": true,
	"http://www.w3.org/2001/04/xmlenc#sha512":       true,
}

var allowedCanonical = map[string]bool{
	"http://www.w3.org/2001/10/xml-exc-c14n#":         true,
	"http://www.w3.org/TR/2001/REC-xml-c14n-20010315": true,
	"http://www.w3.org/2006/12/xml-c14n11":            true,
}

const enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"

// verify checks a list's signature and returns the bytes that it covers, which
// are the only ones to read. The XML signature library is asked only about a
// document of the one shape that is expected here: one signature, a child of
// the root, with one reference to the whole root and no transformation but the
// enveloped signature's and a canonical form (against signature wrapping).
func verify(document []byte, signers []*x509.Certificate, now time.Time) ([]byte, error) {
	if len(signers) == 0 {
		return nil, errors.New("trust: no certificate of a scheme operator is pinned")
	}
	if err := soap.Check(document, limits()); err != nil {
		return nil, fmt.Errorf("trust: the list is not plain XML: %w", err)
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(document); err != nil {
		return nil, fmt.Errorf("trust: the list is not XML: %w", err)
	}
	root := doc.Root()
	if root == nil || root.Tag != "TrustServiceStatusList" || root.NamespaceURI() != nsTSL {
		return nil, errors.New("trust: not a trust list")
	}
	if err := checkShape(root); err != nil {
		return nil, err
	}
	for _, c := range signers {
		if weakKey(c) {
			return nil, errors.New("trust: the pinned key is too weak")
		}
	}
	ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: signers})
	ctx.IdAttribute = "Id"
	ctx.Clock = dsig.NewFakeClockAt(now)
	covered, err := ctx.Validate(root)
	if err != nil {
		return nil, fmt.Errorf("trust: the list's signature does not hold: %w", err)
	}
	if covered.Tag != "TrustServiceStatusList" || covered.NamespaceURI() != nsTSL {
		return nil, errors.New("trust: what is signed is not a trust list")
	}
	out := etree.NewDocument()
	out.SetRoot(covered.Copy())
	return out.WriteToBytes()
}

func weakKey(c *x509.Certificate) bool {
	k, ok := c.PublicKey.(interface{ Size() int }) // RSA
	return ok && k.Size()*8 < 2048
}

// checkShape refuses every document that is signed in another way than a trust
// list is (TS 119 612, annex B).
func checkShape(root *etree.Element) error {
	ids := map[string]bool{}
	signatures := 0
	var walk func(e *etree.Element) error
	walk = func(e *etree.Element) error {
		if e.Tag == "Signature" && e.NamespaceURI() == nsDSig {
			if signatures++; e.Parent() != root {
				return errors.New("trust: a signature stands below the root's children")
			}
		}
		for _, a := range e.Attr {
			switch a.Key {
			case "Id", "ID", "id":
				if ids[a.Value] {
					return errors.New("trust: an Id occurs twice")
				}
				ids[a.Value] = true
			}
		}
		for _, c := range e.ChildElements() {
			if err := walk(c); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(root); err != nil {
		return err
	}
	if signatures != 1 {
		return errors.New("trust: not exactly one signature")
	}
	for _, c := range root.ChildElements() {
		if c.Tag == "Signature" && c.NamespaceURI() == nsDSig {
			return checkSignature(c, root.SelectAttrValue("Id", ""))
		}
	}
	return errors.New("trust: no signature")
}

func checkSignature(sig *etree.Element, rootID string) error {
	info, err := only(sig, "SignedInfo")
	if err != nil {
		return err
	}
	for _, want := range []struct {
		tag     string
		allowed map[string]bool
	}{{"SignatureMethod", allowedMethods}, {"CanonicalizationMethod", allowedCanonical}} {
		e, err := only(info, want.tag)
		if err != nil {
			return err
		}
		if !want.allowed[e.SelectAttrValue("Algorithm", "")] {
			return fmt.Errorf("trust: %s is not one that is allowed", want.tag)
		}
	}
	whole := 0
	for _, ref := range children(info, "Reference") {
		uri := ref.SelectAttr("URI")
		switch {
		case uri == nil:
			return errors.New("trust: a reference without URI")
		case uri.Value == "" || rootID != "" && uri.Value == "#"+rootID:
			whole++
			if err := checkReference(ref); err != nil {
				return err
			}
		case len(uri.Value) < 2 || uri.Value[0] != '#':
			return errors.New("trust: a reference leads out of the document")
		}
	}
	if whole != 1 {
		return errors.New("trust: not exactly one reference to the whole list")
	}
	return nil
}

func checkReference(ref *etree.Element) error {
	digest, err := only(ref, "DigestMethod")
	if err != nil {
		return err
	}
	if !allowedDigests[digest.SelectAttrValue("Algorithm", "")] {
		return errors.New("trust: DigestMethod is not one that is allowed")
	}
	all, err := only(ref, "Transforms")
	if err != nil {
		return err
	}
	list := children(all, "Transform")
	if len(list) == 0 || len(list) > 2 || len(list) != len(all.ChildElements()) || list[0].SelectAttrValue("Algorithm", "") != enveloped {
		return errors.New("trust: transformations other than those of an enveloped signature")
	}
	if len(list) == 2 && !allowedCanonical[list[1].SelectAttrValue("Algorithm", "")] {
		return errors.New("trust: transformations other than those of an enveloped signature")
	}
	return nil
}

func children(e *etree.Element, tag string) []*etree.Element {
	var out []*etree.Element
	for _, c := range e.ChildElements() {
		if c.Tag == tag && c.NamespaceURI() == nsDSig {
			out = append(out, c)
		}
	}
	return out
}

func only(e *etree.Element, tag string) (*etree.Element, error) {
	list := children(e, tag)
	if len(list) != 1 {
		return nil, fmt.Errorf("trust: not exactly one %s", tag)
	}
	return list[0], nil
}
