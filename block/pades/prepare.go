package pades

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pdf"
)

const (
	defaultTokenBytes = 12 << 10
	defaultValueBytes = 16 << 10 // when the certificate is not known yet
)

// Prepared is a file that is ready to be signed: everything is in place but
// the value. It refers to the file that it was made from; that must not be
// changed.
type Prepared struct {
	file   []byte // as it was
	update []byte // what signing appends, with an empty value
	value  span   // where the value goes, <…>, in the whole file
	digest []byte // of the byte range
	attrs  []byte
	hash   crypto.Hash
	alg    cms.SignatureAlgorithm
	cert   *x509.Certificate
	chain  []*x509.Certificate
	level  Level
	at     time.Time
	field  string
	tsa    TimeStamper
	source RevocationSource
	clock  func() time.Time
	stamp  bool // a document time-stamp, not a signature
}

// Prepare makes a signature field, its appearance and the empty signature, and
// the attributes to be signed. The certificate may be nil when it is made only
// at the moment of signing (a federated signing service): then there are no
// attributes, only a Digest, and FinishWith takes what the service returns.
func Prepare(file []byte, o Options, cert *x509.Certificate, chain ...*x509.Certificate) (*Prepared, error) {
	o = o.withDefaults(cert)
	p := &Prepared{file: slices.Clip(file), hash: o.Hash, cert: cert, chain: chain, level: o.Level, at: o.Time,
		tsa: o.TSA, source: o.Revocation, clock: o.Clock}
	if err := p.check(o); err != nil {
		return nil, err
	}
	size, err := p.valueSize(o)
	if err != nil {
		return nil, err
	}
	entries := signatureEntries(o)
	if err := p.build(o, entries, size); err != nil {
		return nil, err
	}
	return p, p.attributes()
}

// withDefaults fills in what the options leave out.
func (o Options) withDefaults(cert *x509.Certificate) Options {
	if o.Hash == 0 {
		o.Hash = crypto.SHA256
	}
	if o.Level == 0 {
		o.Level = BB
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Time.IsZero() {
		o.Time = o.Clock()
	}
	if o.FieldPrefix == "" {
		o.FieldPrefix = "Signatur"
	}
	if o.TokenBytes == 0 {
		o.TokenBytes = defaultTokenBytes
	}
	if o.Name == "" && cert != nil {
		o.Name = signerName(cert)
	}
	return o
}

// signerName is the person's name in a certificate, else the common name,
// else the organisation. Never the serial number: that is a personal identity
// number.
func signerName(cert *x509.Certificate) string {
	var given, surname string
	for _, n := range cert.Subject.Names {
		s, _ := n.Value.(string)
		switch n.Type.String() {
		case "2.5.4.42":
			given = s
		case "2.5.4.4":
			surname = s
		}
	}
	switch {
	case given != "" && surname != "":
		return given + " " + surname
	case cert.Subject.CommonName != "":
		return cert.Subject.CommonName
	case len(cert.Subject.Organization) > 0:
		return cert.Subject.Organization[0]
	}
	return surname
}

// check refuses options that cannot be carried out, before anything is made.
func (p *Prepared) check(o Options) error {
	if o.Level < BB || o.Level > BLTA {
		return fmt.Errorf("pades: there is no level %d", int(o.Level))
	}
	if o.Level >= BT && o.TSA == nil {
		return ErrNoTSA
	}
	if o.Level >= BLT && o.Revocation == nil {
		return ErrNoRevocation
	}
	if p.cert == nil {
		return nil
	}
	alg, err := cms.AlgorithmFor(p.cert.PublicKey, o.Hash, o.PSS)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	p.alg = alg
	return checkCertificate(p.cert, o.Time)
}

// valueSize is the room that the value needs: a whole signature is assembled
// with this chain and the longest signature of this key, and the time-stamp's
// room is added.
func (p *Prepared) valueSize(o Options) (int, error) {
	size := defaultValueBytes
	if p.cert != nil {
		attrs, err := cms.SignedAttributes(make([]byte, o.Hash.Size()), o.Hash, p.cert)
		if err != nil {
			return 0, fmt.Errorf("pades: signed attributes: %w", err)
		}
		der, err := cms.Assemble(attrs, make([]byte, longestSignature(p.cert.PublicKey)), p.alg, p.cert, p.chain)
		if err != nil {
			return 0, fmt.Errorf("pades: measuring the signature: %w", err)
		}
		size = len(der) + 64
	}
	if o.Level >= BT {
		size += o.TokenBytes
	}
	return size, nil
}

func signatureEntries(o Options) pdf.Dict {
	entries := pdf.Dict{
		"Type": pdf.Name("Sig"), "Filter": pdf.Name("Adobe.PPKLite"),
		"SubFilter": pdf.Name("ETSI.CAdES.detached"), "M": dateString(o.Time),
	}
	for key, text := range map[pdf.Name]string{"Name": o.Name, "Reason": o.Reason, "Location": o.Location, "ContactInfo": o.Contact} {
		if text != "" {
			entries[key] = textString(text)
		}
	}
	return entries
}

// build makes the update.
func (p *Prepared) build(o Options, entries pdf.Dict, size int) error {
	f, err := open(p.file)
	if err != nil {
		return err
	}
	e, err := newEditor(f)
	if err != nil {
		return err
	}
	now := standingOf(e.d)
	if err := now.mayCertify(o.Certify); err != nil {
		return err
	}
	t, err := e.chooseTarget(now.fields, o)
	if err != nil {
		return err
	}
	if err := p.permitted(now, t); err != nil {
		return err
	}
	if err := e.references(t, o, entries); err != nil {
		return err
	}
	p.field = t.name
	value := e.u.Reserve()
	if err := e.place(t, o, value); err != nil {
		return err
	}
	e.markSigned()
	if o.Certify != NotCertified {
		e.editSub(e.root, "Perms")["DocMDP"] = value
	}
	h := newHole(entries, size)
	e.set(value, pdf.Verbatim(h.body))
	return p.close(e, h, value)
}

// permitted holds the target against earlier signatures. What they say of
// locked fields is not about time-stamps.
func (p *Prepared) permitted(now standing, t *target) error {
	if p.stamp && now.docMDP != 1 {
		return nil
	}
	return now.mayApprove(t.name)
}

// close writes the update and finds the hole in it.
func (p *Prepared) close(e *editor, h hole, value pdf.Ref) error {
	update, err := e.bytes()
	if err != nil {
		return err
	}
	place, err := h.locate(update, int64(len(p.file)), e.u.Offset(value))
	if err != nil {
		return err
	}
	p.update, p.value = update, place
	p.digest = p.hashRange()
	return nil
}

// hashRange hashes the byte range without putting the file together.
func (p *Prepared) hashRange() []byte {
	base := int64(len(p.file))
	w := p.hash.New()
	w.Write(p.file)
	w.Write(p.update[:p.value.from-base])
	w.Write(p.update[p.value.to-base:])
	return w.Sum(nil)
}

// attributes makes the signed attributes of the digest.
func (p *Prepared) attributes() error {
	if p.cert == nil {
		return nil
	}
	attrs, err := cms.SignedAttributes(p.digest, p.hash, p.cert)
	if err != nil {
		return fmt.Errorf("pades: signed attributes: %w", err)
	}
	p.attrs = attrs
	return nil
}

// references adds what certifies and what locks.
func (e *editor) references(t *target, o Options, entries pdf.Dict) error {
	var refs pdf.Array
	if o.Certify != NotCertified {
		refs = append(refs, pdf.Dict{"Type": pdf.Name("SigRef"), "TransformMethod": pdf.Name("DocMDP"),
			"TransformParams": pdf.Dict{"Type": pdf.Name("TransformParams"), "P": int64(o.Certify), "V": pdf.Name("1.2")}})
	}
	if t.dict != nil {
		if err := honourSeed(e.d, e.d.Dict(t.dict["SV"]), o); err != nil {
			return err
		}
		lock, err := lockReference(e.d, e.d.Dict(t.dict["Lock"]))
		if err != nil {
			return err
		}
		if lock != nil {
			lock["Data"] = e.root
			refs = append(refs, lock)
		}
	}
	if refs != nil {
		entries["Reference"] = refs
	}
	return nil
}

// SignedAttributes is what is to be signed: the DER SET OF attributes
// (RFC 5652, 5.4). Nil when the certificate is not known yet.
func (p *Prepared) SignedAttributes() []byte { return p.attrs }

// Digest is the digest of the file's byte range, the message digest.
func (p *Prepared) Digest() []byte { return p.digest }

// Algorithm is how the attributes are to be signed.
func (p *Prepared) Algorithm() cms.SignatureAlgorithm { return p.alg }

// Field is the full name of the field that is signed.
func (p *Prepared) Field() string { return p.field }
