package etsi

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"medborgarnavet/block/soap"
	"medborgarnavet/internal/validation"
)

var when = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func sample() validation.Report {
	return validation.Report{
		Verdict: validation.Undecided, SHA256: strings.Repeat("ab", 32), Size: 10, At: when, Policy: "urn:policy",
		Signatures: []validation.Signature{
			{Field: "Signatur1", Verdict: validation.Valid, Indication: validation.TotalPassed, Level: "B-LTA",
				Signer: validation.Signer{Name: "Anna <Berglund>", Qualification: validation.AdES}, SignedAt: when.Add(-time.Hour),
				TimeSource: validation.FromTimeStamp, ClaimedAt: when.Add(-time.Hour), CertificateSHA256: strings.Repeat("cd", 32), AttributesSHA256: strings.Repeat("ef", 32)},
			{Field: "Signatur2", Verdict: validation.Undecided, Indication: validation.Indeterminate, Sub: validation.NoCertificateChainFound, Level: "B-B",
				Reasons: []validation.Reason{{Code: "unknown-issuer", Text: validation.Text{Sv: "Okänd.", En: "Unknown."}}}},
		},
	}
}

// S-06: the report says in the terms of TS 119 102-2 what was found.
func TestWrite(t *testing.T) {
	out, err := Write(sample())
	if err != nil {
		t.Fatal(err)
	}
	if err := soap.Check(out, soap.Default); err != nil {
		t.Errorf("not plain XML: %v", err)
	}
	var back struct {
		XMLName    xml.Name
		Signatures []struct {
			Main   string `xml:"SignatureValidationStatus>MainIndication"`
			Sub    string `xml:"SignatureValidationStatus>SubIndication"`
			Best   string `xml:"ValidationTimeInfo>BestSignatureTime>POETime"`
			Digest string `xml:"SignersDocument>DigestAlgAndValue>DigestValue"`
			Signer string `xml:"SignerInformation>Signer"`
			Cert   struct {
				To string `xml:"VOReference,attr"`
			} `xml:"SignerInformation>SignerCertificate"`
			Reasons []string `xml:"SignatureValidationStatus>AssociatedValidationReportData>AdditionalValidationReportData>ReportData>Value"`
		} `xml:"SignatureValidationReport"`
		Objects []struct {
			ID string `xml:"id,attr"`
		} `xml:"SignatureValidationObjects>ValidationObject"`
	}
	if err := xml.Unmarshal(out, &back); err != nil {
		t.Fatal(err)
	}
	if back.XMLName.Space != Namespace || back.XMLName.Local != "ValidationReport" || len(back.Signatures) != 2 {
		t.Fatalf("root %v with %d signatures", back.XMLName, len(back.Signatures))
	}
	one, two := back.Signatures[0], back.Signatures[1]
	if one.Main != "urn:etsi:019102:mainindication:total-passed" || one.Sub != "" || one.Best != "2026-11-22T08:00:00Z" || one.Signer != "Anna <Berglund>" || one.Digest == "" {
		t.Errorf("first is %+v", one)
	}
	if len(back.Objects) != 2 || one.Cert.To != back.Objects[1].ID {
		t.Errorf("the certificate's object is %q among %v", one.Cert.To, back.Objects)
	}
	if two.Main != "urn:etsi:019102:mainindication:indeterminate" || two.Sub != "urn:etsi:019102:subindication:NO_CERTIFICATE_CHAIN_FOUND" || len(two.Reasons) != 2 || two.Best != "2026-11-22T09:00:00Z" {
		t.Errorf("second is %+v", two)
	}
}

// A file without signatures, or a report without digest, has no such report.
func TestNothingToReport(t *testing.T) {
	for name, rep := range map[string]validation.Report{
		"no signature": {SHA256: "ab"},
		"no digest":    {SHA256: "x", Signatures: sample().Signatures},
	} {
		if _, err := Write(rep); err == nil {
			t.Errorf("%s: a report is written", name)
		}
	}
}
