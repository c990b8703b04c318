package tsa

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha1" // #nosec: what OCSP names issuers with
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The messages of RFC 6960 as encoding/asn1 has them.
type (
	certID struct {
		Hash       pkix.AlgorithmIdentifier
		NameHash   []byte
		KeyHash    []byte
		CertSerial *big.Int
	}
	ocspRequest struct {
		Body struct {
			Version int           `asn1:"explicit,tag:0,default:0,optional"`
			Name    asn1.RawValue `asn1:"explicit,tag:1,optional"`
			List    []struct {
				ID         certID
				Extensions asn1.RawValue `asn1:"explicit,tag:0,optional"`
			}
			Extensions asn1.RawValue `asn1:"explicit,tag:2,optional"`
		}
		Signature asn1.RawValue `asn1:"explicit,tag:0,optional"`
	}
)

var (
	oidSHA1      = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidBasicOCSP = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
)

const (
	statusLife = time.Hour
	staleAge   = 30 * 24 * time.Hour
	staleLife  = 24 * time.Hour
)

func (a *Authority) ocsp(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/ocsp-response")
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<16))
	var req ocspRequest
	if err == nil {
		_, err = asn1.Unmarshal(body, &req)
	}
	if err != nil || len(req.Body.List) != 1 {
		w.Write([]byte{0x30, 3, 0x0a, 1, 1}) // malformedRequest
		return
	}
	id := req.Body.List[0].ID
	if !a.isIssuing(id) {
		w.Write([]byte{0x30, 3, 0x0a, 1, 6}) // unauthorized
		return
	}
	answer, err := a.ocspAnswer(id)
	if err != nil {
		w.Write([]byte{0x30, 3, 0x0a, 1, 2}) // internalError
		return
	}
	w.Write(answer)
}

func (a *Authority) isIssuing(id certID) bool {
	if !id.Hash.Algorithm.Equal(oidSHA1) {
		return false
	}
	name := sha1.Sum(a.issuing.Certificate.RawSubject) // #nosec
	key := sha1.Sum(keyBits(a.issuing.Certificate))    // #nosec
	return bytes.Equal(name[:], id.NameHash) && bytes.Equal(key[:], id.KeyHash)
}

func keyBits(c *x509.Certificate) []byte {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(c.RawSubjectPublicKeyInfo, &info); err != nil {
		return nil
	}
	return info.Key.RightAlign()
}

// ocspAnswer writes a BasicOCSPResponse signed by the delegated responder.
func (a *Authority) ocspAnswer(id certID) ([]byte, error) {
	now := a.now().UTC().Truncate(time.Second)
	from, to := now, now.Add(statusLife)
	if a.controls().staleOCSP {
		from, to = now.Add(-staleAge), now.Add(-staleAge+staleLife)
	}
	idDER, err := asn1.Marshal(id)
	if err != nil {
		return nil, err
	}
	single := wrap(0x30, idDER, a.certStatus(id.CertSerial), generalized(from), wrap(0xa0, generalized(to)))
	data := wrap(0x30, wrap(0xa1, a.responder.Certificate.RawSubject), generalized(from), wrap(0x30, single))
	sum := sha256.Sum256(data)
	signature, err := a.responder.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	algorithm, err := asn1.Marshal(pkix.AlgorithmIdentifier{Algorithm: oidECDSA256})
	if err != nil {
		return nil, err
	}
	oid, err := asn1.Marshal(oidBasicOCSP)
	if err != nil {
		return nil, err
	}
	basic := wrap(0x30, data, algorithm, wrap(3, []byte{0}, signature), wrap(0xa0, wrap(0x30, a.responder.Certificate.Raw)))
	return wrap(0x30, []byte{0x0a, 1, 0}, wrap(0xa0, wrap(0x30, oid, wrap(4, basic)))), nil
}

// certStatus: good [0], revoked [1] or unknown [2].
func (a *Authority) certStatus(serial *big.Int) []byte {
	if r, ok := a.revocation(a.issuing.Certificate.RawSubject, serial); ok {
		parts := [][]byte{generalized(r.at)}
		if r.reason != 0 {
			parts = append(parts, wrap(0xa0, []byte{0x0a, 1, byte(r.reason)}))
		}
		return wrap(0xa1, parts...)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known[serial.String()] {
		return []byte{0x80, 0}
	}
	return []byte{0x82, 0}
}

func generalized(t time.Time) []byte {
	return wrap(0x18, []byte(t.UTC().Format("20060102150405Z")))
}

func (a *Authority) crl(w http.ResponseWriter, _ *http.Request)     { a.list(w, a.issuing) }
func (a *Authority) rootCRL(w http.ResponseWriter, _ *http.Request) { a.list(w, a.root) }

func (a *Authority) list(w http.ResponseWriter, issuer Identity) {
	now := a.now().UTC().Truncate(time.Second)
	a.mu.Lock()
	a.crls++
	template := &x509.RevocationList{Number: big.NewInt(a.crls), ThisUpdate: now, NextUpdate: now.Add(24 * statusLife)}
	for name, r := range a.revoked {
		if strings.HasPrefix(name, string(issuer.Certificate.RawSubject)) && !now.Before(r.at) {
			template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
				x509.RevocationListEntry{SerialNumber: r.serial, RevocationTime: r.at.UTC(), ReasonCode: r.reason})
		}
	}
	a.mu.Unlock()
	slices.SortFunc(template.RevokedCertificateEntries, func(x, y x509.RevocationListEntry) int { return x.SerialNumber.Cmp(y.SerialNumber) })
	der, err := x509.CreateRevocationList(rand.Reader, template, issuer.Certificate, issuer.Key)
	if err != nil {
		http.Error(w, "CRL", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/pkix-crl")
	w.Write(der)
}
