package trust

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"
)

// The service types that are used (TS 119 612, 5.5.1).
const (
	CAQC    = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"
	CAPKC   = "http://uri.etsi.org/TrstSvc/Svctype/CA/PKC"
	TSAQTST = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"
	TSA     = "http://uri.etsi.org/TrstSvc/Svctype/TSA"
)

const svcStatus = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"

// Granted and Withdrawn are the statuses of today (TS 119 612, 5.5.4).
const (
	Granted   = svcStatus + "granted"
	Withdrawn = svcStatus + "withdrawn"
)

// good are the statuses under which a service was in force. Those of before
// July 2016 stand in the histories of lists.
func good(status string) bool {
	switch strings.TrimPrefix(status, svcStatus) {
	case "granted", "recognisedatnationallevel", "undersupervision", "supervisionincessation", "accredited":
		return true
	}
	return false
}

// List is a trust list whose signature has been verified.
type List struct {
	Territory  string
	Operator   string
	Sequence   int
	Issued     time.Time
	NextUpdate time.Time
	Services   []Service
}

// Service is one trust service and the statuses it has had.
type Service struct {
	Type         string // a URI
	Name         string
	Certificates []*x509.Certificate
	Periods      []Period // oldest first
}

// Period is a status from a time until the next period's.
type Period struct {
	From   time.Time
	Status string // a URI
}

// purpose is what the service's certificates vouch for; "" when that is
// nothing that is asked for here.
func (s Service) purpose() Purpose {
	switch s.Type {
	case CAQC, CAPKC:
		return Signing
	case TSAQTST, TSA:
		return TimeStamping
	}
	return ""
}

func (s Service) qualified() bool { return s.Type == CAQC || s.Type == TSAQTST }

func (s Service) grantedAt(at time.Time) bool {
	in := false
	for _, p := range s.Periods {
		if p.From.After(at) {
			break
		}
		in = good(p.Status)
	}
	return in
}

type xmlList struct {
	Scheme struct {
		Version   int       `xml:"TSLVersionIdentifier"`
		Sequence  int       `xml:"TSLSequenceNumber"`
		Operator  []string  `xml:"SchemeOperatorName>Name"`
		Territory string    `xml:"SchemeTerritory"`
		Issued    time.Time `xml:"ListIssueDateTime"`
		Next      string    `xml:"NextUpdate>dateTime"`
	} `xml:"SchemeInformation"`
	Services []struct {
		Current xmlService   `xml:"ServiceInformation"`
		History []xmlService `xml:"ServiceHistory>ServiceHistoryInstance"`
	} `xml:"TrustServiceProviderList>TrustServiceProvider>TSPServices>TSPService"`
}

type xmlService struct {
	Type         string    `xml:"ServiceTypeIdentifier"`
	Names        []string  `xml:"ServiceName>Name"`
	Certificates []string  `xml:"ServiceDigitalIdentity>DigitalId>X509Certificate"`
	Status       string    `xml:"ServiceStatus"`
	From         time.Time `xml:"StatusStartingTime"`
}

// ParseList verifies a trust list with the pinned certificates of its scheme
// operator and reads it. now is held against NextUpdate and the signer's
// validity.
func ParseList(document []byte, signers []*x509.Certificate, now time.Time) (*List, error) {
	verified, err := verify(document, signers, now)
	if err != nil {
		return nil, err
	}
	var raw xmlList
	if err := xml.Unmarshal(verified, &raw); err != nil {
		return nil, fmt.Errorf("trust: the list cannot be read: %w", err)
	}
	if raw.Scheme.Version != 5 && raw.Scheme.Version != 6 {
		return nil, errors.New("trust: the list is of a version that is not known")
	}
	next, err := time.Parse(time.RFC3339, strings.TrimSpace(raw.Scheme.Next))
	if err != nil {
		return nil, errors.New("trust: the list does not say when it ends; a closed list is not used")
	}
	l := &List{Territory: raw.Scheme.Territory, Sequence: raw.Scheme.Sequence, Issued: raw.Scheme.Issued, NextUpdate: next}
	if len(raw.Scheme.Operator) > 0 {
		l.Operator = raw.Scheme.Operator[0]
	}
	if !now.Before(l.NextUpdate) {
		return nil, errors.New("trust: the list has passed its NextUpdate")
	}
	if l.Issued.After(now.Add(5 * time.Minute)) {
		return nil, errors.New("trust: the list is from the future")
	}
	for i, s := range raw.Services {
		service, err := readService(s.Current, s.History)
		if err != nil {
			return nil, fmt.Errorf("trust: service %d: %w", i+1, err)
		}
		l.Services = append(l.Services, service...)
	}
	return l, nil
}

// readService gives the service of today and, when its type has changed, the
// one of each earlier type. A history that cannot be read is an error: without
// it a withdrawn service could look granted.
func readService(current xmlService, history []xmlService) ([]Service, error) {
	certs, err := readCertificates(current.Certificates)
	if err != nil {
		return nil, err
	}
	all := append([]xmlService{current}, history...)
	sort.SliceStable(all, func(i, j int) bool { return all[i].From.Before(all[j].From) })
	var types []string
	for _, e := range all {
		if e.From.IsZero() || e.Type == "" || e.Status == "" {
			return nil, errors.New("an entry lacks type, status or time")
		}
		types = appendNew(types, strings.TrimSpace(e.Type))
	}
	var out []Service
	for _, kind := range types {
		s := Service{Type: kind, Certificates: certs}
		if len(current.Names) > 0 {
			s.Name = current.Names[0]
		}
		for _, e := range all {
			status := strings.TrimSpace(e.Status)
			if strings.TrimSpace(e.Type) != kind {
				status = Withdrawn // it was something else then
			}
			s.Periods = append(s.Periods, Period{From: e.From, Status: status})
		}
		out = append(out, s)
	}
	return out, nil
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

func readCertificates(texts []string) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	for _, text := range texts {
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			return nil, errors.New("a certificate is not base64")
		}
		cert, err := x509.ParseCertificate(raw)
		if err != nil {
			continue // a certificate that Go does not read can anchor nothing
		}
		out = append(out, cert)
	}
	return out, nil
}
