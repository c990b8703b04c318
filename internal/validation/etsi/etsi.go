package etsi

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"medborgarnavet/internal/validation"
)

// Namespaces of TS 119 102-2 (1.3.1) and XML signatures.
const (
	Namespace = "http://uri.etsi.org/19102/v1.2.1#"
	nsDSig    = "http://www.w3.org/2000/09/xmldsig#"

	sha256URI = "http://www.w3.org/2001/04/xmlenc#sha256"
	mainURI   = "urn:etsi:019102:mainindication:"
	subURI    = "urn:etsi:019102:subindication:"
	basicURI  = "urn:etsi:019102:validationprocess:Basic"
	ltvURI    = "urn:etsi:019102:validationprocess:LTVM"
	ltaURI    = "urn:etsi:019102:validationprocess:LTA"
	reasonURI = "urn:medborgarnavet:validation:reason:"
	levelURI  = "http://uri.etsi.org/19142/SignatureLevel/"
	poeURI    = "urn:etsi:019102:poetype:validation"
	nsXAdES   = "http://uri.etsi.org/01903/v1.3.2#"

	providedURI = "urn:etsi:019102:poetype:provided"
	objectURI   = "urn:etsi:019102:validationObject:"
	qualityURI  = "urn:medborgarnavet:validation:qualification:"
	documentID  = "document"
)

type report struct {
	XMLName    xml.Name    `xml:"ValidationReport"`
	NS         string      `xml:"xmlns,attr"`
	DS         string      `xml:"xmlns:ds,attr"`
	XAdES      string      `xml:"xmlns:xades,attr"`
	Signatures []signature `xml:"SignatureValidationReport"`
	Objects    []object    `xml:"SignatureValidationObjects>ValidationObject"`
}

// signature holds its parts in the order of the schema.
type signature struct {
	Identifier identifier  `xml:"SignatureIdentifier"`
	Evaluation evaluation  `xml:"ValidationConstraintsEvaluationReport"`
	Time       times       `xml:"ValidationTimeInfo"`
	Document   document    `xml:"SignersDocument"`
	Attributes *attributes `xml:"SignatureAttributes,omitempty"`
	Signer     *signer     `xml:"SignerInformation,omitempty"`
	Quality    *quality    `xml:"SignatureQuality,omitempty"`
	Process    process     `xml:"SignatureValidationProcess"`
	Status     status      `xml:"SignatureValidationStatus"`
}

type identifier struct {
	ID       string  `xml:"id,attr"`
	Digest   *digest `xml:"DigestAlgAndValue,omitempty"`
	HashOnly bool    `xml:"HashOnly"`
	DocHash  bool    `xml:"DocHashOnly"`
	Field    string  `xml:"DAIdentifier"`
}

type evaluation struct {
	Policy policy `xml:"SignatureValidationPolicy"`
}

type policy struct {
	Implied struct{} `xml:"SignaturePolicyIdentifier>xades:SignaturePolicyImplied"`
	Name    string   `xml:"PolicyName"`
}

type digest struct {
	Method method `xml:"ds:DigestMethod"`
	Value  string `xml:"ds:DigestValue"`
}

type method struct {
	Algorithm string `xml:"Algorithm,attr"`
}

// object is what a report refers to, by its digest.
type object struct {
	ID     string `xml:"id,attr"`
	Type   string `xml:"ObjectType"`
	Digest digest `xml:"ValidationObjectRepresentation>DigestAlgAndValue"`
}

type reference struct {
	To string `xml:"VOReference,attr"`
}

type times struct {
	At   string   `xml:"ValidationTime"`
	Best bestTime `xml:"BestSignatureTime"`
}

type bestTime struct {
	Time string `xml:"POETime"`
	Type string `xml:"TypeOfProof"`
}

type document struct {
	Digest digest    `xml:"DigestAlgAndValue"`
	Object reference `xml:"SignersDocumentRef"`
}

type attributes struct {
	Claimed string `xml:"SigningTime>Time"`
}

type signer struct {
	Certificate reference `xml:"SignerCertificate"`
	Name        string    `xml:"Signer"`
}

type quality struct {
	Level []string `xml:"SignatureQualityInformation"`
}

type process struct {
	ID string `xml:"SignatureValidationProcessID"`
}

type status struct {
	Main   string   `xml:"MainIndication"`
	Sub    string   `xml:"SubIndication,omitempty"`
	Detail *details `xml:"AssociatedValidationReportData,omitempty"`
}

type details struct {
	List []detail `xml:"AdditionalValidationReportData>ReportData"`
}

type detail struct {
	Type  string `xml:"Type"`
	Value string `xml:"Value"`
}

// MainIndication is the URI of a main indication.
func MainIndication(i validation.Indication) string {
	return mainURI + strings.ReplaceAll(strings.ToLower(string(i)), "_", "-")
}

// SubIndication is the URI of a sub-indication, "" for none.
func SubIndication(s validation.SubIndication) string {
	if s == "" {
		return ""
	}
	return subURI + string(s)
}

// Write writes a report on every signature of a file. A file without
// signatures has no such report (TS 119 102-2, 4.3): that is an error.
func Write(rep validation.Report) ([]byte, error) {
	if len(rep.Signatures) == 0 {
		return nil, errors.New("etsi: there is no signature to report on")
	}
	file, ok := digestOf(rep.SHA256)
	if !ok {
		return nil, errors.New("etsi: the report has no digest of the file")
	}
	out := report{NS: Namespace, DS: nsDSig, XAdES: nsXAdES, Objects: []object{{documentID, objectURI + "signedData", file}}}
	for i, s := range rep.Signatures {
		sig := one(rep, s, i+1, file)
		if cert, ok := digestOf(s.CertificateSHA256); ok {
			id := fmt.Sprintf("certificate-%d", i+1)
			sig.Signer = &signer{reference{id}, s.Signer.Name}
			out.Objects = append(out.Objects, object{id, objectURI + "certificate", cert})
		}
		out.Signatures = append(out.Signatures, sig)
	}
	body, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), body...), nil
}

// digestOf writes a SHA-256 given as hex.
func digestOf(text string) (digest, bool) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != 32 {
		return digest{}, false
	}
	return digest{method{sha256URI}, base64.StdEncoding.EncodeToString(raw)}, true
}

func one(rep validation.Report, s validation.Signature, number int, file digest) signature {
	out := signature{
		Identifier: identifier{ID: fmt.Sprintf("signature-%d", number), Field: s.Field},
		Evaluation: evaluation{policy{Name: rep.Policy}},
		Time:       times{At: at(rep.At), Best: bestTime{at(rep.At), poeURI}},
		Document:   document{file, reference{documentID}},
		Process:    process{basicURI},
		Quality:    &quality{Level: []string{levelURI + s.Level}},
		Status:     status{Main: MainIndication(s.Indication), Sub: SubIndication(s.Sub)},
	}
	if d, ok := digestOf(s.AttributesSHA256); ok {
		out.Identifier.Digest = &d
	}
	switch s.TimeSource {
	case validation.FromTimeStamp:
		out.Time.Best, out.Process.ID = bestTime{at(s.SignedAt), poeURI}, ltvURI
	case validation.FromToken:
		out.Time.Best, out.Process.ID = bestTime{at(s.SignedAt), providedURI}, ltvURI
	}
	if s.Level == "B-LTA" {
		out.Process.ID = ltaURI
	}
	if !s.ClaimedAt.IsZero() {
		out.Attributes = &attributes{at(s.ClaimedAt)}
	}
	if s.Signer.Qualification != "" {
		out.Quality.Level = append(out.Quality.Level, qualityURI+string(s.Signer.Qualification))
	}
	reasons := slices.Concat(s.Reasons, rep.Reasons) // of the file last: a signature that was removed is told by those that are left
	if len(reasons) > 0 {
		out.Status.Detail = &details{}
	}
	for _, r := range reasons {
		kind := reasonURI + string(r.Code)
		out.Status.Detail.List = append(out.Status.Detail.List, detail{kind + ":en", r.En}, detail{kind + ":sv", r.Sv})
	}
	return out
}

func at(t time.Time) string { return t.UTC().Format(time.RFC3339) }
