package validation

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/xml"
	"regexp"
	"strings"
	"unicode"
)

// Signer is who a certificate names, without any personal identity number.
type Signer struct {
	Name         string // common name, else given name and surname, else organisation
	Organisation string
	Country      string
	Issuer       string // common name or organisation of the issuer

	// IdentityProvider and Assurance tell how the signer was identified when
	// the certificate was issued (RFC 7773).
	IdentityProvider string // entity identifier
	Assurance        string // authentication context, a URI: a level of assurance
	// Qualification is the level of the signature in the terms of eIDAS.
	Qualification Qualification
}

// Qualification is the level of a signature (S-03).
type Qualification string

// The levels. QES and its seal only when a trust list confirms the issuer.
const (
	AdES      Qualification = "AdES"    // advanced
	AdESQC    Qualification = "AdES/QC" // advanced, with a qualified certificate
	QES       Qualification = "QES"     // qualified
	AdESeal   Qualification = "AdESeal" // advanced seal
	AdESealQC Qualification = "AdESeal/QC"
	QESeal    Qualification = "QESeal"
)

const maxName = 200 // letters of a name that is shown

// digits looks like a personal identity number, a samordningsnummer, or the
// number of another country of such a form.
var digits = regexp.MustCompile(`\d{6,8}[-+ ]?\d{4}|\d{10,}`)

// clean makes text from a file fit to be shown: no control characters, none
// that turn the direction of the text around, no personal identity number.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == unicode.ReplacementChar, unicode.Is(unicode.Bidi_Control, r), unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsControl(r), unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
	s = digits.ReplaceAllString(strings.Join(strings.Fields(s), " "), "••••")
	if letters := []rune(s); len(letters) > maxName {
		s = string(letters[:maxName]) + "…"
	}
	return s
}

var (
	oidGivenName   = asn1.ObjectIdentifier{2, 5, 4, 42}
	oidSurname     = asn1.ObjectIdentifier{2, 5, 4, 4}
	oidAuthContext = asn1.ObjectIdentifier{1, 2, 752, 201, 5, 1}
	oidQC          = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 3}

	qcCompliance = asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 1}
	qcSSCD       = asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 4}
	qcType       = asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 6}
	qcTypeSeal   = asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 6, 2}
)

// describe reads who a certificate names.
func describe(cert *x509.Certificate) Signer {
	var given, family string
	for _, n := range cert.Subject.Names {
		text, _ := n.Value.(string)
		switch {
		case n.Type.Equal(oidGivenName):
			given = text
		case n.Type.Equal(oidSurname):
			family = text
		}
	}
	s := Signer{Organisation: first(cert.Subject.Organization), Country: first(cert.Subject.Country)}
	s.Name = clean(cert.Subject.CommonName)
	if s.Name == "" {
		s.Name = clean(given + " " + family)
	}
	if s.Name == "" {
		s.Name = s.Organisation
	}
	s.Issuer = clean(cert.Issuer.CommonName)
	if s.Issuer == "" {
		s.Issuer = first(cert.Issuer.Organization)
	}
	s.IdentityProvider, s.Assurance = authContext(cert)
	return s
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return clean(list[0])
}

// authContext reads the authentication context extension of RFC 7773 with the
// SAML context of the Swedish eID framework: who identified the signer, and at
// which level. The attributes in it, which name the person, are not read.
func authContext(cert *x509.Certificate) (provider, assurance string) {
	for _, e := range cert.Extensions {
		if !e.Id.Equal(oidAuthContext) || len(e.Value) > 64<<10 {
			continue
		}
		var contexts []struct {
			Type string `asn1:"utf8"`
			Info string `asn1:"utf8,optional"`
		}
		if rest, err := asn1.Unmarshal(e.Value, &contexts); err != nil || len(rest) > 0 {
			return "", ""
		}
		for _, c := range contexts {
			var saml struct {
				Info struct {
					Provider string `xml:"IdentityProvider,attr"`
					Class    string `xml:"AuthnContextClassRef,attr"`
				} `xml:"AuthContextInfo"`
			}
			if xml.Unmarshal([]byte(c.Info), &saml) == nil && saml.Info.Provider != "" {
				return clean(saml.Info.Provider), clean(saml.Info.Class)
			}
		}
	}
	return "", ""
}

// statements are the qualified certificate statements of EN 319 412-5.
type statements struct{ compliance, sscd, seal bool }

func readStatements(cert *x509.Certificate) statements {
	var out statements
	for _, e := range cert.Extensions {
		if !e.Id.Equal(oidQC) {
			continue
		}
		var list []struct {
			ID   asn1.ObjectIdentifier
			Info asn1.RawValue `asn1:"optional"`
		}
		if rest, err := asn1.Unmarshal(e.Value, &list); err != nil || len(rest) > 0 {
			return statements{}
		}
		for _, s := range list {
			switch {
			case s.ID.Equal(qcCompliance):
				out.compliance = true
			case s.ID.Equal(qcSSCD):
				out.sscd = true
			case s.ID.Equal(qcType):
				var kinds []asn1.ObjectIdentifier
				if _, err := asn1.Unmarshal(s.Info.FullBytes, &kinds); err == nil {
					for _, k := range kinds {
						out.seal = out.seal || k.Equal(qcTypeSeal)
					}
				}
			}
		}
	}
	return out
}

// qualification is the level of a signature that passed. confirmed: a trust
// list says that the issuer issued qualified certificates at the time. Without
// statements an organisation's certificate makes a seal.
func qualification(cert *x509.Certificate, confirmed bool) Qualification {
	q := readStatements(cert)
	person := cert.Subject.CommonName == ""
	for _, n := range cert.Subject.Names {
		person = person || n.Type.Equal(oidGivenName) || n.Type.Equal(oidSurname)
	}
	seal := q.seal || !q.compliance && !person && len(cert.Subject.Organization) > 0
	switch {
	case q.compliance && confirmed && q.sscd && seal:
		return QESeal
	case q.compliance && confirmed && q.sscd:
		return QES
	case q.compliance && confirmed && seal:
		return AdESealQC
	case q.compliance && confirmed:
		return AdESQC
	case seal:
		return AdESeal
	}
	return AdES
}
