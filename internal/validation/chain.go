package validation

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"time"

	"medborgarnavet/internal/validation/trust"
)

// Bounds of path building: no honest chain comes near them.
const (
	maxPool   = 300 // certificates of a file that are looked at
	maxPath   = 8   // certificates of a path
	maxPaths  = 8   // paths of one certificate
	maxChecks = 400 // signatures on certificates that are verified
)

type fingerprint [sha256.Size]byte

func printOf(c *x509.Certificate) fingerprint { return sha256.Sum256(c.Raw) }

// pool is every certificate that a file brings along, and the anchors.
type pool struct {
	trust     *trust.Store
	seen      map[fingerprint]bool
	bySubject map[string][]*x509.Certificate
	bySign    map[string]fingerprint  // signature on a certificate → the certificate
	twins     map[string]bool         // such a signature on two that differ
	checked   map[[2]fingerprint]bool // child, parent → the signature holds
	built     map[fingerprint][]path
	prints    map[*x509.Certificate]fingerprint
	numbers   map[fingerprint]int          // short names of certificates
	parsed    map[string]*x509.Certificate // by their bytes
	checks    int
}

// path is a certificate, its issuers, and last the anchor where it ends.
type path struct {
	certs  []*x509.Certificate
	anchor *trust.Anchor
}

func newPool(t *trust.Store) *pool {
	return &pool{trust: t, seen: map[fingerprint]bool{}, bySubject: map[string][]*x509.Certificate{}, bySign: map[string]fingerprint{}, twins: map[string]bool{},
		checked: map[[2]fingerprint]bool{}, built: map[fingerprint][]path{}, prints: map[*x509.Certificate]fingerprint{}, numbers: map[fingerprint]int{},
		parsed: map[string]*x509.Certificate{}}
}

// parse reads a certificate, the same bytes once.
func (p *pool) parse(der []byte) (*x509.Certificate, error) {
	if c, ok := p.parsed[string(der)]; ok {
		return c, nil
	}
	c, err := x509.ParseCertificate(der)
	if err == nil && len(p.parsed) < maxPool {
		p.parsed[string(der)] = c
	}
	return c, err
}

// print is a certificate's fingerprint, made once.
func (p *pool) print(c *x509.Certificate) fingerprint {
	id, ok := p.prints[c]
	if !ok {
		id = printOf(c)
		p.prints[c] = id
	}
	return id
}

// number is a certificate's short name within this validation.
func (p *pool) number(c *x509.Certificate) int {
	id := p.print(c)
	n, ok := p.numbers[id]
	if !ok {
		n = len(p.numbers)
		p.numbers[id] = n
	}
	return n
}

func (p *pool) add(certs ...*x509.Certificate) {
	for _, c := range certs {
		id := p.print(c)
		if len(p.seen) >= maxPool || p.seen[id] {
			continue
		}
		p.seen[id] = true
		if other, ok := p.bySign[string(c.Signature)]; ok && other != id {
			p.twins[string(c.Signature)] = true
		}
		p.bySign[string(c.Signature)] = id
		p.bySubject[string(c.RawSubject)] = append(p.bySubject[string(c.RawSubject)], c)
	}
}

// signed tells whether parent's key signed child, each pair once and all pairs
// within the budget.
func (p *pool) signed(child, parent *x509.Certificate) bool {
	key := [2]fingerprint{p.print(child), p.print(parent)}
	if ok, known := p.checked[key]; known {
		return ok
	}
	if p.checks >= maxChecks {
		return false
	}
	p.checks++
	ok := child.CheckSignatureFrom(parent) == nil
	p.checked[key] = ok
	return ok
}

// damaged finds a certificate that somebody has changed: its issuer, by name
// and key identifier, is at hand and did not sign it, or there is another with
// the same signature on it.
func (p *pool) damaged(certs []*x509.Certificate) bool {
	return slices.ContainsFunc(certs, func(c *x509.Certificate) bool {
		if p.twins[string(c.Signature)] {
			return true
		}
		if len(c.AuthorityKeyId) == 0 && !bytes.Equal(c.RawIssuer, c.RawSubject) {
			return false
		}
		candidates := slices.DeleteFunc(p.issuers(c), func(o *x509.Certificate) bool {
			return len(o.SubjectKeyId) == 0 && !o.Equal(c)
		})
		return len(candidates) > 0 && !slices.ContainsFunc(candidates, func(o *x509.Certificate) bool { return p.signed(c, o) || p.mayBeSigned(c, o) })
	})
}

// mayBeSigned tells whether the signature on a certificate holds, or cannot be
// checked here: too weak, unknown, or too many.
func (p *pool) mayBeSigned(child, parent *x509.Certificate) bool {
	if p.checks >= maxChecks {
		return true
	}
	p.checks++
	err := parent.CheckSignature(child.SignatureAlgorithm, child.RawTBSCertificate, child.Signature)
	var insecure x509.InsecureAlgorithmError
	return err == nil || errors.As(err, &insecure) || errors.Is(err, x509.ErrUnsupportedAlgorithm)
}

// issuers are the certificates of the file and the anchors that may have
// issued c, anchors first.
func (p *pool) issuers(c *x509.Certificate) []*x509.Certificate {
	var out []*x509.Certificate
	for _, a := range p.trust.BySubject(c.RawIssuer) {
		out = append(out, a.Certificate)
	}
	for _, o := range p.bySubject[string(c.RawIssuer)] {
		if p.trust.Find(o) == nil {
			out = append(out, o)
		}
	}
	return slices.DeleteFunc(out, func(o *x509.Certificate) bool {
		return len(c.AuthorityKeyId) > 0 && len(o.SubjectKeyId) > 0 && !bytes.Equal(c.AuthorityKeyId, o.SubjectKeyId)
	})
}

// paths are the ways from a certificate to an anchor, whatever the anchor is
// trusted for and whatever the time.
func (p *pool) paths(leaf *x509.Certificate) []path {
	id := p.print(leaf)
	if known, ok := p.built[id]; ok {
		return known
	}
	var out []path
	var walk func(certs []*x509.Certificate)
	walk = func(certs []*x509.Certificate) {
		last := certs[len(certs)-1]
		if a := p.trust.Find(last); a != nil {
			out = append(out, path{slices.Clone(certs), a})
			return
		}
		if len(certs) == maxPath {
			return
		}
		for _, next := range p.issuers(last) {
			if len(out) >= maxPaths {
				return
			}
			if slices.ContainsFunc(certs, next.Equal) || !p.signed(last, next) {
				continue
			}
			walk(append(certs, next))
		}
	}
	walk([]*x509.Certificate{leaf})
	p.built[id] = out
	return out
}

// chainOf follows the issuers as far as they are known, without trust.
func (p *pool) chainOf(leaf *x509.Certificate) (certs []*x509.Certificate, complete bool) {
	certs = []*x509.Certificate{leaf}
	for len(certs) < maxPath {
		last := certs[len(certs)-1]
		if bytes.Equal(last.RawIssuer, last.RawSubject) || p.trust.Find(last) != nil {
			return certs, true
		}
		i := slices.IndexFunc(p.issuers(last), func(o *x509.Certificate) bool {
			return !slices.ContainsFunc(certs, o.Equal) && p.signed(last, o)
		})
		if i < 0 {
			return certs, false
		}
		certs = append(certs, p.issuers(last)[i])
	}
	return certs, false
}

// obeys tells whether a path keeps to the rules of RFC 5280 at a time. The
// signatures were checked when the path was built. Where a certificate limits
// names or policies, or has a critical extension that is not plain, crypto/x509
// judges the path anew.
func (pa path) obeys(at time.Time) bool {
	for i, c := range pa.certs {
		if len(c.UnhandledCriticalExtensions) > 0 || limitsNames(c) || limitsPolicies(c) {
			return pa.valid(at) == nil && !slices.ContainsFunc(pa.certs[i:], limitsOthers)
		}
		if i == 0 {
			continue
		}
		if !c.BasicConstraintsValid || !c.IsCA || c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0 {
			return false
		}
		if below := i - 1; c.MaxPathLen > 0 && below > c.MaxPathLen || c.MaxPathLenZero && below > 0 {
			return false
		}
	}
	out, _ := pa.outOfBounds(at)
	return out == nil
}

func limitsNames(c *x509.Certificate) bool {
	n := len(c.PermittedDNSDomains) + len(c.ExcludedDNSDomains) + len(c.PermittedIPRanges) + len(c.ExcludedIPRanges) +
		len(c.PermittedEmailAddresses) + len(c.ExcludedEmailAddresses) + len(c.PermittedURIDomains) + len(c.ExcludedURIDomains)
	return n > 0 || c.PermittedDNSDomainsCritical || limitsOthers(c)
}

func limitsPolicies(c *x509.Certificate) bool {
	return c.RequireExplicitPolicy > 0 || c.RequireExplicitPolicyZero || c.InhibitAnyPolicy > 0 || c.InhibitAnyPolicyZero ||
		c.InhibitPolicyMapping > 0 || c.InhibitPolicyMappingZero
}

// limitsOthers tells whether a certificate limits names of kinds that
// crypto/x509 does not compare, such as those of persons (RFC 5280, 4.2.1.10).
// It says so itself only where the extension is critical.
func limitsOthers(c *x509.Certificate) bool {
	for _, e := range c.Extensions {
		if !e.Id.Equal(oidNameConstraints) {
			continue
		}
		var limits struct {
			Permitted []subtree `asn1:"optional,tag:0"`
			Excluded  []subtree `asn1:"optional,tag:1"`
		}
		if rest, err := asn1.Unmarshal(e.Value, &limits); err != nil || len(rest) > 0 {
			return true
		}
		return slices.ContainsFunc(slices.Concat(limits.Permitted, limits.Excluded), func(s subtree) bool {
			return !slices.Contains([]int{1, 2, 6, 7}, s.Base.Tag) // address, host, URI, IP address
		})
	}
	return false
}

// subtree is a GeneralSubtree.
type subtree struct {
	Base     asn1.RawValue
	Min, Max asn1.RawValue `asn1:"optional"`
}

var oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}

// valid has crypto/x509 judge exactly this path.
func (pa path) valid(at time.Time) error {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(pa.anchor.Certificate)
	for _, c := range pa.certs[1:] {
		between.AddCert(c)
	}
	leaf := *pa.certs[0]
	leaf.UnhandledCriticalExtensions = slices.DeleteFunc(slices.Clone(leaf.UnhandledCriticalExtensions),
		func(id asn1.ObjectIdentifier) bool { return id.Equal(oidQC) || id.Equal(oidAuthContext) })
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	return err
}

// outOfBounds finds the certificate of a path that is not in force at a time;
// before: it is not in force yet.
func (pa path) outOfBounds(at time.Time) (c *x509.Certificate, before bool) {
	for _, c := range pa.certs {
		if at.Before(c.NotBefore) {
			return c, true
		}
		if at.After(c.NotAfter) {
			return c, false
		}
	}
	return nil, false
}

// maySign tells whether a certificate is meant for signatures on documents:
// key usage digitalSignature or nonRepudiation, and not only meant for servers,
// time-stamps or answers about revocation.
func maySign(c *x509.Certificate) bool {
	if c.KeyUsage != 0 && c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return false
	}
	if len(c.ExtKeyUsage) == 0 || len(c.UnknownExtKeyUsage) > 0 {
		return true
	}
	return slices.ContainsFunc(c.ExtKeyUsage, func(u x509.ExtKeyUsage) bool {
		return u != x509.ExtKeyUsageServerAuth && u != x509.ExtKeyUsageTimeStamping && u != x509.ExtKeyUsageOCSPSigning
	})
}
